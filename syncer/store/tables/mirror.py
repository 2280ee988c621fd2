"""Tables of the mirror: what the CRM said last, and the evidence ledger that grows out of it."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from syncer.store.tables.columns import CLUSTERED, Key, MaybeNumber, Number, NumberKey, Ref, table
from syncer.store.tables.indexes import partial


class ContactRow(SQLModel, table=True):
    """A contact. `email_key` is the address as joins use it; `gist` digests what decisions read, `fingerprint` all.

    `more_emails` is a JSON list, NULL for none; joins read them in `addresses`.
    """

    __tablename__ = "contacts"
    account: Key
    id: Key
    email: str | None
    email_key: Ref
    first_name: str | None
    last_name: str | None
    company_id: Ref
    owner_id: Ref
    lifecycle: str | None
    lead_status: str | None
    source: str | None
    campaign: str | None
    country: str | None
    opted_out: bool
    bounced: bool
    created_at: MaybeNumber
    updated_at: MaybeNumber
    archived_at: MaybeNumber
    merged_into: Ref
    more_emails: str | None
    fields: str
    held: str
    gist: Number
    fingerprint: Number
    #: When the row was last written.
    recorded_at: Number


class CompanyRow(SQLModel, table=True):
    """A company."""

    __tablename__ = "companies"
    account: Key
    id: Key
    name: str | None
    domain: str | None
    industry: str | None
    employees: MaybeNumber
    country: str | None
    owner_id: Ref
    lifecycle: str | None
    created_at: MaybeNumber
    updated_at: MaybeNumber
    archived_at: MaybeNumber
    merged_into: Ref
    fields: str
    held: str
    gist: Number
    fingerprint: Number
    recorded_at: Number


class DealRow(SQLModel, table=True):
    """A deal as it is now; `amount` in micro-units."""

    __tablename__ = "deals"
    account: Key
    id: Key
    name: str | None
    pipeline_id: Ref
    stage_id: Ref
    amount: MaybeNumber
    currency: str | None
    close_date: MaybeNumber
    owner_id: Ref
    deal_type: str | None
    forecast_category: str | None
    probability: float | None
    lost_reason: str | None
    source: str | None
    created_at: MaybeNumber
    updated_at: MaybeNumber
    archived_at: MaybeNumber
    merged_into: Ref
    fields: str
    held: str
    gist: Number
    fingerprint: Number
    recorded_at: Number


class ActivityRow(SQLModel, table=True):
    """An activity, joined to contacts or not. `contact_ids` is JSON; `joined_to` is the contact found by e-mail."""

    __tablename__ = "activities"
    __table_args__ = CLUSTERED
    account: Key
    stream: Key
    id: Key
    kind: str
    occurred_at: Number
    subject: str | None
    asset: str | None
    owner_id: Ref
    outcome: str | None
    value: float | None
    contact_ids: str
    email_key: Ref
    joined_to: Ref
    updated_at: MaybeNumber
    archived_at: MaybeNumber
    gist: Number
    fingerprint: Number
    recorded_at: Number


class OrphanRow(SQLModel, table=True):
    """An activity that waits for a contact with its e-mail address."""

    __tablename__ = "orphans"
    __table_args__ = CLUSTERED
    account: Key
    email_key: Key
    stream: Key
    activity_id: Key


class AddressRow(SQLModel, table=True):
    """A further address of a contact, as joins compare it; the address that stands on the contact is not here."""

    __tablename__ = "addresses"
    __table_args__ = (Index("ix_addresses_contact", "account", "contact_id"), CLUSTERED)
    account: Key
    email_key: Key
    contact_id: Key


class EvidenceRow(SQLModel, table=True):
    """One fact about one contact, believed from `recorded_at` until `voided_at`.

    Its further columns stand in `activities` and `changes`.
    """

    __tablename__ = "evidence"
    __table_args__ = CLUSTERED
    account: Key
    contact_id: Key
    occurred_at: NumberKey
    priority: NumberKey
    id: Key
    recorded_at: NumberKey
    kind: str
    outcome: str | None
    #: The whole `Evidence` as a JSON list: a replay reads this one value.
    fact: str
    voided_at: MaybeNumber


class LinkRow(SQLModel, table=True):
    """One association as it is now; the plain link has the empty label."""

    __tablename__ = "links"
    __table_args__ = (Index("ix_links_reverse", "account", "to_kind", "to_id", "from_kind"), CLUSTERED)
    account: Key
    from_kind: Key
    from_id: Key
    to_kind: Key
    to_id: Key
    label: Key
    is_primary: bool


class ChangeRow(SQLModel, table=True):
    """One version of one property, believed from `recorded_at` until `voided_at`."""

    __tablename__ = "changes"
    __table_args__ = CLUSTERED
    account: Key
    kind: Key
    record_id: Key
    at: NumberKey
    property: Key
    recorded_at: NumberKey
    value: str | None
    source: str
    source_id: str | None
    voided_at: MaybeNumber


class OwnerRow(SQLModel, table=True):
    """An owner."""

    __tablename__ = "owners"
    account: Key
    id: Key
    email: str | None
    first_name: str | None
    last_name: str | None
    user_id: Ref
    team: str | None
    archived: bool


class StageRow(SQLModel, table=True):
    """One stage of one deal pipeline."""

    __tablename__ = "stages"
    account: Key
    pipeline_id: Key
    stage_id: Key
    pipeline_label: str
    label: str
    position: Number
    is_closed: bool
    probability: float | None


class CostRow(SQLModel, table=True):
    """One cost line; `amount` in micro-units."""

    __tablename__ = "costs"
    account: Key
    id: Key
    source: str | None
    campaign: str | None
    amount: Number
    currency: str | None
    starts_at: MaybeNumber
    ends_at: MaybeNumber
    #: NULL is media.
    kind: str | None
    fingerprint: Number
    recorded_at: Number


class AnswerRow(SQLModel, table=True):
    """One survey answer."""

    __tablename__ = "answers"
    account: Key
    id: Key
    contact_id: Ref
    survey_id: Ref
    survey_type: str | None
    value: MaybeNumber
    answered_at: Number
    fingerprint: Number
    recorded_at: Number


class AliasRow(SQLModel, table=True):
    """An id that was merged into another; `new_id` is always a survivor, never an alias itself."""

    __tablename__ = "aliases"
    account: Key
    kind: Key
    old_id: Key
    new_id: Ref
    recorded_at: Number


contacts = table(ContactRow)
companies = table(CompanyRow)
deals = table(DealRow)
activities = table(ActivityRow)
orphans = table(OrphanRow)
addresses = table(AddressRow)
evidence = table(EvidenceRow)
links = table(LinkRow)
changes = table(ChangeRow)
owners = table(OwnerRow)
stages = table(StageRow)
costs = table(CostRow)
answers = table(AnswerRow)
aliases = table(AliasRow)

partial("ix_contacts_email", "email_key IS NOT NULL", contacts.c.account, contacts.c.email_key)
partial("ix_contacts_company", "company_id IS NOT NULL", contacts.c.account, contacts.c.company_id)
partial("ix_contacts_owner", "owner_id IS NOT NULL", contacts.c.account, contacts.c.owner_id)
partial("ix_deals_owner", "owner_id IS NOT NULL", deals.c.account, deals.c.owner_id)
