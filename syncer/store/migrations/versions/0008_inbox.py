"""The inbox of webhooks: hints, how many of what came, and whom the CRM erased."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: Ids sort by code point on both databases.
ID = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Apply."""
    create_inbox()
    op.create_table(
        "webhook_counts",
        sa.Column("account", ID, nullable=False),
        sa.Column("outcome", ID, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "outcome"),
    )
    op.create_table(
        "erasure_requests",
        sa.Column("account", ID, nullable=False),
        sa.Column("stream", ID, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "stream", "record_id"),
    )


def downgrade() -> None:
    """Take back."""
    for name in ("erasure_requests", "webhook_counts", "inbox"):
        op.drop_table(name)


def create_inbox() -> None:
    """Create the inbox with the index of what waits."""
    op.create_table(
        "inbox",
        sa.Column("account", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("record_id", ID, nullable=True),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account", "id"),
        sqlite_with_rowid=False,
    )
    waiting = sa.text("status = 'waiting'")
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["account", "attempts", "received_at", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index("ix_inbox_settled", "inbox", ["settled_at"])
