"""What came into the store between two instants and touches a part of a score: the rows that a change rests on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb.store.corpus import host_of
from kb.store.rows import strings

SHOWN = 3  # rows that are named, and then how many more there are


@dataclass(frozen=True, slots=True)
class Window:
    """After `since`, up to `until`; ISO instants as stored, so that text order is time order."""

    since: str
    until: str


def row_causes(reader: sqlite3.Connection, window: Window, post_id: int, part: str) -> list[str]:
    """The rows behind a change of one part, a line each, the first few; empty where none can be named."""
    queries = {
        "links": _links, "mentions": _links, "standing": _standing, "evidence": _evidence,
        "originality": _company, "centrality": _company,
    }  # fmt: skip
    found = [*_corrections(reader, window, post_id), *_text(reader, window, post_id)]
    found += list(queries[part](reader, window, post_id)) if part in queries else []
    return found[:SHOWN] + ([f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else [])


def counts(reader: sqlite3.Connection, window: Window) -> Mapping[str, int]:
    """How many rows of each kind came: what a change of everybody's measure rests on."""

    def count(table: str, column: str) -> int:
        query = f"SELECT count(*) FROM {table} WHERE {column} > ? AND {column} <= ?"
        return int(reader.execute(query, (window.since, window.until)).fetchone()[0])

    return {
        "posts": count("post", "first_seen"), "edited": count("post", "fetched_at") - count("post", "first_seen"),
        "evidence": count("evidence", "fetched_at"), "topic events": count("topic_event", "at"),
        "corrections": count("correction", "made_at"),
    }  # fmt: skip


def _corrections(reader: sqlite3.Connection, window: Window, post_id: int) -> Iterator[str]:
    rows = reader.execute(
        "SELECT kind FROM correction WHERE subject = ? AND made_at > ? AND made_at <= ? ORDER BY id",
        (f"post:{post_id}", window.since, window.until),
    )
    return (f"a person's {kind}" for (kind,) in rows)


def _text(reader: sqlite3.Connection, window: Window, post_id: int) -> Iterator[str]:
    rows = reader.execute(
        "SELECT version, gone_at, fetched_at FROM post WHERE id = ? AND first_seen <= ?", (post_id, window.since)
    )
    for version, gone_at, fetched_at in rows:
        if window.since < fetched_at <= window.until:
            yield f"the post was edited (version {version})"
        if gone_at and window.since < gone_at <= window.until:
            yield "its page is gone"


def _links(reader: sqlite3.Connection, window: Window, post_id: int) -> Iterator[str]:
    """New or edited posts of other blogs that link to the post, then those that link to a blog that links to it."""
    direct = """
        SELECT DISTINCT p.id, p.title, p.url FROM reference r JOIN post p ON p.id = r.post_id
        WHERE r.key IN (SELECT key FROM post WHERE id = :id UNION SELECT key FROM alias WHERE post_id = :id)
        AND p.source_id != (SELECT source_id FROM post WHERE id = :id)
        AND p.fetched_at > :since AND p.fetched_at <= :until ORDER BY p.id"""
    given = {"id": post_id, "since": window.since, "until": window.until}
    rows = reader.execute(direct, given).fetchall()
    yield from (f"linked from: {title} ({url})" for _, title, url in rows)
    n = counts(reader, window)
    if not rows and (came := n["posts"] + n["edited"]):
        yield f"the rank of a blog that links to it changed with the links of {came} posts"


def _standing(reader: sqlite3.Connection, window: Window, post_id: int) -> Iterator[str]:
    row = reader.execute(
        "SELECT s.id, s.url, s.hosts FROM source s JOIN post p ON p.source_id = s.id WHERE p.id = ?", (post_id,)
    ).fetchone()
    hosts = {h.removeprefix("www.") for h in (host_of(row[1]), *strings(row[2]))}
    seen = set()
    for source_id, title, url, target in reader.execute(
        """SELECT p.source_id, p.title, p.url, r.url FROM reference r JOIN post p ON p.id = r.post_id
        WHERE p.source_id != ? AND p.fetched_at > ? AND p.fetched_at <= ? ORDER BY p.id, r.id""",
        (row[0], window.since, window.until),
    ):
        if host_of(target) in hosts and source_id not in seen:
            seen.add(source_id)
            yield f"its blog is linked from: {title} ({url})"


def _evidence(reader: sqlite3.Connection, window: Window, post_id: int) -> Iterator[str]:
    rows = reader.execute(
        """SELECT kind, value, url FROM evidence WHERE post_id = ? AND fetched_at > ? AND fetched_at <= ?
        ORDER BY kind, url""",
        (post_id, window.since, window.until),
    ).fetchall()
    yield from (f"{value:g} {kind.replace('_', ' ')} ({url})" for kind, value, url in rows)
    if not rows:
        yield f"what is usual elsewhere changed with {counts(reader, window)['evidence']} findings"


def _company(reader: sqlite3.Connection, window: Window, post_id: int) -> Iterator[str]:
    """Posts that came to its topic, and what happened to the topic itself."""
    rows = reader.execute(
        """SELECT DISTINCT p.id, p.title, p.url FROM assignment a JOIN post p ON p.id = a.post_id
        WHERE a.topic_id IN (SELECT topic_id FROM assignment WHERE post_id = :id) AND a.post_id != :id
        AND p.fetched_at > :since AND p.fetched_at <= :until ORDER BY p.id""",
        {"id": post_id, "since": window.since, "until": window.until},
    ).fetchall()
    yield from (f"came to its topic: {title} ({url})" for _, title, url in rows)
    events = reader.execute(
        """SELECT kind, topic_id FROM topic_event WHERE at > :since AND at <= :until
        AND topic_id IN (SELECT topic_id FROM assignment WHERE post_id = :id) ORDER BY id""",
        {"id": post_id, "since": window.since, "until": window.until},
    )
    yield from (f"its topic {topic_id}: {kind}" for kind, topic_id in events)
