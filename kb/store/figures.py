"""Counts over the store, for `kb stats` and `kb doctor`."""

from __future__ import annotations

import sqlite3
from typing import Any

_COUNTS = {
    "sources": "SELECT count(*) FROM source WHERE status != 'hand'",
    "posts": "SELECT count(*) FROM post",
    "duplicates": "SELECT count(*) FROM duplicate WHERE kind != 'translation'",
    "passages": "SELECT count(*) FROM passage",
    "vectors": "SELECT count(*) FROM vector",
}


def figures(reader: sqlite3.Connection, model: str) -> dict[str, Any]:
    """The keys of `kb stats` that stay fixed (docs/cli.md), and the languages of the posts."""
    facts: dict[str, Any] = {name: int(reader.execute(query).fetchone()[0]) for name, query in _COUNTS.items()}
    made_by = reader.execute("SELECT made_by FROM post_vector ORDER BY post_id DESC LIMIT 1").fetchone()
    facts["model"] = str(made_by[0]).split("|")[0] if made_by else model
    facts["topics"] = int(reader.execute("SELECT count(*) FROM topic WHERE died IS NULL").fetchone()[0])
    facts["edition"] = reader.execute("SELECT max(number) FROM edition").fetchone()[0]
    pages, size = (int(reader.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size"))
    facts["bytes"] = pages * size
    return facts


def figures_at(reader: sqlite3.Connection, at: str) -> dict[str, int]:
    """How many posts and followed blogs the store had at an instant (ISO, UTC), those it has lost since left out.

    An article's counts are of its edition's instant, so that they can be counted again when the store has grown.
    """
    posts = reader.execute("SELECT count(*) FROM post WHERE first_seen <= ?", (at,)).fetchone()[0]
    sources = reader.execute("SELECT count(*) FROM source WHERE status != 'hand' AND added_at <= ?", (at,)).fetchone()
    return {"posts": int(posts), "sources": int(sources[0])}


def languages(reader: sqlite3.Connection) -> dict[str, int]:
    """Posts a language, most first."""
    rows = reader.execute("SELECT coalesce(language, '?') l, count(*) n FROM post GROUP BY l ORDER BY n DESC, l")
    return {str(language): int(n) for language, n in rows}


def waiting(reader: sqlite3.Connection) -> dict[str, int]:
    """What the stages have still to do: links to fetch, posts without a vector."""
    return {
        "links": int(reader.execute("SELECT count(*) FROM link WHERE state = 'pending'").fetchone()[0]),
        "posts without vectors": int(
            reader.execute("SELECT count(*) FROM post WHERE id NOT IN (SELECT post_id FROM post_vector)").fetchone()[0]
        ),
    }


def pages_by_verdict(reader: sqlite3.Connection, source_id: int) -> dict[str, int]:
    """What a blog's fetched pages turned out to be."""
    rows = reader.execute(
        "SELECT coalesce(page_kind, state) k, count(*) FROM link WHERE source_id = ? GROUP BY k ORDER BY 2 DESC",
        (source_id,),
    )
    return {str(kind): int(n) for kind, n in rows}


def damage_of(reader: sqlite3.Connection) -> str | None:
    """What SQLite finds wrong with the file; None for a whole one."""
    try:
        verdict = str(reader.execute("PRAGMA quick_check").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if verdict == "ok" else verdict
