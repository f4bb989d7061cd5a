"""Fingerprints of posts' texts, and the groups of duplicates."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from crawler.urls import key
from kb.language.resemblance import Candidate
from kb.store.corpus import post_links
from kb.store.meta import get_meta, set_meta
from kb.store.spaces import post_vectors
from kb.types import Vectors

if TYPE_CHECKING:
    from sqlmodel import Session

    from kb.language.resemblance import Duplicate, Hashes

_MARK = "dedupe"


def unprinted(reader: sqlite3.Connection, made_by: str) -> Iterator[tuple[int, str, str]]:
    """(id, content hash, text) of the posts without a fingerprint of their present text."""
    rows = reader.execute(
        """SELECT p.id, p.content_hash, b.markdown FROM post p JOIN body b ON b.post_id = p.id
        LEFT JOIN fingerprint f ON f.post_id = p.id AND f.content_hash = p.content_hash AND f.made_by = ?
        WHERE f.post_id IS NULL ORDER BY p.id""",
        (made_by,),
    )
    for post_id, content_hash, markdown in rows:
        yield int(post_id), str(content_hash), str(markdown)


def fingerprints(reader: sqlite3.Connection, made_by: str) -> dict[int, Hashes]:
    """Every stored sample of hashes, by post."""
    rows = reader.execute("SELECT post_id, signature FROM fingerprint WHERE made_by = ? ORDER BY post_id", (made_by,))
    return {int(i): np.frombuffer(signature, "<u8").astype(np.uint64) for i, signature in rows}


def text(reader: sqlite3.Connection, post_id: int) -> str:
    """A post's text."""
    return str(reader.execute("SELECT markdown FROM body WHERE post_id = ?", (post_id,)).fetchone()[0])


def vectors(reader: sqlite3.Connection) -> Vectors:
    """The posts' vectors."""
    return post_vectors(reader)


def candidates(reader: sqlite3.Connection) -> dict[int, Candidate]:
    """Every post with what decides which of a group is the original."""
    rows = reader.execute(
        "SELECT id, url, key, canonical, source_id, published, language, title, words FROM post ORDER BY id"
    ).fetchall()
    by_key = {str(row["key"]): int(row["id"]) for row in rows}
    source = {int(row["id"]): int(row["source_id"]) for row in rows}
    linked: dict[int, set[int]] = {}
    for link in post_links(reader):
        if source[link.from_post] != source[link.to_post]:
            linked.setdefault(link.to_post, set()).add(source[link.from_post])
    found = {}
    for row in rows:
        post_id = int(row["id"])
        canonical = by_key.get(key(row["canonical"])) if row["canonical"] else None
        found[post_id] = Candidate(
            post_id,
            str(row["url"]),
            int(row["source_id"]),
            row["published"],
            row["language"],
            len(linked.get(post_id, ())),
            canonical if canonical != post_id else None,
            str(row["title"]),
            int(row["words"]),
        )
    return found


def counts(reader: sqlite3.Connection) -> tuple[int, int]:
    """How many copies and how many translations are known."""
    row = reader.execute(
        "SELECT count(*) - sum(kind = 'translation'), coalesce(sum(kind = 'translation'), 0) FROM duplicate"
    ).fetchone()
    return int(row[0] or 0), int(row[1])


def is_settled(reader: sqlite3.Connection, made_by: str) -> bool:
    """Whether nothing that the groups depend on has changed since they were made."""
    return get_meta(reader, _MARK) == _state(reader, made_by)


def settle(session: Session, made_by: str) -> None:
    """Remember what the groups were made from."""
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    set_meta(session, _MARK, _state(connection, made_by))


def _state(reader: sqlite3.Connection, made_by: str) -> str:
    posts = reader.execute("SELECT count(*), max(id), max(fetched_at) FROM post").fetchone()
    rows = reader.execute("SELECT made_by, count(*) FROM post_vector GROUP BY made_by ORDER BY made_by").fetchall()
    return f"{made_by} {tuple(posts)} {[tuple(row) for row in rows]}"


def save_fingerprints(session: Session, made: Mapping[int, tuple[str, Hashes]], made_by: str) -> None:
    """Store samples by post: (content hash, hashes)."""
    from sqlalchemy.dialects.sqlite import insert

    from kb.store.tables import FingerprintRow

    rows = [
        {"post_id": i, "content_hash": digest, "signature": hashes.astype("<u8").tobytes(), "made_by": made_by}
        for i, (digest, hashes) in made.items()
    ]
    if rows:
        statement = insert(FingerprintRow)
        again = {name: statement.excluded[name] for name in ("content_hash", "signature", "made_by")}
        session.execute(statement.on_conflict_do_update(index_elements=["post_id"], set_=again), rows)


def save_duplicates(session: Session, found: Sequence[Duplicate], made_by: str) -> int:
    """Make the table say just this; how many rows that changed."""
    from sqlmodel import select

    from kb.store.tables import DuplicateRow

    wanted = {d.post_id: d for d in found}
    changed = 0
    for row in session.exec(select(DuplicateRow)).all():
        d = wanted.pop(row.post_id, None)
        if d is None:
            session.delete(row)
            changed += 1
        elif (row.original_id, row.kind, row.similarity) != (d.original_id, d.kind, d.similarity):
            row.original_id, row.kind, row.similarity, row.made_by = d.original_id, d.kind, d.similarity, made_by
            session.add(row)
            changed += 1
    for d in wanted.values():
        session.add(
            DuplicateRow(
                post_id=d.post_id, original_id=d.original_id, kind=d.kind, similarity=d.similarity, made_by=made_by
            )
        )
    return changed + len(wanted)
