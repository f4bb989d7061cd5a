"""Posts as they were at an instant: what an edit changed of them is put back from the version that it replaced."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from crawler.urls import key
from kb.types import StoredPost


@dataclass(frozen=True, slots=True)
class Earlier:
    """A post that was edited since."""

    post: StoredPost  # with title and counts of then; authors, dates and tags have no versions
    markdown: str
    papers: int  # that it cited


def earlier(reader: sqlite3.Connection, posts: Iterable[StoredPost], at: str) -> dict[int, Earlier]:
    """Those of the posts that were edited after an instant (ISO, UTC), by id, as they were then."""
    found = {}
    for post in posts:
        row = reader.execute(
            "SELECT title, markdown FROM version WHERE post_id = ? AND seen_at > ? ORDER BY number LIMIT 1",
            (post.id, at),
        ).fetchone()
        if row is not None:
            found[post.id] = _earlier(post, str(row[0]), str(row[1]))
    return found


def _earlier(post: StoredPost, title: str, markdown: str) -> Earlier:
    from crawler.read.references import references_of
    from crawler.text import quality

    counts = quality(markdown, post.quality.get("language_confidence", 0.0))
    papers = {key(reference.url) for reference in references_of(markdown, ()) if reference.kind == "paper"}
    return Earlier(replace(post, title=title, words=counts.words, quality=asdict(counts)), markdown, len(papers))
