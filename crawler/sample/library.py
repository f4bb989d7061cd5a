"""The posts of the sample web as they were written: Markdown files with TOML front matter, a folder a host."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any
from zlib import crc32

_FRONT_MATTER = re.compile(r"\+\+\+\n(.*?)\n\+\+\+\n(.*)", re.DOTALL)
_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class SamplePost:
    """A post as its writer left it."""

    host: str
    slug: str
    title: str
    published: date  # the author's own day
    tags: tuple[str, ...]
    markdown: str = field(repr=False)
    updated: date | None = None
    off_topic: bool = False  # true: not about machine learning, so it must not be charted
    copy_of: str | None = None  # URL of the post on another host that this one repeats

    @property
    def path(self) -> str:
        return f"/{self.slug}/"

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.path}"


@dataclass(frozen=True, slots=True)
class Site:
    """A blog of the sample web."""

    host: str
    title: str
    make: str  # module of crawler.sample.makes that builds its pages
    language: str  # ISO 639-1
    author: str
    description: str
    base: str  # http://HOST/
    posts: tuple[SamplePost, ...] = field(repr=False)  # newest first

    @property
    def first_year(self) -> int:
        return self.posts[-1].published.year

    @property
    def modified(self) -> datetime:
        """When the site was built last: the newest date of its posts."""
        return max(self.moment(post.updated or post.published, post) for post in self.posts)

    def moment(self, day: date, post: SamplePost) -> datetime:
        """A day as an instant in the site's own zone: an office hour that depends on the post alone."""
        minutes = 9 * 60 + crc32(post.slug.encode()) % (8 * 60)
        zone = _BEIJING if self.language == "zh" else UTC
        return datetime.combine(day, time(minutes // 60, minutes % 60), zone)

    def tags(self) -> dict[str, tuple[SamplePost, ...]]:
        """Tag -> its posts, newest first; tags in the order of their letters."""
        names = sorted({tag for post in self.posts for tag in post.tags})
        return {name: tuple(post for post in self.posts if name in post.tags) for name in names}

    def neighbours(self, post: SamplePost) -> tuple[SamplePost | None, SamplePost | None]:
        """The post before and the post after, in time."""
        at = self.posts.index(post)
        older = self.posts[at + 1] if at + 1 < len(self.posts) else None
        return older, self.posts[at - 1] if at else None


def load_sites(root: Traversable | None = None) -> tuple[Site, ...]:
    """The sites under `root` (default: the content in this package), by host; one without posts is left out.

    Raises ValueError, with the file's name, for a post or a site.toml that is not in the form.
    """
    root = root or resources.files("crawler.sample").joinpath("content")
    sites = [_site(folder) for folder in sorted(root.iterdir(), key=lambda f: f.name) if folder.is_dir()]
    return _with_copies([site for site in sites if site])


def _site(folder: Traversable) -> Site | None:
    about = folder.joinpath("site.toml")
    if not about.is_file():
        return None
    posts = [
        parse_post(folder.name, file.name.removesuffix(".md"), file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".md")
    ]
    if not posts:
        return None
    posts.sort(key=lambda post: (post.published, post.slug), reverse=True)
    site = Site(**tomllib.loads(about.read_text(encoding="utf-8")), posts=tuple(posts))
    if site.host != folder.name or site.base != f"http://{site.host}/":
        raise ValueError(f"{folder.name}/site.toml: host and base must name the folder, got {site.host}, {site.base}")
    return site


def parse_post(host: str, slug: str, text: str) -> SamplePost:
    """A post from the text of its file."""
    match = _FRONT_MATTER.fullmatch(text)
    if not match:
        raise ValueError(f"{host}/{slug}.md: begins with no front matter between +++ lines")
    facts: Mapping[str, Any] = tomllib.loads(match[1])
    if missing := {"title", "date", "tags"} - facts.keys():
        raise ValueError(f"{host}/{slug}.md: front matter lacks {', '.join(sorted(missing))}")
    if unknown := facts.keys() - {"title", "date", "tags", "updated", "off_topic", "copy_of"}:
        raise ValueError(f"{host}/{slug}.md: front matter has unknown {', '.join(sorted(unknown))}")
    days = [facts["date"], facts.get("updated", facts["date"])]
    if any(type(day) is not date for day in days):
        raise ValueError(f"{host}/{slug}.md: dates are days such as 2024-05-31, without quotes or times")
    return SamplePost(
        host=host,
        slug=slug,
        title=facts["title"],
        published=facts["date"],
        tags=tuple(facts["tags"]),
        markdown=match[2].strip() + "\n",
        updated=facts.get("updated"),
        off_topic=facts.get("off_topic", False),
        copy_of=facts.get("copy_of"),
    )


def _with_copies(sites: Iterable[Site]) -> tuple[Site, ...]:
    """The same sites, where a cross-post that has no text of its own is given the text of its original."""
    sites = tuple(sites)
    originals = {post.url: post.markdown for site in sites for post in site.posts}

    def filled(post: SamplePost) -> SamplePost:
        if post.copy_of is None or post.markdown.strip():
            return post
        if post.copy_of not in originals:
            raise ValueError(f"{post.host}/{post.slug}.md: copies {post.copy_of}, which is no post here")
        return replace(post, markdown=originals[post.copy_of])

    return tuple(replace(site, posts=tuple(map(filled, site.posts))) for site in sites)
