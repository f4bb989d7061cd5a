"""Sitemaps: an index, a list of pages, plain text, a feed used as one; gzipped, broken or on a wrong host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from crawler import dates, urls, xml
from crawler.decode import gunzip
from crawler.rehome import rehome
from crawler.types import Blog, Hint, Link, Page, Post, Verdict

MAX_BYTES = 50 << 20
MAX_URLS = 50_000  # the protocol's own bound
MAX_CHILDREN = 500
_URL = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a sitemap."""

    loc: str  # as written
    lastmod: str | None = None


def read(data: bytes) -> tuple[bool, list[Entry]]:
    """(whether it is an index of sitemaps, its entries); never raises."""
    for _ in range(2):  # gzip in gzip happens where a server compresses a .gz file again
        if data.startswith(b"\x1f\x8b"):
            data = gunzip(data, MAX_BYTES)
    if b"<" not in data[:2000]:
        return False, list(islice(_plain(data), MAX_URLS))
    root = xml.root(data)
    if root is None:
        return False, []
    index = any(xml.local(e) == "sitemap" for e in islice(root.iter(), 50)) or xml.local(root) == "sitemapindex"
    entries = list(islice(_entries(root), MAX_CHILDREN if index else MAX_URLS))
    return index, list({entry.loc: entry for entry in entries}.values())


def parse(page: Page, blog: Blog, hint: Hint | None = None) -> Iterator[Post | Link | Verdict]:
    """The links of a sitemap, in its order; those of an index are sitemaps themselves."""
    index, entries = read(page.body)
    if not entries:
        yield Verdict("other", ("no sitemap: nothing in it is a URL",))
        return
    found = [(url, entry) for entry in entries if (url := urls.crawlable(entry.loc, page.url))]
    moved = rehome([url for url, _ in found], page.url, blog)
    for (_, entry), url in zip(found, moved, strict=True):
        lastmod = dates.published(entry.lastmod)
        if index:
            yield Link(url, "sitemap", blog.url, 1, page.url)
        else:
            yield Link(url, "page", blog.url, 1, page.url, Hint(in_sitemap=True, lastmod=lastmod))
    yield Verdict("sitemap", (f"{len(entries)} {'sitemaps' if index else 'pages'}",))


def _entries(root: Any) -> Iterator[Entry]:
    for element in root.iter():
        name = xml.local(element)
        if name in ("url", "sitemap"):
            yield from _of(element)
        elif name == "item" or name == "entry":
            yield from _of_feed(element)


def _of(element: Any) -> Iterator[Entry]:
    """The addresses of one <url> or <sitemap>; some hold several, some hold theirs as bare text."""
    children = [(xml.local(child), child) for child in element]
    lastmod = next((xml.text_of(child) for name, child in children if name == "lastmod"), None)
    locs = [xml.text_of(child) for name, child in children if name == "loc" and "sitemap" in _space(child)]
    locs = locs or [xml.text_of(child) for name, child in children if name == "loc"]
    listed = element.getparent() is not None and xml.local(element.getparent()) in ("urlset", "sitemapindex")
    if not locs and listed and element.text and _URL.match(element.text.strip()):
        locs = [element.text.strip()]
    for loc in locs:
        if loc:
            yield Entry(loc, lastmod)


def _space(element: Any) -> str:
    """The namespace of an element; one without any is read as the sitemap's own."""
    return element.tag.partition("}")[0] if element.tag.startswith("{") else "sitemap"


def _of_feed(element: Any) -> Iterator[Entry]:
    """The address of an entry of RSS or Atom."""
    links = [child for child in element if xml.local(child) == "link"]
    alternate = [e for e in links if e.get("rel", "alternate") == "alternate"]
    for link in sorted(alternate or links, key=lambda e: e.get("rel") is None)[:1]:
        if loc := (link.get("href") or xml.text_of(link)):
            yield Entry(loc)


def _plain(data: bytes) -> Iterator[Entry]:
    for line in data.decode("utf-8-sig", "replace").splitlines():
        if _URL.fullmatch(line.strip()):
            yield Entry(line.strip())
