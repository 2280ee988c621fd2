"""Companies are marked to be decided anew: one that changed or lost somebody may have no contact and no deal."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

#: Ids sort by code point on both databases.
ID = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Apply, and have everything decided once: companies that were left out are among it."""
    op.create_table(
        "dirty_companies",
        sa.Column("account", ID, nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "company_id"),
        sqlite_with_rowid=False,
    )
    op.execute("UPDATE accounts SET generation = generation + 1, full_generation = generation + 1")


def downgrade() -> None:
    """Take back."""
    op.drop_table("dirty_companies")
