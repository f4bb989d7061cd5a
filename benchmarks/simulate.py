"""A year of the scheduled job, simulated: requests that each rule of revisiting makes, and how late it finds posts.

    python -m benchmarks.simulate [--blogs 500] [--days 365] [--seed 1]

Blogs post as the replayed ones did: each takes one real blog's gaps between posts, in stretches as they came, so that
bursts and silences stay what they were. kb's rule is crawler.frontier.next_visit itself. The others are written from
their documentation: miniflux's two schedulers and StormCrawler's adaptive one, with their defaults.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.measure import write
from crawler.frontier import next_visit
from kb.store.sources import earliest

WEB = Path(os.environ.get("KB_WEB", "../shared/web"))
START = datetime(2026, 1, 1, tzinfo=UTC)
LEAST_POSTS = 10  # of a real blog, for its gaps to be taken
STRETCH = 5  # gaps in a row that are taken together
KNOWN = 20  # posts of the past that a rule may look at
IN_FEED = 10  # entries that a feed shows: more posts between two visits than that are not in it any more


@dataclass(slots=True)
class Seen:
    """What a rule knows of a blog when it is asked for the next visit."""

    name: str
    now: datetime
    posts: list[datetime]  # found so far, oldest first
    changed: bool  # whether this visit found any
    wait: timedelta  # that was chosen last


Rule = Callable[[Seen], timedelta]
TICK = timedelta(hours=6)  # between two starts of the scheduled job, which may begin up to 5 minutes late


def kb(seen: Seen) -> timedelta:
    """What the store hands over, a day a post, and what the crawler answers."""
    days = [f"{at.date()}" for at in reversed(seen.posts[-KNOWN:])]
    return next_visit(seen.now, days, None, f"https://{seen.name}.example/") - seen.now


def kb_by_a_job(seen: Seen) -> timedelta:
    """The same where a job every 6 hours makes the visits, as kb.store.sources lets it."""
    due = earliest(seen.now, seen.now + kb(seen), 0.0)
    ticks = -(-(due - START) // TICK)
    while (start := START + ticks * TICK + _late(seen.name, ticks)) < due or start <= seen.now:
        ticks += 1
    return start - seen.now


def _late(name: str, tick: int) -> timedelta:
    """How long after its time the job comes to a blog: its own delay, and the visits that it makes before."""
    return timedelta(minutes=5 * random.Random(tick).random() + 10 * random.Random(f"{name}/{tick}").random())


def fixed(hours: float) -> Rule:
    """The same time between all visits: 6 h as a cron line may, 1 h as miniflux does by default (round robin)."""
    return lambda _: timedelta(hours=hours)


def miniflux(seen: Seen) -> timedelta:
    """entry_frequency: the mean gap between the last week's posts, within 5 min and 24 h; it looks once an hour."""
    week = timedelta(days=7)
    late = [at for at in seen.posts if at >= seen.now - week]
    gaps = (late[-1] - late[0]) / (len(late) - 1) if len(late) > 1 else timedelta()
    count = -(-week // gaps) if gaps > timedelta() else 0
    wait = min(max(week / count, timedelta(minutes=5)), timedelta(hours=24)) if count else timedelta(hours=24)
    return timedelta(hours=-(-wait // timedelta(hours=1)))


def stormcrawler(seen: Seen) -> timedelta:
    """AdaptiveScheduler: a day at first, half as long after a change, half as much again after none; 1 h to 2 weeks."""
    wait = seen.wait * (0.5 if seen.changed else 1.5)
    return min(max(wait, timedelta(hours=1)), timedelta(days=14))


RULES: dict[str, tuple[Rule, timedelta]] = {
    "kb, visits when they are due": (kb, timedelta(hours=6)),
    "kb, by a job every 6 hours": (kb_by_a_job, timedelta(hours=6)),
    "every 6 hours": (fixed(6), timedelta(hours=6)),
    "miniflux, round robin (its default)": (fixed(1), timedelta(hours=1)),
    "miniflux, entry frequency": (miniflux, timedelta(hours=24)),
    "StormCrawler, adaptive": (stormcrawler, timedelta(days=1)),
}


def gaps_of(truth: Path) -> list[list[timedelta]]:
    """The gaps between posts of each real blog with enough of them, as they came."""
    days: dict[str, list[date]] = {}
    for line in truth.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["published"] and len(row["published"]) >= 10:  # some say the month alone
            days.setdefault(row["host"], []).append(date.fromisoformat(row["published"][:10]))
    blogs = [sorted(found) for found in days.values() if len(set(found)) >= LEAST_POSTS]
    return [[b - a for a, b in pairwise(found)] for found in blogs]


def posting(gaps: Sequence[timedelta], end: datetime, chance: random.Random) -> list[datetime]:
    """Moments of posts from long before the start until the end: stretches of real gaps, at any time of the day."""
    day = START - timedelta(days=chance.uniform(0, 2 * sum((g.days for g in gaps), 0) / len(gaps)))
    past: list[datetime] = []
    while len(past) < KNOWN:
        for gap in _stretch(gaps, chance):
            past.append(day)
            day -= gap
    times = sorted(past)
    day = max(times)
    while day < end:
        for gap in _stretch(gaps, chance):
            day += gap
            times.append(day)
    return sorted(at + timedelta(seconds=chance.uniform(0, 86400)) for at in times if at < end)


def _stretch(gaps: Sequence[timedelta], chance: random.Random) -> Iterator[timedelta]:
    first = chance.randrange(len(gaps))
    yield from gaps[first : first + STRETCH]


@dataclass(slots=True)
class Year:
    """What a rule did to one blog."""

    visits: int
    delays: list[timedelta]  # from a post's moment to the visit that found it
    overrun: int  # posts that had left the feed before it was looked at


def live(name: str, posts: Sequence[datetime], rule: Rule, wait: timedelta, end: datetime, first: datetime) -> Year:
    """Visit a blog by a rule until the end."""
    known = [at for at in posts if at <= first]
    coming = [at for at in posts if first < at < end]
    year, now, done = Year(0, [], 0), first, 0
    while now < end:
        year.visits += 1
        new = [at for at in coming[done : done + 1000] if at <= now]
        done += len(new)
        known += new
        year.delays += [now - at for at in new]
        year.overrun += max(0, len(new) - IN_FEED)
        wait = rule(Seen(name, now, known, bool(new), wait))
        now += wait
    return year


def main() -> int:
    """Simulate, print a line a rule, write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blogs", type=int, default=500)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--web", type=Path, default=WEB)
    given = parser.parse_args()
    end = START + timedelta(days=given.days)
    real = gaps_of(given.web / "truth" / "posts.jsonl")
    chance = random.Random(given.seed)
    blogs = [posting(real[n % len(real)], end, chance) for n in range(given.blogs)]
    firsts = [START + timedelta(seconds=chance.uniform(0, 86400)) for _ in blogs]
    rules = {}
    for name, (rule, wait) in RULES.items():
        years = [live(f"blog{n}", posts, rule, wait, end, firsts[n]) for n, posts in enumerate(blogs)]
        rules[name] = _figures(years, given.days)
        print(f"{name}: {rules[name]}", file=sys.stderr)
    posts = sum(START <= at < end for blog in blogs for at in blog)
    write("simulate", {"blogs": given.blogs, "days": given.days, "seed": given.seed, "real_blogs": len(real),
                       "posts_of_the_year": posts, "rules": rules})  # fmt: skip
    return 0


def _figures(years: Sequence[Year], days: int) -> dict[str, Any]:
    delays = sorted(delay.total_seconds() / 3600 for year in years for delay in year.delays)
    visits = sum(year.visits for year in years)
    quantiles = statistics.quantiles(delays, n=20)
    return {
        "requests_a_day": round(visits / days, 1),
        "requests_a_blog_and_day": round(visits / days / len(years), 3),
        "delay_h_median": round(statistics.median(delays), 1),
        "delay_h_mean": round(statistics.fmean(delays), 1),
        "delay_h_95": round(quantiles[18], 1),
        "posts_beyond_the_feed": sum(year.overrun for year in years),
        "found": len(delays),
    }


if __name__ == "__main__":
    sys.exit(main())
