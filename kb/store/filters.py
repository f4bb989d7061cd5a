"""The filters of search and of lists, as SQL over p (post)."""

from __future__ import annotations

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
