"""Lists are read in their order, and figures find test records and those who left without a search."""

import sqlalchemy as sa
from alembic import op

revision = "0012a"
down_revision = "0011"
branch_labels = None
depends_on = None

_NOW = "superseded_at IS NULL AND valid_to IS NULL"
#: Index → table, columns, condition.
_INDEXES = {
    "ix_contacts_owner": ("contacts", ("account", "owner_id"), "owner_id IS NOT NULL"),
    "ix_deals_owner": ("deals", ("account", "owner_id"), "owner_id IS NOT NULL"),
    "ix_contact_states_test": ("contact_states", ("account", "flags"), "flags LIKE '%\"is_test\"%'"),
    "ix_contact_states_priority": ("contact_states", ("account", "priority DESC", "contact_id"), None),
    "ix_contact_states_stage": ("contact_states", ("account", "stage", "priority DESC", "contact_id"), None),
    "ix_contact_states_clock": (
        "contact_states",
        ("account", "stage", "sla_due_at", "priority DESC", "contact_id"),
        "sla_due_at IS NOT NULL",
    ),
    "ix_stage_events_out": ("stage_events", ("account", "to_stage", "contact_id"), "to_stage = 'OUT'"),
    "ix_deal_spans_close": ("deal_spans", ("account", "outcome", "close_date", "deal_id"), _NOW),
    "ix_deal_spans_turned": ("deal_spans", ("account", "outcome", "valid_from DESC", "deal_id"), _NOW),
    "ix_deal_spans_resume": (
        "deal_spans",
        ("account", "outcome", "resume_at", "deal_id"),
        f"{_NOW} AND outcome = 'other'",
    ),
    "ix_deal_spans_proposed": (
        "deal_spans",
        ("account", "outcome", "close_date", "deal_id"),
        f"{_NOW} AND proposal IS NOT NULL",
    ),
}


def upgrade() -> None:
    """Apply."""
    for name, (table, columns, condition) in _INDEXES.items():
        parts = [sa.text(column) if " " in column else column for column in columns]
        where = None if condition is None else sa.text(condition)
        op.create_index(name, table, parts, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    """Take back."""
    for name, (table, _, _) in _INDEXES.items():
        op.drop_index(name, table)
