"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: Ids sort by code point on both databases.
ID = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def columns(type_: sa.types.TypeEngine[Any], names: str, *, nullable: bool) -> list[sa.Column[Any]]:
    """Return columns of one type."""
    return [sa.Column(name, type_, nullable=nullable) for name in names.split()]


def flags(names: str) -> list[sa.Column[Any]]:
    """Return columns of flags."""
    return columns(sa.Boolean(), names, nullable=False)


def ids(names: str) -> list[sa.Column[Any]]:
    """Return columns of ids."""
    return columns(ID, names, nullable=False)


def maybe_ids(names: str) -> list[sa.Column[Any]]:
    """Return columns of ids, NULL allowed."""
    return columns(ID, names, nullable=True)


def numbers(names: str) -> list[sa.Column[Any]]:
    """Return columns of numbers."""
    return columns(sa.BigInteger(), names, nullable=False)


def maybe_numbers(names: str) -> list[sa.Column[Any]]:
    """Return columns of numbers, NULL allowed."""
    return columns(sa.BigInteger(), names, nullable=True)


def reals(names: str) -> list[sa.Column[Any]]:
    """Return columns of reals."""
    return columns(sa.Float(), names, nullable=False)


def maybe_reals(names: str) -> list[sa.Column[Any]]:
    """Return columns of reals, NULL allowed."""
    return columns(sa.Float(), names, nullable=True)


def texts(names: str) -> list[sa.Column[Any]]:
    """Return columns of texts."""
    return columns(sa.String(), names, nullable=False)


def maybe_texts(names: str) -> list[sa.Column[Any]]:
    """Return columns of texts, NULL allowed."""
    return columns(sa.String(), names, nullable=True)


def partial_index(name: str, table: str, names: list[str], where: str) -> None:
    """Create an index over the rows that meet a condition."""
    op.create_index(name, table, names, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    """Apply."""
    create_accounts()
    create_dirty_contacts()
    create_dirty_deals()
    create_cursors()
    create_runs()
    create_outbox()
    create_dead_letters()
    create_kpi_snapshots()
    create_stage_events()
    create_cycles()
    create_contact_states()
    create_deal_spans()
    create_deal_states()
    create_company_states()
    create_contacts()
    create_companies()
    create_deals()
    create_activities()
    create_orphans()
    create_evidence()
    create_links()
    create_changes()
    create_owners()
    create_stages()
    create_costs()
    create_answers()
    create_aliases()


def downgrade() -> None:
    """Take back."""
    for table in (
        "aliases",
        "answers",
        "costs",
        "stages",
        "owners",
        "changes",
        "links",
        "evidence",
        "orphans",
        "activities",
        "deals",
        "companies",
        "contacts",
        "company_states",
        "deal_states",
        "deal_spans",
        "contact_states",
        "cycles",
        "stage_events",
        "kpi_snapshots",
        "dead_letters",
        "outbox",
        "runs",
        "cursors",
        "dirty_deals",
        "dirty_contacts",
        "accounts",
    ):
        op.drop_table(table)


def create_accounts() -> None:
    """Create accounts."""
    op.create_table(
        "accounts",
        *ids("account"),
        *maybe_ids("portal_id"),
        *maybe_texts("time_zone currency account_type"),
        *numbers("generation"),
        *maybe_numbers("full_generation"),
        sa.PrimaryKeyConstraint("account"),
    )


def create_dirty_contacts() -> None:
    """Create dirty_contacts."""
    op.create_table(
        "dirty_contacts",
        *ids("account contact_id"),
        *numbers("generation"),
        sa.PrimaryKeyConstraint("account", "contact_id"),
        sqlite_with_rowid=False,
    )


def create_dirty_deals() -> None:
    """Create dirty_deals."""
    op.create_table(
        "dirty_deals",
        *ids("account deal_id"),
        *numbers("generation"),
        sa.PrimaryKeyConstraint("account", "deal_id"),
        sqlite_with_rowid=False,
    )


def create_cursors() -> None:
    """Create cursors."""
    op.create_table(
        "cursors",
        *ids("account stream kind"),
        *texts("position"),
        sa.PrimaryKeyConstraint("account", "stream", "kind"),
    )


def create_runs() -> None:
    """Create runs."""
    op.create_table(
        "runs",
        *ids("account id"),
        *texts("job"),
        *numbers("started_at"),
        *maybe_numbers("ended_at"),
        *texts("status counts"),
        sa.PrimaryKeyConstraint("account", "id"),
    )


def create_outbox() -> None:
    """Create outbox."""
    op.create_table(
        "outbox",
        *ids("account key"),
        *maybe_ids("run"),
        *texts("kind"),
        *maybe_ids("record_id"),
        *texts("property"),
        *maybe_texts("value previous"),
        *texts("rule why decision status"),
        *numbers("attempts"),
        *maybe_texts("error"),
        *numbers("changed_at"),
        sa.PrimaryKeyConstraint("account", "key"),
    )
    partial_index(
        "ix_outbox_open",
        "outbox",
        ["account", "run", "kind", "record_id", "property", "key"],
        "status IN ('pending', 'sending')",
    )
    op.create_index("ix_outbox_record", "outbox", ["account", "kind", "record_id"])
    op.create_index("ix_outbox_run", "outbox", ["account", "run", "changed_at"])


def create_dead_letters() -> None:
    """Create dead_letters."""
    op.create_table(
        "dead_letters",
        *ids("account id"),
        *texts("stream"),
        *maybe_ids("record_id"),
        *texts("reason problems"),
        *maybe_texts("payload_ref"),
        *texts("status"),
        *numbers("attempts buried_at"),
        sa.PrimaryKeyConstraint("account", "id"),
    )


def create_kpi_snapshots() -> None:
    """Create kpi_snapshots."""
    op.create_table(
        "kpi_snapshots",
        *ids("account run"),
        *numbers("position"),
        *texts("kpi"),
        *numbers("as_of"),
        *texts("row"),
        sa.PrimaryKeyConstraint("account", "run", "position"),
    )


def create_stage_events() -> None:
    """Create stage_events."""
    op.create_table(
        "stage_events",
        *ids("account contact_id"),
        *numbers("cycle_no seq recorded_at"),
        *maybe_texts("from_stage"),
        *texts("to_stage"),
        *numbers("occurred_at"),
        *texts("rule evidence actor"),
        *flags("virtual"),
        *texts("agreement"),
        *maybe_numbers("superseded_at"),
        sa.PrimaryKeyConstraint("account", "contact_id", "cycle_no", "seq", "recorded_at"),
        sqlite_with_rowid=False,
    )


def create_cycles() -> None:
    """Create cycles."""
    op.create_table(
        "cycles",
        *ids("account contact_id"),
        *numbers("cycle_no recorded_at"),
        *texts("type origin"),
        *numbers("started_at"),
        *maybe_numbers("ended_at"),
        *texts("outcome"),
        *maybe_texts("reason"),
        *maybe_numbers("first_contact_at suspect_at inquiry_at mql_at sales_ready_at accepted_at rejected_at"),
        *maybe_texts("reject_reason"),
        *maybe_numbers("deal_at offer_at"),
        *maybe_ids("deal_id"),
        *maybe_texts("source campaign"),
        *maybe_ids("owner_id"),
        *maybe_texts("country industry grade cell"),
        *maybe_numbers("recycled_from"),
        *maybe_texts("reopened_outcome"),
        *maybe_numbers("reopened_from reopened_to"),
        *texts("agreement"),
        *maybe_numbers("superseded_at"),
        sa.PrimaryKeyConstraint("account", "contact_id", "cycle_no", "recorded_at"),
        sqlite_with_rowid=False,
    )


def create_contact_states() -> None:
    """Create contact_states."""
    op.create_table(
        "contact_states",
        *ids("account contact_id"),
        *texts("stage"),
        *maybe_numbers("since"),
        *numbers("cycle_no"),
        *texts("relationship outcome"),
        *reals("fit engagement"),
        *texts("grade"),
        *numbers("level"),
        *texts("cell action"),
        *numbers("priority"),
        *reals("completeness"),
        *texts("basis"),
        *maybe_numbers("sla_due_at overridden_until"),
        *texts("flags"),
        *maybe_numbers("due_at"),
        *texts("agreement"),
        *numbers("changed_at"),
        sa.PrimaryKeyConstraint("account", "contact_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contact_states_changed", "contact_states", ["account", "changed_at"])
    partial_index("ix_contact_states_due", "contact_states", ["account", "due_at"], "due_at IS NOT NULL")


def create_deal_spans() -> None:
    """Create deal_spans."""
    op.create_table(
        "deal_spans",
        *ids("account deal_id"),
        *numbers("valid_from recorded_at"),
        *maybe_numbers("valid_to"),
        *maybe_ids("pipeline_id"),
        *maybe_texts("pipeline_kind"),
        *maybe_ids("stage_id"),
        *texts("outcome rule"),
        *maybe_texts("reason"),
        *maybe_numbers("amount"),
        *maybe_texts("currency"),
        *maybe_numbers("close_date"),
        *maybe_texts("forecast_category"),
        *maybe_reals("probability"),
        *maybe_numbers("offer_at"),
        *numbers("month_pushes quarter_pushes"),
        *maybe_numbers("slip_days"),
        *maybe_texts("proposal"),
        *maybe_numbers("resume_at"),
        *texts("agreement"),
        *maybe_numbers("superseded_at"),
        sa.PrimaryKeyConstraint("account", "deal_id", "valid_from", "recorded_at"),
        sqlite_with_rowid=False,
    )


def create_deal_states() -> None:
    """Create deal_states."""
    op.create_table(
        "deal_states",
        *ids("account deal_id"),
        *numbers("created_at"),
        *maybe_ids("primary_contact_id"),
        *texts("contact_ids"),
        *maybe_ids("company_id owner_id"),
        *maybe_texts("deal_type source"),
        *texts("flags"),
        *maybe_numbers("due_at"),
        *texts("agreement"),
        *numbers("changed_at"),
        sa.PrimaryKeyConstraint("account", "deal_id"),
        sqlite_with_rowid=False,
    )
    partial_index("ix_deal_states_due", "deal_states", ["account", "due_at"], "due_at IS NOT NULL")


def create_company_states() -> None:
    """Create company_states."""
    op.create_table(
        "company_states",
        *ids("account company_id"),
        *texts("stage"),
        *flags("in_tam"),
        *numbers("changed_at"),
        sa.PrimaryKeyConstraint("account", "company_id"),
        sqlite_with_rowid=False,
    )


def create_contacts() -> None:
    """Create contacts."""
    op.create_table(
        "contacts",
        *ids("account id"),
        *maybe_texts("email"),
        *maybe_ids("email_key"),
        *maybe_texts("first_name last_name"),
        *maybe_ids("company_id owner_id"),
        *maybe_texts("lifecycle lead_status source campaign country"),
        *flags("opted_out bounced"),
        *maybe_numbers("created_at updated_at archived_at"),
        *maybe_ids("merged_into"),
        *texts("fields held"),
        *numbers("gist fingerprint recorded_at"),
        sa.PrimaryKeyConstraint("account", "id"),
    )
    partial_index("ix_contacts_company", "contacts", ["account", "company_id"], "company_id IS NOT NULL")
    partial_index("ix_contacts_email", "contacts", ["account", "email_key"], "email_key IS NOT NULL")


def create_companies() -> None:
    """Create companies."""
    op.create_table(
        "companies",
        *ids("account id"),
        *maybe_texts("name domain industry"),
        *maybe_numbers("employees"),
        *maybe_texts("country"),
        *maybe_ids("owner_id"),
        *maybe_texts("lifecycle"),
        *maybe_numbers("created_at updated_at archived_at"),
        *maybe_ids("merged_into"),
        *texts("fields held"),
        *numbers("gist fingerprint recorded_at"),
        sa.PrimaryKeyConstraint("account", "id"),
    )


def create_deals() -> None:
    """Create deals."""
    op.create_table(
        "deals",
        *ids("account id"),
        *maybe_texts("name"),
        *maybe_ids("pipeline_id stage_id"),
        *maybe_numbers("amount"),
        *maybe_texts("currency"),
        *maybe_numbers("close_date"),
        *maybe_ids("owner_id"),
        *maybe_texts("deal_type forecast_category"),
        *maybe_reals("probability"),
        *maybe_texts("lost_reason source"),
        *maybe_numbers("created_at updated_at archived_at"),
        *maybe_ids("merged_into"),
        *texts("fields held"),
        *numbers("gist fingerprint recorded_at"),
        sa.PrimaryKeyConstraint("account", "id"),
    )


def create_activities() -> None:
    """Create activities."""
    op.create_table(
        "activities",
        *ids("account stream id"),
        *texts("kind"),
        *numbers("occurred_at"),
        *maybe_texts("subject asset"),
        *maybe_ids("owner_id"),
        *maybe_texts("outcome"),
        *maybe_reals("value"),
        *texts("contact_ids"),
        *maybe_ids("email_key joined_to"),
        *maybe_numbers("updated_at archived_at"),
        *numbers("gist fingerprint recorded_at"),
        sa.PrimaryKeyConstraint("account", "stream", "id"),
        sqlite_with_rowid=False,
    )


def create_orphans() -> None:
    """Create orphans."""
    op.create_table(
        "orphans",
        *ids("account email_key stream activity_id"),
        sa.PrimaryKeyConstraint("account", "email_key", "stream", "activity_id"),
        sqlite_with_rowid=False,
    )


def create_evidence() -> None:
    """Create evidence."""
    op.create_table(
        "evidence",
        *ids("account contact_id"),
        *numbers("occurred_at priority"),
        *ids("id"),
        *numbers("recorded_at"),
        *texts("kind"),
        *maybe_texts("outcome"),
        *texts("fact"),
        *maybe_numbers("voided_at"),
        sa.PrimaryKeyConstraint("account", "contact_id", "occurred_at", "priority", "id", "recorded_at"),
        sqlite_with_rowid=False,
    )


def create_links() -> None:
    """Create links."""
    op.create_table(
        "links",
        *ids("account from_kind from_id to_kind to_id label"),
        *flags("is_primary"),
        sa.PrimaryKeyConstraint("account", "from_kind", "from_id", "to_kind", "to_id", "label"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_links_reverse", "links", ["account", "to_kind", "to_id", "from_kind"])


def create_changes() -> None:
    """Create changes."""
    op.create_table(
        "changes",
        *ids("account kind record_id"),
        *numbers("at"),
        *ids("property"),
        *numbers("recorded_at"),
        *maybe_texts("value"),
        *texts("source"),
        *maybe_texts("source_id"),
        *maybe_numbers("voided_at"),
        sa.PrimaryKeyConstraint("account", "kind", "record_id", "at", "property", "recorded_at"),
        sqlite_with_rowid=False,
    )


def create_owners() -> None:
    """Create owners."""
    op.create_table(
        "owners",
        *ids("account id"),
        *maybe_texts("email first_name last_name"),
        *maybe_ids("user_id"),
        *maybe_texts("team"),
        *flags("archived"),
        sa.PrimaryKeyConstraint("account", "id"),
    )


def create_stages() -> None:
    """Create stages."""
    op.create_table(
        "stages",
        *ids("account pipeline_id stage_id"),
        *texts("pipeline_label label"),
        *numbers("position"),
        *flags("is_closed"),
        *maybe_reals("probability"),
        sa.PrimaryKeyConstraint("account", "pipeline_id", "stage_id"),
    )


def create_costs() -> None:
    """Create costs."""
    op.create_table(
        "costs",
        *ids("account id"),
        *maybe_texts("source campaign"),
        *numbers("amount"),
        *maybe_texts("currency"),
        *maybe_numbers("starts_at ends_at"),
        *numbers("fingerprint recorded_at"),
        sa.PrimaryKeyConstraint("account", "id"),
    )


def create_answers() -> None:
    """Create answers."""
    op.create_table(
        "answers",
        *ids("account id"),
        *maybe_ids("contact_id survey_id"),
        *maybe_texts("survey_type"),
        *maybe_numbers("value"),
        *numbers("answered_at fingerprint recorded_at"),
        sa.PrimaryKeyConstraint("account", "id"),
    )


def create_aliases() -> None:
    """Create aliases."""
    op.create_table(
        "aliases",
        *ids("account kind old_id"),
        *maybe_ids("new_id"),
        *numbers("recorded_at"),
        sa.PrimaryKeyConstraint("account", "kind", "old_id"),
    )
