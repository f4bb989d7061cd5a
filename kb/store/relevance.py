"""Verdicts on whether posts are on the topic, and the kept prototypes of the fields."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kb.store.meta import get_meta, set_meta
from kb.store.rows import strings
from kb.store.spaces import MODEL, vectors_made_by

if TYPE_CHECKING:
    from sqlmodel import Session

    from kb.types import Float32

__all__ = [
    "Verdict", "counts", "dimensions", "keep_prototypes", "kept_prototypes", "save_verdicts", "unjudged",
    "vectors_made_by",
]  # fmt: skip

_PROTOTYPES = "prototypes"


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A post that waits for a verdict."""

    post_id: int
    title: str
    tags: tuple[str, ...]
    markdown: str
    state: str  # fingerprint of text and vector
    vector: Float32 | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of a post."""

    post_id: int
    score: float
    on_topic: bool
    state: str  # of `Unjudged`
    shares: Float32 | None  # (fields,): how much of what it names belongs to each, for a post that is sorted


def unjudged(reader: sqlite3.Connection, made_by: str) -> list[Unjudged]:
    """Posts without a verdict by this model on their present text and vector."""
    rows = reader.execute(
        f"""WITH pending AS (SELECT p.id, p.title, p.tags, v.row,
            p.content_hash || '/' || coalesce(v.content_hash || v.made_by, '') AS state
            FROM post p LEFT JOIN post_vector v ON v.post_id = p.id AND {MODEL.format("v")} = ?)
        SELECT q.*, b.markdown FROM pending q JOIN body b ON b.post_id = q.id LEFT JOIN relevance r
        ON r.post_id = q.id AND r.made_by = ? AND r.content_hash = q.state WHERE r.post_id IS NULL ORDER BY q.id""",
        (vectors_made_by(reader), made_by),
    )
    return [
        Unjudged(int(row["id"]), row["title"], strings(row["tags"]), row["markdown"], row["state"], _vector(row["row"]))
        for row in rows
    ]


def _vector(row: bytes | None) -> Float32 | None:
    vector = None if row is None or len(row) % 4 else np.frombuffer(row, "<f4").astype(np.float32)
    return vector if vector is not None and np.isfinite(vector).all() else None


def counts(reader: sqlite3.Connection) -> tuple[int, int]:
    """How many posts are on the topic, and how many were judged."""
    row = reader.execute("SELECT coalesce(sum(on_topic), 0), count(*) FROM relevance").fetchone()
    return int(row[0]), int(row[1])


def save_verdicts(session: Session, verdicts: Sequence[Verdict], made_by: str) -> None:
    """Store them in place of earlier ones on the same posts."""
    from sqlalchemy.dialects.sqlite import insert

    from kb.store.tables import RelevanceRow

    rows = [
        {
            "post_id": v.post_id,
            "score": v.score,
            "on_topic": v.on_topic,
            "content_hash": v.state,
            "made_by": made_by,
            "shares": None if v.shares is None else v.shares.astype("<f4").tobytes(),
        }
        for v in verdicts
    ]
    if rows:
        statement = insert(RelevanceRow)
        names = ("score", "on_topic", "content_hash", "made_by", "shares")
        again = {name: statement.excluded[name] for name in names}
        session.execute(statement.on_conflict_do_update(index_elements=["post_id"], set_=again), rows)


def dimensions(reader: sqlite3.Connection) -> int:
    """Of the posts' vectors; 0 when there are none."""
    query = f"SELECT length(row) / 4 FROM post_vector v WHERE {MODEL.format('v')} = ? LIMIT 1"
    row = reader.execute(query, (vectors_made_by(reader),)).fetchone()
    return 0 if row is None else int(row[0])


def kept_prototypes(reader: sqlite3.Connection, name: str, n: int) -> Float32 | None:
    """The kept rows of that name, (n, dim); None if there are none."""
    kept = get_meta(reader, _PROTOTYPES)
    if kept is None or not kept.startswith(f"{name} "):
        return None
    return np.frombuffer(base64.b64decode(kept.rpartition(" ")[2]), "<f4").astype(np.float32).reshape(n, -1)


def keep_prototypes(session: Session, name: str, rows: Float32) -> None:
    """Keep rows under a name, instead of those kept before."""
    set_meta(session, _PROTOTYPES, f"{name} {base64.b64encode(rows.astype('<f4').tobytes()).decode()}")
