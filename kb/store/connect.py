"""Opening a store: one read-only connection for what reads, one writer at a time for what writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import StoreError
from kb.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

Reader = sqlite3.Connection  # for annotations outside kb.store, which does not import sqlite3
BUSY_TIMEOUT_S = 30.0  # another writer's transaction is short; a longer wait means that something hangs


class Store:
    """An SQLite file in WAL mode. Made by open_store; `close` when done."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reader: sqlite3.Connection | None = None
        self._engine: Engine | None = None

    @property
    def reader(self) -> sqlite3.Connection:
        """The connection for reading; rows are sqlite3.Row, and a statement that would write raises."""
        if self._reader is None:
            self._reader = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
            self._reader.row_factory = sqlite3.Row
            self._reader.execute("PRAGMA query_only = ON")
            self._reader.execute("PRAGMA mmap_size = 268435456")
        return self._reader

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction: committed at the end of the block, rolled back when the block raises.

        Raises StoreError for a full disk, a read-only file, or a lock that another program holds too long.
        """
        from sqlalchemy.exc import OperationalError
        from sqlmodel import Session

        session = Session(self.engine)
        try:
            session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            yield session
            session.commit()
        except OperationalError as error:
            session.rollback()
            raise explained(self.path, str(error.orig)) from None
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = _engine(self.path)
        return self._engine

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


def open_store(path: Path, *, create: bool) -> Store:
    """Open the store in a file, upgrading its schema where that is due.

    create: make a missing one. Without it a missing file raises StoreError (`no store at X`).
    """
    if not create and not path.exists():
        raise StoreError(f"no store at {path}", "make one with: kb run  (or name another with --db)")
    if path.is_dir():
        raise StoreError(f"{path} is a folder, not a store", "name a file with --db")
    revision = schema.revision_of(path)
    schema.check_version(path, revision)
    if revision is None and not create:
        raise StoreError(f"no store at {path}: the file is empty", "make one with: kb run")
    if revision != schema.head():
        schema.upgrade(path)
    return Store(path)


def _engine(path: Path) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import StaticPool

    # autocommit at the driver: transactions are begun by hand with BEGIN IMMEDIATE, so that a writer never
    # discovers half-way that another one was first
    engine = create_engine(
        f"sqlite:///{path.absolute()}",
        poolclass=StaticPool,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False, "isolation_level": None},
    )

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    event.listen(engine, "connect", prepare)
    return engine


def explained(path: Path, words: str) -> StoreError:
    """SQLite's words as ours, with the cure."""
    if "locked" in words or "busy" in words:
        return StoreError(f"{path} is locked by another program", "wait for it to end, then run this again")
    if "full" in words:
        return StoreError(f"no space left for {path}", "free some space; what was finished is kept")
    if "readonly" in words:
        return StoreError(f"{path} is read-only", "change its permissions, or name another file with --db")
    return StoreError(f"cannot write {path}: {words}", "run kb doctor")
