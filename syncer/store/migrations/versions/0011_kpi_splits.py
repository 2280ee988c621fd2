"""Snapshots keep splits of figures that pages show; values that never reached the CRM are found without a search."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    condition = sa.text("status IN ('failed', 'conflict')")
    op.create_index(
        "ix_outbox_doubtful",
        "outbox",
        ["account", "changed_at"],
        postgresql_where=condition,
        sqlite_where=condition,
    )
    op.add_column("kpi_snapshots", sa.Column("split", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_outbox_doubtful", "outbox")
    op.drop_column("kpi_snapshots", "split")
