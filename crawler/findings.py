"""What a visit finds out about a blog as it goes: where it lives, its feeds, and which of all links are its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from crawler import roots, shapes, urls
from crawler.parse import Read
from crawler.robots import Rules
from crawler.types import Hint, Link, Page, Seen, Verdict, Visit
from crawler.waiting import Waiting
from crawler.watch import Indexes

PERMANENT = (301, 308)
MAX_DOCUMENTS = 1_000  # feeds and sitemaps of one visit; an index of indexes without end stops here
STAMPED = 0.3  # of a sitemap's posts with a new day: then it names the day of the build, and tells nothing
LEAST_STAMPED = 10


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
        self._feed_lost = self._watch_lost = False
        self.replanned: list[Link] = []  # asked for before, waiting again; whoever tells them clears it
        self.indexes = Indexes()
        self._watched = roots.watched(visit).url if visit.complete else None
        self._moved_feeds: dict[str, str] = {}  # URL -> where a permanent redirect led
        self._lastmods: dict[str, str] = {}  # key -> what a sitemap says
        self._documents = 0
        self._told: set[str] = set()  # keys of what feeds named
        self._nothing: list[tuple[Link, Verdict]] = []  # that led to nothing while their shape said nothing either
        self._feed_goes_on = False

    def plant(self) -> None:
        """The links that the visit begins with."""
        visit = self.visit
        for url in visit.posts:
            self.waiting.sure(url)
        if visit.complete:
            self.waiting.add(roots.watched(visit), again=True)
            for link in roots.again(visit, everything=False) if visit.look else ():
                if link.url != self._watched:
                    self.waiting.add(link, again=True)
            for url in visit.again:
                self.waiting.add(Link(url, "post", self.blog.url), again=True)
        elif visit.kind != "page" or not visit.pending:
            # Again after a visit that was cut off: its report, and with it the feed to watch, was never told
            self.waiting.add(roots.first(visit), again=visit.refresh or not visit.feed)
        for link in visit.pending:
            self.waiting.add(link, again=True)
        if visit.refresh:
            for link in roots.again(visit, everything=True):
                self.waiting.add(link, again=True)
            never = Seen("")
            for url in sorted(visit.posts, key=lambda url: visit.seen.get(urls.key(url), never).at):
                link = Link(url, "post", self.blog.url)
                self.waiting.add(link, again=True)
                self.replanned.append(link)  # so that the next visit goes on with them if this one is cut off

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

    def lost(self, link: Link, why: str) -> None:
        """The watched page is gone, or the feed is: begin again at the home page."""
        if not self.watching or link.url not in (self._watched, self.visit.feed) or link.url == self.blog.url:
            return
        if link.url == self.visit.feed:
            self.notes.append(f"the feed {link.url} is no longer there ({why})")
            self._feed_lost = True
        self._watch_lost = self._watch_lost or link.url == self.visit.watch
        self.watching = False
        for url, kind in ((self.visit.feed, "feed"), (self.blog.url, "home")):
            if url and url != link.url:
                self.waiting.add(Link(url, kind, self.blog.url), again=True)  # type: ignore[arg-type]

    def settle(self, page: Page) -> None:
        """Where the home page is in the end: hosts that lead to it are the blog's, and its folder is the blog's."""
        hosts = (*self.scope.hosts, *(urls.host(url) for _, url in page.redirects), urls.host(page.url))
        folder = self.scope.folder if self.scope.folder == "/" else urls.folder(page.url)
        self.scope = replace(self.scope, hosts=tuple(dict.fromkeys(hosts)), folder=folder)
        self.blog = replace(self.blog, hosts=self.scope.hosts)

    def take(self, link: Link, page: Page, read: Read, rules: Rules | None) -> list[Link]:
        """The links of a page that are the blog's and new, each now waiting. rules: of the home page's robots.txt."""
        if self.visit.kind == "page":
            return []
        planted: list[Link] = []
        self.indexes.take(link, page, read.verdict.kind, read.keys)
        if read.verdict.kind == "feed":
            self._feed_read(link, page, read)
        elif link.kind in ("home", "feed") and read.verdict.kind != "other":
            planted = self._home_read(link, page, read, rules)
        target = read.verdict.moved_to
        new = [*planted, *([moved] if target and (moved := self._moved(link, page, target)) else [])]
        missing = self._missing(link, read)
        for found, name in zip(read.links, read.keys, strict=True):
            if found.kind == "page" and not self.scope.on_hosts(found.url):
                self._refer(found.url, page.url)
                continue
            found = replace(found, source=self.blog.url, depth=link.depth + 1)
            once_more = name in missing
            if self._takes(link, found, read) and self.waiting.add(found, link_key=name, again=once_more):
                new.append(found)
                if once_more:
                    self.replanned.append(found)
        if read.verdict.kind == "sitemap":
            self._ask_edited(read)
        if self.watching and new and (link.kind in ("feed", "sitemap", "home") or link.url == self._watched):
            entries = sum(found.kind == "post" for found in read.links)
            self._widen(link, everything=read.verdict.kind == "feed" and len(new) >= entries > 0)
        return new

    def expected(self, link: Link, verdict: Verdict) -> bool:
        """Whether a link was to be a post, list, feed or sitemap by all that is known, and its answer was none.

        What has the shape of a post may still be another page; nothing, a list, or a way off the blog is doubted: at
        once, or at the end of the visit (`doubts`) where the shape is known by then.
        """
        if link.kind in ("feed", "sitemap"):
            if link.url in self.guesses:  # most blogs have none there; a page in its place may be a web that misbehaves
                return link.kind == "sitemap" and verdict.kind == "other"
            return verdict.kind in ("other", "foreign", "thin", "error")
        listed = link.kind == "list" or shapes.guess(link.url) == "archive"
        if listed and verdict.kind in ("foreign", "thin", "error"):
            return True
        if urls.key(link.url) in self._told:
            return verdict.kind in ("other", "list", "foreign", "thin", "error")
        nothing = verdict.kind in ("foreign", "thin") or (verdict.kind == "list" and shapes.guess(link.url) == "post")
        if nothing and not self.waiting.is_sure(link.url):
            self._nothing.append((link, verdict))
            return False
        return nothing

    def doubts(self) -> list[tuple[Link, Verdict]]:
        """The links that turn out to have the shape of posts, and led to nothing, each with what was told of it."""
        found, self._nothing = self._nothing, []
        return [(link, verdict) for link, verdict in found if self.waiting.looks_like_posts(link.url)]

    def stamped(self, link: Link) -> Link:
        """The link with the day of change that a sitemap gives for it, whoever named it first."""
        lastmod = self._lastmods.get(urls.key(link.url)) if self._lastmods else None
        if lastmod is None or (link.hint is not None and link.hint.lastmod == lastmod):
            return link
        return replace(link, hint=replace(link.hint or Hint(), lastmod=lastmod))

    def _ask_edited(self, read: Read) -> None:
        """Ask again for stored posts of which a sitemap tells another day of change than when they were last read."""
        seen, changed, known = self.visit.seen, list[Link](), 0
        for found, name in zip(read.links, read.keys, strict=True):
            lastmod = found.hint.lastmod if found.hint else None
            if lastmod is None:
                continue
            self._lastmods[name] = lastmod
            if (before := seen.get(name)) is None:
                continue
            known += 1
            if lastmod != before.lastmod if before.lastmod else lastmod[:10] > before.at[:10]:
                changed.append(replace(found, kind="post", source=self.blog.url))
        if len(changed) <= max(LEAST_STAMPED, STAMPED * known):
            self.replanned += [link for link in changed if self.waiting.add(link, again=True)]

    def fed_only(self, read: Read) -> bool:
        """Whether a list leads to posts that only the feed named: then it is no proof that lists are of no use."""
        return read.verdict.kind != "post" and any(name in self._fed for name in read.keys)

    def _takes(self, link: Link, found: Link, read: Read) -> bool:
        """Whether a link is one to follow."""
        if found.kind == "home":
            return False
        if found.kind in ("feed", "sitemap"):
            self._documents += 1
            if self._documents > MAX_DOCUMENTS or not self.scope.on_hosts(found.url):
                return False
            # After a page of a feed that told nothing new comes its end, or it has none
            goes_on = read.verdict.kind == "feed" and self._feed_goes_on
            return goes_on if found.kind == "feed" else link.kind in ("sitemap", "home")
        if not self.scope.on_hosts(found.url):
            return False
        hint = found.hint
        if hint is not None and hint.in_feed:
            self._fed.add(urls.key(found.url))
            return True
        if hint is not None and hint.in_sitemap:
            self._fed.discard(urls.key(found.url))
        return self.scope.holds(found.url) or self.waiting.is_sure(found.url)

    def _missing(self, link: Link, read: Read) -> set[str]:
        """Keys of what an index names again although nothing was there on an earlier visit: no validators and no post.

        A sitemap that nobody keeps up names hundreds of them, visit after visit: those are not believed.
        """
        thorough = self.visit.look or self.visit.refresh
        if not self.visit.complete or link.kind not in ("feed", "home", "sitemap", *(["list"] if thorough else [])):
            return set()
        if self._there is None:
            self._there = {urls.key(url) for url in (*self.visit.caching, *self.visit.posts)}
        named = {
            name
            for found, name in zip(read.links, read.keys, strict=True)
            if name in self.visit.known and name not in self._there and shapes.guess(found.url) == "post"
        }
        stale = link.kind == "sitemap" and len(named) > max(LEAST_STAMPED, STAMPED * len(read.keys))
        return set() if stale and not self.visit.refresh else named

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
        names = {name for found, name in zip(read.links, read.keys, strict=True) if found.kind == "post"}
        self._feed_goes_on = not names <= self._told
        self._told |= names
        if page.redirects and all(status in PERMANENT for status, _ in page.redirects):
            self._moved_feeds[link.url] = page.url
        self._feeds[link.url] = sum(self.scope.on_hosts(found.url) for found in entries)
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
        return feeds + self._guess(page.url, read, rules)

    def without_home(self, rules: Rules) -> None:
        """The home page is not there: what its robots.txt names may be, or what stands where most blogs have it."""
        if not self.visit.complete:
            self._guess(self.blog.url, None, rules)

    def _guess(self, home: str, read: Read | None, rules: Rules | None) -> list[Link]:
        """The sitemaps that now wait; well-known addresses of feeds are asked later, while no feed is known."""
        source, named = self.blog.url, rules.sitemaps if rules else ()
        guesses = roots.probes(home, read.html_head if read else "", source)
        maps = roots.sitemaps(home, named, self.scope, source)
        self._probing = [] if (self.visit.feed and not self._feed_lost) or self._feeds else guesses
        self.guesses.update(guess.url for guess in (guesses if named else (*guesses, *maps)))
        linked = read.links if read else ()
        self.guesses.difference_update(found.url for found in linked if found.kind in ("feed", "sitemap"))
        return [found for found in maps if self.waiting.add(found)]

    def _widen(self, link: Link, everything: bool) -> None:
        """The watched page has news: ask the home page, feed and sitemaps too, and lists unless the page names all."""
        self.watching = False
        whole = self.indexes.covers(link.url, self.visit.posts)
        for other in roots.again(self.visit, everything):
            if other.url == link.url or (whole and other.kind == "list"):
                continue
            if self.waiting.add(other, again=True):
                self.replanned.append(other)

    def feed(self) -> str | None:
        """The feed to watch: the one that was watched while it lives, else that with the most entries."""
        found = None if self._feed_lost else self.visit.feed
        if not found or not (found in self._feeds or self.visit.complete):
            best = max(self._feeds, key=lambda url: self._feeds[url], default=None)
            found = best if best and self._feeds[best] else found
        return self._moved_feeds.get(found, found) if found else None

    def watch(self, posts: set[str]) -> str | None:
        """The page to watch where it is not the feed. posts: keys of those that this visit found."""
        kept = self.visit.watch if self.visit.complete and not self._watch_lost else None
        stored = {urls.key(url) for url in self.visit.posts}
        feed = next((old for old, new in self._moved_feeds.items() if new == self.feed()), self.feed())
        return self.indexes.choose(feed, kept, frozenset(stored | posts), frozenset(posts - stored))
