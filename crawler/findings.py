"""What a visit finds out about a blog as it goes: where it lives, its feeds, and which of all links are its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from crawler import roots, shapes, urls
from crawler.parse import Read
from crawler.robots import Rules
from crawler.types import Link, Page, Visit
from crawler.waiting import Waiting


class Findings:
    """The knowledge of one visit, and the links that wait; asks for nothing itself."""

    def __init__(self, visit: Visit, refer: Callable[[str, str], None]) -> None:
        """refer: is told (URL on another site, page that links to it), for it may be another blog's post."""
        self.visit, self._refer = visit, refer
        self.blog = visit.blog
        self.scope = roots.scope_of(visit)
        self.waiting = Waiting(visit.known, visit.blog.patterns)
        self.watching = visit.complete and not visit.refresh
        self.guesses: set[str] = set()  # URLs that nobody named: whether something is there is found by asking
        self.ttl_s: float | None = None
        self.notes: list[str] = []
        self._probing: list[Link] = []
        self._fed: set[str] = set()  # keys that only a feed named so far
        self._feeds: dict[str, int] = {}  # URL -> entries on the blog
        self._there: set[str] | None = None  # keys of pages that answered on an earlier visit; made when needed
        self._feed_lost = False

    def plant(self) -> None:
        """The links that the visit begins with."""
        visit = self.visit
        for url in visit.posts:
            self.waiting.sure(url)
        if visit.complete:
            self.waiting.add(roots.watched(visit), again=True)
        elif visit.kind != "page" or not visit.pending:
            # Again after a visit that was cut off: its report, and with it the feed to watch, was never told
            self.waiting.add(roots.first(visit), again=visit.refresh or not visit.feed)
        for link in visit.pending:
            self.waiting.add(link, again=True)
        if visit.refresh:
            for link in roots.again(visit, everything=True):
                self.waiting.add(link, again=True)
            for url in visit.posts:
                self.waiting.add(Link(url, "post", self.blog.url), again=True)

    def probe(self) -> bool:
        """Let the next well-known address of a feed wait, while none was found; whether there was one."""
        if self._feeds or not self._probing:
            return False
        return self.waiting.add(self._probing.pop(0)) or self.probe()

    def referred(self, url: str, via: str) -> bool:
        """Take a URL of this blog that another blog's page links to; whether it is new, and may be a post."""
        if self.visit.kind == "page" or shapes.guess(url) != "post" or not self.scope.holds(url):
            return False
        return self.waiting.add(Link(url, "page", self.blog.url, 1, via))

    def lost_feed(self, why: str) -> None:
        """The watched feed is gone: begin again at the home page."""
        self.notes.append(f"the feed {self.visit.feed} is no longer there ({why})")
        self.watching, self._feed_lost = False, True
        self.waiting.add(Link(self.blog.url, "home", self.blog.url), again=True)

    def settle(self, page: Page) -> None:
        """Where the home page is in the end: hosts that lead to it are the blog's, and its folder is the blog's."""
        hosts = (*self.scope.hosts, *(urls.host(url) for _, url in page.redirects), urls.host(page.url))
        folder = self.scope.folder if self.scope.folder == "/" else urls.folder(page.url)
        self.scope = roots.Scope(tuple(dict.fromkeys(hosts)), folder)
        self.blog = replace(self.blog, hosts=self.scope.hosts)

    def take(self, link: Link, page: Page, read: Read, rules: Rules | None) -> list[Link]:
        """The links of a page that are the blog's and new, each now waiting. rules: of the home page's robots.txt."""
        if self.visit.kind == "page":
            return []
        planted: list[Link] = []
        if read.verdict.kind == "feed":
            self._feed_read(link, page, read)
        elif link.kind in ("home", "feed") and read.verdict.kind != "other":
            planted = self._home_read(link, page, read, rules)
        target = read.verdict.moved_to
        new = [*planted, *([moved] if target and (moved := self._moved(link, page, target)) else [])]
        for found, name in zip(read.links, read.keys, strict=True):
            if found.kind == "page" and not self.scope.on_hosts(found.url):
                self._refer(found.url, page.url)
                continue
            found = replace(found, source=self.blog.url, depth=link.depth + 1)
            once_more = self.visit.complete and link.kind in ("feed", "home") and self._was_missing(found, name)
            if self._takes(link, found, read) and self.waiting.add(found, link_key=name, again=once_more):
                new.append(found)
        if link.kind in ("feed", "sitemap", "home") and self.watching and new:
            entries = sum(found.kind == "post" for found in read.links)
            self._widen(everything=read.verdict.kind == "feed" and len(new) >= entries > 0)
        return new

    def fed_only(self, read: Read) -> bool:
        """Whether a list leads to posts that only the feed named: then it is no proof that lists are of no use."""
        return read.verdict.kind != "post" and any(name in self._fed for name in read.keys)

    def _takes(self, link: Link, found: Link, read: Read) -> bool:
        """Whether a link is one to follow."""
        if found.kind == "home":
            return False
        if found.kind == "feed":
            return read.verdict.kind == "feed" and self.scope.on_hosts(found.url)
        if found.kind == "sitemap":
            return self.scope.on_hosts(found.url) and link.kind in ("sitemap", "home")
        if not self.scope.on_hosts(found.url):
            return False
        hint = found.hint
        if hint is not None and hint.in_feed:
            self._fed.add(urls.key(found.url))
            return True
        if hint is not None and hint.in_sitemap:
            self._fed.discard(urls.key(found.url))
        return self.scope.holds(found.url) or self.waiting.is_sure(found.url)

    def _was_missing(self, found: Link, name: str) -> bool:
        """Whether a page that is named again was not there when it was asked for: it has no validators and no post."""
        if name not in self.visit.known or shapes.guess(found.url) != "post":
            return False
        if self._there is None:
            self._there = {urls.key(url) for url in (*self.visit.caching, *self.visit.posts)}
        return name not in self._there

    def _moved(self, link: Link, page: Page, target: str) -> Link | None:
        """The target of a stub, waiting under the stub's own hint."""
        url = urls.crawlable(target, page.url)
        if url is None or not self.scope.on_hosts(url):
            return None
        moved = Link(url, link.kind if link.kind == "home" else "page", self.blog.url, link.depth, link.via, link.hint)
        return moved if self.waiting.add(moved) else None

    def _feed_read(self, link: Link, page: Page, read: Read) -> None:
        """A feed: its blog's title, and for a source that is a feed where its blog lives."""
        verdict = read.verdict
        entries = [found for found in read.links if found.kind == "post"]
        if self.visit.kind == "feed" or link.kind == "home":
            home = next((found.url for found in read.links if found.kind == "home"), page.url)
            hosts = Counter(urls.host(found.url) for found in entries)
            if hosts and hosts.most_common(1)[0][0] not in self.scope.hosts:
                self.scope = replace(self.scope, hosts=(*self.scope.hosts, hosts.most_common(1)[0][0]))
            if self.scope.on_hosts(home) and not self.visit.complete and urls.key(home) != urls.key(page.url):
                self.scope = replace(self.scope, folder=urls.folder(home))
                self.waiting.add(Link(home, "home", self.blog.url))
            self.blog = replace(self.blog, hosts=self.scope.hosts)
        count = sum(self.scope.on_hosts(found.url) for found in entries)
        self._feeds[link.url] = count
        self.blog = replace(
            self.blog, title=self.blog.title or verdict.title, language=self.blog.language or verdict.language
        )
        self.ttl_s = max(self.ttl_s or 0.0, verdict.ttl_s or 0.0) or None

    def _home_read(self, link: Link, page: Page, read: Read, rules: Rules | None) -> list[Link]:
        """The home page: its title, and the feeds and sitemaps that now wait."""
        verdict, source = read.verdict, self.blog.url
        self.blog = replace(
            self.blog, title=verdict.title or self.blog.title, language=verdict.language or self.blog.language
        )
        if self.watching or link.kind != "home":
            return []
        if not any(self.scope.on_hosts(found.url) for found in read.links):
            self.notes.append("the home page has no links of its own in its HTML: it may need a script")
        cut_off = bool(self.visit.known) and not self.visit.feed
        feeds = [replace(feed, source=source, via=page.url) for feed in roots.feeds(read.links)]
        feeds = [feed for feed in feeds if self.waiting.add(feed, again=cut_off)]
        guesses = roots.probes(page.url, read.html_head, source)
        self._probing = [] if (self.visit.feed and not self._feed_lost) or self._feeds else guesses
        named = rules.sitemaps if rules else ()
        maps = roots.sitemaps(page.url, named, self.scope, source)
        self.guesses.update(guess.url for guess in (guesses if named else (*guesses, *maps)))
        return feeds + [found for found in maps if self.waiting.add(found)]

    def _widen(self, everything: bool) -> None:
        """The watched URL has news: ask the home page, sitemaps and archives again as well, all lists if all is new."""
        self.watching = False
        for link in roots.again(self.visit, everything):
            self.waiting.add(link, again=True)

    def feed(self) -> str | None:
        """The feed to watch: the one that was watched while it lives, else that with the most entries."""
        kept = None if self._feed_lost else self.visit.feed
        if kept and (kept in self._feeds or self.visit.complete):
            return kept
        best = max(self._feeds, key=lambda url: self._feeds[url], default=None)
        return best if best and self._feeds[best] else kept
