"""Reads one fetched page with the parser for what it is; runs in the worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from crawler import plugins, shapes, urls
from crawler.types import Blog, Hint, Link, Page, Post, Verdict

MAX_LINKS = 50_000
MIN_LISTED = 3
_FEED = (b"<rss", b"<feed", b"<rdf:rdf", b"<channel", b"jsonfeed.org/version")
_SITEMAP = (b"<urlset", b"<sitemapindex")
Parser = Callable[[Page, Blog, Hint | None], Iterator[Post | Link | Verdict]]


@dataclass(frozen=True, slots=True)
class Read:
    """All that a parse gave; links at most once each, in their order."""

    verdict: Verdict
    post: Post | None = None
    links: tuple[Link, ...] = ()
    keys: tuple[str, ...] = ()  # crawler.urls.key of each link
    html_head: str = ""  # generator, as the page names it


def read(page: Page, link: Link, blog: Blog) -> Read:
    """What a page is: the post, the links, the verdict. Parsers may raise; the pool makes that a Failure."""
    source = source_of(page, link)
    if source is None:
        return Read(Verdict("other", (f"was to be a {link.kind}, and is an HTML page",)))
    parser: Parser = plugins.load("crawler.sources", source, "parse")
    post, verdict = None, Verdict("other", ("the parser gave no verdict",))
    links: dict[str, Link] = {}
    for thing in parser(page, blog, link.hint):
        if isinstance(thing, Post):
            post = thing
        elif isinstance(thing, Verdict):
            verdict = thing
        elif len(links) < MAX_LINKS:
            links.setdefault(urls.key(thing.url), thing)
    if post is None and verdict.kind in ("thin", "other") and _lists(page.url, links):
        verdict = replace(verdict, kind="list", reasons=(*verdict.reasons, "a list by its address"))
    return Read(verdict, post, tuple(links.values()), tuple(links), generator(page.body))


def _lists(url: str, links: Mapping[str, Link]) -> bool:
    """Whether a page with next to no text is what its address says: a list, with pages of its site in it."""
    if shapes.guess(url) not in ("archive", "list"):
        return False
    return sum(urls.same_site(link.url, [urls.host(url)]) for link in links.values()) >= MIN_LISTED


def source_of(page: Page, link: Link) -> str | None:
    """The plug-in of crawler.sources that reads this body: by what it holds, whatever it is called."""
    head = page.body[:4096].lower()
    if page.body.startswith(b"\x1f\x8b") or any(mark in head for mark in _SITEMAP):
        return "sitemap"
    is_html = b"<html" in head or b"<!doctype html" in head or b"<head" in head
    if not is_html and any(mark in head for mark in _FEED):
        return "feed"
    if link.kind in ("feed", "sitemap"):
        if is_html:
            return "page" if link.via is None else None
        return link.kind
    return "page"


def generator(body: bytes) -> str:
    """The program that made the page, in lower case, as its meta element says; "" where it does not."""
    head = body[:20_000].lower()
    at = head.find(b'name="generator"')
    if at < 0:
        at = head.find(b"name=generator")
    return head[max(0, at - 120) : at + 120].decode("ascii", "replace") if at >= 0 else ""
