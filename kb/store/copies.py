"""Copies of the store: made while it is in use, put back, and what is dropped to keep it small."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kb.errors import StoreError
from kb.store import schema
from kb.store.connect import Store, explained
from kb.store.rows import iso
from kb.store.text import STALE_SHARE, rebuild, stale_share


def back_up(store: Store, target: Path) -> int:
    """Copy the store into a new file and give its bytes. Raises StoreError when the file is there or cannot be made."""
    if target.exists():
        raise StoreError(f"{target} exists already", "name a new file")
    try:
        with closing(sqlite3.connect(target)) as copy:
            store.reader.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        return target.stat().st_size
    except (sqlite3.Error, OSError) as error:
        target.unlink(missing_ok=True)
        raise StoreError(f"cannot write {target}: {error}", "choose a writable place with room") from None


def put_back(copy: Path, target: Path) -> Path | None:
    """Put a copy in the place of the store; gives the name under which the store of before is kept.

    Raises StoreError when the copy is no store, is damaged, or is of a newer program; nothing has changed then.
    """
    if not copy.exists():
        raise StoreError(f"no such file: {copy}", "give one that kb backup wrote")
    revision = schema.revision_of(copy)
    if revision is None:
        raise StoreError(f"{copy} is empty", "give a file that kb backup wrote")
    schema.check_version(copy, revision)
    with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as db:
        verdict = db.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        raise StoreError(f"{copy} is damaged: {verdict}", "give another copy")
    beside = target.with_name(f"{target.name}.restoring")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(copy)) as old, closing(sqlite3.connect(beside)) as new:
            old.backup(new)
        kept = _set_aside(target)
        beside.replace(target)
    except (sqlite3.Error, OSError) as error:
        beside.unlink(missing_ok=True)
        raise StoreError(f"cannot write {target}: {error}") from None
    return kept


def _set_aside(target: Path) -> Path | None:
    """Move the store away as one whole file (its log folded in) under the next free name."""
    if not target.exists():
        return None
    number = 1
    while (kept := target.with_name(f"{target.name}.before-restore-{number}")).exists():
        number += 1
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(target)) as db:
        try:
            if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise sqlite3.OperationalError("locked")
            db.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                words = f"{target} is in use by another program"
                raise StoreError(words, "wait for it to end, then run this again") from None
            raise
    # What is still there of a damaged store, for that is what a copy is most often put back over
    for end in ("-wal", "-shm"):
        beside = target.with_name(target.name + end)
        if beside.exists():
            beside.replace(kept.with_name(kept.name + end))
    target.replace(kept)
    return kept


@dataclass(frozen=True, slots=True)
class Dropped:
    """What pruning did."""

    pages: int  # raw pages
    texts: int  # earlier texts of posts
    freed: int  # bytes by which the file shrank
    size: int  # bytes of it now


def drop_old(
    store: Store, page_bytes: int, versions: int, *, before: datetime | None = None, most_bytes: int | None = None
) -> Dropped:
    """Keep raw pages up to so many bytes, newest first, and so many earlier texts a post; then give the space back.

    before: raw pages fetched, and texts replaced, before it go as well. most_bytes: then raw pages and, where that is
    not enough, earlier texts go, oldest first, until the file is no larger; posts are never dropped. Raises StoreError.
    """
    size = size_of(store)
    at = iso(before) if before else ""
    with store.writing() as session:
        run = session.connection().exec_driver_sql
        pages = run(_PAGES_BEYOND, (page_bytes,)).rowcount + run(_PAGES_BEFORE, (at,)).rowcount
        texts = run(_TEXTS_BEYOND, (versions,)).rowcount + run(_TEXTS_BEFORE, (at,)).rowcount
        if most_bytes is not None:
            used = _used(run)
            pages += run(_PAGES_OF, (max(0, used - most_bytes),)).rowcount
            texts += run(_TEXTS_OF, (max(0, _used(run) - most_bytes),)).rowcount
        if stale_share(store.reader) > STALE_SHARE:
            rebuild(session)
    compact(store)
    now = size_of(store)
    return Dropped(pages, texts, max(0, size - now), now)


def size_of(store: Store) -> int:
    """Bytes of the store, those in its log included."""
    pages, size = (int(store.reader.execute(f"PRAGMA {n}").fetchone()[0]) for n in ("page_count", "page_size"))
    return pages * size


_PAGES_BEYOND = """
DELETE FROM raw_page WHERE key IN (SELECT key FROM (SELECT key, sum(length(body)) OVER
(ORDER BY fetched_at DESC, key) AS so_far FROM raw_page) WHERE so_far > ?)
"""
_PAGES_BEFORE = "DELETE FROM raw_page WHERE fetched_at < ?"
_TEXTS_BEYOND = """
DELETE FROM version WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER
(PARTITION BY post_id ORDER BY number DESC) AS n FROM version) WHERE n > ?)
"""
_TEXTS_BEFORE = "DELETE FROM version WHERE seen_at < ?"
# The oldest that make up so many bytes; the one that reaches the number goes too
_PAGES_OF = """
DELETE FROM raw_page WHERE key IN (SELECT key FROM (SELECT key, sum(length(body)) OVER
(ORDER BY fetched_at, key) - length(body) AS earlier FROM raw_page) WHERE earlier < ?)
"""
_TEXTS_OF = """
DELETE FROM version WHERE id IN (SELECT id FROM (SELECT id, sum(length(CAST(markdown AS BLOB))) OVER
(ORDER BY seen_at, id) - length(CAST(markdown AS BLOB)) AS earlier FROM version) WHERE earlier < ?)
"""


def _used(run: Any) -> int:
    """Bytes of the file that hold something: what VACUUM leaves, about."""
    size, pages, free = (run(f"PRAGMA {name}").scalar_one() for name in ("page_size", "page_count", "freelist_count"))
    return int(size * (pages - free))


def compact(store: Store) -> None:
    """Give the space of what was deleted back to the system. Raises StoreError where there is no room to do it in."""
    from sqlalchemy.exc import OperationalError

    try:
        with store.engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    except OperationalError as error:
        raise explained(store.path, str(error.orig)) from None
