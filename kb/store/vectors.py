"""Passages and vectors at rest. A passage's id stands for one vector for ever: a changed text gets new passages."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kb.types import Passage, Vectors

if TYPE_CHECKING:
    from sqlmodel import Session

    from kb.store.connect import Store
    from kb.types import Float32, Int64
_MARK, _RATE = "vectors", "passages_per_s"  # in meta
CHARS_PER_PASSAGE = 600  # of Markdown, as posts are cut for MiniLM


@dataclass(frozen=True, slots=True)
class Unembedded:
    """A post whose vectors are missing, or made by another model or of another text."""

    post_id: int
    size: int  # characters of its text


def missing(reader: sqlite3.Connection, made_by: Sequence[str]) -> list[Unembedded]:
    """The posts without vectors of their present text by one of these makers, in the order of ids."""
    marks = ",".join("?" * len(made_by))
    rows = reader.execute(
        "SELECT p.id, (SELECT length(b.markdown) FROM body b WHERE b.post_id = p.id) FROM post p "
        "LEFT JOIN post_vector v ON v.post_id = p.id "
        f"WHERE v.post_id IS NULL OR v.content_hash != p.content_hash OR v.made_by NOT IN ({marks}) ORDER BY p.id",
        tuple(made_by),
    )
    return [Unembedded(int(post_id), int(size or 0)) for post_id, size in rows]


def text_of(reader: sqlite3.Connection, post_id: int) -> tuple[str, str, str] | None:
    """Title, Markdown and content hash of a post."""
    row = reader.execute(
        "SELECT p.title, b.markdown, p.content_hash FROM post p JOIN body b ON b.post_id = p.id WHERE p.id = ?",
        (post_id,),
    ).fetchone()
    return None if row is None else (str(row[0]), str(row[1]), str(row[2]))


def write_post(
    session: Session, post_id: int, made_by: str, content_hash: str, passages: Sequence[Passage], rows: Float32,
    whole: Float32,
) -> None:  # fmt: skip
    """Put a post's passages and vectors in place of those it had, in the caller's transaction.

    rows: row i belongs to passages[i]; whole: the post's own vector. Nothing is written when the post's text is no
    longer the one that was embedded.
    """
    run = session.connection().exec_driver_sql
    now = run("SELECT content_hash FROM post WHERE id = ?", (post_id,)).scalar()
    if now != content_hash:
        return
    drop_post(session, post_id)
    for passage, row in zip(passages, rows, strict=True):
        passage_id = run(
            'INSERT INTO passage (post_id, position, heading, start, "end", kind) VALUES (?, ?, ?, ?, ?, ?)',
            (post_id, passage.position, passage.heading, passage.start, passage.end, passage.kind),
        ).lastrowid
        run("INSERT INTO vector (passage_id, row) VALUES (?, ?)", (passage_id, _bytes(row)))
    run(
        "INSERT INTO post_vector (post_id, made_by, content_hash, row) VALUES (?, ?, ?, ?)",
        (post_id, made_by, content_hash, _bytes(whole)),
    )
    _remember(session, post_id, made_by, content_hash)


def drop_post(session: Session, post_id: int) -> None:
    """Forget a post's passages and vectors, in the caller's transaction."""
    run = session.connection().exec_driver_sql
    run("DELETE FROM vector WHERE passage_id IN (SELECT id FROM passage WHERE post_id = ?)", (post_id,))
    run("DELETE FROM passage WHERE post_id = ?", (post_id,))
    run("DELETE FROM post_vector WHERE post_id = ?", (post_id,))


def load_vectors(store: Store, model: str, of: Literal["passages", "posts"] = "passages") -> Vectors:
    """Every vector that a model made, in the order of ids; empty when there is none. model: an Embedder's name."""
    if of == "passages":
        import numpy as np

        ids, _, rows = passage_vectors(store, model)
        order = np.argsort(ids)
        return Vectors(ids[order], rows[order], model)
    found = store.reader.execute(
        "SELECT post_id, row FROM post_vector WHERE substr(made_by, 1, ?) = ? ORDER BY post_id", _maker(model)
    ).fetchall()
    return Vectors(_ids([r[0] for r in found]), _matrix([r[1] for r in found]), model)


def passage_vectors(store: Store, model: str, only: Sequence[int] | None = None) -> tuple[Int64, Int64, Float32]:
    """Passage ids, their posts' ids and vectors by a model, row by row in the order of posts, from the tables.

    only: of these posts; without it of all.
    """
    import numpy as np

    reader, own = store.reader, f" AND p.post_id IN ({','.join(map(str, map(int, only)))})" if only is not None else ""
    source = (
        "FROM passage p JOIN vector v ON v.passage_id = p.id JOIN post_vector w ON w.post_id = p.post_id "
        f"WHERE substr(w.made_by, 1, ?) = ?{own}"
    )
    n, size = reader.execute(f"SELECT count(*), max(length(v.row)) {source}", _maker(model)).fetchone()
    if not n:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 0), np.float32)
    ids, owners, rows = np.empty(n, np.int64), np.empty(n, np.int64), np.empty((n, size // 4), np.float32)
    found = reader.execute(f"SELECT v.passage_id, p.post_id, v.row {source} ORDER BY p.post_id, p.id", _maker(model))
    at = 0
    while some := found.fetchmany(4096)[: n - at]:  # a writer may add rows between the two statements
        end = at + len(some)
        ids[at:end] = [r[0] for r in some]
        owners[at:end] = [r[1] for r in some]
        rows[at:end] = np.frombuffer(b"".join(r[2] for r in some), "<f4").reshape(len(some), -1)
        at = end
    return ids[:at], owners[:at], rows[:at]


def states(reader: sqlite3.Connection, model: str) -> tuple[Int64, Int64]:
    """The posts that have vectors by a model, ascending, and a digest of what each one's were made of.

    The digest is of text, maker and first passage: while it is the same, so are the post's passages and vectors.
    """
    import numpy as np

    found = reader.execute(
        "SELECT w.post_id, w.content_hash, w.made_by, (SELECT min(p.id) FROM passage p WHERE p.post_id = w.post_id) "
        "FROM post_vector w WHERE substr(w.made_by, 1, ?) = ? ORDER BY w.post_id",
        _maker(model),
    ).fetchall()
    digests = [zlib.crc32(f"{r[1]}|{r[2]}".encode()) << 31 ^ zlib.crc32(f"{r[3]}|{r[1]}".encode()) for r in found]
    return _ids([r[0] for r in found]), np.array(digests, np.int64)


def stamp(reader: sqlite3.Connection) -> tuple[int, int, str]:
    """The state of the vectors: another one whenever a vector came or went.

    Greatest passage id and number of posts tell of what was added or deleted, since ids never come back; the mark,
    which follows from all that was ever written, tells of a store that was put back from a copy and went another way.
    """
    row = reader.execute(
        "SELECT (SELECT coalesce(max(id), 0) FROM passage), (SELECT count(*) FROM post_vector), "
        "(SELECT value FROM meta WHERE key = ?)",
        (_MARK,),
    ).fetchone()
    return int(row[0]), int(row[1]), str(row[2] or "")


def _remember(session: Session, *facts: object) -> None:
    run = session.connection().exec_driver_sql
    before = run("SELECT value FROM meta WHERE key = ?", (_MARK,)).scalar() or ""
    mark = hashlib.blake2b(repr((before, *facts)).encode(), digest_size=12).hexdigest()
    run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_MARK, mark))


def makers(reader: sqlite3.Connection) -> dict[str, int]:
    """Model -> how many posts have vectors by it."""
    counts: dict[str, int] = {}
    for made_by, n in reader.execute("SELECT made_by, count(*) FROM post_vector GROUP BY made_by"):
        model = str(made_by).split("|")[0]
        counts[model] = counts.get(model, 0) + int(n)
    return counts


def expected_passages(reader: sqlite3.Connection) -> int:
    """How many passages all posts have, or will have: those without any by the length of their text."""
    n, posts = map(int, reader.execute("SELECT count(*), count(DISTINCT post_id) FROM passage").fetchone())
    every = int(reader.execute("SELECT count(*) FROM post").fetchone()[0])
    if posts * 2 < every:
        size = reader.execute("SELECT sum(length(markdown)) FROM body").fetchone()[0]
        return max(1, round((size or 0) / CHARS_PER_PASSAGE))
    return max(1, round(n * every / max(1, posts)))


def remember_rate(session: Session, passages_per_s: float) -> None:
    """Keep how fast vectors were made here, for telling what it will cost again."""
    run = session.connection().exec_driver_sql
    run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_RATE, f"{passages_per_s:.2f}"))


def rate(reader: sqlite3.Connection) -> float | None:
    """Passages a second when vectors were made last; None before."""
    row = reader.execute("SELECT value FROM meta WHERE key = ?", (_RATE,)).fetchone()
    return None if row is None else max(0.1, float(row[0]))


def passages_of(reader: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Passage]:
    """Passages by id, without their text."""
    marks = ",".join("?" * len(ids))
    rows = reader.execute(
        f'SELECT id, post_id, position, heading, start, "end", kind FROM passage WHERE id IN ({marks})', tuple(ids)
    )
    return {r[0]: Passage(r[0], r[1], r[2], r[3], "", r[4], r[5], r[6]) for r in rows}


def maker_of(reader: sqlite3.Connection, post_id: int) -> str | None:
    """`made_by` of a post's vectors; None when it has none."""
    row = reader.execute("SELECT made_by FROM post_vector WHERE post_id = ?", (post_id,)).fetchone()
    return None if row is None else str(row[0])


def passages_of_posts(store: Store, post_ids: Sequence[int]) -> dict[int, tuple[Int64, Float32]]:
    """Passage ids and vectors of some posts."""
    found = {}
    for post_id in post_ids:
        rows = store.reader.execute(
            "SELECT v.passage_id, v.row FROM passage p JOIN vector v ON v.passage_id = p.id WHERE p.post_id = ?"
            " ORDER BY p.id",
            (post_id,),
        ).fetchall()
        found[post_id] = (_ids([r[0] for r in rows]), _matrix([r[1] for r in rows]))
    return found


def _maker(model: str) -> tuple[int, str]:
    return len(model) + 1, f"{model}|"


def _bytes(row: Float32) -> bytes:
    return row.astype("<f4").tobytes()


def _ids(ids: list[int]) -> Int64:
    import numpy as np

    return np.array(ids, dtype=np.int64)


def _matrix(blobs: list[bytes]) -> Float32:
    import numpy as np

    if not blobs:
        return np.zeros((0, 0), np.float32)
    return np.frombuffer(b"".join(blobs), "<f4").reshape(len(blobs), -1)
