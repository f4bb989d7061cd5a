"""What a machine is told of a job: a JSON line at its end, and a text file for Prometheus' textfile collector."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from kb.errors import StoreError
from kb.store.rows import instant, iso
from kb.types import Source

# name -> (what Prometheus is told it is, key of the summary line); all are gauges: they are of the last job
_OF_JOB = {
    "kb_job_exit_code": ("Exit code of the last job: 0 done, 1 failed, 3 done in part, 130 interrupted.", "exit_code"),
    "kb_job_duration_seconds": ("How long the last job took.", "seconds"),
    "kb_job_requests": ("Requests to sites in the last job.", "requests"),
    "kb_job_sources_due": ("Blogs that were due in the last job.", "sources_due"),
    "kb_job_sources_visited": ("Blogs visited in the last job.", "sources_visited"),
    "kb_job_sources_failed": ("Blogs whose visit failed in the last job.", "sources_failed"),
    "kb_job_sources_unfinished": ("Blogs with pages left for the next job.", "sources_unfinished"),
    "kb_job_pages_failed": ("Pages that failed in the last job.", "pages_failed"),
    "kb_job_posts_new": ("Posts stored first in the last job.", "posts_new"),
    "kb_job_posts_edited": ("Posts whose text changed in the last job.", "posts_edited"),
    "kb_job_posts_embedded": ("Posts that got vectors in the last job.", "posts_embedded"),
    "kb_posts": ("Posts in the store.", "posts"),
    "kb_store_bytes": ("Size of the store.", "bytes"),
}  # fmt: skip
_SUCCESS = "kb_job_success_timestamp_seconds"
_GOOD = (0, 3)  # done, done in part


def summary(
    job: str, began: datetime, ended: datetime, exit_code: int, error: str | None, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The facts of the line at a job's end; those of stages that did not run are missing."""
    seconds = round(max(0.0, (ended - began).total_seconds()), 1)
    return {"job": job, "began": iso(began), "ended": iso(ended), "seconds": seconds, "exit_code": exit_code,
            "error": error, **facts}  # fmt: skip


def store_facts(sources: Sequence[Source], posts: int, size: int) -> dict[str, Any]:
    """What a job leaves behind: posts, bytes, and blogs by status."""
    counts: dict[str, int] = {}
    for source in sources:
        counts[source.status] = counts.get(source.status, 0) + 1
    return {"posts": posts, "bytes": size, "sources": dict(sorted(counts.items()))}


def prometheus(line: Mapping[str, Any], sources: Iterable[Source], before: str) -> str:
    """The text format (version 0.0.4). before: the file as the last job wrote it, for the time of the last success."""
    ended = instant(line["ended"])
    assert ended is not None
    out: list[str] = []
    for name, (words, key) in _OF_JOB.items():
        if (value := line.get(key)) is not None:
            out += [*_head(name, words), f"{name} {value}"]
    out += [*_head("kb_job_end_timestamp_seconds", "When the last job ended."),
            f"kb_job_end_timestamp_seconds {ended.timestamp():.0f}"]  # fmt: skip
    success = f"{ended.timestamp():.0f}" if line["exit_code"] in _GOOD else _value_of(_SUCCESS, before)
    if success is not None:
        out += [*_head(_SUCCESS, "When a job last ended with exit code 0 or 3."), f"{_SUCCESS} {success}"]
    if line.get("sources"):
        out += _head("kb_sources", "Blogs by status: active, failing, paused, new, hand.")
        out += [f'kb_sources{{status="{status}"}} {n}' for status, n in line["sources"].items()]
    failing = [s for s in sources if s.status == "failing" and s.failing_since]
    if failing:
        out += _head("kb_source_failing_since_seconds", "Since when a blog has failed.")
        out += [f'kb_source_failing_since_seconds{{source="{_label(s.url)}"}} {_seconds(s)}' for s in failing]
    return "\n".join(out) + "\n"


def write_metrics(path: Path, line: Mapping[str, Any], sources: Iterable[Source]) -> None:
    """Put the text in its file, whole or not at all: the collector may look at any moment. Raises StoreError."""
    before = ""
    with suppress(OSError):
        before = path.read_text(encoding="utf-8")
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(prometheus(line, sources, before), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        words = f"cannot write {path}: {(error.strerror or '').lower()}"
        raise StoreError(words, "name a file in a folder that is there with --metrics") from None


def _head(name: str, words: str) -> list[str]:
    return [f"# HELP {name} {words}", f"# TYPE {name} gauge"]


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _seconds(source: Source) -> str:
    at = instant(source.failing_since)
    return f"{at.timestamp():.0f}" if at else "0"


def _value_of(name: str, text: str) -> str | None:
    found = re.search(rf"^{name} (\d+)$", text, re.M)
    return found[1] if found else None
