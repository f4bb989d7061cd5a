"""What a failure says of asking again: whether, and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from crawler.types import Failure

MAX_BACK_OFF = timedelta(days=7)
_TRANSIENT_STATUS = frozenset({408, 421, 423, 425, 429, 500, 502, 503, 504, 507, 509, *range(520, 531)})
_TRANSIENT = frozenset({"network", "dns", "tls", "timeout", "refused", "encoding"})


def transient(failure: Failure) -> bool:
    """Whether the same request may well succeed later: the link stays pending."""
    if failure.kind == "status":
        return failure.status in _TRANSIENT_STATUS
    return failure.kind in _TRANSIENT


def back_off(failures: int) -> timedelta:
    """How long a source rests after so many failed visits in a row: min(7 d, 1 h x 2^n); never for good."""
    return min(MAX_BACK_OFF, timedelta(hours=2 ** min(failures, 20))) if failures > 0 else timedelta()


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """A Retry-After header as seconds from now: given as seconds or as a date."""
    if not value:
        return None
    if value.isdecimal():
        return float(value[:9])
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError):
        return None
    return max(0.0, (at - now).total_seconds()) if at.tzinfo else None


def max_age_s(cache_control: str | None) -> float | None:
    """max-age of a Cache-Control header, 0 where it says no-cache."""
    for part in (cache_control or "").lower().split(","):
        name, _, value = part.strip().partition("=")
        if name in ("no-cache", "no-store"):
            return 0.0
        if name == "max-age" and value.strip('"').isdecimal():
            return float(value.strip('"')[:9])
    return None
