"""When to ask again: what an answer says of it, how long a failing source rests, when a blog is due."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise

from crawler.types import Failure

MIN_GAP_S = 6 * 3600.0  # of two visits: simulated over 100 blogs and a year (docs/decisions), 1.25 requests a day
MAX_GAP_S = 48 * 3600.0
SHARE_OF_GAP = 0.1
SMOOTHING = 0.3  # weight of the newest gap between two posts
JITTER = 0.1
MAX_BACKOFF_S = 7 * 86400.0
_TRANSIENT_STATUS = frozenset({408, 421, 423, 425, 429, 500, 502, 503, 504, 507, 509, *range(520, 531)})
_TRANSIENT = frozenset({"network", "dns", "tls", "timeout", "refused", "encoding"})


def transient(failure: Failure) -> bool:
    """Whether the same request may well succeed later: the link stays pending."""
    if failure.kind == "status":
        return failure.status in _TRANSIENT_STATUS
    return failure.kind in _TRANSIENT


def backoff_s(failures: int) -> float:
    """How long a source rests after so many failed visits in a row: min(7 d, 1 h x 2^n); never for good."""
    return min(MAX_BACKOFF_S, 3600.0 * 2.0 ** min(failures, 20)) if failures > 0 else 0.0


def smoothed_gap_s(posted: Sequence[datetime]) -> float | None:
    """The usual time between two posts, the newest gaps weighing most; None with fewer than two posts."""
    moments = sorted(posted)
    gap: float | None = None
    for before, after in pairwise(moments):
        here = (after - before).total_seconds()
        gap = here if gap is None else (1 - SMOOTHING) * gap + SMOOTHING * here
    return gap


def next_visit(
    now: datetime,
    source: str,
    *,
    gap_s: float | None = None,
    failures: int = 0,
    ttl_s: float | None = None,
    max_age_s: float | None = None,
    retry_after_s: float | None = None,
) -> datetime:
    """When a source is due: a tenth of its usual gap between posts, within 6 to 48 h, later if the site asks for it.

    Up to 10 % is added by a hash of the source, so that visits spread and the same state gives the same answer.
    """
    wait_s = min(
        max(SHARE_OF_GAP * (gap_s if gap_s is not None else MAX_GAP_S / SHARE_OF_GAP / 2), MIN_GAP_S), MAX_GAP_S
    )
    wait_s = max(wait_s, min(ttl_s or 0.0, MAX_BACKOFF_S), min(max_age_s or 0.0, MAX_GAP_S), retry_after_s or 0.0)
    if failures:
        wait_s = max(backoff_s(failures), retry_after_s or 0.0)
    draw = int.from_bytes(hashlib.sha256(source.encode("utf-8", "replace")).digest()[:4], "big") / 2**32
    return now + timedelta(seconds=wait_s * (1 + JITTER * draw))


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
