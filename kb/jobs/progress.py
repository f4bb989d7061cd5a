"""How far a long job is, on stderr: one line that is rewritten on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

from crawler.clock import Clock
from kb.jobs.logs import tell

log = logging.getLogger("kb")


class Progress:
    """Shows (done, total, words). `quiet` shows nothing. Call `end` when the job is over."""

    def __init__(self, clock: Clock, *, quiet: bool = False, as_json: bool = False, out: TextIO | None = None) -> None:
        self._clock = clock
        self._out = out or sys.stderr
        self._quiet = quiet
        self._as_json = as_json
        self._live = self._out.isatty() and not as_json
        self._began = clock.monotonic()
        self._last = float("-inf")

    def show(self, stage: str, done: int, total: int | None, words: str = "") -> None:
        """At most ten times a second on a terminal, every ten seconds elsewhere; the end of a stage always."""
        now = self._clock.monotonic()
        ended = total is not None and done >= total
        if self._quiet or (now - self._last < (0.1 if self._live else 10.0) and not ended):
            return
        self._last = now
        if self._as_json:
            tell(log, logging.INFO, "progress", stage=stage, done=done, total=total, words=words or None)
            return
        line = f"{stage}: {done}" + (f"/{total}" if total else "") + self._pace(done, total, now)
        line += f"  {words}" if words else ""
        self._out.write(f"\r\x1b[K{line}" if self._live else f"{line}\n")
        self._out.flush()

    def begin(self) -> None:
        """A new stage begins: rates count from here."""
        self._began = self._clock.monotonic()
        self._last = float("-inf")

    def end(self) -> None:
        if self._live and not self._quiet and self._last > float("-inf"):
            self._out.write("\r\x1b[K")
            self._out.flush()

    def _pace(self, done: int, total: int | None, now: float) -> str:
        passed = now - self._began
        if done <= 0 or passed < 1:
            return ""
        rate = done / passed
        pace = f"  {rate:.1f}/s"
        if total and done < total:
            left = int((total - done) / rate)
            pace += f"  {left // 60}:{left % 60:02d} left"
        return pace
