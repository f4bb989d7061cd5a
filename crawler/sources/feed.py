"""Feeds: RSS 0.9x to 2.0, RDF, Atom and JSON Feed, each read by its own adapter into one model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler import dates, urls
from crawler.feeds import jsonfeed, syndication
from crawler.feeds.model import Entry, Feed
from crawler.rehome import rehome
from crawler.types import Blog, Hint, Link, Page, Post, Verdict

MAX_ENTRIES = 10_000
MAX_HTML = 400_000  # characters of an entry's own text that are kept for the reader
MIN_HTML = 1_500  # less is a summary


def read(data: bytes, url: str, content_type: str | None = None) -> Feed | None:
    """The feed in these bytes, or None where they are none; never raises."""
    start = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        return jsonfeed.read(data, url)
    return syndication.read(data, url, content_type)


def parse(page: Page, blog: Blog, hint: Hint | None = None) -> Iterator[Post | Link | Verdict]:
    """A link for each entry, newest first as the feed has them, then the feed's next page and home page."""
    feed = read(page.body, page.url, page.content_type)
    if feed is None:
        yield Verdict("other", ("no feed: no channel and no entries in it",))
        return
    if is_comments(feed, page.url):
        yield Verdict("other", ("a feed of comments",), title=feed.title)
        return
    entries = [(url, entry) for entry in feed.entries[:MAX_ENTRIES] if (url := urls.crawlable(entry.link, page.url))]
    moved = rehome([url for url, _ in entries], page.url, blog)
    for (_, entry), url in zip(entries, moved, strict=True):
        yield Link(url, "post", blog.url, 1, page.url, _hint(entry))
    if feed.next_url and (url := urls.crawlable(feed.next_url, page.url)):
        yield Link(url, "feed", blog.url, 1, page.url)
    if feed.link and (url := urls.crawlable(feed.link, page.url)):
        yield Link(url, "home", blog.url, 0, page.url)
    yield Verdict("feed", (f"{len(entries)} entries",), title=feed.title, language=feed.language, ttl_s=feed.ttl_s)


def is_comments(feed: Feed, url: str) -> bool:
    """Whether a feed holds readers' comments: WordPress has one for the blog and one for each post."""
    if "/comments/feed" in url or "comments/default" in url or "/comment-page-" in url:
        return True
    links = [entry.link for entry in feed.entries]
    return bool(links) and all("#comment" in link for link in links)


def _hint(entry: Entry) -> Hint:
    html = entry.content if len(entry.content) >= MIN_HTML else None
    return Hint(
        title=entry.title or None,
        authors=tuple(name for author in entry.authors if (name := _name(author))),
        published=dates.published(entry.published),
        updated=dates.published(entry.updated),
        tags=entry.tags,
        html=html[:MAX_HTML] if html else None,
        in_feed=True,
    )


def _name(author: str) -> str:
    """A person's name without the address beside it; "" where there is no more than an address."""
    name = re.sub(r"\(?\b(?:mailto:)?[\w.+-]+@[\w.-]+\.\w+\)?", "", author).strip(" ,;<>")
    return name.removeprefix("(").removesuffix(")").strip() if name.startswith("(") else name
