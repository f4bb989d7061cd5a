"""Posts: stored with their text, aliases, references and full-text rows in the caller's transaction; read as values."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from crawler.blocks import blocks
from crawler.text import plain
from crawler.urls import key
from kb.store.rows import clean, dump, iso, strings
from kb.types import StoredPost

if TYPE_CHECKING:
    from sqlmodel import Session

    from crawler.types import Post, Reference
    from kb.store.tables import PostRow

_FACTS = """
SELECT p.id, p.url, p.title, p.authors, p.published, p.updated, p.language, p.tags, p.words, p.quality, p.gone_at,
       p.source_id, s.url AS source, s.title AS source_title, d.original_id AS duplicate_of, r.on_topic,
       (SELECT a.topic_id FROM assignment a WHERE a.post_id = p.id ORDER BY a.weight DESC, a.topic_id LIMIT 1) AS topic,
       (SELECT e.score FROM entry e WHERE e.post_id = p.id AND e.edition = (SELECT max(number) FROM edition)) AS score
FROM post p JOIN source s ON s.id = p.source_id
LEFT JOIN duplicate d ON d.post_id = p.id AND d.kind != 'translation'
LEFT JOIN relevance r ON r.post_id = p.id
"""


@dataclass(frozen=True, slots=True)
class Saved:
    """What storing a post did."""

    post_id: int
    change: Literal["new", "edited", "same"]


def save_post(session: Session, source_id: int, post: Post, at: datetime) -> Saved:
    """Store a post, or what changed of it, with everything that makes it findable, in the caller's transaction.

    The same text is `same` and writes only facts that differ; another text is a new version, the old one is kept.
    Where only the targets of links differ the text is written anew, and is no version.
    """
    from kb.store.tables import PostRow

    digest = content_hash(post)
    row = _stored(session, post, digest)
    if row is not None and row.id is not None and row.key != key(post.url):
        return Saved(row.id, "same")  # a second page of the post; its own page has the word
    if row is None:
        row = PostRow(source_id=source_id, url=post.url, key=key(post.url), title=clean(post.title),
                      content_hash=digest, first_seen=iso(at), fetched_at=iso(at))  # fmt: skip
        change: Literal["new", "edited", "same"] = "new"
    else:
        change = "same" if row.content_hash == digest else "edited"
    relinked = change == "edited" and _only_links_differ(session, row, post)
    if change == "edited" and not relinked:
        _keep_version(session, row, at)
        row.version += 1
    _fill(row, post, digest)
    if change != "same":
        row.fetched_at = iso(at)
    row.gone_at = None
    session.add(row)
    session.flush()
    assert row.id is not None
    if change != "same":
        _write_text(session, row.id, post)
    return Saved(row.id, "same" if relinked else change)


def _stored(session: Session, post: Post, digest: str) -> PostRow | None:
    """The row of a post that is stored already: by its URL, by an alias, by the canonical URL of either page, or by
    its text where the URLs differ in their queries alone (sessions, stamps, days of a calendar).

    A canonical URL is believed only between pages of one title: themes leave their demo's in many a page.
    """
    from sqlmodel import select

    from kb.store.tables import PostRow

    own = key(post.url)
    if (row := row_of(session, own)) is not None:
        return row
    twins = [PostRow.canonical == own]
    if post.canonical:
        twins += [PostRow.key == key(post.canonical), PostRow.canonical == key(post.canonical)]
    for twin in twins:
        row = session.exec(select(PostRow).where(twin, PostRow.title == clean(post.title))).first()
        if row is not None:
            _merge_twin(session, row, post, is_own=row.canonical == own)
            return row
    for row in session.exec(select(PostRow).where(PostRow.content_hash == digest)):
        if row.key.partition("?")[0] == own.partition("?")[0]:
            _merge_twin(session, row, post, is_own="?" not in own)
            return row
    return None


def _merge_twin(session: Session, row: PostRow, post: Post, *, is_own: bool) -> None:
    """Let a row that another page of the same post made answer for this page too.

    is_own: this is the page that the others stand for, and the post takes its URL.
    """
    from kb.store.tables import AliasRow

    assert row.id is not None
    if is_own:
        session.merge(AliasRow(key=row.key, url=row.url, post_id=row.id))
        row.url, row.key = post.url, key(post.url)
    else:
        session.merge(AliasRow(key=key(post.url), url=post.url, post_id=row.id))


def content_hash(post: Post) -> str:
    """Fingerprint of what a post says: title and text, white space folded."""
    words = " ".join(f"{post.title}\n{post.markdown}".split())
    return hashlib.blake2b(clean(words).encode(), digest_size=16).hexdigest()


def _only_links_differ(session: Session, row: PostRow, post: Post) -> bool:
    """Whether the words are those of the stored text, and no more than the targets of links and images are others."""
    from kb.store.tables import BodyRow

    body = session.get(BodyRow, row.id)
    return (
        body is not None and row.title == clean(post.title) and wording(body.markdown) == wording(clean(post.markdown))
    )


def wording(markdown: str) -> str:
    """What a text says to its reader, blanks apart: the words of links and figures without where they lead."""
    told = (b.text if b.kind in ("code", "math") else plain(b.text) for b in blocks(markdown))
    return "".join("".join(told).split())


def _fill(row: PostRow, post: Post, digest: str) -> None:
    row.title = clean(post.title)
    row.canonical = key(post.canonical) if post.canonical else None
    row.authors = dump(post.authors)
    row.published = post.published
    row.updated = post.updated
    row.language = post.language
    row.tags = dump(post.tags)
    row.licence = post.licence
    row.series = post.series
    row.images = dump(post.images)
    row.words = post.quality.words
    row.quality = dump(asdict(post.quality))
    row.text_from = post.text_from
    row.reader = post.reader
    row.content_hash = digest


def _keep_version(session: Session, row: PostRow, at: datetime) -> None:
    from kb.store.tables import BodyRow, VersionRow

    body = session.get(BodyRow, row.id)
    assert row.id is not None
    session.add(VersionRow(post_id=row.id, number=row.version, title=row.title, content_hash=row.content_hash,
                           markdown=body.markdown if body else "", seen_at=iso(at)))  # fmt: skip


def _write_text(session: Session, post_id: int, post: Post) -> None:
    """The rows that follow from a post's text: body, references, full text."""
    from kb.store.tables import BodyRow
    from kb.store.text import drop_post, index_post

    markdown = clean(post.markdown)
    session.merge(BodyRow(post_id=post_id, markdown=markdown))
    run = session.connection().exec_driver_sql  # rows by the hundred, ten times as fast as through the mapper
    run("DELETE FROM reference WHERE post_id = ?", (post_id,))
    if post.references:
        rows = [_reference(post_id, reference) for reference in post.references]
        run("INSERT INTO reference (post_id, kind, url, key, text) VALUES (?, ?, ?, ?, ?)", rows)
    drop_post(session, post_id)
    index_post(session, post_id, clean(post.title), post.tags, markdown)


def _reference(post_id: int, reference: Reference) -> tuple[object, ...]:
    url, text = clean(reference.url), clean(reference.text)[:200]
    return post_id, reference.kind, url, key(url), text


def row_of(session: Session, name: str) -> PostRow | None:
    """The row of the post that has this key, by its own URL or by an alias."""
    from sqlmodel import select

    from kb.store.tables import AliasRow, PostRow

    if (row := session.exec(select(PostRow).where(PostRow.key == name)).first()) is not None:
        return row
    alias = session.get(AliasRow, name)
    return session.get(PostRow, alias.post_id) if alias is not None else None


def add_alias(session: Session, url: str, post_id: int) -> None:
    """Remember that a URL leads to a stored post."""
    from kb.store.tables import AliasRow, PostRow

    row = session.get(PostRow, post_id)
    if row is not None and row.key != key(url):
        session.merge(AliasRow(key=key(url), url=url, post_id=post_id))


def post_id_of(reader: sqlite3.Connection, name: str) -> int | None:
    """The id of the post that an id or a URL (its own or an alias) names."""
    if name.isdecimal():
        row = reader.execute("SELECT id FROM post WHERE id = ?", (int(name[:18]),)).fetchone()
    else:
        wanted = key(name)
        row = reader.execute(
            "SELECT id FROM post WHERE key = ? UNION ALL SELECT post_id FROM alias WHERE key = ? LIMIT 1",
            (wanted, wanted),
        ).fetchone()
    return None if row is None else int(row[0])


def get_post(reader: sqlite3.Connection, post_id: int) -> StoredPost | None:
    """One post's facts."""
    row = reader.execute(_FACTS + "WHERE p.id = ?", (post_id,)).fetchone()
    return None if row is None else _post(row)


def get_posts(reader: sqlite3.Connection, ids: Sequence[int]) -> dict[int, StoredPost]:
    """Posts' facts by id; ids that are not stored are left out."""
    found: dict[int, StoredPost] = {}
    for first in range(0, len(ids), 500):
        some = ids[first : first + 500]
        marks = ",".join("?" * len(some))
        found |= {row["id"]: _post(row) for row in reader.execute(f"{_FACTS} WHERE p.id IN ({marks})", some)}
    return found


def list_posts(
    reader: sqlite3.Connection, where: str = "1", parameters: Sequence[object] = (), limit: int | None = None
) -> Iterator[StoredPost]:
    """Posts newest first; undated ones last. `where` is SQL over p (post), from kb.store.filters."""
    query = f"{_FACTS} WHERE {where} ORDER BY p.published IS NULL, substr(p.published, 1, 10) DESC, p.id DESC"
    if limit is not None:
        query += f" LIMIT {int(limit)}"
    for row in reader.execute(query, parameters):
        yield _post(row)


def all_posts(reader: sqlite3.Connection) -> list[StoredPost]:
    """Every post in the order of ids."""
    return [_post(row) for row in reader.execute(_FACTS + "ORDER BY p.id")]


def body(reader: sqlite3.Connection, post_id: int) -> str:
    """A post's Markdown; empty for one that is not stored."""
    row = reader.execute("SELECT markdown FROM body WHERE post_id = ?", (post_id,)).fetchone()
    return "" if row is None else str(row[0])


def texts(reader: sqlite3.Connection, post_id: int) -> tuple[str, ...]:
    """Every version of a post's Markdown that is kept, the newest first; none for a post that is not stored."""
    rows = reader.execute(
        "SELECT markdown FROM (SELECT markdown, 1 AS old, 0 AS number FROM body WHERE post_id = ?"
        " UNION ALL SELECT markdown, 2, number FROM version WHERE post_id = ?) ORDER BY old, number DESC",
        (post_id, post_id),
    )
    return tuple(str(markdown) for (markdown,) in rows)


def version_of(reader: sqlite3.Connection, post_id: int, number: int) -> tuple[str, str] | None:
    """Title and Markdown of one version of a post; the newest number is the text in force."""
    row = reader.execute(
        "SELECT p.title, b.markdown FROM post p JOIN body b ON b.post_id = p.id WHERE p.id = ? AND p.version = ?"
        " UNION ALL SELECT title, markdown FROM version WHERE post_id = ? AND number = ?",
        (post_id, number, post_id, number),
    ).fetchone()
    return None if row is None else (str(row[0]), str(row[1]))


def versions(reader: sqlite3.Connection, post_id: int) -> list[int]:
    """The numbers of a post's versions, oldest first."""
    rows = reader.execute(
        "SELECT number FROM version WHERE post_id = ? UNION SELECT version FROM post WHERE id = ? ORDER BY 1",
        (post_id, post_id),
    )
    return [int(n) for (n,) in rows]


def references_of(reader: sqlite3.Connection, post_id: int) -> list[tuple[str, str, str]]:
    """(kind, url, text) of the links in a post's text, in the order they stand."""
    rows = reader.execute("SELECT kind, url, text FROM reference WHERE post_id = ? ORDER BY id", (post_id,))
    return [(str(k), str(u), str(t)) for k, u, t in rows]


def _post(row: sqlite3.Row) -> StoredPost:
    return StoredPost(
        id=row["id"],
        url=row["url"],
        title=row["title"],
        authors=strings(row["authors"]),
        published=row["published"],
        updated=row["updated"],
        language=row["language"],
        source=row["source"],
        source_id=row["source_id"],
        source_title=row["source_title"],
        words=row["words"],
        tags=strings(row["tags"]),
        duplicate_of=row["duplicate_of"],
        topic=row["topic"],
        on_topic=None if row["on_topic"] is None else bool(row["on_topic"]),
        score=row["score"],
        quality=json.loads(row["quality"]),
        gone=row["gone_at"] is not None,
    )
