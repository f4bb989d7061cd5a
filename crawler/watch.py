"""Which page of a blog to ask on later visits: the feed, or where it holds only a part, a page that names all posts.

A feed of the newest ten does not change when an older draft is published, or when a post appears in a section of its
own; a sitemap or an archive that names every post does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from crawler import shapes
from crawler.types import Caching, Link, Page
from crawler.urls import key

_ORDER = {"sitemap": 0, "list": 1, "home": 2}  # of pages that name equally many: the least other matter first


@dataclass(frozen=True, slots=True)
class _Index:
    kind: str
    names: frozenset[str]  # crawler.urls.key of what it links to


@dataclass(slots=True)
class Indexes:
    """The pages of one visit that name posts, as far as they were read: what answered 304 is not among them."""

    read: dict[str, _Index] = field(default_factory=dict)  # by URL

    def take(self, link: Link, page: Page, kind: str, names: Iterable[str]) -> None:
        """Remember a page that may be watched: one that can be asked for conditionally."""
        listed = kind in ("list", "home") and (link.kind == "home" or shapes.guess(link.url) == "archive")
        if (kind in ("feed", "sitemap") or listed) and page.caching != Caching():
            self.read[link.url] = _Index(kind, frozenset(names))

    def covers(self, url: str, posts: Iterable[str]) -> bool:
        """Whether this page names all of these posts (URLs); false for one that was not read."""
        index = self.read.get(url)
        return index is not None and all(key(post) in index.names for post in posts)

    def choose(self, feed: str | None, kept: str | None, posts: frozenset[str], fresh: frozenset[str]) -> str | None:
        """The page to watch instead of the feed, or None for the feed itself.

        kept: the page that was watched so far. posts, fresh: keys of all posts of the blog, and of those that this
        visit found. What the feed names has to stand in the page too: else a new post might come by the feed alone.
        """
        fed = self.read[feed].names & posts if feed in self.read else frozenset()
        if kept is not None and kept not in self.read:
            return None if fed & fresh else kept
        if feed is not None and feed not in self.read:
            return kept
        others = {url: index for url, index in self.read.items() if index.kind != "feed" and fed <= index.names}
        count = {url: len(index.names & posts) for url, index in others.items()}
        best = max(count, key=lambda url: (count[url], -_ORDER[others[url].kind]), default=None)
        return best if best is not None and count[best] > len(fed) else None
