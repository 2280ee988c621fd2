"""What a connector is, in one place: a Source that reads one system and a Destination that writes it.

Both speak raw vendor values (`connectors/values.py`); `mappings` turns them into canonical records.
Every method raises only errors of `syncer.errors`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from connectors.exporting import Exports
from connectors.values import (
    AccountFacts,
    Anchor,
    Costs,
    ExchangeRate,
    Having,
    Held,
    LinkRow,
    NewRecord,
    OwnerRow,
    Page,
    PipelineStage,
    PropertyDefinition,
    RecordWrite,
    SourceRecord,
    Streams,
    Usage,
    WriteResult,
)
from syncer.moments import Millis


class Source(Protocol):
    """Reads one account of one system."""

    @property
    def streams(self) -> Streams:
        """Return the streams this connector can read."""
        ...

    @property
    def exports(self) -> Exports:
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

    def unheld(self, stream: str, held: Held) -> AsyncIterator[Sequence[str]]:
        """Yield ids of live records that search finds and `held` does not name; a hint, as search's total is."""
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

    async def add_options(self, stream: str, name: str, options: Sequence[tuple[str, str]]) -> None:
        """Add options (value, label) to a property; those that it has, and all else about it, stay as they are."""
        ...
