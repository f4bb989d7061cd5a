"""What is said on stderr while a job runs: an event and its facts, as words for a person or as JSON for a machine."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

LOGGERS = ("kb", "crawler")


def begin(*, as_json: bool, verbose: bool, quiet: bool) -> None:
    """Set up the loggers of a command line. Words: faults alone, with `verbose` every page; JSON: every visit too."""
    usual = logging.INFO if as_json and not quiet else logging.ERROR
    handler = _Stderr()
    handler.setFormatter(_Json() if as_json else _Words())
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.DEBUG if verbose else usual)


def tell(log: logging.Logger, level: int, event: str, **facts: Any) -> None:
    """Log an event with its facts; those that are None are left out."""
    if log.isEnabledFor(level):
        log.log(level, event, extra={"facts": {name: value for name, value in facts.items() if value is not None}})


class _Stderr(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to whatever stderr is at the moment, clearing a progress line that stands there."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr

    def emit(self, record: logging.LogRecord) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
        super().emit(record)


class _Words(logging.Formatter):
    """`visited source=https://a.example/ requests=3`: harmless on a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        from kb.present import harmless

        said = super().format(record)
        facts = " ".join(f"{name}={_word(value)}" for name, value in _facts(record).items())
        return harmless(f"{said} {facts}" if facts else said)


class _Json(logging.Formatter):
    """One object a line: at, level, event, then the facts."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "event": record.getMessage(), **_facts(record)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    facts = getattr(record, "facts", None)
    return facts if isinstance(facts, dict) else {}


def _word(value: Any) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if not text or " " in text or '"' in text else text
