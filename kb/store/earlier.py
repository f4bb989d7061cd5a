"""The store as it was at an instant: what an edit changed of a post is put back from the version that it replaced, and
what was said since of topics and posts is left out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
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


_NAMED = "kind IN ('rename', 'label')"  # events of topics


def changes_since(reader: sqlite3.Connection, at: str) -> list[str]:
    """The instants after `at` at which a topic got another name, or a post its pin or note, oldest first."""
    rows = reader.execute(
        f"""SELECT at FROM topic_event WHERE {_NAMED} AND at > :at
        UNION SELECT made_at FROM correction WHERE subject LIKE 'post:%' AND kind IN ('pin', 'note') AND made_at > :at
        ORDER BY 1""",
        {"at": at},
    )
    return [str(instant) for (instant,) in rows]


@contextmanager
def as_of(reader: sqlite3.Connection, at: str) -> Iterator[sqlite3.Connection]:
    """A connection to the same file on which topics have the names of an instant (ISO, UTC), and no correction of after
    it stands: temporary tables hide the real ones. What replaced an earlier correction leaves nothing of that one.
    """
    path = next(str(row[2]) for row in reader.execute("PRAGMA database_list") if row[1] == "main")
    with closing(sqlite3.connect(path)) as then:
        then.row_factory = reader.row_factory
        then.execute("CREATE TEMP TABLE correction AS SELECT * FROM main.correction WHERE made_at <= ?", (at,))
        then.execute("CREATE TEMP TABLE topic AS SELECT * FROM main.topic")
        rows = then.execute(
            f"SELECT topic_id, detail FROM topic_event WHERE {_NAMED} AND at > ? ORDER BY id DESC", (at,)
        )
        for topic_id, detail in rows.fetchall():
            before = json.loads(detail).get("before", {})
            names = (before.get("en"), before.get("zh"), topic_id)
            then.execute(
                "UPDATE temp.topic SET label_en = coalesce(?, label_en), label_zh = coalesce(?, label_zh) WHERE id = ?",
                names,
            )
        then.commit()
        then.execute("PRAGMA query_only = ON")
        yield then


def _earlier(post: StoredPost, title: str, markdown: str) -> Earlier:
    from crawler.read.references import references_of
    from crawler.text import quality

    counts = quality(markdown, post.quality.get("language_confidence", 0.0))
    papers = {key(reference.url) for reference in references_of(markdown, ()) if reference.kind == "paper"}
    return Earlier(replace(post, title=title, words=counts.words, quality=asdict(counts)), len(papers))
