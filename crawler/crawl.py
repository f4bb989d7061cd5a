"""The loop: visits many blogs at once, politely, and yields every outcome as soon as it is known."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence

from crawler import urls
from crawler.clock import Clock
from crawler.http import Fetching
from crawler.manners import Manners
from crawler.pool import ParsePool
from crawler.types import Failure, Outcome, Report, Robots, Visit
from crawler.visit import Options, Visitor, World

__all__ = ["Options", "crawl"]

REFERRALS = 3  # rounds in which blogs name each other's posts
QUEUE = 64  # events that wait for the store; a slow one holds the fetching back
log = logging.getLogger(__name__)


async def crawl(
    visits: Sequence[Visit],
    *,
    fetcher: Fetching,
    parse_pool: ParsePool,
    clock: Clock,
    options: Options | None = None,
    robots: Mapping[str, Robots] | None = None,
    stop: asyncio.Event | None = None,
) -> AsyncIterator[Outcome | Report | Robots]:
    """Visit these blogs; each ends with its Report, whatever befell it.

    robots: the answers of earlier runs by origin; those older than a day, or that could not be had, are asked for
    again, and told. stop: set by the caller to end early: what is under way may finish, and what waits is in the links
    that were told.
    """
    queue: asyncio.Queue[Outcome | Report | Robots | None] = asyncio.Queue(QUEUE)
    options = options or Options()
    began = clock.monotonic()

    def stopped() -> bool:
        late = options.time_limit_s is not None and clock.monotonic() - began >= options.time_limit_s
        return late or (stop is not None and stop.is_set())

    manners = Manners(
        fetcher,
        clock,
        delay_s=options.delay_s,
        per_address=options.per_address,
        retry_s=options.retry_s,
        known=robots or {},
        max_a_day=options.max_a_day,
        asked=_asked_today(visits),
        tell=queue.put,
    )
    referrals = Referrals()
    world = World(fetcher, parse_pool, manners, clock, options, queue.put, stopped, referrals.take)
    visitors = [Visitor(visit, world) for visit in visits]
    referrals.visitors = {urls.bare(host): v for v in reversed(visitors) for host in v.found.scope.hosts}
    turn = asyncio.Semaphore(options.visits_at_once)

    held: dict[str, Report] = {}  # blogs that answered with nothing: others may yet name their posts

    async def one(visitor: Visitor, again: bool = False) -> None:
        async with turn:
            report = await _visit(visitor, world, again)
        if not report.ok and report.failure is not None and report.failure.kind == "status":
            held[report.source] = report
        else:
            held.pop(report.source, None)
            await queue.put(report)

    async def everything() -> None:
        await asyncio.gather(*map(one, visitors))
        # Blogs to which others link where they themselves do not: no index, or an index that needs a script
        for _ in range(REFERRALS):
            if stopped() or not (named := referrals.due()):
                break
            await asyncio.gather(*(one(visitor, True) for visitor in named))
        for report in held.values():
            await queue.put(report)
        await queue.put(None)

    task = asyncio.create_task(everything())
    try:
        while (event := await queue.get()) is not None:
            yield event
        await task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _asked_today(visits: Sequence[Visit]) -> Counter[str]:
    """Requests of the last day by host, as far as the blogs of this crawl made them."""
    asked: Counter[str] = Counter()
    for visit in visits:
        asked[urls.host(visit.blog.url)] += visit.asked_today
    return asked


class Referrals:
    """Links from one blog's pages to another's, handed over after the other's own visit has come to its end."""

    def __init__(self) -> None:
        self.visitors: dict[str, Visitor] = {}  # by host
        self._found: dict[str, str] = {}  # URL -> page that links to it

    def take(self, url: str, via: str) -> None:
        """Keep a link if it leads to a blog of this crawl."""
        if urls.bare(urls.host(url)) in self.visitors:
            self._found.setdefault(url, via)

    def due(self) -> list[Visitor]:
        """The visitors with something new to ask for, which now waits there."""
        found, self._found = self._found, {}
        due = {}
        for url, via in found.items():
            visitor = self.visitors[urls.bare(urls.host(url))]
            if visitor.may_go_on() and visitor.found.referred(url, via):
                due[id(visitor)] = visitor
        return list(due.values())


async def _visit(visitor: Visitor, world: World, again: bool) -> Report:
    """One visit, ended within the grace after a stop; a fault of ours costs this blog alone."""
    visit = visitor.visit
    work = asyncio.create_task(visitor.go_on() if again else visitor.run())
    try:
        while not work.done() and not world.stopped():
            await asyncio.wait([work], timeout=0.25)
        if not work.done():
            await asyncio.wait([work], timeout=world.options.grace_s)
        if work.done():
            return work.result()
    except Exception as error:
        log.exception("visit failed url=%s", visit.blog.url)
        failure = Failure(visit.blog.url, "parser", f"a fault of this program: {error!r}"[:300], world.clock.now())
        return Report(visit.blog.url, ok=False, complete=False, failure=failure)
    finally:
        if not work.done():
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work
    visitor.cut_short = True
    return visitor.report()
