"""Figures of the account, records that stay away, and why a contact is a deal's primary one."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

#: Ids sort by code point on both databases.
ID = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def ids(names: str) -> list[sa.Column[Any]]:
    """Return columns of ids."""
    return [sa.Column(name, ID, nullable=False) for name in names.split()]


def upgrade() -> None:
    """Apply."""
    op.add_column("deal_states", sa.Column("primary_by", sa.String(), nullable=True))
    op.create_table(
        "stage_stays",
        *ids("account pipeline_id stage_id"),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("p75_days", sa.Float(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "pipeline_id", "stage_id", "as_of"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "absences",
        *ids("account kind record_id"),
        sa.Column("archived_at", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account", "kind", "record_id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("absences")
    op.drop_table("stage_stays")
    op.drop_column("deal_states", "primary_by")
