"""When the next request may go out: the spacing of a host across all workers, and the next visit of a blog. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

MIN_WAIT_S = 6 * 3600.0  # 6 to 48 h and a tenth: simulated on 100 blogs and a year, 1.25 requests a day, delay 5 h
MAX_WAIT_S = 48 * 3600.0
SHARE_OF_GAP = 0.1
SMOOTHING = 0.3  # weight of the newest gap between two posts
JITTER = 0.1
MAX_ASKED_S = 7 * 86400.0  # what a feed's ttl may ask for at most
MAX_REST = timedelta(days=7)  # a longer Retry-After is asked about sooner
SHARE_OF_AGE = 0.25  # of a post's age, until it is read again: edits come early or hardly ever
REREAD_DAYS = (30, 365)
UNDATED_DAYS = 180
REST_IN_DELAYS = 5  # the first rest of a host that asked for less and did not say how much
MAX_REST_S = 300.0
LEAST_SHARE_OF_DELAY = 0.96  # from the end of one request to the start of the next
MAX_DELAY_S = 120.0  # a longer Crawl-delay is a request to stay away; then the visit ends by its time limit


def next_visit(
    now: datetime,
    days: Sequence[str],
    ttl_s: float | None,
    source: str,
    *,
    max_age_s: float | None = None,
    retry_after_s: float | None = None,
) -> datetime:
    """When a source is due again: a tenth of its usual gap between posts within 6 to 48 h, later if the site asks.

    days: ISO days of its newest posts, in any order; today counts as the end of a gap once it is longer than usual.
    Up to 10 % is added by a hash of the source, so that visits spread and the same state gives the same answer.
    """
    gap_s = smoothed_gap_s(days, now.date())
    wait_s = min(max(SHARE_OF_GAP * gap_s, MIN_WAIT_S), MAX_WAIT_S)
    asked_s = max(min(ttl_s or 0.0, MAX_ASKED_S), min(max_age_s or 0.0, MAX_WAIT_S), retry_after_s or 0.0)
    draw = int.from_bytes(hashlib.sha256(source.encode("utf-8", "replace")).digest()[:4], "big") / 2**32
    return now + timedelta(seconds=max(wait_s, asked_s) * (1 + JITTER * draw))


def reread_due(published: str | None, read_at: datetime, now: datetime) -> bool:
    """Whether a stored post is to be read again: a quarter of its age after the last time, from a month to a year."""
    day = _day(published) if published else None
    least, most = REREAD_DAYS
    days = min(max(SHARE_OF_AGE * (read_at.date() - day).days, least), most) if day else UNDATED_DAYS
    return now - read_at >= timedelta(days=days)


def smoothed_gap_s(days: Sequence[str], today: date) -> float:
    """The usual time between two posts in seconds, the newest gaps weighing most; ten days where it cannot be told."""
    posted = sorted({day for text in days if (day := _day(text)) is not None and day <= today})
    gap: float | None = None
    for before, after in pairwise(posted):
        here = (after - before).total_seconds()
        gap = here if gap is None else (1 - SMOOTHING) * gap + SMOOTHING * here
    if gap is None:
        return 10 * 86400.0
    silence = (today - posted[-1]).total_seconds()
    return (1 - SMOOTHING) * gap + SMOOTHING * silence if silence > gap else gap


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


@dataclass(slots=True)
class _Host:
    next_s: float = 0.0  # no request starts earlier
    delay_s: float | None = None  # its own, when larger than the common one
    more_s: float = 0.0  # added since it asked for less
    strikes: int = 0  # answers in a row that asked for less


class Spacing:
    """When each host may be asked again; seconds of a monotonic clock throughout."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._hosts: dict[str, _Host] = {}

    def delay_s(self, host: str) -> float:
        """Least seconds between the starts of two requests to this host."""
        state = self._of(host)
        return max(self._delay_s, state.delay_s or 0.0) + state.more_s

    def ask(self, host: str, delay_s: float | None) -> None:
        """Remember a Crawl-delay."""
        if delay_s is not None:
            self._of(host).delay_s = min(delay_s, MAX_DELAY_S)

    def wait_s(self, host: str, now: float) -> float:
        """How long from now until this host may be asked."""
        return max(0.0, self._of(host).next_s - now)

    def start(self, host: str, now: float) -> None:
        """A request to this host goes out now."""
        state = self._of(host)
        state.next_s = max(state.next_s, now + self.delay_s(host))

    def end(self, host: str, now: float) -> None:
        """The request has been answered: it may have gone out late, after the time that connecting took."""
        state = self._of(host)
        state.next_s = max(state.next_s, now + LEAST_SHARE_OF_DELAY * self.delay_s(host))

    def slow(self, host: str, now: float, wait_s: float | None) -> float:
        """The host asked for less (429, 503): rest as it says, else doubled each time; gives the seconds.

        Its requests stand further apart from then on, until it has answered well for a while.
        """
        state = self._of(host)
        state.strikes += 1
        first_s = max(REST_IN_DELAYS * self._delay_s, 0.2)
        rest_s = wait_s if wait_s is not None else min(first_s * 2 ** (state.strikes - 1), MAX_REST_S)
        state.next_s = max(state.next_s, now + rest_s)
        state.more_s = min(max(1.5 * state.more_s, self._delay_s, 0.05), MAX_DELAY_S)
        return rest_s

    def well(self, host: str) -> None:
        """The host answered as asked."""
        state = self._of(host)
        state.strikes = 0
        state.more_s = 0.7 * state.more_s if state.more_s > 0.05 else 0.0

    def _of(self, host: str) -> _Host:
        return self._hosts.setdefault(host, _Host())
