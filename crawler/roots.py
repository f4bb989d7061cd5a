"""Where a visit begins: the URLs that lead to all of a blog's posts, told apart by what is known already. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler import shapes, urls
from crawler.types import Link, Visit

MAX_FEEDS = 3  # of those that a home page names
MAX_SITEMAPS = 20  # of those that a robots.txt names
# Where a feed most likely is when no page names it, by the program that made the site; at most MAX_PROBES are tried
MAX_PROBES = 3
_PROBES = {
    "wordpress": ("feed/",),
    "hugo": ("index.xml",),
    "hexo": ("atom.xml", "rss2.xml"),
    "jekyll": ("feed.xml", "atom.xml"),
    "pelican": ("feeds/all.atom.xml",),
    "quarto": ("index.xml",),
    "ghost": ("rss/",),
    "gatsby": ("rss.xml",),
    "hakyll": ("rss.xml", "atom.xml"),
    "blogger": ("feeds/posts/default",),
    "substack": ("feed",),
}
_COMMON = ("feed.xml", "atom.xml", "rss.xml", "index.xml")
_COMMENTS = re.compile(r"/comments?(?:/|\.|$)|comments/default|replytocom|/feed/.*comment", re.I)

# What cannot be crawled from outside, or only in part
_CLOSED = {
    "mp.weixin.qq.com": "WeChat shows its articles only by links from within",
    "weixin.sogou.com": "WeChat shows its articles only by links from within",
    "zhihu.com": "Zhihu shows its articles only to those who logged in",
    "medium.com": "Medium shows members' posts only to members",
    "linkedin.com": "LinkedIn shows its articles only to those who logged in",
    "x.com": "X shows posts only to those who logged in",
    "twitter.com": "X shows posts only to those who logged in",
    "facebook.com": "Facebook shows posts only to those who logged in",
    "notion.site": "Notion's pages need a script",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the web that a blog is: its hosts, and the folder of them that it lives in."""

    hosts: tuple[str, ...]
    folder: str = "/"
    barred: tuple[str, ...] = ()  # home pages of blogs that are not to be fetched, in whatever folder of these hosts

    def holds(self, url: str) -> bool:
        """Whether a URL is the blog's."""
        return self.on_hosts(url) and urls.within(url, self.folder)

    def on_hosts(self, url: str) -> bool:
        """Whether a URL is on one of the blog's hosts, in whatever folder."""
        return urls.same_site(url, self.hosts) and not self.bars(url)

    def bars(self, url: str) -> bool:
        """Whether a URL is one that must never be fetched."""
        return any(urls.same_site(url, [urls.host(b)]) and urls.within(url, urls.folder(b)) for b in self.barred)


def scope_of(visit: Visit) -> Scope:
    """The scope as far as it is known before the first answer."""
    blog = visit.blog
    hosts = tuple(dict.fromkeys((*blog.hosts, urls.host(blog.url))))
    return Scope(hosts, urls.folder(blog.url) if visit.kind == "blog" else "/", visit.barred)


def first(visit: Visit) -> Link:
    """The URL that the owner gave."""
    kinds = {"blog": "home", "feed": "feed", "sitemap": "sitemap", "page": "page"}
    return Link(visit.blog.url, kinds[visit.kind], visit.blog.url)  # type: ignore[arg-type]


def watched(visit: Visit) -> Link:
    """The one URL that tells whether a blog that was crawled has something new."""
    source = visit.blog.url
    if visit.watch:
        if urls.key(visit.watch) == urls.key(source):
            return first(visit)
        return Link(visit.watch, "sitemap" if _is_document(visit.watch) else "list", source)
    if visit.feed:
        return Link(visit.feed, "feed", source)
    if visit.kind == "blog" and len(found := _sitemaps_of(visit)) == 1:
        return Link(found[0], "sitemap", source)  # of several, an index does not change when a page is added
    return first(visit)


def again(visit: Visit, everything: bool) -> Iterator[Link]:
    """What is asked again, conditionally, when the watched URL has news: home, feed, sitemaps, lists in their order.

    Of the lists those that follow several without news are left out (crawler.waiting).
    """
    source = visit.blog.url
    if visit.kind == "page":
        return
    yield Link(source, first(visit).kind, source)
    if visit.feed and visit.feed != source:
        yield Link(visit.feed, "feed", source)
    for url in _sitemaps_of(visit):
        yield Link(url, "sitemap", source)
    own = {urls.key(url) for url in (*visit.posts, source)}
    lists = [u for u, kind in visit.indexes.items() if kind == "list" and urls.key(u) not in own]
    lists = [u for u in lists if not _is_document(u)]
    for url in lists if everything else [u for u in lists if shapes.guess(u) == "archive"]:
        yield Link(url, "list", source, 1)


def _sitemaps_of(visit: Visit) -> list[str]:
    return [url for url, kind in visit.indexes.items() if kind == "sitemap"]


def feeds(found: Iterable[Link]) -> list[Link]:
    """The feeds of a home page that may hold its posts."""
    named = {urls.key(link.url): link for link in found if link.kind == "feed" and not is_comments(link.url)}
    return list(named.values())[:MAX_FEEDS]


def is_comments(url: str) -> bool:
    """Whether a feed's address says that it holds comments."""
    return _COMMENTS.search(urlsplit(url).path) is not None


def probes(home: str, generator: str, source: str) -> list[Link]:
    """Well-known addresses of a feed, the likeliest first."""
    made_by = [path for name, paths in _PROBES.items() if name in generator for path in paths]
    paths = list(dict.fromkeys((*made_by, *_COMMON)))[: len(made_by) + 1 if made_by else MAX_PROBES]
    base = urls.origin(home) + urls.folder(home)
    return [Link(base + path, "feed", source, 1, home) for path in paths]


def sitemaps(home: str, named: Iterable[str], scope: Scope, source: str) -> list[Link]:
    """The sitemaps that robots.txt names, else the well-known address in the blog's folder and at its host's root."""
    found = [url for text in named if (url := urls.crawlable(text, home)) and scope.on_hosts(url)]
    if not found:
        bases = dict.fromkeys((urls.folder(home), "/"))
        found = [f"{urls.origin(home)}{folder}sitemap.xml" for folder in bases]
    return [Link(url, "sitemap", source, 1, home) for url in dict.fromkeys(found[:MAX_SITEMAPS])]


def closed(url: str) -> str | None:
    """Why a platform cannot be crawled in full, in words for the owner; None where nothing speaks against it."""
    name = urls.bare(urls.host(url))
    return next((why for host, why in _CLOSED.items() if name == host or name.endswith("." + host)), None)


def _is_document(url: str) -> bool:
    return urlsplit(url).path.lower().endswith((".xml", ".rss", ".atom", ".json", ".txt", ".gz"))
