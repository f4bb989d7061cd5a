"""What is watched of a source, what it asks for, and the days of change that sitemaps give."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = {"watch": sa.String, "ttl_s": sa.Float, "rest_until": sa.String, "looked_at": sa.String}


def upgrade() -> None:
    with op.batch_alter_table("source") as table:
        for name, kind in COLUMNS.items():
            table.add_column(sa.Column(name, kind(), nullable=True))
    with op.batch_alter_table("link") as table:
        table.add_column(sa.Column("lastmod", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("link") as table:
        table.drop_column("lastmod")
    with op.batch_alter_table("source") as table:
        for name in COLUMNS:
            table.drop_column(name)
