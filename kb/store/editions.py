"""Editions of the chart: written once, numbered, never rewritten; scores of uncharted posts for the newest alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kb.errors import NotFound
from kb.store.rows import dump
from kb.types import Edition, Entry

if TYPE_CHECKING:
    from sqlmodel import Session


def newest(reader: sqlite3.Connection) -> int | None:
    """The number of the newest edition."""
    number = reader.execute("SELECT max(number) FROM edition").fetchone()[0]
    return None if number is None else int(number)


def made_by(reader: sqlite3.Connection, number: int | None) -> str | None:
    """The fingerprint of an edition."""
    row = reader.execute("SELECT made_by FROM edition WHERE number = ?", (number,)).fetchone()
    return None if row is None else str(row[0])


def ranks(reader: sqlite3.Connection, number: int | None) -> dict[int, int]:
    """Rank by post id in an edition."""
    rows = reader.execute("SELECT post_id, rank FROM entry WHERE edition = ? AND rank IS NOT NULL", (number,))
    return {int(post_id): int(rank) for post_id, rank in rows}


def numbers(reader: sqlite3.Connection, most: int, last: int | None = None) -> list[int]:
    """The numbers of the newest editions up to `last`, newest first."""
    where = "" if last is None else f"WHERE number <= {last:d}"
    rows = reader.execute(f"SELECT number FROM edition {where} ORDER BY number DESC LIMIT ?", (most,))
    return [int(number) for (number,) in rows]


def edition(reader: sqlite3.Connection, number: int | None = None, *, charted: bool = True) -> Edition:
    """An edition, by default the newest, with its charted entries by rank (or every entry, by score).

    Raises NotFound.
    """
    wanted = newest(reader) if number is None else number
    row = reader.execute("SELECT * FROM edition WHERE number = ?", (wanted,)).fetchone()
    if row is None and number is None:
        raise NotFound("no chart yet", "make one with: kb rank")
    if row is None:
        raise NotFound(f"no edition {number}", f"the newest is {newest(reader)}" if newest(reader) else "kb rank")
    where = "AND rank IS NOT NULL" if charted else ""
    rows = reader.execute(
        f"SELECT * FROM entry WHERE edition = ? {where} ORDER BY rank IS NULL, rank, score DESC, post_id", (wanted,)
    )
    return Edition(int(row["number"]), row["made_at"], json.loads(row["parameters"]), tuple(map(_entry, rows)))


def entry_of(reader: sqlite3.Connection, number: int, post_id: int) -> Entry | None:
    """A post's entry in an edition."""
    row = reader.execute("SELECT * FROM entry WHERE edition = ? AND post_id = ?", (number, post_id)).fetchone()
    return None if row is None else _entry(row)


def save_edition(
    session: Session, entries: Sequence[Entry], at: str, fingerprint: str, parameters: Mapping[str, Any]
) -> int:
    """Store an edition and give its number; the uncharted entries of the one before are dropped."""
    from sqlalchemy import text
    from sqlmodel import insert

    from kb.store.tables import EditionRow, EntryRow

    row = EditionRow(made_at=at, made_by=fingerprint, parameters=dump(parameters))
    session.execute(text("DELETE FROM entry WHERE rank IS NULL"))
    session.add(row)
    session.flush()
    assert row.number is not None
    rows = [
        {
            "edition": row.number, "post_id": e.post_id, "rank": e.rank, "score": e.score, "parts": dump(dict(e.parts)),
            "topic_id": e.topic_id, "previous": e.previous,
        }
        for e in entries
    ]  # fmt: skip
    if rows:
        session.execute(insert(EntryRow), rows)
    return row.number


def _entry(row: sqlite3.Row) -> Entry:
    parts = json.loads(row["parts"])
    return Entry(row["post_id"], row["rank"], row["score"], parts, row["topic_id"], row["previous"])
