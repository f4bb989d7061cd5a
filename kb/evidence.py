"""The stage that asks elsewhere what people thought of the stored posts: points and comments, host by host.

Ranking itself is pure; what it needs from outside is fetched here, kept, and asked for again when it has aged. A
service that is down, answers nonsense or asks for patience costs nothing but its own part: the rest goes on without.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler import urls
from crawler.clock import Clock
from crawler.http import Fetching
from crawler.manners import Manners
from crawler.plugins import load
from crawler.types import Caching, Failure, Robots
from kb.store import evidence as stored
from kb.store.rows import iso

if TYPE_CHECKING:
    from kb.store.connect import Store
    from kb.types import Answer, Story

AGED = timedelta(days=7)  # stories of a host are asked for again after this
PATIENCE = 3  # failures on end after which a service is left alone until the next run
RETRY_S = 0.25  # before another try of a service's robots.txt
WAIT = (429, 503)  # statuses by which a service asks to be left alone

Progress = Callable[[str, int, "int | None"], None]


@dataclass(slots=True)
class Gathered:
    """What the stage did."""

    hosts: int = 0  # answers that were had, a service and host each
    due: int = 0
    changed: int = 0  # posts whose findings differ from before
    failed: dict[str, str] = field(default_factory=dict)  # service -> why it was left alone, or what failed last

    def words(self) -> str:
        if not self.due:
            return "no evidence is due"
        lines = [f"asked for {self.hosts} of {self.due} hosts: {self.changed} posts have other points than before"]
        return "\n".join([*lines, *(f"{name}: {why}" for name, why in sorted(self.failed.items()))])


async def gather(
    store: Store, services: Mapping[str, str], fetcher: Fetching, clock: Clock, *, delay_s: float,
    most_s: float | None = None, progress: Progress | None = None,
) -> Gathered:  # fmt: skip
    """Ask each service for the hosts that are due, those not asked for longest first; a transaction an answer.

    services: name of a plug-in -> the address it is asked at. most_s: begin no more requests after so many seconds.
    """
    done, began = Gathered(), clock.monotonic()
    before = iso(clock.now() - AGED)
    due = {name: stored.due_hosts(store.reader, name, before) for name in services}
    done.due = sum(map(len, due.values()))
    if not done.due:
        return done

    async def untold(_: Robots) -> None:
        return None  # a service's robots.txt is asked for once a run

    manners = Manners(fetcher, clock, delay_s=delay_s, per_address=2, retry_s=RETRY_S, known={}, tell=untold)

    def late() -> bool:
        return most_s is not None and clock.monotonic() - began > most_s

    def show() -> None:
        if progress:
            progress("hosts asked for elsewhere", done.hosts, done.due)

    await asyncio.gather(
        *(_Service(name, base, store, fetcher, manners, clock).ask_all(due[name], done, late, show)
          for name, base in sorted(services.items()) if due[name])
    )  # fmt: skip
    return done


class _Service:
    """One service in a run: asks for a host at a time, and knows when to stop."""

    def __init__(self, name: str, base: str, store: Store, fetcher: Fetching, manners: Manners, clock: Clock) -> None:
        self.name, self.base, self.store, self.fetcher, self.clock = name, base.rstrip("/"), store, fetcher, clock
        self.path: Callable[[str, int], str | None] = load("kb.services", name, "ask")
        self.read: Callable[[bytes], Answer] = load("kb.services", name, "read")
        at = urls.host(self.base)
        self.gate = manners.gate(follows=lambda url: urls.host(url) == at, count=lambda _: None)

    async def ask_all(
        self, hosts: Sequence[str], done: Gathered, late: Callable[[], bool], show: Callable[[], None]
    ) -> None:
        failures = 0
        for host in hosts:
            if late():
                return
            found = await self._stories(host)
            if isinstance(found, Failure):
                failures += 1
                waits = found.status in WAIT
                done.failed[self.name] = _why(found, stopped=waits or failures >= PATIENCE)
                if waits or failures >= PATIENCE:
                    return
                continue
            failures = 0
            done.hosts += 1
            if found is not None:
                done.changed += self._keep(host, *found)
            show()

    async def _stories(self, host: str) -> tuple[list[Story], Caching] | Failure | None:
        """All stories of a host; None where the service says that nothing changed."""
        known = stored.validators(self.store.reader, self.name, host)
        stories: list[Story] = []
        validators, page = Caching(), 0
        while (path := self.path(host, page)) is not None:
            url = self.base + path
            answer = await self.fetcher.fetch(url, known if page == 0 else None, gate=self.gate)
            if isinstance(answer, Failure):
                if answer.status == 404 and page == 0:  # Lobsters knows no such domain
                    return [], Caching()
                return answer
            if answer.not_modified:
                with self.store.writing() as session:
                    stored.asked(session, self.name, host, iso(self.clock.now()), known)
                return None
            try:
                read = self.read(answer.body)
            except (ValueError, RecursionError) as error:  # an answer of brackets alone exhausts the parser's stack
                kind = (answer.content_type or "nothing").partition(";")[0]
                return Failure(url, "parser", f"answered {kind} that is no answer of it: {error}", self.clock.now())
            stories += read.stories
            validators = answer.caching if page == 0 else validators
            if not read.more:
                break
            page += 1
        return stories, validators if page == 0 else Caching()

    def _keep(self, host: str, stories: Sequence[Story], validators: Caching) -> int:
        """Store what the best story of each post got; how many posts that changed."""
        keys = stored.post_keys(self.store.reader, host)
        best: dict[int, Story] = {}
        for story in stories:
            if len(story.url) < 2000 and (post_id := keys.get(urls.key(story.url))) is not None:
                before = best.get(post_id)
                if before is None or (story.points, story.comments, before.thread) > (
                    before.points, before.comments, story.thread
                ):  # fmt: skip
                    best[post_id] = story
        rows: dict[tuple[int, str], tuple[float, str]] = {}
        for post_id, story in best.items():
            rows[post_id, f"{self.name}_points"] = (float(story.points), story.thread)
            rows[post_id, f"{self.name}_comments"] = (float(story.comments), story.thread)
        at = iso(self.clock.now())
        with self.store.writing() as session:
            changed = stored.save(session, self.name, sorted(set(keys.values())), rows, at)
            stored.asked(session, self.name, host, at, validators)
        return changed


def _why(failure: Failure, *, stopped: bool) -> str:
    host = urlsplit(failure.url).netloc
    status = f" ({failure.status})" if failure.status and str(failure.status) not in failure.detail else ""
    ending = "; left alone until the next run" if stopped else ""
    return f"{host}: {failure.detail}{status}{ending}"


def services_of(setting: Mapping[str, str | None]) -> dict[str, Any]:
    """Each service of the setting with the address it is asked at."""
    return {name: base or load("kb.services", name, "BASE") for name, base in setting.items()}
