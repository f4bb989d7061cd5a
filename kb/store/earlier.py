"""Posts as they were at an instant: what an edit changed of them is put back from the version that it replaced."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from crawler.urls import key
from kb.types import StoredPost


@dataclass(frozen=True, slots=True)
class Earlier:
    """A post that was edited since."""

    post: StoredPost  # with title and counts of then; authors, dates and tags have no versions
    papers: int  # that it cited


def texts_then(reader: sqlite3.Connection, post_ids: Iterable[int], at: str) -> dict[int, tuple[str, str]]:
    """Title and Markdown that those of the posts had at an instant (ISO, UTC) which were edited after it, by id."""
    found = {}
    for post_id in post_ids:
        row = reader.execute(
            "SELECT title, markdown FROM version WHERE post_id = ? AND seen_at > ? ORDER BY number LIMIT 1",
            (post_id, at),
        ).fetchone()
        if row is not None:
            found[post_id] = str(row[0]), str(row[1])
    return found


def earlier(reader: sqlite3.Connection, posts: Mapping[int, StoredPost], at: str) -> dict[int, Earlier]:
    """Those of the posts that were edited after an instant (ISO, UTC), by id, as they were then."""
    then = texts_then(reader, posts, at)
    return {post_id: _earlier(posts[post_id], title, markdown) for post_id, (title, markdown) in then.items()}


def _earlier(post: StoredPost, title: str, markdown: str) -> Earlier:
    from crawler.read.references import references_of
    from crawler.text import quality

    counts = quality(markdown, post.quality.get("language_confidence", 0.0))
    papers = {key(reference.url) for reference in references_of(markdown, ()) if reference.kind == "paper"}
    return Earlier(replace(post, title=title, words=counts.words, quality=asdict(counts)), len(papers))
