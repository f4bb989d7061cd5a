"""The facts about a post that stand outside of its text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler import urls
from crawler.read.days import published_of, updated_of
from crawler.read.head import Head
from crawler.read.people import authors_of
from crawler.read.title import fold, title_of
from crawler.read.tree import Element, absolute, around, tokens, words
from crawler.types import Blog, Hint

_LICENCE = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)(?:/(\d\.\d))?", re.I)
_TAG_PATH = re.compile(
    r"/(?:tags?|topics?|categor(?:y|ies)|keywords?|label|labels|subjects?)/[^/?#]+/?(?:index\.html)?$|"
    r"/(?:tag|category)/[^/]+\.html$|#category=|/tags\.html#|/search/label/",
    re.I,
)
_TAG_PLACE = re.compile(r"tag|categor|topic|keyword|label|meta|taxonom")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a page besides its text."""

    title: str
    authors: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    tags: tuple[str, ...] = ()
    canonical: str | None = None
    licence: str | None = None
    series: str | None = None


def facts_of(root: Element, head: Head, url: str, blog: Blog, hint: Hint | None, fetched: str | None) -> Facts:
    """Read the facts; the tree is still whole, scripts and chrome included."""
    names = [blog.title] if blog.title else []
    published = published_of(root, head, url, fetched)
    if (
        hint is not None
        and hint.published
        and (published is None or (hint.published[:10] == published[:10] and len(hint.published) > len(published)))
    ):
        published = hint.published
    updated = updated_of(head, published, fetched) or (hint.updated if hint else None)
    authors = authors_of(root, head, names, hint.authors if hint else (), blog.authors)
    return Facts(
        title=title_of(root, head, url, [*names, *authors], hint.title if hint else None),
        authors=authors,
        published=published,
        updated=updated if updated != published else None,
        tags=_tags(root, head, hint),
        canonical=canonical_of(head, url, blog),
        licence=_licence(root, head),
        series=_series(root),
    )


def canonical_of(head: Head, url: str, blog: Blog) -> str | None:
    """The page's own statement of its address, unless it leads off the blog's hosts or to the blog's front page."""
    given = next((absolute(url, href) for href in head.links.get("canonical", ()) if href.strip()), None)
    if given is None:
        return None
    hosts = {urls.host(u) for u in (url, blog.url)} | set(blog.hosts)
    if not urls.same_site(given, hosts):
        return None
    path = re.sub(r"(?:index\.html?)?$", "", given.split("://", 1)[-1].partition("/")[2].partition("?")[0])
    own = re.sub(r"(?:index\.html?)?$", "", url.split("://", 1)[-1].partition("/")[2].partition("?")[0])
    if (not path.strip("/") or path.rstrip("/") == urls.folder(blog.url).strip("/")) and own.strip("/") != path.strip(
        "/"
    ):
        return None
    return given


def _tags(root: Element, head: Head, hint: Hint | None) -> tuple[str, ...]:
    found: dict[str, str] = {}

    def add(text: str) -> None:
        text = " ".join(text.split()).strip("#, ·•")
        if text and len(text) <= 60:
            found.setdefault(fold(text) or text.lower(), text)

    for tag in hint.tags if hint else ():
        add(tag)
    for tag in head.meta.get("article:tag", ()):
        add(tag)
    for given in (
        head.article.get("keywords"),
        head.first("keywords", "tags", "news_keywords"),
        head.front.get("tags"),
        head.front.get("categories"),
    ):
        parts = given if isinstance(given, list) else re.split(r"[,，;、]", given) if isinstance(given, str) else []
        if len(parts) <= 40:
            for tag in parts:
                add(str(tag))
    if not found:
        for link in root.iter("a"):
            if ("tag" in (link.get("rel") or "").split() or _TAG_PATH.search(link.get("href") or "")) and any(
                _TAG_PLACE.search(tokens(a)) for a in around(link, 4)
            ):
                if any(
                    a.tag in ("nav", "aside")
                    or re.search(
                        r" (?:\S*[-_])?(?:sidebar|widget|tag-?cloud|tagcloud|menu|navbar)(?:[-_](?:inner|"
                        r"content|section|area))? ",
                        tokens(a),
                    )
                    for a in link.iterancestors()
                ):
                    continue
                text = words(link)
                if len(found) < 40:
                    add(re.sub(r"\s*\(?\d+\)?$", "", text))
    return tuple(found.values())


def _licence(root: Element, head: Head) -> str | None:
    """A licence that the page states with a link or for machines, as a short name such as CC-BY-4.0."""
    spots = [
        *head.links.get("license", ()),
        *(e.get("href") or "" for e in root.iter("a")),
        str(head.article.get("license") or ""),
        head.first("dcterms.license", "dc.rights", "license"),
    ]
    for spot in spots:
        if match := _LICENCE.search(spot):
            name = match[1].lower()
            if name == "zero":
                return "CC0-1.0"
            return f"CC-{name.upper()}" + (f"-{match[2]}" if match[2] else "")
    return None


def _series(root: Element) -> str | None:
    """The name of the series that a page says it is part of."""
    for link in root.iter("a"):
        if re.search(r"/series/[^/]+", link.get("href") or "") and not any(
            a.tag in ("nav", "header") and "site" in tokens(a) for a in link.iterancestors()
        ):
            text = words(link)
            if 2 < len(text) <= 80 and fold(text) != "series":
                return text
    return None


def own_url(head: Head) -> str:
    """The address that a page gives itself, "" where it gives none."""
    given = [*head.links.get("canonical", ()), head.first("og:url", "twitter:url"), str(head.article.get("url") or "")]
    return next((u for href in given if href and (u := urls.crawlable(href))), "")
