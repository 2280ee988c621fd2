"""What the store answers beside canonical records and decisions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from syncer.errors import InvalidRecord
from syncer.funnel.facts import DealSpan, FunnelStage, Outcome, Relationship, Score
from syncer.moments import Millis
from syncer.records import Company, Kind

#: A row of figures as a snapshot keeps it.
KpiRow = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Upserted:
    """What became of a page of records."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    #: Ids of the created and updated ones; of an activity `stream:id`.
    changed_ids: Sequence[str] = ()
    #: Records with a value that no column can hold exactly. They were not written; the others were.
    refused: Sequence[InvalidRecord] = ()
    #: Of contacts that are of another company than before: contact → the former company.
    moved: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """Where the mirror holds a stream: a table, and the stream's name where several share it."""

    table: str
    stream: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """How far the mirror knows a record."""

    updated_at: Millis | None
    is_archived: bool
    #: What the CRM held when it was last read or written.
    held: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """How a page of records stands against the mirror; what is named nowhere is the same on both sides."""

    #: Not there, or there as gone.
    missing: Collection[str] = ()
    #: id → names of the columns and fields that differ.
    differing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: The same but for counts that figures alone read.
    counted: Collection[str] = ()
    #: Records with a value that no column can hold exactly.
    refused: Sequence[InvalidRecord] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What became of a batch of deal decisions."""

    changed_ids: Sequence[str] = ()
    #: Decisions with an amount that no column can hold exactly. They were not written; the others were.
    refused: Sequence[InvalidRecord] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Dirty:
    """What waits to be decided anew, as one snapshot saw it. Give it back to `clear_dirty` when it is decided."""

    contact_ids: Sequence[str] = ()
    deal_ids: Sequence[str] = ()
    #: Companies that changed themselves, lost somebody, or have nobody.
    company_ids: Sequence[str] = ()
    #: Everything is to be decided; then all lists are empty.
    full: bool = False
    #: The last mark that was seen; later marks are not cleared.
    generation: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactState:
    """Where a contact stands now."""

    contact_id: str
    stage: FunnelStage
    since: Millis | None
    cycle_no: int
    relationship: Relationship
    outcome: Outcome
    score: Score
    sla_due_at: Millis | None
    overridden_until: Millis | None
    flags: tuple[str, ...]
    due_at: Millis | None
    agreement: str
    changed_at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class DealState:
    """Where a deal stands now: its latest span and what stands over all of them."""

    deal_id: str
    span: DealSpan
    created_at: Millis
    primary_contact_id: str | None
    contact_ids: tuple[str, ...]
    company_id: str | None
    owner_id: str | None
    deal_type: str | None
    source: str | None
    flags: tuple[str, ...]
    due_at: Millis | None
    agreement: str
    changed_at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyStages:
    """What a company's place follows from."""

    company: Company
    #: Stages of its contacts.
    contact_stages: Sequence[FunnelStage] = ()
    #: Latest spans of its deals.
    spans: Sequence[DealSpan] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyState:
    """A company's place now."""

    company_id: str
    stage: FunnelStage
    in_tam: bool
    changed_at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountFacts:
    """What is known about an account."""

    account: str
    portal_id: str | None
    time_zone: str | None
    currency: str | None
    account_type: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredGrant:
    """What an OAuth app was granted in an account's portal, as it lies in the database. Moments are Millis."""

    account: str
    #: Digest of the app, address and configured refresh token that it descends from.
    origin: str
    #: Access and refresh token, sealed.
    sealed: str = field(repr=False)
    obtained_at: int
    #: From here on the access token is renewed before it is used.
    renew_at: int
    expires_at: int
    portal_id: str | None
    #: None where the CRM did not say.
    scopes: Sequence[str] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RunTally:
    """Runs of one job that ended one way."""

    job: str
    status: str
    number: int
    #: When the last of them began.
    last_at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run of one job."""

    id: str
    account: str
    job: str
    started_at: Millis
    ended_at: Millis | None
    status: str
    counts: Mapping[str, object] = field(default_factory=dict)


class Status(StrEnum):
    """How a value in the outbox stands. Everything after `sending` is settled."""

    PENDING = "pending"
    #: Claimed; whether the CRM has it is unknown until it is settled.
    SENDING = "sending"
    WRITTEN = "written"
    #: The CRM held the value already.
    UNCHANGED = "unchanged"
    #: A person's newer value stands.
    CONFLICT = "conflict"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxEntry:
    """A value that we mean to write, or wrote. `key` identifies it within its account."""

    key: str
    run: str
    kind: Kind
    record_id: str
    property: str
    value: str | None
    previous: str | None
    rule: str
    why: str
    decision: str
    status: Status
    attempts: int
    error: str | None
    changed_at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """KPI rows that a run kept."""

    run: str
    as_of: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadLetter:
    """A record that needs a person. Holds no personal value."""

    id: str
    stream: str
    record_id: str
    reason: str
    problems: tuple[str, ...]
    payload_ref: str | None
    status: str
    attempts: int
    buried_at: Millis

    @property
    def is_write(self) -> bool:
        """True where the CRM did not take a value; else the record could not be used."""
        return self.payload_ref is not None
