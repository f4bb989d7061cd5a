"""The posts' vectors, and what made them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import numpy as np

from kb.types import Vectors


def post_vectors(reader: sqlite3.Connection) -> Vectors:
    """The posts' unit vectors by id, of the model that made most of them; broken rows are left out."""
    model = vectors_made_by(reader)
    rows = reader.execute(
        "SELECT post_id, row FROM post_vector WHERE made_by = ? ORDER BY post_id", (model,)
    ).fetchall()
    return _vectors(rows, model)


def vectors_made_by(reader: sqlite3.Connection) -> str:
    """Model and cutter of most post vectors; empty when there are none."""
    row = reader.execute(
        "SELECT made_by FROM post_vector GROUP BY made_by ORDER BY count(*) DESC, made_by LIMIT 1"
    ).fetchone()
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
