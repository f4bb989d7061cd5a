"""Copies of the store: made while it is in use, put back, and what is dropped to keep it small."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from kb.errors import StoreError
from kb.store import schema
from kb.store.connect import Store
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
    with closing(sqlite3.connect(target)) as db:
        busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise StoreError(f"{target} is in use by another program", "wait for it to end, then run this again")
        db.execute("PRAGMA journal_mode = DELETE")
    target.replace(kept)
    return kept


def drop_old(store: Store, page_bytes: int, versions: int) -> tuple[int, int, int]:
    """Keep raw pages up to so many bytes, newest first, and so many earlier texts a post; then give space back.

    Gives the number of raw pages and of texts dropped, and the bytes by which the file shrank.
    """
    from sqlalchemy import text

    before = store.path.stat().st_size
    with store.writing() as session:
        pages = session.execute(
            text(
                "DELETE FROM raw_page WHERE key IN (SELECT key FROM (SELECT key, sum(length(body)) OVER"
                " (ORDER BY fetched_at DESC, key) AS so_far FROM raw_page) WHERE so_far > :room)"
            ),
            {"room": page_bytes},
        )
        texts = session.execute(
            text(
                "DELETE FROM version WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER"
                " (PARTITION BY post_id ORDER BY number DESC) AS n FROM version) WHERE n > :most)"
            ),
            {"most": versions},
        )
        if stale_share(store.reader) > STALE_SHARE:
            rebuild(session)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    dropped = int(pages.rowcount), int(texts.rowcount)  # type: ignore[attr-defined]
    return *dropped, max(0, before - store.path.stat().st_size)
