"""Topics, which posts belong to them, and their history."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from kb.errors import NotFound, UsageError
from kb.store.corrections import correct
from kb.store.posts import get_posts
from kb.store.rows import clean, dump, iso, strings
from kb.types import Assignment, StoredPost, Topic

if TYPE_CHECKING:
    from sqlmodel import Session


LONGEST_LABEL = 80  # characters


@dataclass(frozen=True, slots=True)
class TopicEvent:
    """A birth, death, split, merge or new label of a topic."""

    at: str
    kind: str
    topic_id: int
    detail: Mapping[str, Any]


def list_topics(reader: sqlite3.Connection, *, dead: bool = False) -> list[Topic]:
    """Topics, the fields first, then by size and id. dead: those that died too."""
    where = "1" if dead else "died IS NULL"
    rows = reader.execute(f"SELECT * FROM topic WHERE {where} ORDER BY parent IS NOT NULL, size DESC, id")
    return [
        Topic(r["id"], r["label_en"], r["label_zh"], strings(r["terms"]), r["size"], r["parent"], r["field"])
        for r in rows
    ]


def find_topic(reader: sqlite3.Connection, name: str) -> Topic:
    """The living topic that an id or a label in either language names. Raises NotFound."""
    every = list_topics(reader)
    folded = name.strip().casefold()
    for topic in sorted(every, key=lambda t: (t.parent is None, -t.size, t.id)):
        if folded in (str(topic.id), topic.label_en.casefold(), topic.label_zh.casefold()):
            return topic
    near = get_close_matches(folded, [t.label_en.casefold() for t in every], 1)
    meant = f' (did you mean "{near[0]}"?)' if near else ""
    raise NotFound(f'no such topic: "{name}"{meant}', "list them with: kb topics")


def posts_of_topic(reader: sqlite3.Connection, topic_id: int) -> list[tuple[StoredPost, float, bool]]:
    """The posts of a topic (of a field: of all its topics), with weight and whether it is their own one.

    Those whose own topic it is come first, best score first; then those that it shares with another topic.
    """
    weights = dict(members_of(reader, topic_id))
    posts = get_posts(reader, list(weights))
    mine = {int(i) for (i,) in reader.execute("SELECT id FROM topic WHERE id = ? OR parent = ?", (topic_id, topic_id))}
    rows = [(p, weights[p.id], p.topic in mine) for p in posts.values()]
    return sorted(rows, key=lambda row: (not row[2], -(row[0].score or 0.0), row[0].url))


def members_of(reader: sqlite3.Connection, topic_id: int) -> list[tuple[int, float]]:
    """(post id, weight) of all that belong to a topic (of a field: to any of its topics), the weightiest first."""
    rows = reader.execute(
        """SELECT post_id, max(weight) AS weight FROM assignment
        WHERE topic_id = ? OR topic_id IN (SELECT id FROM topic WHERE parent = ?)
        GROUP BY post_id ORDER BY weight DESC, post_id""",
        (topic_id, topic_id),
    )
    return [(int(i), float(w)) for i, w in rows]


def assignments(reader: sqlite3.Connection) -> list[Assignment]:
    """Which post belongs to which topic, by post, the weightiest first."""
    rows = reader.execute("SELECT post_id, topic_id, weight FROM assignment ORDER BY post_id, weight DESC, topic_id")
    return [Assignment(int(p), int(t), float(w)) for p, t, w in rows]


def events(reader: sqlite3.Connection, topic_id: int | None = None) -> list[TopicEvent]:
    """What happened to topics, newest first."""
    rows = reader.execute(
        "SELECT at, kind, topic_id, detail FROM topic_event WHERE ? IS NULL OR topic_id = ? ORDER BY id DESC",
        (topic_id, topic_id),
    )
    return [TopicEvent(row["at"], row["kind"], row["topic_id"], json.loads(row["detail"])) for row in rows]


def told_events(reader: sqlite3.Connection, name: str | None = None) -> list[dict[str, Any]]:
    """What happened to topics, newest first, each with the topic's label; name: of one that lives or lived."""
    labels = {t.id: t.label_en for t in list_topics(reader, dead=True)}
    topic_id = None
    if name is not None:
        topic_id = int(name) if name.isdecimal() and int(name) in labels else find_topic(reader, name).id
    return [
        {"at": e.at, "kind": e.kind, "topic_id": e.topic_id, "label": labels.get(e.topic_id), "detail": dict(e.detail)}
        for e in events(reader, topic_id)
    ]


def rename_topic(session: Session, topic_id: int, label: str, language: str | None, at: datetime) -> None:
    """Give a topic a label that the machine never overwrites. Raises UsageError.

    language: en or zh; without one a label with Chinese characters is the Chinese one. The other stays.
    """
    from kb.store.tables import TopicRow

    row = session.get_one(TopicRow, topic_id)
    new = label_of(label)
    zh = language == "zh" if language else any("\u4e00" <= c <= "\u9fff" for c in new)
    before = {"en": row.label_en, "zh": row.label_zh}
    row.label_en, row.label_zh = (row.label_en, new) if zh else (new, row.label_zh)
    session.add(row)
    correct(session, "rename", f"topic:{topic_id}", {"en": row.label_en, "zh": row.label_zh}, iso(at))
    add_event(session, "rename", topic_id, iso(at), before=before, en=row.label_en, zh=row.label_zh)


def label_of(text: str) -> str:
    """A label as it may be stored: one line of printable text. Raises UsageError."""
    label = " ".join("".join(c if c.isprintable() else " " for c in clean(text)).split())
    if not label or len(label) > LONGEST_LABEL:
        raise UsageError(f"a label has 1 to {LONGEST_LABEL} characters, not {len(label)}", "give another one")
    return label


def merge(session: Session, topic_id: int, into: int, at: str) -> None:
    """Move a topic's posts to another, whose centroid becomes the mean of both; the topic dies."""
    from sqlalchemy import text

    from kb.store.tables import TopicRow

    one, other = session.get_one(TopicRow, topic_id), session.get_one(TopicRow, into)
    ids = {"one": topic_id, "other": into}
    session.execute(text("UPDATE OR IGNORE assignment SET topic_id = :other WHERE topic_id = :one"), ids)
    session.execute(text("DELETE FROM assignment WHERE topic_id = :one"), ids)
    if one.centroid and other.centroid and len(one.centroid) == len(other.centroid):
        import numpy as np

        sums = [np.frombuffer(t.centroid or b"", "<f4").astype(float) * max(1, t.size) for t in (one, other)]
        mean = sums[0] + sums[1]
        other.centroid = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype("<f4").tobytes()
    other.size += one.size
    one.died, one.size = at, 0
    session.add(one)
    session.add(other)


def add_event(session: Session, kind: str, topic_id: int, at: str, **detail: Any) -> None:
    """Log what happened to a topic."""
    from kb.store.tables import TopicEventRow

    session.add(TopicEventRow(at=at, kind=kind, topic_id=topic_id, detail=dump(detail)))
