"""Full text: stretches of posts in an FTS5 index that holds words and no text.

The index is contentless, so it takes half the room and cannot forget a row: what was deleted stays in it without its
row in text_row, is found by nobody, and goes away in `rebuild`. That asks that ids of text_row never come back, and
AUTOINCREMENT sees to it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.text import plain
from kb.language.sections import Stretch, stretches
from kb.language.words import index_form, phrase
from kb.store import common
from kb.store.meta import get_meta, set_meta

if TYPE_CHECKING:
    from sqlmodel import Session

    from kb.store.connect import Store

STRETCH_BYTES = 1300  # about 200 English words, 430 Chinese characters
WEIGHTS = "1.5, 1.2, 1.5, 1.0"  # title, heading, tags, body
VERSION = "text1"  # in meta: raise it when texts are indexed differently, and `renew` makes the index anew
_META = "text_index"
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
    run(
        "INSERT OR IGNORE INTO meta (key, value) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM text_row)",
        (_META, VERSION),
    )
    head, tag_words = index_form(title), index_form(" · ".join(tags))
    for stretch in stretches(markdown, STRETCH_BYTES) or [Stretch(0, 0, "")]:
        row_id = run(
            'INSERT INTO text_row (post_id, start, "end", heading) VALUES (?, ?, ?, ?)',
            (post_id, stretch.start, stretch.end, stretch.heading),
        ).lastrowid
        words = index_form(plain(markdown[stretch.start : stretch.end]))
        run(
            "INSERT INTO text_fts (rowid, title, heading, tags, body) VALUES (?, ?, ?, ?, ?)",
            (row_id, head, index_form(stretch.headings), tag_words, words),
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
    set_meta(session, _META, VERSION)


def renew(store: Store) -> bool:
    """Make the index anew if another version of kb made it, in one transaction; whether it was."""
    (n,) = store.reader.execute("SELECT EXISTS (SELECT 1 FROM text_row)").fetchone()
    if not n or get_meta(store.reader, _META) == VERSION:
        return False
    with store.writing() as session:
        rebuild(session)
    return True


def search_text(
    reader: sqlite3.Connection,
    terms: Sequence[str],
    *,
    where: str = "1",
    parameters: Sequence[object] = (),
    limit: int = 5000,
) -> tuple[list[TextHit], bool]:
    """The best stretch of each post that holds any of the terms (FTS5 strings of kb.language.words), best first.

    `where` is SQL over p (post), from kb.store.filters; it is applied before the limit. In a large store words that
    very many stretches have are looked for beside rarer ones alone; the second value says whether that was so.
    """
    if not terms:
        return [], False
    expression, narrowed = narrow(terms, *common.shares(reader))
    join = "JOIN post p ON p.id = t.post_id" if where != "1" else ""
    # the bare columns of a row with max() are those of the greatest row
    rows = reader.execute(
        f"WITH m AS MATERIALIZED (SELECT rowid AS id, -bm25(text_fts, {WEIGHTS}) AS score FROM text_fts"
        " WHERE text_fts MATCH ?)"
        ' SELECT t.post_id, max(m.score) AS best, t.start, t."end", t.heading FROM m JOIN text_row t ON t.id = m.id'
        f" {join} WHERE {where} GROUP BY t.post_id ORDER BY best DESC, t.post_id LIMIT ?",
        (expression, *parameters, limit),
    )
    return [TextHit(*row) for row in rows], narrowed


def narrow(terms: Sequence[str], n_rows: int, shares: Mapping[str, float]) -> tuple[str, bool]:
    """An FTS5 expression for any of the terms, and whether the commonest were held back to bound what it matches.

    The rarest are sought alone as far as MOST_MATCHES goes; the others as two of them side by side, and what is left
    in titles and headings.
    """
    if not shares:
        return " OR ".join(terms), False
    expected = [_expected(tokens, n_rows, shares) for tokens in common.as_indexed([t.strip('"*') for t in terms])]
    if sum(expected) <= common.MOST_MATCHES:
        return " OR ".join(terms), False
    kept: list[str] = []
    left = float(common.MOST_MATCHES)
    for size, i in sorted((size, i) for i, size in enumerate(expected)):
        if size <= left:
            left -= size
            kept.append(terms[i])
    held = [i for i in range(len(terms)) if terms[i] not in kept]
    pairs = [f'"{terms[i].strip(chr(34))} {terms[i + 1].strip(chr(34))}"' for i in held if _are_words(terms[i : i + 2])]
    heads = [f"{{title heading}} : {terms[i]}" for i in held] if not kept else []
    return " OR ".join([*kept, *pairs, *heads]), True


def _expected(tokens: Sequence[str], n_rows: int, shares: Mapping[str, float]) -> float:
    """How many stretches have a term, about; a phrase no more than its rarest word, and seldom as many."""
    found = [shares.get(token, common.LEAST_SHARE / 2) for token in tokens] or [0.0]
    return n_rows * min(found) * (0.3 if len(found) > 1 else 1.0)


def _are_words(pair: Sequence[str]) -> bool:
    return len(pair) == 2 and all(" " not in term and not term.endswith("*") for term in pair)


def occurrences(reader: sqlite3.Connection, word: str, limit: int) -> int:
    """How many stretches have a word; counted as far as `limit`."""
    words = phrase(word)
    if words is None:
        return 0
    sql = "SELECT count(*) FROM (SELECT 1 FROM text_fts WHERE text_fts MATCH ? LIMIT ?)"
    return int(reader.execute(sql, (words, limit)).fetchone()[0])


def last_row(reader: sqlite3.Connection) -> int:
    """The id of the newest stretch; ids never come back."""
    return int(reader.execute("SELECT coalesce(max(id), 0) FROM text_row").fetchone()[0])


def titles_and_headings(reader: sqlite3.Connection, limit: int = 50_000) -> list[str]:
    """Every title, and the headings of the text, each once."""
    titles = reader.execute("SELECT title FROM post LIMIT ?", (limit,))
    headings = reader.execute("SELECT DISTINCT heading FROM (SELECT heading FROM text_row LIMIT ?)", (limit,))
    return [str(row[0]) for row in (*titles, *headings)]


def matching(expression: str) -> tuple[str, tuple[str, ...]]:
    """SQL over p (post), and its parameter: that some stretch of the post matches an FTS5 expression."""
    sql = "p.id IN (SELECT t.post_id FROM text_fts JOIN text_row t ON t.id = text_fts.rowid WHERE text_fts MATCH ?)"
    return sql, (expression,)
