"""Tombstones of erased people, and the log of erasures."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: Ids sort by code point on both databases.
ID = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "tombstones",
        sa.Column("account", ID, nullable=False),
        sa.Column("digest", ID, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("erasure", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erasures",
        sa.Column("account", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("wiped_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account", "id"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("erasures")
    op.drop_table("tombstones")
