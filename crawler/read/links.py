"""The links of a page, in document order, each with what it seems to lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler import shapes, urls
from crawler.read.consent import asks
from crawler.read.tree import Element, around, tokens
from crawler.types import Blog, Link, LinkKind, Page

MAX_LINKS = 20_000
_FEED_TYPE = re.compile(r"(?:rss|atom|rdf)\+xml|feed\+json|text/xml")
_FEED_PATH = re.compile(
    r"/(?:feed|rss|atom)/?$|\.(?:rss|atom)$|/(?:feed|rss|atom|index|rss2|feeds?)\.(?:xml|json)$|/feeds/[\w.-]+\.xml$",
    re.I,
)
_COMMENT_FEED = re.compile(r"comments?/feed|/comments/|comments\.(?:xml|rss)|[?&]feed=comments", re.I)
_PAGER = re.compile(
    r" (?:[a-z]+[-_])*(?:pagination|paginator|pager|page-numbers|paginav|page-nav)(?:[-_]\w+)* | next "
    r"page-numbers | older-posts "
)


def base_of(root: Element, url: str) -> str:
    """What relative links are resolved against."""
    for base in root.iter("base"):
        if base.get("href") and (resolved := urls.crawlable(base.get("href"), url)):
            return resolved
    return url


def links_of(root: Element, base: str, page: Page, blog: Blog) -> Iterator[Link]:
    """Absolute, each once; nofollow, other schemes and the page itself left out."""
    seen = {page.url.partition("#")[0]}
    closed = "nofollow" in asks(root, page.robots_tag)
    for element in root.iter("link", "a", "area"):
        href = element.get("href")
        if not href or href.startswith("#"):
            continue
        rels = (element.get("rel") or "").lower().split()
        if element.tag == "link":
            kind = _of_head(element, rels)
            if kind is None:
                continue
        elif closed or "nofollow" in rels:
            continue
        else:
            kind = None
        target = urls.crawlable(href, base)
        if target is None or target in seen:
            continue
        seen.add(target)
        yield Link(target, kind or _of_body(element, rels, target), blog.url, depth=0, via=page.url)
        if len(seen) > MAX_LINKS:
            return


def _of_head(element: Element, rels: list[str]) -> LinkKind | None:
    """What a <link> leads to, or None where it is no page."""
    mime = (element.get("type") or "").lower()
    href = element.get("href") or ""
    if "sitemap" in rels:
        return "sitemap"
    if "alternate" in rels or "feed" in rels:
        if _FEED_TYPE.search(mime) or (not mime and _FEED_PATH.search(href)):
            title = (element.get("title") or "").lower()
            return None if _COMMENT_FEED.search(href) or "comment" in title else "feed"
        return "page" if element.get("hreflang") else None
    if "next" in rels or "prev" in rels:
        return "list" if shapes.guess(href) in ("list", "archive") else "page"
    if "archives" in rels:
        return "list"
    return None


def _of_body(element: Element, rels: list[str], target: str) -> LinkKind:
    if _FEED_PATH.search(target.partition("?")[0]) and not _COMMENT_FEED.search(target):
        return "feed"
    guess = shapes.guess(target)
    if guess in ("list", "archive"):
        return "list"
    if "next" in rels or "prev" in rels or any(_PAGER.search(tokens(a)) for a in around(element, 4)):
        return "list" if guess != "post" or re.search(r"\d+/?(?:\.html?)?$", target) else "page"
    return "page"
