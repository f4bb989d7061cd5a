"""One visit of one blog: asks for its links in turn, has the pages read, and tells what became of each."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from crawler import roots, urls
from crawler.clock import Clock
from crawler.findings import Findings
from crawler.http import Fetching
from crawler.manners import Manners
from crawler.parse import Read
from crawler.pool import ParsePool
from crawler.retry import transient
from crawler.sniff import is_rubbish
from crawler.types import Caching, Failure, Link, Outcome, Page, Post, Report, Verdict, Visit

GIVE_UP_FRESH = 4  # failures in a row before a blog that never answered is left for another day
GIVE_UP = 15  # the same for one that did answer
MAX_REST_S = 90.0  # a Retry-After that is waited for within a visit
BUDGET_REST_S = 6 * 3600.0  # after which a part of the day's requests is free again


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
    max_a_day: int = 10_000  # of one host, over all visits of a day
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
        self.found = Findings(visit, world.refer)
        self.gate = world.manners.gate(follows=self._follows, count=self._count)
        self.reading: deque[tuple[Link, Page, asyncio.Task[Read | Failure]]] = deque()
        self.later: list[tuple[float, int, Link]] = []
        self.tries: Counter[str] = Counter()
        self.asking: Link | None = None
        self.requests = self.posts = self.failed = self.answered = self.failures_in_a_row = 0
        self.failure: Failure | None = None
        self.pause_s: float | None = None
        self.max_age_s: float | None = None
        self.cut_short = False
        self._found: set[str] = set()  # keys of the posts that were read, under every URL
        self._texts: dict[tuple[str, int], str] = {}  # (URL without its query, hash of the text) -> URL of the post
        self._validators: dict[str, Caching] | None = None  # by key; made when needed

    async def run(self) -> Report:
        """Visit until nothing waits, or the crawl is stopped."""
        self.found.plant()
        until = self.visit.paused_until
        if until is not None and (wait_s := (until - self.world.clock.now()).total_seconds()) > 0:
            self.pause_s, self.cut_short = wait_s, True
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
        waits = bool(len(self.found.waiting) or self.later or self.cut_short or self.pause_s)
        ok = self.answered > 0 or (self.cut_short and self.failure is None)  # not begun is not failed
        return Report(
            source=self.visit.blog.url,
            ok=ok,
            complete=self.answered > 0 and not waits,
            failure=None if ok else self.failure,
            title=self.found.blog.title,
            language=self.found.blog.language,
            feed=self.found.feed(),
            hosts=self.found.scope.hosts,
            patterns=self.found.waiting.patterns(),
            requests=self.requests,
            posts=self.posts,
            failed=self.failed,
            watch=self.found.watch(self._found),
            looked=not waits and (self.visit.look or not self.found.watching),
            ttl_s=self.found.ttl_s,
            max_age_s=self.max_age_s,
            rest_s=self.pause_s,
            note="; ".join(filter(None, (closed if not self.posts else None, *self.found.notes))),
        )

    def may_go_on(self) -> bool:
        """Whether the visit came to its own end, and begins a new count."""
        if self.cut_short or self.pause_s is not None:
            return False
        self.requests = self.posts = self.failed = 0
        return True

    # What to ask for

    async def _next(self) -> Link | None:
        """The link to ask for now; None when nothing is left to do."""
        while True:
            while len(self.reading) >= self.world.options.pages_in_hand:
                await self._read_oldest()
            now = self.world.clock.monotonic()
            if self.later and self.later[0][0] <= now:
                return heapq.heappop(self.later)[2]
            if (link := self.found.waiting.take()) is not None:
                return link
            if self.reading:
                await self._read_oldest()
            elif self.found.probe():
                continue
            elif self.later and not self._must_end():
                await asyncio.sleep(min(self.later[0][0] - now, 0.5))
            else:
                return None

    def _must_end(self) -> bool:
        if self.cut_short or self.pause_s is not None:
            return True
        if self.requests >= self.world.options.max_requests:
            self.found.notes.append(f"ended after {self.requests} requests")
        elif self.failures_in_a_row >= (GIVE_UP if self.answered else GIVE_UP_FRESH):
            self.found.notes.append(f"left after {self.failures_in_a_row} failures in a row")
        elif not self.world.stopped():
            return False
        self.cut_short = True
        return True

    async def _fetch(self, link: Link) -> Page | Failure:
        self.asking = link
        return await self.world.fetcher.fetch(link, self._caching(link), gate=self.gate)

    def _caching(self, link: Link) -> Caching | None:
        """The validators of an earlier answer, under whatever spelling of the URL."""
        if not (self.visit.complete or self.visit.refresh):
            return None
        if (found := self.visit.caching.get(link.url)) is not None or urls.key(link.url) not in self.visit.known:
            return found
        if self._validators is None:
            self._validators = {urls.key(url): caching for url, caching in self.visit.caching.items()}
        return self._validators.get(urls.key(link.url))

    def _follows(self, url: str) -> bool:
        """Whether a hop may lead there: aliases are learned from the home page, and a feed may live elsewhere."""
        if self.found.scope.bars(url):
            return False
        return self.found.scope.on_hosts(url) or (self.asking is not None and self.asking.kind in ("home", "feed"))

    def _count(self, url: str) -> None:
        self.requests += 1

    # What came back

    async def _failed(self, link: Link, failure: Failure) -> None:
        options, clock = self.world.options, self.world.clock
        self.failure = self.failure or failure
        if failure.kind == "budget":
            self.pause_s = BUDGET_REST_S
            self.found.notes.append(failure.detail)
            self.found.waiting.add(link, again=True)
            return
        if _shut(failure) and urls.same_site(failure.url, [urls.host(self.visit.blog.url)]):
            self.cut_short = True  # every other URL of the host would fail for the same reason; they go on waiting
            return
        if not transient(failure):
            await self._gone(link, failure)
            return
        self.failures_in_a_row += 1
        wait_s = failure.retry_after_s
        if failure.status in (429, 503):
            wait_s = self.world.manners.spacing.slow(urls.host(link.url), clock.monotonic(), wait_s)
            if wait_s > MAX_REST_S:
                self.pause_s = wait_s
                self.found.notes.append(f"asked to wait for {wait_s:.0f} s")
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
            self.found.waiting.record(link, "error", fed=False)
        if link.url in self.found.guesses and failure.status is not None and failure.status < 500:
            await self._tell(link, verdict=Verdict("error", (f"nothing there: {failure.detail}",)))
            return
        if failure.status == 301 and failure.kind == "status":
            verdict = Verdict("foreign", (failure.detail,))
            await self._tell(link, verdict=verdict, doubtful=self.found.expected(link, verdict))
            return
        self.failed += 1
        await self._tell(link, failure=failure)
        if link.kind == "home" and failure.status in (404, 410):
            self.found.without_home(await self.world.manners.rules(link.url, self._count))
        self.found.lost(link, failure.detail)

    async def _fetched(self, link: Link, page: Page) -> None:
        self.answered += 1
        self.failures_in_a_row = 0
        self.world.manners.spacing.well(urls.host(page.url))
        moved = urls.key(page.url) != urls.key(link.url)
        seen = self.found.waiting.done(page.url)
        self.found.waiting.done(link.url)
        if link.url == roots.watched(self.visit).url:
            self.max_age_s = page.max_age_s
        if page.not_modified:
            if link.kind == "list":
                self.found.waiting.record(link, None, fed=False)
            await self._tell(link, page)
        elif moved and seen and link.kind not in ("home", "feed", "sitemap"):
            self.found.waiting.record(link, "redirect", fed=False)
            await self._tell(link, page, verdict=Verdict("redirect", ("to a page fetched before",), page.url))
        else:
            if link.kind == "home":
                self.found.settle(page)
            task = asyncio.create_task(self.world.pool.read(page, link, self.found.blog))
            self.reading.append((link, page, task))
            if link.kind in ("home", "feed", "sitemap"):
                while self.reading:  # what is asked next depends on it
                    await self._read_oldest()

    async def _read_oldest(self) -> None:
        link, page, task = self.reading.popleft()
        read = await task
        if isinstance(read, Failure):
            self.failed += 1
            if link.url == roots.first(self.visit).url:
                self.answered, self.failure, self.cut_short = 0, read, True
            await self._tell(link, page, failure=read)
            return
        if read.post is None and self.tries[link.url] == 0 and is_rubbish(page.body, page.content_type):
            self.tries[link.url] += 1
            due = self.world.clock.monotonic() + self.world.options.retry_s
            heapq.heappush(self.later, (due, len(self.tries) * 100, link))
            return
        rules = await self.world.manners.rules(page.url, self._count) if link.kind == "home" else None
        new = self.found.take(link, page, read, rules)
        if (first := self._read_before(read.post)) is not None:
            read = replace(read, post=None, verdict=Verdict("redirect", (f"the same text as {first}",), first))
        if read.post is not None:
            self.posts += 1
            self._found.update(map(urls.key, (link.url, page.url, read.post.url)))
        self.found.waiting.record(link, read.verdict.kind, fed=self.found.fed_only(read))
        self.found.blog = replace(self.found.blog, patterns=self.found.waiting.patterns())
        doubtful = read.post is None and self.found.expected(link, read.verdict)
        await self._tell(link, page, verdict=read.verdict, post=read.post, links=tuple(new), doubtful=doubtful)

    def _read_before(self, post: Post | None) -> str | None:
        """The URL under which this visit has read a post before, where they differ in the query alone: a trap."""
        if post is None:
            return None
        first = self._texts.setdefault((post.url.partition("?")[0], hash(post.markdown)), post.url)
        return first if "?" in post.url and first != post.url else None

    async def _tell(
        self, link: Link, page: Page | None = None, *, failure: Failure | None = None, verdict: Verdict | None = None,
        post: Post | None = None, links: tuple[Link, ...] = (), doubtful: bool = False,
    ) -> None:  # fmt: skip
        """Hand an outcome on, with whatever waits once more since the last one."""
        again, self.found.replanned = tuple(self.found.replanned), []
        link = self.found.stamped(link)
        await self.world.tell(Outcome(link, page, failure, verdict, post, links, again, doubtful))

    async def _leave_out(self) -> None:
        """Tell of the links that are not worth a request, so that they wait no longer, and of those that may be yet."""
        for link, verdict in self.found.doubts():
            await self._tell(link, verdict=verdict, doubtful=True)
        if self.cut_short or self.pause_s is not None:
            return
        reasons: Counter[str] = Counter()
        for link, why in self.found.waiting.left_out():
            if self.found.waiting.is_again(link):
                await self._tell(link)  # what is known of it stays so
                continue
            reasons[why] += 1
            await self._tell(link, verdict=Verdict("other", (f"not asked for: {why}",)))
        self.found.notes += [f"left out {n}: {why}" for why, n in reasons.items() if n > 500]


def _shut(failure: Failure) -> bool:
    """Whether a host's robots.txt could not be had, so that nothing of it may be asked for now."""
    return failure.kind == "robots" and (failure.status is None or failure.status >= 500 or failure.status == 429)
