"""Run migrations on the connection that kb.store.schema hands over, or on the URL of `alembic -x db=FILE`."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlmodel import SQLModel

import kb.store.tables  # noqa: F401  fills the metadata


def include_object(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Full-text tables and their shadows are made by hand; autogenerate must leave them alone."""
    return not (kind == "table" and name is not None and "_fts" in name)


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        include_object=include_object,
        transactional_ddl=True,
    )
    context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    migrate(given)
else:
    engine = create_engine("sqlite:///" + context.get_x_argument(as_dictionary=True)["db"])
    with engine.begin() as opened:
        migrate(opened)
