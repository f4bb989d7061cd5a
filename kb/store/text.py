"""Full text: stretches of posts in an FTS5 index that holds words and no text.

The index is contentless, so it takes half the room and cannot forget a row: what was deleted stays in it without its
row in text_row, is found by nobody, and goes away in `rebuild`. That asks that ids of text_row never come back, and
AUTOINCREMENT sees to it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.text import plain
from kb.sections import Stretch, stretches
from kb.words import index_form

if TYPE_CHECKING:
    from sqlmodel import Session

STRETCH_BYTES = 1300  # about 200 English words, 430 Chinese characters
WEIGHTS = "1.5, 1.2, 1.5, 1.0"  # title, heading, tags, body
STALE_SHARE = 0.2  # of index rows that belong to nothing, from which a rebuild pays


@dataclass(frozen=True, slots=True)
class TextHit:
    """A stretch that matches; `score` is BM25, higher is better."""

    post_id: int
    score: float
    start: int
    end: int
    heading: str


def index_post(session: Session, post_id: int, title: str, tags: Sequence[str], markdown: str) -> None:
    """Make a post's text findable, in the caller's transaction; `drop_post` comes first for one that was indexed."""
    run = session.connection().exec_driver_sql
    head, tag_words = index_form(title), index_form(" · ".join(tags))
    for stretch in list(stretches(markdown, STRETCH_BYTES)) or [Stretch(0, 0, "")]:
        row_id = run(
            'INSERT INTO text_row (post_id, start, "end", heading) VALUES (?, ?, ?, ?)',
            (post_id, stretch.start, stretch.end, stretch.heading),
        ).lastrowid
        words = index_form(plain(markdown[stretch.start : stretch.end]))
        run(
            "INSERT INTO text_fts (rowid, title, heading, tags, body) VALUES (?, ?, ?, ?, ?)",
            (row_id, head, index_form(stretch.heading), tag_words, words),
        )


def drop_post(session: Session, post_id: int) -> None:
    """Make a post's text unfindable, in the caller's transaction."""
    session.connection().exec_driver_sql("DELETE FROM text_row WHERE post_id = ?", (post_id,))


def stale_share(reader: sqlite3.Connection) -> float:
    """The share of the index that belongs to no post any more; from STALE_SHARE on a rebuild pays."""
    rows, kept = reader.execute(
        "SELECT (SELECT count(*) FROM text_fts_docsize), (SELECT count(*) FROM text_row)"
    ).fetchone()
    return 1 - kept / rows if rows else 0.0


def rebuild(session: Session) -> None:
    """Make the whole index anew from the stored texts, in the caller's transaction."""
    run = session.connection().exec_driver_sql
    run("INSERT INTO text_fts (text_fts) VALUES ('delete-all')")
    run("DELETE FROM text_row")
    posts = run("SELECT p.id, p.title, p.tags, b.markdown FROM post p JOIN body b ON b.post_id = p.id ORDER BY p.id")
    from kb.store.rows import strings

    for post_id, title, tags, markdown in posts.fetchall():
        index_post(session, post_id, title, strings(tags), markdown)


def search_text(
    reader: sqlite3.Connection,
    terms: Sequence[str],
    *,
    where: str = "1",
    parameters: Sequence[object] = (),
    limit: int = 5000,
) -> list[TextHit]:
    """The best stretch of each post that holds any of the terms (FTS5 strings of kb.words), best first.

    `where` is SQL over p (post), from kb.store.filters; it is applied before the limit.
    """
    if not terms:
        return []
    join = "JOIN post p ON p.id = t.post_id" if where != "1" else ""
    # the bare columns of a row with max() are those of the greatest row
    rows = reader.execute(
        f"WITH m AS MATERIALIZED (SELECT rowid AS id, -bm25(text_fts, {WEIGHTS}) AS score FROM text_fts"
        " WHERE text_fts MATCH ?)"
        ' SELECT t.post_id, max(m.score) AS best, t.start, t."end", t.heading FROM m JOIN text_row t ON t.id = m.id'
        f" {join} WHERE {where} GROUP BY t.post_id ORDER BY best DESC, t.post_id LIMIT ?",
        (" OR ".join(terms), *parameters, limit),
    )
    return [TextHit(*row) for row in rows]


def matching(expression: str) -> tuple[str, tuple[str, ...]]:
    """SQL over p (post), and its parameter: that some stretch of the post matches an FTS5 expression."""
    sql = "p.id IN (SELECT t.post_id FROM text_fts JOIN text_row t ON t.id = text_fts.rowid WHERE text_fts MATCH ?)"
    return sql, (expression,)
