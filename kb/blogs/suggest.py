"""Blogs that the stored posts link to and that are not followed: who links to them, the most linked first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from crawler import roots, shapes, urls
from kb.store.mentions import Mention
from kb.types import NewSource

# Folders that are the blog of a site that is more than that; and platforms where a first folder is somebody's blog
_BLOGS = frozenset(["blog", "blogs", "engineering", "research", "weblog"])
_OF_PEOPLE = frozenset(
    ["cnblogs.com", "dev.to", "blog.csdn.net", "segmentfault.com", "hackernoon.com", "notebook.community"]
)
# First words of hosts that serve a product and not a blog
_PRODUCTS = (
    "docs.", "doc.", "api.", "platform.", "chat.", "app.", "forum.", "forums.", "discuss.", "support.", "help.", "gym.",
    "developer.", "developers.", "python.", "static.", "cdn.", "store.", "shop.", "status.",
)  # fmt: skip
LEAST_SHARE = 0.6  # of the links that go into a folder, for the folder to be the blog


@dataclass(slots=True)
class Suggestion:
    """A blog, and who links to it."""

    url: str
    title: str | None = None  # of the curated list, where it is one of its blogs
    sources: dict[int, str] = field(default_factory=dict)  # blogs that link to it
    posts: set[int] = field(default_factory=set)
    pages: Counter[str] = field(default_factory=Counter)  # its pages that are linked to
    first: Mention | None = None

    def as_json(self) -> dict[str, Any]:
        """One row of `kb sources suggest`."""
        assert self.first is not None
        return {"url": self.url, "title": self.title, "blogs": len(self.sources), "posts": len(self.posts),
                "pages": len(self.pages), "linked_by": list(self.sources.values()), "example": self.first.url,
                "found_in": self.first.post_url}  # fmt: skip


def suggest(
    mentions: Iterable[Mention], known: Iterable[str], curated: Iterable[NewSource], n: int
) -> list[Suggestion]:
    """The n blogs that most other blogs link to, then most posts; known: addresses to leave out."""
    exact, suffixes = _no_blogs()
    taken = {urls.bare(urls.host(url)) for url in known}
    found: dict[str, Suggestion] = {}
    for mention in mentions:
        host = urls.bare(urls.host(mention.url))
        if not _may_be_blog(mention.url, host, exact, suffixes) or host in taken:
            continue
        name = _place(mention.url, host)
        one = found.setdefault(name, Suggestion(name, first=mention))
        one.sources.setdefault(mention.source_id, mention.source)
        one.posts.add(mention.post_id)
        one.pages[mention.url.partition("#")[0]] += 1
    homes = {urls.bare(urls.host(s.url)): s for s in curated}
    for name, one in found.items():
        own = homes.get(urls.bare(urls.host(f"https://{name}")))
        one.url, one.title = (own.url, own.title) if own else (_home(one), None)
    return sorted(found.values(), key=lambda s: (-len(s.sources), -len(s.posts), s.url))[:n]


def _may_be_blog(url: str, host: str, exact: frozenset[str], suffixes: frozenset[str]) -> bool:
    """Whether a link goes to a page with the address of a post, on a host that is not known as something else."""
    if (
        "." not in host
        or host.startswith(_PRODUCTS)
        or host in exact
        or roots.closed(url)
        or shapes.guess(url) != "post"
    ):
        return False
    parts = host.split(".")
    return not any(".".join(parts[i:]) in suffixes for i in range(len(parts) - 1))


def _place(url: str, host: str) -> str:
    """What counts as one blog: the host, or somebody's folder on it."""
    first = urlsplit(url).path.split("/")[1:2]
    if first and first[0] and (host in _OF_PEOPLE or first[0].startswith(("~", "@", "%7E"))):
        return f"{host}/{first[0]}/"
    return f"{host}/"


def _home(one: Suggestion) -> str:
    """The address to follow: as the links spell it, down to the folder that most of them go into."""
    scheme, host = Counter((urlsplit(url).scheme, urlsplit(url).netloc) for url in one.pages).most_common(1)[0][0]
    folder = one.url.partition("/")[2]
    if not folder:
        firsts = Counter(urlsplit(url).path.split("/")[1] for url in one.pages)
        name, count = firsts.most_common(1)[0]
        folder = f"{name}/" if name in _BLOGS and count >= LEAST_SHARE * len(one.pages) else ""
    return f"{scheme}://{host}/{folder}"


def _no_blogs() -> tuple[frozenset[str], frozenset[str]]:
    lines = files("kb").joinpath("data/no_blogs.txt").read_text(encoding="utf-8").split("\n")
    names = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    exact = frozenset(name[1:] for name in names if name.startswith("="))
    return exact, frozenset(name for name in names if not name.startswith("="))
