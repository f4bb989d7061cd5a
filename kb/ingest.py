"""The crawl stage: tells the crawler what is due and known, and writes what it says, in short transactions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from crawler.clock import Clock
from crawler.frontier import MAX_REST, next_visit
from crawler.retry import back_off
from crawler.types import Failure, Outcome, Report, Robots, Visit
from kb.errors import NetworkError
from kb.jobs.logs import tell
from kb.store import frontier, moves, posts, sources
from kb.store.connect import Store

if TYPE_CHECKING:
    from sqlmodel import Session

log = logging.getLogger(__name__)
BATCH = 32  # outcomes a transaction: few enough that a kill loses little, enough that commits do not set the pace
BATCH_S = 0.5  # and none waits longer than this

Event = Outcome | Report | Robots


class Crawl(Protocol):
    """crawler.crawl.crawl with everything but the visits bound; app.py makes it, tests hand in a list of events."""

    def __call__(self, visits: Sequence[Visit], robots: dict[str, Robots]) -> AsyncIterator[Event]: ...


@dataclass(slots=True)
class Tally:
    """What a crawl did; counted while it runs."""

    due: int = 0
    sources: int = 0
    requests: int = 0
    new: int = 0
    edited: int = 0
    failed: list[Report] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)  # of single pages
    unfinished: int = 0
    reached: int = 0  # pages that came

    def facts(self) -> dict[str, int]:
        """The counts under the names that the summary line of a job has for them."""
        return {"sources_due": self.due, "sources_visited": self.sources, "sources_failed": len(self.failed),
                "sources_unfinished": self.unfinished, "requests": self.requests, "posts_new": self.new,
                "posts_edited": self.edited, "pages_failed": len(self.failures)}  # fmt: skip


_UNREACHED = frozenset({"network", "dns", "timeout", "tls", "refused"})
GIVE_UP_AFTER = 24  # blogs, all of them unreachable: then it is the network that is missing, not the blogs


async def ingest(
    store: Store, due: Sequence[int], crawl: Crawl, clock: Clock, *, refresh: bool = False, single: bool = False,
    retry: bool = False, keep_bytes: int, progress: Callable[[Tally], None],
) -> Tally:  # fmt: skip
    """Visit the sources with these ids and store what comes; every outcome is durable within a second.

    single: fetch only the pages that wait, which a person asked for; says nothing of the sources' health.
    retry: try what failed again before its time.
    """
    reader, now = store.reader, clock.now()
    visits = {i: frontier.visit_of(reader, i, now, refresh=refresh, single=single, retry=retry) for i in due}
    ids = {visit.blog.url: source_id for source_id, visit in visits.items()}
    writer = _Writer(store, ids, clock, keep_bytes - frontier.kept_bytes(reader), single)
    waiting: list[Event] = []
    last = clock.monotonic()
    events = crawl(list(visits.values()), frontier.robots_of(store.reader))
    try:
        async for event in events:
            waiting.append(event)
            if len(waiting) >= BATCH or clock.monotonic() - last > BATCH_S or isinstance(event, Report):
                batch, waiting = waiting, []
                await asyncio.to_thread(writer.write, batch)
                last = clock.monotonic()
                progress(writer.tally)
                if _network_is_missing(writer.tally):
                    raise NetworkError(
                        "no blog could be reached: " + _words(writer.tally.failed[0]),
                        "check the network (HTTP_PROXY, HTTPS_PROXY), or try the sample web: kb run --sample",
                    )
    finally:
        if waiting:
            writer.write(waiting)
            progress(writer.tally)
    return writer.tally


def _network_is_missing(tally: Tally) -> bool:
    failed = tally.failed
    return (
        tally.reached == 0
        and len(failed) >= min(GIVE_UP_AFTER, max(1, tally.due))
        and all(r.failure is not None and _is_unreached(r.failure) for r in failed)
    )


def _is_unreached(failure: Failure) -> bool:
    return failure.kind in _UNREACHED or (failure.kind == "robots" and failure.status is None)


def _words(report: Report) -> str:
    return f"{report.source}: {report.failure.detail}" if report.failure else report.source


class _Writer:
    """Writes events in transactions; the one place where a crawl meets the store."""

    def __init__(self, store: Store, ids: dict[str, int], clock: Clock, room: int, single: bool) -> None:
        self._store, self._ids, self._clock, self._room, self._single = store, ids, clock, room, single
        self._reported: set[int] = set()
        self.tally = Tally(due=len(ids))

    def write(self, batch: Sequence[Event]) -> None:
        now = self._clock.now()
        with self._store.writing() as session:
            for event in batch:
                if isinstance(event, Robots):
                    frontier.record_robots(session, event)
                elif isinstance(event, Report):
                    session.flush()
                    self._report(session, event, now)
                else:
                    self._outcome(session, event, now)

    def _outcome(self, session: Session, outcome: Outcome, now: datetime) -> None:
        source_id = self._ids[outcome.link.source]
        self.tally.reached += outcome.page is not None
        post_id = None
        post = moves.settle(session, outcome)
        if post is not None:
            saved = posts.save_post(session, source_id, post, now)
            post_id = saved.post_id
            self.tally.new += saved.change == "new"
            self.tally.edited += saved.change == "edited"
            for url in {outcome.link.url, outcome.page.url if outcome.page else outcome.link.url}:
                posts.add_alias(session, url, post_id)
            if outcome.page is not None and len(outcome.page.body) < self._room and saved.change != "same":
                frontier.keep_page(session, source_id, outcome)
                self._room -= len(outcome.page.body) // 4  # pages shrink to about a quarter
        if outcome.failure is not None:
            self.tally.failures.append(outcome.failure)
        _log_page(outcome, post_id)
        frontier.record_outcome(session, source_id, outcome, post_id, now)

    def _report(self, session: Session, report: Report, now: datetime) -> None:
        source_id = self._ids[report.source]
        self._reported.add(source_id)  # a blog that others name more posts of reports twice
        self.tally.sources = len(self._reported)
        self.tally.requests += report.requests
        self.tally.unfinished += report.ok and not report.complete
        if not report.ok:
            self.tally.failed.append(report)
        _log_visit(report)
        if not self._single:
            sources.record_report(session, source_id, report, now, self._next(source_id, report, now))

    def _next(self, source_id: int, report: Report, now: datetime) -> datetime | None:
        rest_s = min(report.rest_s or 0.0, MAX_REST.total_seconds())
        if report.ok and not report.complete:
            return now + timedelta(seconds=rest_s) if rest_s else None  # soon: something waits
        reader = self._store.reader
        if not report.ok:
            rest = back_off(sources.failures_of(reader, source_id) + 1)
            asked_s = min((report.failure.retry_after_s if report.failure else None) or 0.0, MAX_REST.total_seconds())
            return now + max(rest, timedelta(seconds=max(asked_s, rest_s)))
        return next_visit(
            now,
            sources.days_of_posts(reader, source_id),
            report.ttl_s or sources.ttl_of(reader, source_id),
            report.source,
            max_age_s=report.max_age_s,
        )


def _log_page(outcome: Outcome, post_id: int | None) -> None:
    page, failure, verdict = outcome.page, outcome.failure, outcome.verdict
    if page is None and failure is None:
        return  # not asked for
    what = f"{failure.kind}: {failure.detail}" if failure else "not modified" if page and page.not_modified else None
    status = page.status if page else failure and failure.status
    tell(log, logging.DEBUG, "fetched", url=outcome.link.url, status=status, bytes=len(page.body) if page else None,
         what=what or (verdict.kind if verdict else None), post=post_id)  # fmt: skip


def _log_visit(report: Report) -> None:
    level = logging.INFO if report.ok else logging.WARNING
    why = f"{report.failure.kind}: {report.failure.detail}" if report.failure else None
    tell(log, level, "visited", source=report.source, ok=report.ok, complete=report.complete, requests=report.requests,
         posts=report.posts, pages_failed=report.failed, error=why, note=report.note or None)  # fmt: skip
