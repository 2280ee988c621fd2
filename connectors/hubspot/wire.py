"""The shapes of HubSpot's answers, as far as we read them. Unknown fields are ignored; doubtful ones are optional."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import unquote

import msgspec

from connectors.values import HistoryItem, SourceRecord
from syncer.moments import Millis, millis


class Next(msgspec.Struct, gc=False):
    """Where the next page starts."""

    after: str | int | None = None


class Paging(msgspec.Struct, gc=False):
    """The paging block; the last page has none."""

    next: Next | None = None


class Version(msgspec.Struct, gc=False, rename="camel"):
    """One version of a property."""

    value: str | int | float | bool | None = None
    timestamp: str | int | None = None
    source_type: str | None = None
    source_id: str | None = None


class Record(msgspec.Struct, gc=False, rename="camel"):
    """A CRM record."""

    id: str
    properties: dict[str, str | None] = {}
    created_at: str | None = None
    updated_at: str | None = None
    archived: bool = False
    archived_at: str | None = None
    properties_with_history: dict[str, list[Version]] | None = None
    object_write_trace_id: str | None = None


class RecordPage(msgspec.Struct, rename="camel"):
    """A page of a list or a search."""

    results: list[Record]
    paging: Paging | None = None
    #: Of a search. Recorded traffic shows it disagree with `results` shortly after writes.
    total: int | None = None

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        return cursor_of(self.paging)


class Batch(msgspec.Struct, rename="camel"):
    """The answer of a batch call, whole or partial."""

    results: list[Record] = []
    errors: list[object] = []


class LinkType(msgspec.Struct, gc=False, rename="camel"):
    """One type of an association."""

    type_id: int
    category: str | None = None
    label: str | None = None


class LinkTarget(msgspec.Struct, rename="camel"):
    """The far end of an association: a number in v4, text since 2025-09."""

    to_object_id: int | str
    association_types: list[LinkType] = []


class LinkEnd(msgspec.Struct, gc=False):
    """The near end of an association."""

    id: int | str


class LinkResult(msgspec.Struct, rename="camel"):
    """The associations of one record; paged each for itself."""

    from_: LinkEnd = msgspec.field(name="from")
    to: list[LinkTarget]
    paging: Paging | None = None


class LinkBatch(msgspec.Struct, rename="camel"):
    """The answer of an association batch read."""

    results: list[LinkResult]
    #: Not decoded: a thousand records without links are a thousand of them.
    errors: list[msgspec.Raw] = []


class Account(msgspec.Struct, rename="camel"):
    """The account's own facts."""

    portal_id: int | str
    time_zone: str = "UTC"
    company_currency: str | None = None
    account_type: str | None = None
    additional_currencies: list[str] | None = None


class Team(msgspec.Struct, gc=False):
    """A team of an owner."""

    name: str | None = None
    primary: bool = False


class Owner(msgspec.Struct, rename="camel"):
    """A user who can own records."""

    id: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    user_id: int | str | None = None
    user_id_including_inactive: int | str | None = None
    teams: list[Team] = []
    archived: bool = False


class OwnerPage(msgspec.Struct):
    """A page of owners."""

    results: list[Owner]
    paging: Paging | None = None

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        return cursor_of(self.paging)


class Stage(msgspec.Struct, rename="camel"):
    """A stage of a pipeline; `metadata` holds text, also for flags and numbers."""

    id: str
    label: str = ""
    display_order: int = 0
    metadata: dict[str, str | bool | float | None] = {}
    archived: bool = False


class Pipeline(msgspec.Struct, rename="camel"):
    """A pipeline with its stages."""

    id: str
    label: str = ""
    display_order: int = 0
    stages: list[Stage] = []
    archived: bool = False


class PipelineList(msgspec.Struct):
    """Every pipeline of an object type; not paged."""

    results: list[Pipeline]


class Option(msgspec.Struct, gc=False, rename="camel"):
    """An option of an enumeration."""

    value: str
    label: str = ""
    display_order: int = 0


class Modification(msgspec.Struct, gc=False, rename="camel"):
    """What may be changed about a property."""

    read_only_value: bool = False


class Property(msgspec.Struct, rename="camel"):
    """A property's definition."""

    name: str
    label: str = ""
    type: str = "string"
    field_type: str = "text"
    group_name: str = ""
    description: str | None = None
    options: list[Option] = []
    calculated: bool = False
    modification_metadata: Modification | None = None


class PropertyList(msgspec.Struct):
    """Every property of an object type; not paged."""

    results: list[Property]


class Group(msgspec.Struct, gc=False):
    """A property group."""

    name: str


class GroupList(msgspec.Struct):
    """Every property group of an object type; not paged."""

    results: list[Group]


class Form(msgspec.Struct, gc=False, rename="camel"):
    """A form's definition, as far as it matters."""

    id: str
    name: str | None = None
    archived_at: str | int | None = None


class FormPage(msgspec.Struct):
    """A page of forms."""

    results: list[Form]
    paging: Paging | None = None

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        return cursor_of(self.paging)


class Field(msgspec.Struct, gc=False):
    """One field of a submission; several answers come as one text, as a list, or as fields of one name."""

    name: str
    value: object = None


class Submission(msgspec.Struct, rename="camel"):
    """One submission; HubSpot gives no contact id with it."""

    submitted_at: int
    conversion_id: str | None = None
    page_url: str | None = None
    values: list[Field] = []


class SubmissionPage(msgspec.Struct):
    """A page of submissions, newest first."""

    results: list[Submission]
    paging: Paging | None = None

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        return cursor_of(self.paging)


class MailEvent(msgspec.Struct, rename="camel"):
    """One thing that happened to one marketing e-mail."""

    id: str
    created: int
    recipient: str | None = None
    email_campaign_id: int | str | None = None
    url: str | None = None
    subject: str | None = None


class MailEventPage(msgspec.Struct, rename="camel"):
    """A page of e-mail events; `offset` leads on while `hasMore` holds."""

    events: list[MailEvent]
    has_more: bool = False
    offset: str | None = None

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        return self.offset if self.has_more else None


class Occurrence(msgspec.Struct, rename="camel"):
    """One page view or custom event."""

    id: str
    object_id: int | str
    occurred_at: str
    properties: dict[str, str | None] = {}


class OccurrencePage(msgspec.Struct):
    """A page of occurrences."""

    results: list[Occurrence]
    paging: Paging | None = None

    @property
    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        return cursor_of(self.paging)


def cursor_of(paging: Paging | None) -> str | None:
    """Return the next cursor undone of its percent-encoding: campaign and event cursors arrive encoded (2026-05)."""
    if paging is None or paging.next is None or paging.next.after in {None, ""}:
        return None
    after = str(paging.next.after)
    return unquote(after) if "%" in after else after


def source_record(stream: str, record: Record) -> SourceRecord:
    """Return a record as the ports carry it."""
    return SourceRecord(
        stream=stream,
        id=record.id,
        properties=record.properties,
        created_at=record.created_at,
        updated_at=record.updated_at,
        archived=record.archived,
        archived_at=record.archived_at,
        history=_history(record.properties_with_history) if record.properties_with_history else {},
    )


def _history(versions: Mapping[str, Sequence[Version]]) -> Mapping[str, Sequence[HistoryItem]]:
    return {name: tuple(item for one in items if (item := _item(one))) for name, items in versions.items()}


def _item(version: Version) -> HistoryItem | None:
    at = moment_of(version.timestamp)
    if at is None:
        return None
    return HistoryItem(
        value=None if version.value is None else text_of(version.value),
        at=at,
        source_type=version.source_type,
        source_id=version.source_id,
    )


def text_of(value: str | float) -> str:
    """Return a JSON scalar as HubSpot would write it in text."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def moment_of(value: str | int | None) -> Millis | None:
    """Return ISO text or milliseconds as a moment; None for what is neither."""
    if value is None:
        return None
    if isinstance(value, int) or value.isdigit():
        return Millis(int(value))
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return millis(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
