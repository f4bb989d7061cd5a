"""What was found outside about posts, and when each service was asked about which host."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crawler.types import Caching
from kb.store.corpus import host_of

if TYPE_CHECKING:
    from sqlmodel import Session


def due_hosts(reader: sqlite3.Connection, service: str, before: str) -> list[str]:
    """The hosts of posts on the topic that the service was not asked about since `before`, the longest ago first."""
    asked = dict(reader.execute("SELECT host, asked_at FROM lookup WHERE service = ?", (service,)).fetchall())
    hosts: dict[str, int] = {}
    for (url,) in reader.execute("SELECT p.url FROM post p JOIN relevance r ON r.post_id = p.id WHERE r.on_topic"):
        host = host_of(url)
        hosts[host] = hosts.get(host, 0) + 1
    due = [host for host in hosts if host and asked.get(host, "") < before]
    return sorted(due, key=lambda host: (asked.get(host, ""), -hosts[host], host))


def validators(reader: sqlite3.Connection, service: str, host: str) -> Caching | None:
    """What makes the next request for a host conditional."""
    row = reader.execute(
        "SELECT etag, last_modified FROM lookup WHERE service = ? AND host = ?", (service, host)
    ).fetchone()
    return None if row is None or not (row[0] or row[1]) else Caching(row[0], row[1])


def post_keys(reader: sqlite3.Connection, host: str) -> dict[str, int]:
    """Every key under which a post of a host is known -> its id; a copy's stories are the original's."""
    original = {
        int(i): int(o)
        for i, o in reader.execute("SELECT post_id, original_id FROM duplicate WHERE kind != 'translation'")
    }
    rows = reader.execute(
        """SELECT key, id, url FROM post UNION ALL
        SELECT a.key, a.post_id, a.url FROM alias a ORDER BY 2, 1"""
    )
    return {str(k): original.get(int(i), int(i)) for k, i, url in rows if host_of(url) == host}


def save(
    session: Session, service: str, posts: Sequence[int], rows: Mapping[tuple[int, str], tuple[float, str]], at: str
) -> int:
    """Make the service's findings about these posts say just this, writing only what differs; posts that changed.

    rows: (post id, kind) -> (value, address of the thread); kinds begin with the service's name.
    """
    from sqlalchemy import text

    wanted, ids = dict(rows), set(posts) | {post_id for post_id, _ in rows}
    changed = set()
    found = session.execute(
        text("SELECT id, post_id, kind, value, url FROM evidence WHERE kind LIKE :like ORDER BY id"),
        {"like": f"{service}_%"},
    ).all()
    for row_id, post_id, kind, value, url in found:
        if post_id not in ids:
            continue
        if wanted.get((post_id, kind)) == (value, url):
            del wanted[post_id, kind]
        else:
            session.execute(text("DELETE FROM evidence WHERE id = :id"), {"id": row_id})
            changed.add(post_id)
    for (post_id, kind), (value, url) in sorted(wanted.items()):
        session.execute(
            text("INSERT INTO evidence (post_id, kind, value, url, fetched_at) VALUES (:p, :k, :v, :u, :at)"),
            {"p": post_id, "k": kind, "v": value, "u": url, "at": at},
        )
        changed.add(post_id)
    return len(changed)


def asked(session: Session, service: str, host: str, at: str, caching: Caching | None) -> None:
    """Remember that a host was asked for."""
    from kb.store.tables import LookupRow

    caching = caching or Caching()
    session.merge(
        LookupRow(service=service, host=host, asked_at=at, etag=caching.etag, last_modified=caching.last_modified)
    )
