"""Canonical records: what any CRM says, in our words. Frozen values; ids are strings, money is Decimal.

Moments are milliseconds UTC (`syncer.moments.Millis`). `fields` holds further mapped values by canonical name
(what rules may read); `held` holds the write-back properties exactly as the CRM holds them, by vendor name.

What comes by the million is a struct: a frozen dataclass takes four times as long to make. None leads back to itself,
so the garbage collector may pass them by (`gc=False`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NewType

import msgspec

from syncer.moments import Millis
from syncer.money import CostKind

Account = NewType("Account", str)
RecordId = NewType("RecordId", str)

#: A mapped value as rules see it.
Value = str | int | float | bool | None


#: Fields of contacts that figures alone read. The CRM counts them anew with every newsletter and moves no date for it:
#: nobody is decided anew for them, and a full compare takes them over as they are listed.
COUNTS_OF_FIGURES = frozenset({"mails_delivered", "mails_clicked"})


class Kind(StrEnum):
    """Kinds of record; also the names of the mirror's tables and of the write-back's objects."""

    CONTACT = "contacts"
    COMPANY = "companies"
    DEAL = "deals"


class ActivityKind(StrEnum):
    """What somebody did. The first block is done by the contact, the second by us or by both."""

    FORM = "form"
    EMAIL_CLICK = "email_click"
    PAGE_VIEW = "page_view"
    EMAIL_IN = "email_in"
    REGISTRATION = "registration"
    UNSUBSCRIBE = "unsubscribe"

    CALL = "call"
    MEETING = "meeting"
    EMAIL_OUT = "email_out"
    NOTE = "note"
    TASK = "task"
    MESSAGE = "message"


class ChangeSource(StrEnum):
    """Who wrote a value, as far as the CRM tells."""

    USER = "user"
    IMPORT = "import"
    INTEGRATION = "integration"
    AUTOMATION = "automation"
    FORM = "form"
    CALCULATED = "calculated"
    MERGE = "merge"
    UNKNOWN = "unknown"


class Contact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A person."""

    id: str
    email: str | None = None
    #: Further addresses of the same person, in lower case.
    more_emails: tuple[str, ...] = ()
    first_name: str | None = None
    last_name: str | None = None
    #: The primary company, where the CRM names it on the contact itself.
    company_id: str | None = None
    owner_id: str | None = None
    #: The CRM's own lifecycle value, verbatim.
    lifecycle: str | None = None
    lead_status: str | None = None
    #: Original source, normalised to lower case (`organic_search`, `paid_social`, ...).
    source: str | None = None
    #: The campaign or drill-down behind the source.
    campaign: str | None = None
    country: str | None = None
    #: The contact objected to marketing or unsubscribed from all e-mail.
    opted_out: bool = False
    #: Mail to the address bounced for good.
    bounced: bool = False
    created_at: Millis | None = None
    updated_at: Millis | None = None
    archived_at: Millis | None = None
    #: Ids that were merged into this record.
    merged_ids: tuple[str, ...] = ()
    fields: Mapping[str, Value] = {}
    held: Mapping[str, str | None] = {}


class Company(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An organisation."""

    id: str
    name: str | None = None
    domain: str | None = None
    industry: str | None = None
    #: Head count.
    employees: int | None = None
    country: str | None = None
    owner_id: str | None = None
    lifecycle: str | None = None
    created_at: Millis | None = None
    updated_at: Millis | None = None
    archived_at: Millis | None = None
    merged_ids: tuple[str, ...] = ()
    fields: Mapping[str, Value] = {}
    held: Mapping[str, str | None] = {}


class Deal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A sales opportunity as the CRM holds it now. Its past stands in `Change` records."""

    id: str
    name: str | None = None
    pipeline_id: str | None = None
    stage_id: str | None = None
    #: In `currency`; None is unknown, never zero.
    amount: Decimal | None = None
    #: ISO 4217; None means the account's own.
    currency: str | None = None
    close_date: Millis | None = None
    owner_id: str | None = None
    #: `newbusiness`, `existingbusiness`, or the portal's own value.
    deal_type: str | None = None
    #: OMIT, PIPELINE, BEST_CASE, COMMIT, CLOSED.
    forecast_category: str | None = None
    #: 0..1; the rep's own probability, else the stage's.
    probability: float | None = None
    #: Free text as the rep wrote it.
    lost_reason: str | None = None
    source: str | None = None
    created_at: Millis | None = None
    updated_at: Millis | None = None
    archived_at: Millis | None = None
    merged_ids: tuple[str, ...] = ()
    fields: Mapping[str, Value] = {}
    held: Mapping[str, str | None] = {}


class Activity(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that happened with one or more contacts."""

    #: Unique within `stream`.
    id: str
    #: The stream it came from (`calls`, `form_submissions`, ...).
    stream: str
    kind: ActivityKind
    #: When it happened: a meeting's start, a call's time, a task's completion.
    occurred_at: Millis
    #: Form name, page address, mail name, meeting title: what the event taxonomy matches on.
    subject: str | None = None
    #: What identifies the content (form id, page path, mail id), for rules that count distinct assets.
    asset: str | None = None
    #: The owner who did it; None for a contact's own action or an automatic one.
    owner_id: str | None = None
    #: COMPLETED, NO_SHOW, BUSY, ... as the CRM says.
    outcome: str | None = None
    #: Further facts a rule may read (`dwell_s`).
    value: float | None = None
    contact_ids: tuple[str, ...] = ()
    #: Joins the activity to a contact where the source knows no contact id.
    email: str | None = None
    updated_at: Millis | None = None
    archived_at: Millis | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One value that one property of one record had from `at` on."""

    kind: Kind
    record_id: str
    #: Canonical name: stage, pipeline, amount, close_date, forecast_category, lifecycle, lead_status, ...
    property: str
    value: str | None
    at: Millis
    source: ChangeSource = ChangeSource.UNKNOWN
    #: The user, app or import behind it, as the CRM names it.
    source_id: str | None = None


class Link(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An association. Directions kept: contact→company, deal→contact, deal→company."""

    from_kind: Kind
    from_id: str
    to_kind: Kind
    to_id: str
    #: The association label a person gave (`Decision maker`), None for the plain link.
    label: str | None = None
    #: The CRM calls this the primary one.
    is_primary: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """A user who can own records."""

    id: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    #: The CRM's user id, which differs from the owner id.
    user_id: str | None = None
    team: str | None = None
    archived: bool = False

    @property
    def name(self) -> str:
        """First and last name, or the id when the CRM has neither."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.id


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One stage of one deal pipeline, as the CRM defines it."""

    pipeline_id: str
    pipeline_label: str
    stage_id: str
    label: str
    position: int
    is_closed: bool
    #: 0..1.
    probability: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CostLine:
    """Money spent on one source over one stretch of days."""

    id: str
    #: Normalised source, or None for cost that no source can carry.
    source: str | None
    campaign: str | None
    amount: Decimal
    currency: str | None
    #: First day, local midnight as a moment; the line spreads evenly over its days.
    starts_at: Millis | None
    ends_at: Millis | None
    kind: CostKind = CostKind.MEDIA


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One survey answer."""

    id: str
    contact_id: str | None
    survey_id: str | None
    #: NPS, CSAT, CES, CUSTOM, ...
    survey_type: str | None
    #: The number given, on the survey's own scale.
    value: int | None
    answered_at: Millis


class Evidence(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """One row of the evidence ledger: a fact about one contact. Sort order = the order of its first three fields."""

    occurred_at: int
    #: Lower comes first among facts of one moment.
    priority: int
    #: `stream:id`, unique per contact.
    id: str
    #: An `ActivityKind`, or the canonical property name of a `Change` (`lifecycle`, `lead_status`, ...).
    kind: str
    subject: str | None
    asset: str | None
    #: Owner, or for a change its `ChangeSource`.
    actor: str | None
    #: Outcome of an activity, or the new value of a changed property.
    outcome: str | None
    value: float | None
    recorded_at: int

    @property
    def place(self) -> tuple[int, int, str]:
        """Where the fact stands among all facts about its contact."""
        return self.occurred_at, self.priority, self.id
