"""Which addresses elsewhere the stored posts link to; for finding blogs that are not followed yet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mention:
    """A link in a stored post's text to something elsewhere."""

    url: str
    text: str
    post_id: int
    post_url: str
    source_id: int
    source: str  # title of the blog, or its URL


def mentions(reader: sqlite3.Connection) -> Iterator[Mention]:
    """Every link of posts that are on the topic, or not judged yet, copies left out."""
    rows = reader.execute(
        "SELECT f.url, f.text, p.id, p.url, s.id, coalesce(s.title, s.url) FROM reference f"
        " JOIN post p ON p.id = f.post_id JOIN source s ON s.id = p.source_id"
        " LEFT JOIN relevance r ON r.post_id = p.id"
        " LEFT JOIN duplicate d ON d.post_id = p.id AND d.kind != 'translation'"
        " WHERE f.kind = 'link' AND coalesce(r.on_topic, 1) AND d.post_id IS NULL ORDER BY f.id"
    )
    return (Mention(*row) for row in rows)


def known_addresses(reader: sqlite3.Connection) -> list[str]:
    """URLs and hosts that are followed already, hold posts added by hand, or are never to be fetched."""
    import json

    found: list[str] = []
    for url, hosts in reader.execute("SELECT url, hosts FROM source"):
        found += [url, *(f"https://{host}/" for host in json.loads(hosts))]
    found += [url for (url,) in reader.execute("SELECT url FROM forgotten")]
    return found
