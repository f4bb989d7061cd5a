"""Facts about the store itself: what a stage last worked from, and small things that are dear to compute."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlmodel import Session


def get_meta(reader: sqlite3.Connection, name: str) -> str | None:
    """The fact of that name."""
    row = reader.execute("SELECT value FROM meta WHERE key = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def set_meta(session: Session, name: str, value: str) -> None:
    """Remember a fact in the caller's transaction; the same value writes nothing."""
    from kb.store.tables import MetaRow

    row = session.get(MetaRow, name)
    if row is None:
        session.add(MetaRow(key=name, value=value))
    elif row.value != value:
        row.value = value
        session.add(row)
