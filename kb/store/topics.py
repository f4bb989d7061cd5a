"""Topics, which posts belong to them, and their history."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.errors import NotFound, UsageError
from kb.store.corrections import correct
from kb.store.posts import get_posts
from kb.store.rows import clean, dump, iso, strings
from kb.store.spaces import MODEL, vectors_made_by
from kb.types import Assignment, StoredPost, Topic

if TYPE_CHECKING:
    from sqlmodel import Session

    from kb.types import Float32


LONGEST_LABEL = 80  # characters


@dataclass(frozen=True, slots=True)
class TopicEvent:
    """A birth, death, split, merge or new label of a topic."""

    at: str
    kind: str
    topic_id: int
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """A living topic of the lower level as the stage needs it."""

    id: int
    field: str  # of its parent
    centroid: Float32  # unit, in the space of the stage's features
    label_en: str
    label_zh: str
    terms: tuple[str, ...]


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


def posts_of_topic(reader: sqlite3.Connection, topic_id: int) -> list[StoredPost]:
    """The posts whose topic this is (of a field: of all its topics), best score first."""
    ids = [post_id for post_id, _ in members_of(reader, topic_id)]
    posts = get_posts(reader, ids)
    mine = {int(i) for (i,) in reader.execute("SELECT id FROM topic WHERE id = ? OR parent = ?", (topic_id, topic_id))}
    return sorted((p for p in posts.values() if p.topic in mine), key=lambda p: (-(p.score or 0.0), p.url))


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


def sortable(reader: sqlite3.Connection) -> list[Sortable]:
    """The posts that have a place among the topics, by id."""
    rows = reader.execute(
        f"""SELECT r.post_id, v.content_hash || v.made_by AS text, d.post_id IS NOT NULL AS copy, r.score
        FROM relevance r JOIN post_vector v ON v.post_id = r.post_id AND {MODEL.format("v")} = ?
        LEFT JOIN duplicate d ON d.post_id = r.post_id AND d.kind != 'translation'
        WHERE r.on_topic ORDER BY r.post_id""",
        (vectors_made_by(reader),),
    )
    return [Sortable(int(r["post_id"]), _stamp(r["text"]), bool(r["copy"]), float(r["score"])) for r in rows]


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
