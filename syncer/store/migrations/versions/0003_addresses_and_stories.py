"""Further addresses of contacts, and stories: what leads and quotes tell about contacts and deals."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: Ids sort by code point on both databases.
ID = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def ids(names: str) -> list[sa.Column[Any]]:
    """Return columns of ids."""
    return [sa.Column(name, ID, nullable=False) for name in names.split()]


def upgrade() -> None:
    """Apply."""
    op.add_column("contacts", sa.Column("more_emails", sa.String(), nullable=True))
    op.create_table(
        "addresses",
        *ids("account email_key contact_id"),
        sa.PrimaryKeyConstraint("account", "email_key", "contact_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_addresses_contact", "addresses", ["account", "contact_id"])
    create_stories()


def downgrade() -> None:
    """Take back."""
    op.drop_table("stories")
    op.drop_table("addresses")
    op.drop_column("contacts", "more_emails")


def create_stories() -> None:
    """Create stories."""
    op.create_table(
        "stories",
        *ids("account stream id"),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record_ids", sa.String(), nullable=False),
        sa.Column("tellings", sa.String(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.Column("archived_at", sa.BigInteger(), nullable=True),
        sa.Column("gist", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "stream", "id"),
        sqlite_with_rowid=False,
    )
