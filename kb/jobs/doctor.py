"""What may be wrong with a store, its sources and its model, each with the cure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from crawler.clock import SystemClock
from kb.errors import KbError
from kb.jobs.lock import held, holder
from kb.settings import Settings
from kb.store.connect import Store, open_store
from kb.store.figures import damage_of, waiting
from kb.store.health import last_success, lost_feeds, moved
from kb.store.rows import instant
from kb.store.sources import list_sources

FAILING_FOR = timedelta(days=7)  # a blog that fails for less is being retried and may well come back
SILENT_FOR = timedelta(days=3)  # the longest time between two visits is 48 h and a tenth: longer, and no job runs


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Literal["ok", "warning", "error"]
    what: str
    cure: str = ""

    def as_json(self) -> dict[str, str]:
        return {"level": self.level, "what": self.what, "cure": self.cure}


def examine(path: Path, settings: Settings, now: datetime) -> list[Finding]:
    """Look at everything; findings in the order of store, work, sources, model."""
    found = [Finding("ok", f"the store's file is {path}")]
    if not path.exists():
        return [*found, Finding("warning", "there is no store yet", "make one with: kb run"), *_model(settings)]
    try:
        store = open_store(path, create=False)
    except KbError as error:
        return [*found, Finding("error", str(error), error.hint or "")]
    try:
        return [*found, *_integrity(store), *_job(store, now), *_work(store), *_sources(store, now), *_model(settings)]
    finally:
        store.close()


def _integrity(store: Store) -> Iterator[Finding]:
    if (damage := damage_of(store.reader)) is None:
        yield Finding("ok", "the store is whole")
    else:
        yield Finding("error", f"the store is damaged: {damage}", "put a copy back: kb restore FILE")


def _job(store: Store, now: datetime) -> Iterator[Finding]:
    """Whether a job is at work, was killed, or does not run any more."""
    path = store.path.with_name(f"{store.path.name}.lock")
    if (who := holder(path)) is not None:
        try:
            with held(store.path, "kb doctor", SystemClock(), needed=True):
                yield Finding("warning", f"{who} ended without a word", "nothing is lost; the next run goes on: kb run")
        except KbError:
            yield Finding("ok", f"{who} is at work")
    last = instant(last_success(store.reader))
    if last is not None and now - last > SILENT_FOR:
        yield Finding("warning", f"no blog was visited since {last:%Y-%m-%d}", "look at the job: kb schedule show")


def _work(store: Store) -> Iterator[Finding]:
    cures = {"links": "kb crawl", "posts without vectors": "kb embed"}
    for what, n in waiting(store.reader).items():
        if n:
            yield Finding("warning", f"{n} {what} wait", f"run: {cures[what]}")


def _sources(store: Store, now: datetime) -> Iterator[Finding]:
    for source in list_sources(store.reader):
        since = instant(source.failing_since)
        if since is not None and now - since > FAILING_FOR:
            yield Finding(
                "warning",
                f"{source.url} has failed since {since:%Y-%m-%d}: {source.last_error}",
                f"look at it, then: kb sources remove {source.id}, or kb sources add its new address",
            )
        if source.note:
            yield Finding("warning", f"{source.url}: {source.note}", f"see its pages: kb sources show {source.id}")
        if source.last_success and not source.posts and source.status != "hand":
            yield Finding("warning", f"{source.url} was read and gave no post", f"try: kb sources check {source.url}")

    for change in moved(store.reader):
        yield Finding(
            "warning",
            f"{change.source} has moved to {change.new}",
            f"follow it there: kb sources add {change.new}; kb sources remove {change.source_id} (its posts stay)",
        )
    for change in lost_feeds(store.reader):
        yield Finding(
            "warning",
            f"{change.source} has lost its feed {change.old} ({change.why})",
            f"it is read without one; see what it offers now: kb sources check {change.source}",
        )


def _model(settings: Settings) -> Iterator[Finding]:
    from kb.embedders import load_light

    model = settings["model"]
    try:
        embedder, slow = load_light(model)
        dim = embedder.encode(["a test"]).shape[1]
        yield Finding("ok", f"the model {embedder.name} works ({dim} dimensions)" + (f"; {slow}" if slow else ""))
    except KbError as error:
        yield Finding("error", str(error), error.hint or "")
