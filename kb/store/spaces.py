"""The posts' vectors, and what made them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np

from kb.types import Vectors

# A row's made_by is "model|cutter" or "model|cutter|gloss-lists": all of one model can be compared
MODEL = "substr({0}.made_by, 1, instr({0}.made_by || '|', '|') - 1)"


def post_vectors(reader: sqlite3.Connection) -> Vectors:
    """The posts' unit vectors by id, of the model that made most of them; broken rows are left out."""
    model = vectors_made_by(reader)
    query = f"SELECT post_id, row FROM post_vector v WHERE {MODEL.format('v')} = ? ORDER BY post_id"
    return _vectors(reader.execute(query, (model,)).fetchall(), model)


def vectors_of(reader: sqlite3.Connection, post_ids: Sequence[int]) -> Vectors:
    """The unit vectors of some posts by id, of the model that made most of the store's."""
    model, rows = vectors_made_by(reader), []
    query = f"SELECT post_id, row FROM post_vector v WHERE {MODEL.format('v')} = ? AND post_id = ?"
    for post_id in sorted(set(post_ids)):
        rows += reader.execute(query, (model, post_id)).fetchall()
    return _vectors(rows, model)


def vectors_made_by(reader: sqlite3.Connection) -> str:
    """The model that made most of the posts' vectors; empty when there are none."""
    query = (
        f"SELECT {MODEL.format('v')} AS model FROM post_vector v GROUP BY model ORDER BY count(*) DESC, model LIMIT 1"
    )
    row = reader.execute(query).fetchone()
    return "" if row is None else str(row[0])


def _vectors(rows: Iterable[tuple[int, bytes]], model: str) -> Vectors:
    pairs = [(int(i), row) for i, row in rows if len(row) and len(row) % 4 == 0]
    if not pairs:
        return Vectors(np.empty(0, np.int64), np.empty((0, 0), np.float32), model)
    size = max(len(row) for _, row in pairs)
    pairs = [pair for pair in pairs if len(pair[1]) == size]
    matrix = np.frombuffer(b"".join(row for _, row in pairs), "<f4").reshape(len(pairs), -1).astype(np.float32)
    ids = np.array([i for i, _ in pairs], np.int64)
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    good = np.isfinite(matrix).all(axis=1) & (length[:, 0] > 0)
    return Vectors(ids[good], matrix[good] / length[good], model)
