"""How much of what a post names belongs to each field, kept beside the verdict."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("relevance") as table:
        table.add_column(sa.Column("shares", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("relevance") as table:
        table.drop_column("shares")
