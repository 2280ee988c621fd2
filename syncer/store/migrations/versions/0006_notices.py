"""Notices: notes and tasks that are put into the CRM once."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: Ids sort by code point on both databases.
ID = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
OPEN = sa.text("status IN ('pending', 'sending')")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "notices",
        sa.Column("account", ID, nullable=False),
        sa.Column("key", ID, nullable=False),
        sa.Column("run", ID, nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("form", "purpose", "kind")),
        sa.Column("record_id", ID, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("crm_id", ID, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "key"),
    )
    op.create_index("ix_notices_open", "notices", ["account", "key"], postgresql_where=OPEN, sqlite_where=OPEN)
    op.create_index("ix_notices_record", "notices", ["account", "kind", "record_id"])
    op.create_index("ix_notices_run", "notices", ["account", "run"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("notices")
