"""What a connector is, in one place: a Source that reads one system and a Destination that writes it.

Both speak raw vendor values (`SourceRecord`); `mappings` turns them into canonical records.
Every method raises only errors of `syncer.errors`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

import msgspec

from syncer.errors import SyncerError
from syncer.moments import Millis

if TYPE_CHECKING:
    from connectors.exporting import Exports


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


class Source(Protocol):
    """Reads one account of one system."""

    @property
    def streams(self) -> Streams:
        """Return the streams this connector can read."""
        ...

    @property
    def exports(self) -> "Exports":
        """Return what hands over whole streams as files; it may offer none."""
        ...

    @property
    def usage(self) -> Usage:
        """Return what was spent since this source was opened."""
        ...

    def wake(self) -> None:
        """Believe in a spent day no longer: the next call finds out."""
        ...

    def learn_day(self, associations: int, rests: Mapping[str, tuple[str, Millis]]) -> None:
        """Learn what all processes spent of the account's day, and which parts rest: why, and until when."""
        ...

    async def account(self) -> AccountFacts:
        """Return the account's own facts."""
        ...

    async def exchange_rates(self) -> Sequence[ExchangeRate]:
        """Return what the account's further currencies are and were worth."""
        ...

    async def owners(self) -> Sequence[OwnerRow]:
        """Return all owners, archived ones included."""
        ...

    async def pipelines(self, stream: str = "deals") -> Sequence[PipelineStage]:
        """Return every stage of every pipeline of a stream's records."""
        ...

    async def definitions(self, stream: str) -> Mapping[str, PropertyDefinition]:
        """Return the properties of a stream by name."""
        ...

    async def groups(self, stream: str) -> Sequence[str]:
        """Return the names of a stream's property groups."""
        ...

    def pages(
        self,
        stream: str,
        *,
        properties: Sequence[str],
        after: str | None = None,
        archived: bool = False,
        in_order: bool = True,
    ) -> AsyncIterator[Page]:
        """Yield the whole stream page by page from a cursor on; each page's cursor is safe to keep.

        Not `in_order`, pages may come from several parts of the list, and a cursor resumes such a reading only.
        """
        ...

    def changes(self, stream: str, *, since: Millis, until: Millis, properties: Sequence[str]) -> AsyncIterator[Page]:
        """Yield what changed in [since, until): complete also past the search cap and in any order of the index.

        A window is complete only when the iteration ends without an error. A page without records whose cursor is a
        moment says that what changed before it has been handed over; cursors of the others are None.
        """
        ...

    def events(self, stream: str, *, since: Millis | None) -> AsyncIterator[Page]:
        """Yield an event feed's items from `since` on (all when None), newest first where the vendor insists.

        Raises MissingScope where the account's tier or scopes lack the feed: the caller reports and skips it.
        """
        ...

    async def by_id(
        self, stream: str, ids: Sequence[str], *, properties: Sequence[str], archived: bool = False
    ) -> Sequence[SourceRecord]:
        """Return the live records among `ids`, or the archived ones, any order; merged ones carry `asked_id`."""
        ...

    async def total(self, stream: str, *, having: Sequence[Having] = ()) -> int | None:
        """Return how many live records search counts, by one call; None where it does not count the stream.

        With `having`, those to which any of the conditions applies. No proof of anything: the index lags and its
        total is a hint.
        """
        ...

    def costs(self, stream: str, *, properties: Sequence[str]) -> Costs:
        """Return what reading the stream with these properties costs."""
        ...

    async def history(self, stream: str, ids: Sequence[str], *, properties: Sequence[str]) -> Sequence[SourceRecord]:
        """Return records with the version history of `properties`."""
        ...

    async def links(self, from_stream: str, to_stream: str, ids: Sequence[str]) -> Mapping[str, Sequence[LinkRow]]:
        """Return the associations of every id; an id without any maps to an empty sequence.

        An id whose associations the CRM fails to tell is absent.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


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


class Destination(Protocol):
    """Writes one account of one system."""

    async def read(
        self, stream: str, ids: Sequence[str], *, properties: Sequence[str]
    ) -> Mapping[str, Mapping[str, str | None]]:
        """Return the values that the CRM holds now, by id; an id that is gone is absent."""
        ...

    async def write(self, stream: str, writes: Sequence[RecordWrite]) -> Sequence[WriteResult]:
        """Send the values, at most one write an id, and return one result a write.

        Raises UnknownOutcome when a batch was sent and not answered: the caller reads back.
        """
        ...

    async def clear(self, stream: str, ids: Sequence[str], property_name: str) -> Sequence[WriteResult]:
        """Blank one property, the first half of moving a forward-only property backward."""
        ...

    async def create(self, stream: str, record: NewRecord) -> str:
        """Create a record together with its links, all or nothing, and return its id.

        Raises UnknownOutcome when it was sent and not answered: `find` tells before anybody repeats it.
        """
        ...

    async def find(self, stream: str, near: Anchor, *, property_name: str, marker: str) -> str | None:
        """Return the live record linked to `near` whose property contains a marker, or None. No index is asked."""
        ...

    async def archive(self, stream: str, ids: Sequence[str]) -> None:
        """Put records into the CRM's bin; those that are gone are no error."""
        ...

    async def groups(self, stream: str) -> Sequence[str]:
        """Return the names of the property groups."""
        ...

    async def create_group(self, stream: str, name: str, label: str) -> None:
        """Create a property group; one that exists is left alone."""
        ...

    async def create_properties(self, stream: str, definitions: Sequence[PropertyDefinition]) -> None:
        """Create properties; those that exist are left alone."""
        ...
