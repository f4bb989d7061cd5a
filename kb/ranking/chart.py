"""What is shown of an edition: its lines with topics and reasons, what trends, and what moved since another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from kb.ranking.scoring import days
from kb.store.connect import Reader
from kb.store.corpus import linkers_of, references
from kb.store.corrections import corrections
from kb.store.editions import edition as read_edition
from kb.store.editions import newest
from kb.store.posts import get_posts
from kb.store.topics import list_topics
from kb.types import ChartLine, Edition, Entry, StoredPost, Topic

_SHOWN = {"formulas": ("formulas", 5), "code_lines": ("lines of code", 20), "figures": ("figures", 3)}
HALF_LIFE_DAYS = 180.0  # trending: a post half a year old needs twice the score of one of today
PER_BLOG = 12  # of an edition that does not say


def chart(
    reader: Reader,
    n: int,
    *,
    topic: int | None = None,
    trending: bool = False,
    edition: int | None = None,
    half_life_days: float = HALF_LIFE_DAYS,
) -> tuple[ChartLine, ...]:
    """The first n lines of an edition, by default the newest, or of one topic or field of it; none before the first.

    trending: the posts by what they are worth as of the edition's date, halved for every half-life of age, at most as
    many of a blog as the edition allows. Raises NotFound.
    """
    if edition is None and newest(reader) is None:
        return ()
    shown = read_edition(reader, edition, charted=not trending)
    by_id = {t.id: t for t in list_topics(reader, dead=True)}
    entries = [e for e in shown.entries if topic is None or topic in _line_of(e.topic_id, by_id)]
    if trending:
        banned = {c.id for c in corrections(reader, "post") if c.kind == "ban"}
        posts = get_posts(reader, [e.post_id for e in entries if e.post_id not in banned])
        per_blog = int(shown.parameters.get("per_blog", PER_BLOG))
        entries = _trending(posts, entries, shown.made_at[:10], half_life_days, per_blog)
    return _lines(reader, entries[:n], by_id)


def _trending(
    posts: Mapping[int, StoredPost], entries: Iterable[Entry], today: str, half_life_days: float, per_blog: int
) -> list[Entry]:
    """The posts on the topic by score, halved for every half-life of age; their `previous` is the rank in the chart.

    A post without a day has no age and is left out; one that gives a month alone is as old as the month's first day.
    """
    ages = {i: _age_days(post.published, today) for i, post in posts.items() if may_trend(post)}
    worth = [(e.score * 0.5 ** (ages[e.post_id] / half_life_days), e) for e in entries if ages.get(e.post_id, -1) >= 0]
    worth.sort(key=lambda row: (-row[0], posts[row[1].post_id].url))
    taken: Counter[int] = Counter()
    listed: list[Entry] = []
    for value, entry in worth:
        blog = posts[entry.post_id].source_id
        if taken[blog] < per_blog:
            taken[blog] += 1
            listed.append(replace(entry, rank=len(listed) + 1, score=round(value, 6), previous=entry.rank))
    return listed


def may_trend(post: StoredPost) -> bool:
    """Whether a post may be listed at all."""
    return post.on_topic is True and post.duplicate_of is None and not post.gone and post.words >= 150


def _age_days(published: str | None, today: str) -> float:
    day = days([published])[0]
    return -1.0 if np.isnan(day) else max(0.0, float(days([today])[0] - day))


def _line_of(topic_id: int | None, by_id: Mapping[int, Topic]) -> tuple[int, ...]:
    topic = by_id.get(topic_id or 0)
    return () if topic is None else tuple(i for i in (topic.id, topic.parent) if i is not None)


def _lines(
    reader: Reader, entries: Iterable[Entry], by_id: Mapping[int, Topic]
) -> tuple[ChartLine, ...]:  # fmt: skip
    entries = list(entries)
    posts = get_posts(reader, [e.post_id for e in entries])
    linked, cited = linkers_of(reader), references(reader)
    said = corrections(reader, "post")
    pinned = {c.id for c in said if c.kind == "pin"}
    notes = {c.id: str(c.value) for c in said if c.kind == "note" and c.value}
    lines = []
    for entry in entries:
        if (post := posts.get(entry.post_id)) is None:
            continue
        reason = _reason(entry, post, len(linked.get(post.id, ())), cited.get(post.id, {}), post.id in pinned)
        topic, note = by_id.get(entry.topic_id or 0), notes.get(post.id, "")
        lines.append(ChartLine(entry, post, topic, reason=reason, note=note, pinned=post.id in pinned))
    return tuple(lines)


def _reason(entry: Entry, post: StoredPost, linked: int, cited: Mapping[str, int], pinned: bool) -> str:
    """Why a post is here, in a line of facts that can be counted again."""
    said = []
    if pinned:
        said.append("pinned by the editor")
    if linked:
        said.append(f"{linked} post{'s' * (linked > 1)} of other blogs link{'s' * (linked == 1)} to it")
    if (entry.parts.get("standing") or 0) >= 0.8:
        said.append("on a blog that others often link to")
    if papers := cited.get("paper", 0):
        said.append(f"cites {papers} paper{'s' * (papers > 1)}")
    quality = post.quality
    shown = [
        f"{int(quality.get(name, 0))} {words}"
        for name, (words, least) in _SHOWN.items()
        if quality.get(name, 0) >= least
    ]
    said.append(f"{post.words} words" + (" with " + ", ".join(shown) if shown else ""))
    if (entry.parts.get("centrality") or 0) >= 0.9:
        said.append("close to the heart of its topic")
    return "; ".join(said[:4])


def movement(old: Edition, new: Edition) -> tuple[list[Entry], list[Entry], list[tuple[Entry, int]]]:
    """What differs between two editions: entries that came, that left, and that moved (with places up, or down < 0)."""
    before = {e.post_id: e for e in old.entries if e.rank is not None}
    after = {e.post_id: e for e in new.entries if e.rank is not None}
    moved = [(e, (before[i].rank or 0) - (e.rank or 0)) for i, e in after.items() if i in before]
    return (
        [e for i, e in after.items() if i not in before],
        [e for i, e in before.items() if i not in after],
        [(e, places) for e, places in moved if places],
    )
