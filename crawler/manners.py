"""How a crawl behaves towards hosts: robots.txt before anything else, one request at a time, and time between two."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from crawler import robots, urls
from crawler.clock import Clock
from crawler.frontier import Spacing
from crawler.http import Fetching
from crawler.retry import transient
from crawler.robots import Rules
from crawler.types import Failure, Page, Robots

ROBOTS_TRIES = 5  # a moment's trouble must not shut a whole blog out until the next visit


class Manners:
    """Shared by all visits of a crawl."""

    def __init__(
        self,
        fetcher: Fetching,
        clock: Clock,
        *,
        delay_s: float,
        per_address: int,
        retry_s: float,
        known: Mapping[str, Robots],
        tell: Callable[[Robots], Awaitable[None]],
        max_a_day: int = 10_000,
        asked: Mapping[str, int] | None = None,
    ) -> None:
        """retry_s: before a second try of a robots.txt; known: those of earlier runs; tell: is told new ones.

        max_a_day: requests to one host; asked: those of the last day by host, with which the count begins.
        """
        self._fetcher, self._clock, self._tell = fetcher, clock, tell
        self.spacing = Spacing(delay_s)
        self._robots = {origin: answer for origin, answer in known.items() if robots.fresh(answer, clock.now())}
        self._old = {origin: answer for origin, answer in known.items() if robots.usable(answer, clock.now())}
        self._max_a_day, self._asked = max_a_day, Counter(asked or {})
        self._rules: dict[str, Rules] = {}
        self._asking: dict[str, asyncio.Lock] = {}
        self._hosts: dict[str, asyncio.Lock] = {}
        self._addresses: dict[str, asyncio.Semaphore] = {}
        self._per_address, self._retry_s = per_address, retry_s

    def gate(self, *, follows: Callable[[str], bool], count: Callable[[str], None]) -> _Gate:
        """The gate of one visit. follows: whether a URL may be gone to at all; count: is told each request."""
        return _Gate(self, follows, count)

    async def rules(self, url: str, count: Callable[[str], None]) -> Rules:
        """What the robots.txt of this URL's origin says; fetched once a day and origin."""
        origin = urls.origin(url)
        if origin in self._rules:
            return self._rules[origin]
        async with self._asking.setdefault(origin, asyncio.Lock()):
            if origin not in self._rules:
                if origin not in self._robots:
                    answer = await self._fetch(origin, count)
                    if robots.rules_of(answer) is robots.NOTHING and origin in self._old:
                        answer = self._old[origin]  # RFC 9309, 2.4: a copy may be older while the file cannot be had
                    else:
                        await self._tell(answer)
                    self._robots[origin] = answer
                self._rules[origin] = robots.rules_of(self._robots[origin])
                self.spacing.ask(urls.host(origin), self._rules[origin].delay_s(robots.PRODUCT))
        return self._rules[origin]

    def spent(self, url: str) -> str | None:
        """Why a host may not be asked any more today, if it may not."""
        host = urls.host(url)
        if self._asked[host] < self._max_a_day or host in self._fetcher.mapped:
            return None
        return f"{host} has had the {self._max_a_day} requests of a day"

    def status(self, url: str) -> int | None:
        """How the robots.txt of this URL's origin was answered; None where it was not."""
        found = self._robots.get(urls.origin(url))
        return found.status if found else None

    async def _fetch(self, origin: str, count: Callable[[str], None]) -> Robots:
        answer: Page | Failure | None = None
        for attempt in range(ROBOTS_TRIES):
            if attempt:
                await asyncio.sleep(self._retry_s * 2**attempt)
            gate = _RobotsGate(self, count)
            answer = await self._fetcher.fetch(origin + "/robots.txt", gate=gate, cut=robots.MAX_BYTES)
            # A host without an address or that refuses will not change its mind in seconds
            if isinstance(answer, Page) or not transient(answer) or answer.kind in ("dns", "refused"):
                break
        now = self._clock.now()
        if isinstance(answer, Page):
            return Robots(origin, 200, answer.body, now)
        assert answer is not None
        # Endless redirects and what is no text are no rules: as if there were none
        none = answer.kind in ("too_many_redirects", "content_type", "scheme", "address")
        return Robots(origin, 404 if none else answer.status, b"", now)

    @asynccontextmanager
    async def turn(self, url: str, count: Callable[[str], None]) -> AsyncIterator[None]:
        """Holds the host for one request, after the time that must lie between two."""
        host = urls.host(url)
        async with self._hosts.setdefault(host, asyncio.Lock()), await self._address(url):
            free = host in self._fetcher.mapped  # the sample web, on loopback
            if not free and (wait_s := self.spacing.wait_s(host, self._clock.monotonic())) > 0:
                await asyncio.sleep(wait_s)
            self.spacing.start(host, self._clock.monotonic())
            self._asked[host] += 1
            count(url)
            try:
                yield
            finally:
                self.spacing.end(host, self._clock.monotonic())

    async def _address(self, url: str) -> asyncio.Semaphore:
        """Bounds the requests at once to an address that many hosts share."""
        address = await self._fetcher.address_of(url) or f"proxied {urls.host(url)}"
        return self._addresses.setdefault(address, asyncio.Semaphore(self._per_address))


class _Gate:
    """Robots, the blog's own hosts, and turns, for one visit."""

    def __init__(self, manners: Manners, follows: Callable[[str], bool], count: Callable[[str], None]) -> None:
        self._manners, self._follows, self._count = manners, follows, count

    async def refusal(self, url: str) -> Failure | None:
        now = self._manners._clock.now()
        if not self._follows(url):
            return Failure(url, "status", f"leads to another site: {url[:200]}", now, 301)
        if (spent := self._manners.spent(url)) is not None:
            return Failure(url, "budget", spent, now)
        rules = await self._manners.rules(url, self._count)
        if rules.allowed(robots.PRODUCT, url):
            return None
        status = self._manners.status(url)
        why = (
            "robots.txt forbids it"
            if status and status < 400
            else f"robots.txt could not be had ({status or 'no answer'})"
        )
        return Failure(url, "robots", why, now, status)

    def turn(self, url: str) -> AbstractAsyncContextManager[None]:
        return self._manners.turn(url, self._count)


class _RobotsGate:
    """For robots.txt itself: turns alone."""

    def __init__(self, manners: Manners, count: Callable[[str], None]) -> None:
        self._manners, self._count = manners, count

    async def refusal(self, url: str) -> Failure | None:
        return None

    def turn(self, url: str) -> AbstractAsyncContextManager[None]:
        return self._manners.turn(url, self._count)
