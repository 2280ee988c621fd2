"""Leads that were postponed before there was any deal have a date of return."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("cycles", sa.Column("resume_at", sa.BigInteger(), nullable=True))
    condition = sa.text("superseded_at IS NULL AND resume_at IS NOT NULL")
    op.create_index(
        "ix_cycles_resume",
        "cycles",
        ["account", "resume_at", "contact_id"],
        postgresql_where=condition,
        sqlite_where=condition,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_cycles_resume", "cycles")
    op.drop_column("cycles", "resume_at")
