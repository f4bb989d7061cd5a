"""What the topics stage reads and writes: posts to be sorted, standing topics, their posts' assignments."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kb.store.rows import dump, strings
from kb.store.spaces import MODEL, vectors_made_by
from kb.store.topics import add_event
from kb.types import Assignment, Topic

if TYPE_CHECKING:
    from sqlmodel import Session

    from kb.types import Float32

__all__ = [
    "Sortable", "Standing", "add_event", "bury_all_but", "field_topic", "placed", "save_assignments", "save_topic",
    "sortable", "standing", "texts_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """A living topic of the lower level as the stage needs it."""

    id: int
    field: str  # of its parent
    centroid: Float32  # unit, in the space of the stage's features
    label_en: str
    label_zh: str
    terms: tuple[str, ...]


def standing(reader: sqlite3.Connection, made_by: str) -> list[Standing]:
    """The living topics of the lower level in that space, by id."""
    rows = reader.execute(
        """SELECT t.*, f.field AS of FROM topic t JOIN topic f ON f.id = t.parent
        WHERE t.died IS NULL AND t.centroid IS NOT NULL AND t.made_by = ? ORDER BY t.id""",
        (made_by,),
    )
    return [
        Standing(
            row["id"], row["of"], np.frombuffer(row["centroid"], "<f4").astype(np.float32), row["label_en"],
            row["label_zh"], strings(row["terms"]),
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sortable:
    """A post on the topic that has a vector."""

    post_id: int
    stamp: str  # fingerprint of its text and of what made its vector
    copy: bool  # of another post: gets a topic and shapes none
    relevance: float
    shares: Float32  # (fields,), of `Verdict`


def sortable(reader: sqlite3.Connection) -> list[Sortable]:
    """The posts that have a place among the topics, by id."""
    rows = reader.execute(
        f"""SELECT r.post_id, v.content_hash || v.made_by AS text, d.post_id IS NOT NULL AS copy, r.score,
        r.shares
        FROM relevance r JOIN post_vector v ON v.post_id = r.post_id AND {MODEL.format("v")} = ?
        LEFT JOIN duplicate d ON d.post_id = r.post_id AND d.kind != 'translation'
        WHERE r.on_topic AND r.shares IS NOT NULL ORDER BY r.post_id""",
        (vectors_made_by(reader),),
    )
    return [
        Sortable(int(r["post_id"]), _stamp(r["text"]), bool(r["copy"]), float(r["score"]),
                 np.frombuffer(r["shares"], "<f4").astype(np.float32))
        for r in rows
    ]  # fmt: skip


def _stamp(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def placed(reader: sqlite3.Connection) -> dict[int, tuple[str, list[Assignment]]]:
    """What each post's assignments were made by, and the assignments, the weightiest first."""
    found: dict[int, tuple[str, list[Assignment]]] = {}
    for row in reader.execute("SELECT * FROM assignment ORDER BY post_id, weight DESC, topic_id"):
        one = Assignment(int(row["post_id"]), int(row["topic_id"]), float(row["weight"]))
        found.setdefault(one.post_id, (row["made_by"], []))[1].append(one)
    return found


def texts_of(reader: sqlite3.Connection, ids: Sequence[int], most: int) -> dict[int, str]:
    """Title, tags and the beginning of the text of posts, by id."""
    found: dict[int, str] = {}
    for first in range(0, len(ids), 500):
        some = list(ids[first : first + 500])
        marks = ",".join("?" * len(some))
        rows = reader.execute(
            f"""SELECT p.id, p.title, p.tags, substr(b.markdown, 1, ?) AS text FROM post p
            JOIN body b ON b.post_id = p.id WHERE p.id IN ({marks})""",
            (most, *some),
        )
        found |= {int(r["id"]): f"{r['title']}\n{' / '.join(strings(r['tags']))}\n{r['text']}" for r in rows}
    return found


def save_topic(
    session: Session, topic: Topic, at: str, made_by: str, centroid: Float32 | None = None, *, keep_label: bool = False
) -> int:
    """Store a topic (id 0: a new one) and give its id; a label that a person gave is kept."""
    from kb.store.tables import TopicRow

    row = session.get(TopicRow, topic.id) if topic.id else None
    if row is None:
        row = TopicRow(label_en=topic.label_en, label_zh=topic.label_zh, born=at, made_by=made_by)
    elif not keep_label:
        if (row.label_en, row.label_zh) != (topic.label_en, topic.label_zh):
            before = {"en": row.label_en, "zh": row.label_zh}
            add_event(session, "label", topic.id, at, before=before, en=topic.label_en, zh=topic.label_zh)
        row.label_en, row.label_zh = topic.label_en, topic.label_zh
    row.parent, row.field, row.size, row.made_by, row.died = topic.parent, topic.field, topic.size, made_by, None
    row.terms = dump(topic.terms)
    if centroid is not None:
        row.centroid = centroid.astype("<f4").tobytes()
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def field_topic(session: Session, field: str) -> int:
    """The id of the topic that stands for a field of the taxonomy; 0 if there is none yet."""
    from sqlmodel import select

    from kb.store.tables import TopicRow

    statement = select(TopicRow.id).where(TopicRow.field == field).order_by(TopicRow.id)  # type: ignore[arg-type]
    return session.exec(statement).first() or 0


def bury_all_but(session: Session, living: Collection[int], at: str) -> None:
    """Let the other topics die; their rows stay."""
    from sqlmodel import select

    from kb.store.tables import TopicRow

    for row in session.exec(select(TopicRow).where(TopicRow.died == None)).all():  # noqa: E711
        if row.id not in living:
            row.died, row.size = at, 0
            session.add(row)


def save_assignments(session: Session, wanted: Sequence[Assignment], stamps: Mapping[int, str]) -> int:
    """Make the table say just this, writing only rows that differ; how many posts changed.

    stamps: what each post's assignment is made by.
    """
    from sqlalchemy import text

    rows = session.execute(text("SELECT post_id, topic_id, weight, made_by FROM assignment")).all()
    before = {(int(p), int(t)): (float(w), str(m)) for p, t, w, m in rows}
    after = {(a.post_id, a.topic_id): (a.weight, stamps[a.post_id]) for a in wanted}
    gone = sorted(before.keys() - after.keys())
    new = sorted(pair for pair, weight in after.items() if before.get(pair) != weight)
    if gone:
        session.execute(
            text("DELETE FROM assignment WHERE post_id = :p AND topic_id = :t"), [{"p": p, "t": t} for p, t in gone]
        )
    if new:
        session.execute(
            text(
                """INSERT INTO assignment (post_id, topic_id, weight, made_by) VALUES (:p, :t, :w, :m)
                ON CONFLICT (post_id, topic_id) DO UPDATE SET weight = excluded.weight, made_by = excluded.made_by"""
            ),
            [{"p": p, "t": t, "w": after[p, t][0], "m": after[p, t][1]} for p, t in new],
        )
    return len({p for p, _ in gone} | {p for p, _ in new})
