"""Creates a store and brings an old one up to date; Alembic is imported only when there is something to do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from kb.errors import StoreError

APPLICATION_ID = 0x6B62_0001  # "kb" and the format's number, in the file's header (PRAGMA application_id)


def head() -> str:
    """The newest migration's revision: the files are named REVISION_words.py and sort in order."""
    names = (f.name for f in files("migrations").joinpath("versions").iterdir())
    return max(name.split("_")[0] for name in names if name.endswith(".py") and name[0].isdigit())


def revision_of(path: Path) -> str | None:
    """The revision of the store in a file; None for an empty or missing one. Raises StoreError for anything else."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables:
                return None
            if "alembic_version" not in tables or "post" not in tables:
                raise StoreError(f"{path} is a database of another program", "give another file with --db")
            row = db.execute("SELECT version_num FROM alembic_version").fetchone()
            return str(row[0]) if row else None
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            raise StoreError(f"{path} is no database", "give another file with --db") from None
        raise StoreError(f"{path} cannot be read: {error}", "restore a copy with: kb restore FILE") from None


def check_version(path: Path, revision: str | None) -> None:
    """Refuse a store that a newer program made."""
    if revision is not None and revision > head():
        raise StoreError(
            f"{path} has schema {revision}, this program knows up to {head()}", "install a newer version of kb"
        )


def upgrade(path: Path) -> str | None:
    """Bring the store up to the newest schema, and give the name of the copy made before (None if none was needed).

    Raises StoreError when the folder cannot be written or the disk is full; the store is then as it was.
    """
    revision = revision_of(path)
    check_version(path, revision)
    if revision == head():
        return None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        copy = _copy_before(path, revision) if revision else None
        _run_alembic(path)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"cannot write {path}: {error}", "choose a writable place with --db") from None
    return copy


def _copy_before(path: Path, revision: str) -> str:
    target = path.with_name(f"{path.name}.before-{head()}-from-{revision}")
    with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    return str(target)


def _run_alembic(path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError

    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    engine = create_engine(f"sqlite:///{path.absolute()}")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.commit()
            # BEGIN by hand: the driver would begin too late to hold the schema's statements together
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except DBAPIError as error:
        raise StoreError(f"cannot write {path}: {error.orig}", "choose a writable place with --db") from None
    finally:
        engine.dispose()
