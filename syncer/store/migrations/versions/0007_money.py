"""What a cost was for, what currencies were worth, and the open pipeline as it stood at the end of each day."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: Ids sort by code point on both databases.
ID = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Apply."""
    op.add_column("costs", sa.Column("kind", sa.String(), nullable=True))
    create_rates()
    create_frozen_days()
    create_frozen_deals()


def downgrade() -> None:
    """Take back."""
    op.drop_table("frozen_deals")
    op.drop_table("frozen_days")
    op.drop_table("rates")
    op.drop_column("costs", "kind")


def ids(names: str) -> list[sa.Column[Any]]:
    """Return columns of ids."""
    return [sa.Column(name, ID, nullable=False) for name in names.split()]


def numbers(names: str, *, nullable: bool = False) -> list[sa.Column[Any]]:
    """Return columns of whole numbers."""
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names.split()]


def create_rates() -> None:
    """Create rates."""
    op.create_table(
        "rates",
        *ids("account origin currency into_currency"),
        *numbers("first_day recorded_at"),
        *numbers("last_day", nullable=True),
        sa.Column("rate", sa.String(), nullable=False),
        *numbers("superseded_at", nullable=True),
        sa.PrimaryKeyConstraint("account", "origin", "currency", "into_currency", "first_day", "recorded_at"),
        sqlite_with_rowid=False,
    )


def create_frozen_days() -> None:
    """Create frozen_days."""
    op.create_table(
        "frozen_days",
        *ids("account"),
        *numbers("day as_of frozen_at"),
        sa.Column("agreement", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("account", "day"),
        sqlite_with_rowid=False,
    )


def create_frozen_deals() -> None:
    """Create frozen_deals."""
    op.create_table(
        "frozen_deals",
        *ids("account deal_id"),
        *numbers("first_day last_day"),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("promised", sa.Boolean(), nullable=False),
        sa.Column("pipeline_id", ID, nullable=True),
        sa.Column("pipeline_kind", sa.String(), nullable=True),
        sa.Column("stage_id", ID, nullable=True),
        *numbers("amount", nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        *numbers("close_date", nullable=True),
        sa.Column("forecast_category", sa.String(), nullable=True),
        sa.Column("probability", sa.Float(), nullable=True),
        *numbers("offer_at", nullable=True),
        *numbers("month_pushes quarter_pushes"),
        *numbers("slip_days", nullable=True),
        sa.Column("proposal", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("account", "deal_id", "first_day"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_frozen_deals_day", "frozen_deals", ["account", "last_day"])
