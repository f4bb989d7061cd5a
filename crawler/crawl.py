"""The loop: visits many blogs at once, politely, and yields every outcome as soon as it is known."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping, Sequence

from crawler.clock import Clock
from crawler.http import Fetcher
from crawler.manners import Manners
from crawler.pool import ParsePool
from crawler.types import Failure, Outcome, Report, Robots, Visit
from crawler.visit import Options, Visitor, World

__all__ = ["Options", "crawl"]

QUEUE = 64  # events that wait for the store; a slow one holds the fetching back
log = logging.getLogger(__name__)


async def crawl(
    visits: Sequence[Visit],
    *,
    fetcher: Fetcher,
    parse_pool: ParsePool,
    clock: Clock,
    options: Options | None = None,
    robots: Mapping[str, Robots] | None = None,
    stop: asyncio.Event | None = None,
) -> AsyncIterator[Outcome | Report | Robots]:
    """Visit these blogs; each ends with its Report, whatever befell it.

    robots: the answers of earlier runs by origin; those older than a day are asked for again, and told. stop: set by
    the caller to end early: what is under way may finish, and what waits is in the links that were told.
    """
    queue: asyncio.Queue[Outcome | Report | Robots | None] = asyncio.Queue(QUEUE)
    options = options or Options()
    began = clock.monotonic()

    def stopped() -> bool:
        late = options.time_limit_s is not None and clock.monotonic() - began >= options.time_limit_s
        return late or (stop is not None and stop.is_set())

    manners = Manners(
        fetcher, clock, delay_s=options.delay_s, per_address=options.per_address, known=robots or {}, tell=queue.put
    )
    world = World(fetcher, parse_pool, manners, clock, options, queue.put, stopped)
    turn = asyncio.Semaphore(options.visits_at_once)

    async def one(visit: Visit) -> None:
        async with turn:
            await queue.put(await _visit(visit, world))

    async def everything() -> None:
        await asyncio.gather(*map(one, visits))
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


async def _visit(visit: Visit, world: World) -> Report:
    """One visit, ended within the grace after a stop; a fault of ours costs this blog alone."""
    visitor = Visitor(visit, world)
    work = asyncio.create_task(visitor.run())
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
