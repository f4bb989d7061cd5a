"""Small turns between rows and values that every table group needs: JSON lists, instants, keys of URLs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any


def iso(at: datetime) -> str:
    """An instant as stored: ISO 8601, UTC, to the second, so that text order is time order."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str | None) -> datetime | None:
    """The instant that `iso` wrote."""
    return datetime.fromisoformat(text) if text else None


def dump(value: Any) -> str:
    """JSON text, the same bytes for the same value; lone surrogates are replaced, since SQLite cannot hold them."""
    return clean(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def strings(text: str | None) -> tuple[str, ...]:
    """A tuple of strings from its JSON text."""
    return tuple(json.loads(text)) if text else ()


def clean(text: str) -> str:
    """Text that SQLite and every terminal can hold: no NUL, no lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
