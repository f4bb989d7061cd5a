"""The filters of search and of lists, as SQL over p (post), and the groups of which search shows one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from kb.types import Filters


def where(filters: Filters) -> tuple[str, tuple[object, ...]]:
    """A condition over p (post) and its parameters; "1" where nothing is filtered."""
    parts: list[str] = []
    values: list[object] = []

    def add(sql: str, *parameters: object) -> None:
        parts.append(sql)
        values.extend(parameters)

    if filters.topic is not None:
        # a post belongs to its heaviest topic; a field of the taxonomy holds the posts of all its topics
        add(
            "(SELECT a.topic_id FROM assignment a WHERE a.post_id = p.id ORDER BY a.weight DESC, a.topic_id LIMIT 1)"
            " IN (SELECT id FROM topic WHERE id = ? OR parent = ?)",
            filters.topic,
            filters.topic,
        )
    if filters.source is not None:
        add("p.source_id = ?", filters.source)
    if filters.since is not None:
        add("substr(p.published, 1, 10) >= ?", filters.since)
    if filters.until is not None:
        add("substr(p.published, 1, 10) <= ?", filters.until)
    if filters.language is not None:
        add("p.language = ?", filters.language.lower())
    if filters.has is not None:
        add(f"json_extract(p.quality, '$.{_COUNTS[filters.has]}') > 0")
    return " AND ".join(parts) or "1", tuple(values)


_COUNTS = {"code": "code_lines", "math": "formulas"}


def ids_of(reader: sqlite3.Connection, where: str, parameters: Sequence[object], *, newest: bool = False) -> list[int]:
    """Ids of the posts that meet a condition over p (post), in their own order or newest first."""
    order = "p.published IS NULL, substr(p.published, 1, 10) DESC, p.id DESC" if newest else "p.id"
    rows = reader.execute(f"SELECT p.id FROM post p WHERE {where} ORDER BY {order}", tuple(parameters))
    return [int(post_id) for (post_id,) in rows]


def count(reader: sqlite3.Connection, where: str, parameters: Sequence[object]) -> int:
    """How many posts meet a condition over p (post)."""
    return int(reader.execute(f"SELECT count(*) FROM post p WHERE {where}", tuple(parameters)).fetchone()[0])


def originals(reader: sqlite3.Connection, of: Sequence[int] | None = None) -> dict[int, int]:
    """Copy -> original, for posts that say the same; a translation is no copy. of: only of these posts."""
    sql = "SELECT post_id, original_id FROM duplicate WHERE kind != 'translation'"
    if of is not None:
        sql += f" AND post_id IN ({','.join(str(int(i)) for i in of)})"
    return {int(copy): int(original) for copy, original in reader.execute(sql)}


def n_copies(reader: sqlite3.Connection) -> int:
    """How many posts are copies of another one."""
    return int(reader.execute("SELECT count(*) FROM duplicate WHERE kind != 'translation'").fetchone()[0])
