"""What goes through the ports: raw records, links, definitions, limits, writes. Plain values."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from syncer.errors import SyncerError
from syncer.moments import Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryItem:
    """One version of one property."""

    value: str | None
    at: Millis
    source_type: str | None
    source_id: str | None


class SourceRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A record as the vendor sends it: every value text or None; absent and None mean the same."""

    stream: str
    id: str
    properties: Mapping[str, str | None]
    created_at: str | None = None
    updated_at: str | None = None
    archived: bool = False
    archived_at: str | None = None
    #: By property name, newest first as the vendor sends it.
    history: Mapping[str, Sequence[HistoryItem]] = {}
    #: The id that was asked for, where the vendor answered with another (merged).
    asked_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of a stream. `cursor` resumes after it; None at the end."""

    stream: str
    records: Sequence[SourceRecord]
    cursor: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkRow:
    """One association of `from_id`; labels as the vendor names them."""

    from_id: str
    to_id: str
    label: str | None
    is_primary: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PropertyDefinition:
    """One property as the vendor defines it."""

    name: str
    label: str
    #: string, number, date, datetime, enumeration, bool.
    type: str
    field_type: str
    group: str
    options: Sequence[tuple[str, str]] = ()
    read_only: bool = False
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PipelineStage:
    """One stage of one pipeline, vendor ids."""

    pipeline_id: str
    pipeline_label: str
    stage_id: str
    label: str
    position: int
    is_closed: bool
    probability: float | None
    #: The vendor's own word for how far a record in this stage is, where it has one.
    state: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnerRow:
    """One owner, vendor ids."""

    id: str
    email: str | None
    first_name: str | None
    last_name: str | None
    user_id: str | None
    team: str | None
    archived: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountFacts:
    """What the vendor says about the account itself."""

    portal_id: str
    time_zone: str
    currency: str | None
    account_type: str | None
    #: Further currencies that its records may carry.
    more_currencies: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ExchangeRate:
    """What one unit of a currency is worth in another from a moment on, as the vendor says it."""

    currency: str
    into: str
    rate: Decimal
    at: Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class Streams:
    """Names of a connector's streams by the way they are read."""

    #: Full list and incremental by change time.
    objects: Sequence[str]
    #: Newest-first event feeds without change time (form submissions, mail events, page views).
    events: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Burst:
    """What the CRM said last of its burst limit."""

    calls: int
    #: Left of the window; None where it did not say.
    remaining: int | None
    seconds: float
    #: When, on the monotonic clock.
    at: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """What the CRM said last of the account's day, which all of its apps share."""

    remaining: int
    limit: int | None
    #: When, on the monotonic clock.
    at: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What was spent since a source was opened, and what the CRM said of its limits meanwhile."""

    #: Calls by stream, and under `other` those of no stream.
    calls: Mapping[str, int]
    #: Of them association calls, which have a day of their own.
    associations: int
    #: 429 answers met.
    limited: int
    burst: Burst | None
    day: Day | None
    #: `general` or `associations` → why no more of it is asked for today.
    spent: Mapping[str, str]
    #: `general`, `search`, `associations` → calls a second that we allow ourselves; without an entry as many as may be.
    paces: Mapping[str, float]
    #: The part of the day's calls that we allow ourselves.
    daily_share: float
    #: The present as the CRM's clock has it; None before its first answer.
    server_time: Millis | None


#: (above, up to) → the ids of a stream that are held between two of them; None means all above.
Held = Callable[[str, str | None], Awaitable[Collection[str]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Having:
    """A condition on records: the property has a value, and one other than these."""

    property: str
    other_than: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """What reading one stream costs, so that it can be foretold."""

    #: Records a page of the full list.
    page: int
    #: Calls that one page takes.
    calls_a_page: int
    #: Records a call of associations, and of version histories.
    links: int
    histories: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordWrite:
    """Absolute values for some properties of one record. None clears a property."""

    id: str
    values: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteResult:
    """What became of one RecordWrite: `error` is None where the CRM accepted every value."""

    id: str
    error: SyncerError | None = None
    #: The record's id in the answer, where it differs (merged).
    new_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """A record that a new one is linked to."""

    stream: str
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRecord:
    """A record that is not there yet, and what it is linked to from its first moment."""

    values: Mapping[str, str]
    anchors: Sequence[Anchor]
