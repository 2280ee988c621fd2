"""Visits: what a web analytics tool counted, one row a day, source and definition."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

#: Ids sort by code point on both databases.
ID = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Apply."""
    counts = ("bounced", "timed", "seconds", "impressions", "clicks", "likes")
    op.create_table(
        "visits",
        sa.Column("account", ID, nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("source", ID, nullable=False),
        sa.Column("definition", ID, nullable=False),
        sa.Column("sessions", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in counts),
        sa.PrimaryKeyConstraint("account", "day", "source", "definition"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("visits")
