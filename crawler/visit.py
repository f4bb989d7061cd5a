"""One visit of one blog: asks for its links in turn, has the pages read, and tells what became of each."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from crawler import roots, shapes, urls
from crawler.clock import Clock
from crawler.http import Fetching
from crawler.manners import Manners
from crawler.parse import Read
from crawler.pool import ParsePool
from crawler.retry import transient
from crawler.types import Caching, Failure, Link, Outcome, Page, Report, Verdict, Visit
from crawler.waiting import Waiting

GIVE_UP_FRESH = 4  # failures in a row before a blog that never answered is left for another day
GIVE_UP = 15  # the same for one that did answer
MAX_REST_S = 90.0  # a Retry-After that is waited for within a visit


@dataclass(frozen=True, slots=True)
class Options:
    """What an owner may set of a crawl."""

    delay_s: float = 1.0  # least time between the starts of two requests to a host
    time_limit_s: float | None = None
    visits_at_once: int = 64
    per_address: int = 8  # requests at once to an address that many hosts share
    tries: int = 4  # of one URL in a visit, when what failed may pass
    retry_s: float = 1.0  # before the second try; doubles
    max_requests: int = 6_000  # of one visit
    pages_in_hand: int = 2  # fetched and not read yet, per blog
    grace_s: float = 5.0  # what is under way may take so long after a stop


@dataclass(frozen=True, slots=True)
class World:
    """What all visits of a crawl share."""

    fetcher: Fetching
    pool: ParsePool
    manners: Manners
    clock: Clock
    options: Options
    tell: Callable[[Outcome], Awaitable[None]]
    stopped: Callable[[], bool]
    refer: Callable[[str, str], None]  # (URL on another site, page that links to it): it may be another blog's post


class Visitor:
    """The state of one visit; `run` is called once."""

    def __init__(self, visit: Visit, world: World) -> None:
        self.visit, self.world = visit, world
        self.blog = visit.blog
        self.scope = roots.scope_of(visit)
        self.waiting = Waiting(visit.known, visit.blog.patterns)
        self.watching = visit.complete and not visit.refresh
        self.gate = world.manners.gate(follows=self._follows, count=self._count)
        self.reading: deque[tuple[Link, Page, asyncio.Task[Read | Failure]]] = deque()
        self.later: list[tuple[float, int, Link]] = []
        self.tries: Counter[str] = Counter()
        self.there: set[str] | None = None  # keys of pages that answered on an earlier visit; made when needed
        self.probing: list[Link] = []
        self.guesses: set[str] = set()  # URLs that nobody named: whether something is there is found by asking
        self.fed: set[str] = set()  # keys that only a feed named so far
        self.feeds: dict[str, int] = {}  # URL -> entries on the blog
        self.asking: Link | None = None
        self.requests = self.posts = self.failed = self.answered = self.failures_in_a_row = 0
        self.failure: Failure | None = None
        self.pause_s: float | None = None
        self.ttl_s: float | None = None
        self.notes: list[str] = []
        self.cut_short = self.feed_lost = False

    async def run(self) -> Report:
        """Visit until nothing waits, or the crawl is stopped."""
        self._plant()
        return await self.go_on()

    async def go_on(self) -> Report:
        """Ask for what waits, until nothing does."""
        while not self._must_end():
            link = await self._next()
            if link is None:
                break
            answer = await self._fetch(link)
            if isinstance(answer, Failure):
                await self._failed(link, answer)
            else:
                await self._fetched(link, answer)
        while self.reading:
            await self._read_oldest()
        await self._leave_out()
        return self.report()

    def report(self) -> Report:
        """The visit as it stands."""
        closed = roots.closed(self.visit.blog.url)
        waits = bool(len(self.waiting) or self.later or self.cut_short or self.pause_s)
        ok = self.answered > 0 or (self.cut_short and self.failure is None)  # not begun is not failed
        return Report(
            source=self.visit.blog.url,
            ok=ok,
            complete=self.answered > 0 and not waits,
            failure=None if ok else self.failure,
            title=self.blog.title,
            language=self.blog.language,
            feed=self._feed(),
            hosts=self.scope.hosts,
            patterns=self.waiting.patterns(),
            requests=self.requests,
            posts=self.posts,
            failed=self.failed,
            ttl_s=max(filter(None, (self.ttl_s, self.pause_s)), default=None),
            note="; ".join(filter(None, (closed if not self.posts else None, *self.notes))),
        )

    def may_go_on(self) -> bool:
        """Whether the visit came to its own end, and begins a new count."""
        if self.cut_short or self.pause_s is not None:
            return False
        self.requests = self.posts = self.failed = 0
        return True

    def referred(self, url: str, via: str) -> bool:
        """Take a URL of this blog that another blog's page links to; whether it is new, and may be a post."""
        if self.visit.kind == "page" or shapes.guess(url) != "post" or not self.scope.holds(url):
            return False
        return self.waiting.add(Link(url, "page", self.blog.url, 1, via))

    # What to ask for

    def _plant(self) -> None:
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

    async def _next(self) -> Link | None:
        """The link to ask for now; None when nothing is left to do."""
        while True:
            while len(self.reading) >= self.world.options.pages_in_hand:
                await self._read_oldest()
            now = self.world.clock.monotonic()
            if self.later and self.later[0][0] <= now:
                return heapq.heappop(self.later)[2]
            if (link := self.waiting.take()) is not None:
                return link
            if self.reading:
                await self._read_oldest()
            elif self.probing and not self.feeds:
                self.waiting.add(self.probing.pop(0))
            elif self.later and not self._must_end():
                await asyncio.sleep(min(self.later[0][0] - now, 0.5))
            else:
                return None

    def _must_end(self) -> bool:
        if self.world.stopped():
            self.cut_short = True
        elif self.requests >= self.world.options.max_requests:
            self.cut_short = True
            self.notes.append(f"ended after {self.requests} requests")
        elif self.failures_in_a_row >= (GIVE_UP if self.answered else GIVE_UP_FRESH):
            self.cut_short = True
            self.notes.append(f"{self.failures_in_a_row} failures in a row")
        elif self.pause_s is None:
            return False
        return True

    async def _fetch(self, link: Link) -> Page | Failure:
        self.asking = link
        return await self.world.fetcher.fetch(link, self._caching(link), gate=self.gate)

    def _caching(self, link: Link) -> Caching | None:
        return self.visit.caching.get(link.url) if self.visit.complete or self.visit.refresh else None

    def _follows(self, url: str) -> bool:
        """Whether a hop may lead there: aliases are learned from the home page, and a feed may live elsewhere."""
        return self.scope.on_hosts(url) or (self.asking is not None and self.asking.kind in ("home", "feed"))

    def _count(self, url: str) -> None:
        self.requests += 1

    # What came back

    async def _failed(self, link: Link, failure: Failure) -> None:
        options, clock = self.world.options, self.world.clock
        self.failure = self.failure or failure
        if not transient(failure):
            await self._gone(link, failure)
            return
        self.failures_in_a_row += 1
        wait_s = failure.retry_after_s
        if failure.status in (429, 503):
            wait_s = self.world.manners.spacing.slow(urls.host(link.url), clock.monotonic(), wait_s)
            if wait_s > MAX_REST_S:
                self.pause_s = wait_s
                self.notes.append(f"asked to wait for {wait_s:.0f} s")
        self.tries[link.url] += 1
        tries = self.tries[link.url]
        if tries < options.tries or self.pause_s is not None:
            due = clock.monotonic() + max(options.retry_s * 2 ** (tries - 1), wait_s or 0.0)
            heapq.heappush(self.later, (due, len(self.tries) * 100 + tries, link))
        else:
            await self._gone(link, failure)

    async def _gone(self, link: Link, failure: Failure) -> None:
        """A failure that stands for this visit."""
        if not transient(failure):
            self.waiting.record(link, "error", fresh=0, fed=False)
        if link.url in self.guesses and failure.status is not None and failure.status < 500:
            await self.world.tell(Outcome(link, verdict=Verdict("error", (f"nothing there: {failure.detail}",))))
            return
        if failure.status == 301 and failure.kind == "status":
            await self.world.tell(Outcome(link, verdict=Verdict("foreign", (failure.detail,))))
            return
        self.failed += 1
        await self.world.tell(Outcome(link, failure=failure))
        if link.kind == "feed" and link.url == self.visit.feed and self.watching:
            self.notes.append(f"the feed {link.url} is no longer there ({failure.detail})")
            self.watching, self.feed_lost = False, True
            self.waiting.add(Link(self.blog.url, "home", self.blog.url), again=True)

    async def _fetched(self, link: Link, page: Page) -> None:
        self.answered += 1
        self.failures_in_a_row = 0
        self.world.manners.spacing.well(urls.host(page.url))
        moved = urls.key(page.url) != urls.key(link.url)
        seen = self.waiting.done(page.url)
        self.waiting.done(link.url)
        if page.not_modified:
            await self.world.tell(Outcome(link, page))
        elif moved and seen and link.kind not in ("home", "feed", "sitemap"):
            self.waiting.record(link, "redirect", fresh=0, fed=False)
            await self.world.tell(
                Outcome(link, page, verdict=Verdict("redirect", ("to a page fetched before",), page.url))
            )
        else:
            if link.kind == "home":
                self._settle(page)
            task = asyncio.create_task(self.world.pool.read(page, link, self.blog))
            self.reading.append((link, page, task))
            if link.kind in ("home", "feed", "sitemap"):
                while self.reading:  # what is asked next depends on it
                    await self._read_oldest()

    def _settle(self, page: Page) -> None:
        """Where the home page is in the end: hosts that lead to it are the blog's, and its folder is the blog's."""
        hosts = (*self.scope.hosts, *(urls.host(url) for _, url in page.redirects), urls.host(page.url))
        folder = self.scope.folder if self.scope.folder == "/" else urls.folder(page.url)
        self.scope = roots.Scope(tuple(dict.fromkeys(hosts)), folder)
        self.blog = replace(self.blog, hosts=self.scope.hosts)

    async def _read_oldest(self) -> None:
        link, page, task = self.reading.popleft()
        read = await task
        if isinstance(read, Failure):
            self.failed += 1
            if link.url == roots.first(self.visit).url:
                self.answered, self.failure, self.cut_short = 0, read, True
            await self.world.tell(Outcome(link, page, failure=read))
            return
        new = await self._links(link, page, read)
        verdict = read.verdict
        if read.post is not None:
            self.posts += 1
        known = any(k in self.fed for k in read.keys) if verdict.kind != "post" else False
        self.waiting.record(link, verdict.kind, fresh=len(new), fed=known)
        self.blog = replace(self.blog, patterns=self.waiting.patterns())
        await self.world.tell(Outcome(link, page, verdict=verdict, post=read.post, links=tuple(new)))

    # Which of the links that were found are the blog's

    async def _links(self, link: Link, page: Page, read: Read) -> list[Link]:
        """The links of a page that are taken, each now waiting."""
        if self.visit.kind == "page":
            return []
        planted: list[Link] = []
        if read.verdict.kind == "feed":
            self._feed_read(link, page, read)
        elif link.kind in ("home", "feed") and read.verdict.kind != "other":
            planted = await self._home_read(link, page, read)
        target = read.verdict.moved_to
        new = [*planted, *([moved] if target and (moved := self._moved(link, page, target)) else [])]
        wanted = read.links if self._opens(link, read) else ()
        for found, name in zip(wanted, read.keys, strict=False):
            if found.kind == "page" and not self.scope.on_hosts(found.url):
                self.world.refer(found.url, page.url)
                continue
            found = replace(found, source=self.blog.url, depth=link.depth + 1)
            once_more = self.visit.complete and link.kind in ("feed", "home") and self._was_missing(found, name)
            if self._takes(link, found, read) and self.waiting.add(found, link_key=name, again=once_more):
                new.append(found)
        if link.kind in ("feed", "sitemap", "home") and self.watching and new:
            self._widen(
                len(new) >= len([e for e in read.links if e.kind == "post"]) > 0 and read.verdict.kind == "feed"
            )
        return new

    def _opens(self, link: Link, read: Read) -> bool:
        return not (link.kind == "feed" and read.verdict.kind == "other")

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
            self.fed.add(urls.key(found.url))
            return True
        self.fed.discard(urls.key(found.url)) if hint is not None and hint.in_sitemap else None
        return self.scope.holds(found.url) or self.waiting.is_sure(found.url)

    def _was_missing(self, found: Link, name: str) -> bool:
        """Whether a page that is named again was not there when it was asked for: it has no validators and no post."""
        if name not in self.visit.known or shapes.guess(found.url) != "post":
            return False
        if self.there is None:
            self.there = {urls.key(url) for url in (*self.visit.caching, *self.visit.posts)}
        return name not in self.there

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
        self.feeds[link.url] = count
        self.blog = replace(
            self.blog, title=self.blog.title or verdict.title, language=self.blog.language or verdict.language
        )
        self.ttl_s = max(self.ttl_s or 0.0, verdict.ttl_s or 0.0) or None

    async def _home_read(self, link: Link, page: Page, read: Read) -> list[Link]:
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
        self.probing = [] if (self.visit.feed and not self.feed_lost) or self.feeds else guesses
        rules = await self.world.manners.rules(page.url, self._count)
        maps = roots.sitemaps(page.url, rules.sitemaps, self.scope, source)
        self.guesses.update(guess.url for guess in (guesses if rules.sitemaps else (*guesses, *maps)))
        return feeds + [found for found in maps if self.waiting.add(found)]

    def _widen(self, everything: bool) -> None:
        """The watched URL has news: ask the home page, sitemaps and archives again as well, all lists if all is new."""
        self.watching = False
        for link in roots.again(self.visit, everything):
            self.waiting.add(link, again=True)

    def _feed(self) -> str | None:
        """The feed to watch: the one that was watched while it lives, else that with the most entries."""
        kept = None if self.feed_lost else self.visit.feed
        if kept and (kept in self.feeds or self.visit.complete):
            return kept
        best = max(self.feeds, key=lambda url: self.feeds[url], default=None)
        return best if best and self.feeds[best] else kept

    async def _leave_out(self) -> None:
        """Tell of the links that are not worth a request, so that they wait no longer."""
        if self.cut_short or self.pause_s is not None:
            return
        reasons: Counter[str] = Counter()
        for link, why in self.waiting.left_out():
            reasons[why] += 1
            await self.world.tell(Outcome(link, verdict=Verdict("other", (f"not asked for: {why}",))))
        self.notes += [f"left out {n}: {why}" for why, n in reasons.items() if n > 500]
