"""Blogs that are forgotten for good: nothing of theirs stays in the file, and nothing of theirs is fetched again."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING

from crawler import urls
from kb.errors import UsageError
from kb.store.rows import iso

if TYPE_CHECKING:
    from sqlmodel import Session

    from kb.store.tables import SourceRow

_OF_POST = ("text_row", "passage", "post_vector", "relevance", "assignment", "evidence", "entry", "fingerprint",
            "duplicate", "reference", "alias", "version", "body")  # fmt: skip


def forget(session: Session, row: SourceRow, at: datetime) -> int:
    """Delete a source with posts, texts, passages, vectors and raw pages, and remember its URL; how many posts went.

    SQLite writes zeros over what is deleted, so that no copy of a text stays in the free pages of the file.
    """
    from sqlalchemy import text

    from kb.store.tables import ForgottenRow
    from kb.store.text import rebuild

    source = {"source": row.id}
    session.execute(text("PRAGMA secure_delete = ON"))
    session.merge(ForgottenRow(key=row.key, url=row.url, at=iso(at)))
    own = "(SELECT id FROM post WHERE source_id = :source)"
    session.execute(
        text(f"DELETE FROM vector WHERE passage_id IN (SELECT id FROM passage WHERE post_id IN {own})"), source
    )
    for table in _OF_POST:
        session.execute(text(f"DELETE FROM {table} WHERE post_id IN {own}"), source)
    session.execute(text(f"DELETE FROM duplicate WHERE original_id IN {own}"), source)
    session.execute(
        text(
            "DELETE FROM correction WHERE substr(subject, 1, 5) = 'post:' AND CAST(substr(subject, 6) AS INTEGER)"
            f" IN {own}"
        ),
        source,
    )
    for table in ("link", "raw_page"):
        session.execute(text(f"DELETE FROM {table} WHERE source_id = :source"), source)
    gone = session.execute(text("DELETE FROM post WHERE source_id = :source"), source)
    session.delete(row)
    rebuild(session)  # the full-text index would keep the words of what was deleted
    return int(gone.rowcount)  # type: ignore[attr-defined]


def refuse_forgotten(session: Session, url: str) -> None:
    """Raise UsageError for a URL of a blog that was forgotten: the blog itself, its feed, or a page in its folder."""
    from sqlmodel import select

    from kb.store.tables import ForgottenRow

    for forgotten in session.exec(select(ForgottenRow.url)):
        if holds(forgotten, url):
            raise UsageError(
                f"{url} was removed with --forget and is never fetched again"
                + ("" if urls.key(url) == urls.key(forgotten) else f" (it is a page of {forgotten})")
            )


def holds(forgotten: str, url: str) -> bool:
    """Whether a URL is that of a forgotten blog, or in its folder on its host."""
    return urls.key(url) == urls.key(forgotten) or (
        urls.same_site(url, [urls.host(forgotten)]) and urls.within(url, urls.folder(forgotten))
    )


def forgotten_urls(reader: sqlite3.Connection) -> tuple[str, ...]:
    """The home pages of all blogs that are never to be fetched again."""
    return tuple(str(url) for (url,) in reader.execute("SELECT url FROM forgotten ORDER BY url"))
