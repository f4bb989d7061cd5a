"""What is shown of an edition: its lines with topics and reasons, what trends, and why a post scored as it did."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from kb.errors import NotFound
from kb.scoring import days
from kb.store.corpus import blog_links, evidence, linkers_of, neighbours_of, references
from kb.store.corrections import corrections
from kb.store.editions import edition as read_edition
from kb.store.editions import entry_of, newest
from kb.store.posts import get_post, get_posts
from kb.store.topics import list_topics
from kb.types import ChartLine, Edition, Entry, Part, StoredPost, Topic, Why

_SHOWN = {"formulas": ("formulas", 5), "code_lines": ("lines of code", 20), "figures": ("figures", 3)}
HALF_LIFE_DAYS = 180.0  # trending: a post half a year old needs twice the score of one of today


def chart(
    reader: sqlite3.Connection,
    n: int,
    *,
    topic: int | None = None,
    trending: bool = False,
    edition: int | None = None,
) -> tuple[ChartLine, ...]:
    """The first n lines of an edition, by default the newest, or of one topic or field of it; none before the first.

    trending: the posts by what they are worth as of the edition's date, newer ones more. Raises NotFound.
    """
    if edition is None and newest(reader) is None:
        return ()
    shown = read_edition(reader, edition, charted=not trending)
    by_id = {t.id: t for t in list_topics(reader, dead=True)}
    entries = [e for e in shown.entries if topic is None or topic in _line_of(e.topic_id, by_id)]
    if trending:
        entries = _trending(get_posts(reader, [e.post_id for e in entries]), entries, shown.made_at[:10])
    return _lines(reader, entries[:n], by_id)


def _trending(posts: Mapping[int, StoredPost], entries: Iterable[Entry], today: str) -> list[Entry]:
    """The posts on the topic by score, halved for every half-life of age; their `previous` is the rank in the chart.

    A post without a day has no age and is left out; one that gives a month alone is as old as the month's first day.
    """
    ages = {i: _age_days(post.published, today) for i, post in posts.items() if may_trend(post)}
    worth = [(e.score * 0.5 ** (ages[e.post_id] / HALF_LIFE_DAYS), e) for e in entries if ages.get(e.post_id, -1) >= 0]
    worth.sort(key=lambda row: (-row[0], posts[row[1].post_id].url))
    return [replace(e, rank=i, score=round(value, 6), previous=e.rank) for i, (value, e) in enumerate(worth, 1)]


def may_trend(post: StoredPost) -> bool:
    """Whether a post may be listed at all."""
    return post.on_topic is True and post.duplicate_of is None and not post.gone and post.words >= 150


def _age_days(published: str | None, today: str) -> float:
    day = days([published])[0]
    return -1.0 if np.isnan(day) else max(0.0, float(days([today])[0] - day))


def why(reader: sqlite3.Connection, post_id: int) -> Why:
    """The parts of a post's score in the newest edition, the greatest first, and what they rest on. Raises NotFound."""
    post, number = get_post(reader, post_id), newest(reader)
    entry = None if number is None else entry_of(reader, number, post_id)
    if post is None or number is None or entry is None:
        raise NotFound(f"post {post_id} has no score yet", "score the posts with: kb rank")
    weights: Mapping[str, float] = read_edition(reader, number).parameters["weights"]
    known = sum(weights.get(name, 0.0) for name, value in entry.parts.items() if value is not None)
    facts = _facts(reader, post, entry)
    parts = [
        Part(name, value, round(weights.get(name, 0.0) / known, 4) if value is not None and known else 0.0,
             facts.get(name, "unknown: its weight goes to the others" if value is None else ""))
        for name, value in entry.parts.items()
    ]  # fmt: skip
    parts.sort(key=lambda p: (-(p.value or 0.0) * p.weight, p.value is None, p.name))
    return Why(post, number, entry.rank, entry.score, tuple(parts), tuple(_notes(reader, post, entry)))


def _facts(reader: sqlite3.Connection, post: StoredPost, entry: Entry) -> dict[str, str]:
    """What each part rests on, in a line."""
    cited = references(reader).get(post.id, {})
    linked = get_posts(reader, linkers_of(reader).get(post.id, []))
    blogs = {p.source_title or p.source for p in linked.values()}
    into = sum(1 for _, to in blog_links(reader) if to == post.source_id)
    q = {name: int(post.quality.get(name, 0)) for name in ("formulas", "code_lines", "figures", "headings")}
    topic = {t.id: t for t in list_topics(reader, dead=True)}.get(entry.topic_id or 0)
    seen = [f"{e.value:g} on {e.kind}" for e in evidence(reader) if e.post_id == post.id]
    pages = cited.get("link", 0) + cited.get("post", 0)
    shown = f"{q['formulas']} formulas, {q['code_lines']} lines of code, {q['figures']} figures"
    return {
        "links": f"{len(linked)} posts of {len(blogs)} other blogs link to it",
        "standing": f"{into} other blogs link to {post.source_title or post.source}",
        "references": f"cites {cited.get('paper', 0)} papers, {cited.get('code', 0)} repositories, {pages} pages",
        "depth": f"{post.words} words, {shown}, {q['headings']} headings",
        "centrality": f"among the posts of {topic.label_en}" if topic else "it has no topic",
        "evidence": ", ".join(seen) or "nothing was found elsewhere: its weight goes to the others",
    }


def _notes(reader: sqlite3.Connection, post: StoredPost, entry: Entry) -> Iterable[str]:
    """Who links here, what is near, what a person said, and why it is not charted."""
    for p in list(get_posts(reader, linkers_of(reader).get(post.id, [])).values())[:10]:
        yield f"linked from: {p.title} ({p.url})"
    near = neighbours_of(reader, post.id)
    posts = get_posts(reader, [i for i, _ in near])
    for i, cosine in near:
        if i in posts:
            yield f"near ({cosine:.2f}): {posts[i].title} ({posts[i].url})"
    for said in corrections(reader, "post"):
        if said.id == post.id:
            yield f"a person's {said.kind}" + (f": {said.value}" if said.value else "")
    if entry.rank is None:
        yield f"not charted: {_uncharted(post)}"


def _uncharted(post: StoredPost) -> str:
    if post.duplicate_of is not None:
        return f"it says the same as post {post.duplicate_of}"
    if post.on_topic is False:
        return "it is not about deep or machine learning"
    if post.gone:
        return "its page is gone"
    return "others of its field or blog score higher, or it is short, hardly about the subject, or like a charted one"


def _line_of(topic_id: int | None, by_id: Mapping[int, Topic]) -> tuple[int, ...]:
    topic = by_id.get(topic_id or 0)
    return () if topic is None else tuple(i for i in (topic.id, topic.parent) if i is not None)


def _lines(
    reader: sqlite3.Connection, entries: Iterable[Entry], by_id: Mapping[int, Topic]
) -> tuple[ChartLine, ...]:  # fmt: skip
    entries = list(entries)
    posts = get_posts(reader, [e.post_id for e in entries])
    linked, cited = linkers_of(reader), references(reader)
    pinned = {c.id for c in corrections(reader, "post") if c.kind == "pin"}
    lines = []
    for entry in entries:
        if (post := posts.get(entry.post_id)) is None:
            continue
        reason = _reason(entry, post, len(linked.get(post.id, ())), cited.get(post.id, {}), post.id in pinned)
        lines.append(ChartLine(entry, post, by_id.get(entry.topic_id or 0), reason=reason))
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
