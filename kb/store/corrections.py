"""A person's corrections, which no run of the machine overwrites."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kb.store.rows import clean, dump

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said: kind is rename, merge, pin, ban or note; subject is "topic:7" or "post:12"."""

    kind: str
    subject: str
    value: Any
    made_at: str

    @property
    def id(self) -> int:
        """The id of the topic or post."""
        return int(self.subject.partition(":")[2])


def corrections(reader: sqlite3.Connection, about: str) -> list[Correction]:
    """The corrections about topics or posts (about: "topic" or "post"), oldest first."""
    rows = reader.execute(
        "SELECT kind, subject, value, made_at FROM correction WHERE subject LIKE ? ORDER BY id", (f"{about}:%",)
    )
    return [Correction(row["kind"], row["subject"], json.loads(row["value"] or "null"), row["made_at"]) for row in rows]


def correct(session: Session, kind: str, subject: str, value: Any, at: str) -> None:
    """Store a correction, in place of an earlier one of the same kind about the same."""
    from sqlmodel import select

    from kb.store.tables import CorrectionRow

    statement = select(CorrectionRow).where(CorrectionRow.kind == kind, CorrectionRow.subject == subject)
    row = session.exec(statement).first() or CorrectionRow(kind=kind, subject=subject, made_at=at)
    row.value, row.made_at = clean(dump(value)), at
    session.add(row)
    session.flush()


def withdraw(session: Session, kind: str, subject: str) -> bool:
    """Take a correction back; whether there was one."""
    from sqlmodel import select

    from kb.store.tables import CorrectionRow

    statement = select(CorrectionRow).where(CorrectionRow.kind == kind, CorrectionRow.subject == subject)
    row = session.exec(statement).first()
    if row is not None:
        session.delete(row)
        session.flush()
    return row is not None
