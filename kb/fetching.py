"""The crawler wired to the settings and the sample web: from a list of due sources to events for kb.ingest."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from crawler.clock import Clock
from crawler.types import Robots, Visit
from kb.settings import Settings
from kb.types import Reach

if TYPE_CHECKING:
    from crawler.crawl import Options
    from crawler.http import Fetcher
    from kb.ingest import Crawl, Event

LOOPBACK = ("127.0.0.1", "::1")


@contextmanager
def sample_web() -> Iterator[Reach]:
    """The sample web, served on loopback while the block lasts."""
    from crawler.sample.server import SampleServer

    with SampleServer() as server:
        yield Reach(dict.fromkeys(server.hosts, server.address), delay_s=0.0)


@asynccontextmanager
async def fetcher(settings: Settings, clock: Clock, reach: Reach) -> AsyncIterator[Fetcher]:
    """The door to the network as the settings open it."""
    from crawler.http import Fetcher, user_agent

    allowed = LOOPBACK if reach.is_sample or settings["allow_loopback"] else ()
    agent = user_agent(version("kb-deep-learning"), settings["contact"])
    environ = {} if reach.is_sample else dict(os.environ)
    async with Fetcher(
        clock=clock, agent=agent, environ=environ, resolve=reach.mapped, allow_addresses=allowed
    ) as made:
        yield made


@asynccontextmanager
async def crawling(
    settings: Settings, clock: Clock, reach: Reach, time_limit_s: float | None, stop: asyncio.Event
) -> AsyncIterator[Crawl]:
    """A crawl with everything bound but the visits; its processes and connections end with the block."""
    from crawler.crawl import crawl
    from crawler.pool import ProcessPool

    options = _options(settings, reach, time_limit_s)
    async with fetcher(settings, clock, reach) as door, ProcessPool(settings["workers"], clock) as pool:

        def begin(visits: Sequence[Visit], robots: dict[str, Robots]) -> AsyncIterator[Event]:
            return crawl(
                visits, fetcher=door, parse_pool=pool, clock=clock, options=options, robots=robots, stop=stop
            )  # fmt: skip

        yield begin


def _options(settings: Settings, reach: Reach, time_limit_s: float | None) -> Options:
    from crawler.crawl import Options

    delay_s = settings["delay_s"] if reach.delay_s is None else reach.delay_s
    return Options(delay_s=delay_s, time_limit_s=time_limit_s, max_requests=settings["pages_per_visit"],
                   max_a_day=settings["requests_per_day"])  # fmt: skip


@contextmanager
def stopped_by_signals(stop: asyncio.Event) -> Iterator[list[int]]:
    """SIGINT and SIGTERM set the event, so that what is under way may finish; a second one ends at once.

    Gives the list of the signals that came.
    """
    loop = asyncio.get_running_loop()
    came: list[int] = []

    def end(number: int) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)
        stop.set()

    with contextlib.ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):  # not in the main thread
                before = signal.getsignal(number)
                loop.add_signal_handler(number, end, number)
                stack.callback(signal.signal, number, before)  # the loop would leave the system's default
                stack.callback(loop.remove_signal_handler, number)
        yield came


def look_at(settings: Settings, url: str, clock: Clock) -> dict[str, Any]:
    """What a URL offers, by a short crawl that stores nothing. Raises UsageError for what is no web address."""
    from kb.blogs.sourcelists import new_source

    return asyncio.run(_look_at(settings, new_source(url).url, clock))


async def _look_at(settings: Settings, url: str, clock: Clock) -> dict[str, Any]:
    from crawler.check import check
    from crawler.pool import ProcessPool

    reach = Reach()
    async with fetcher(settings, clock, reach) as door, ProcessPool(settings["workers"], clock) as pool:
        found = await check(url, fetcher=door, parse_pool=pool, clock=clock, options=_options(settings, reach, None))
    failure = found.failure
    return {
        "url": found.url,
        "ok": found.ok,
        "failure": f"{failure.kind}: {failure.detail}" if failure else None,
        "title": found.title,
        "language": found.language,
        "robots": found.robots,
        "feeds": [f"{feed} ({words})" for feed, words in found.feeds],
        "sitemaps": [f"{sitemap} ({words})" for sitemap, words in found.sitemaps],
        "archives": list(found.archives),
        "watched": found.watched,
        "posts": [f"{(post.published or 'undated')[:10]}  {post.title}  {post.url}" for post in found.posts],
        "waiting": found.waiting,
        "note": found.note,
    }
