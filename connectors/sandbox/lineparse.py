"""One JSON line to one thing of a portal. Every reason for refusing a line is a LineError. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from connectors.sandbox.definitions import CAMPAIGNS, EPOCH, Definition, Group, Option, default_group
from connectors.sandbox.kinds import Kind
from connectors.sandbox.linefacts import account, campaign, email_event, form, occurrence, owner, pipeline, submission
from connectors.sandbox.linefields import (
    Line,
    LineError,
    kind_named,
    mapping,
    must_when,
    optional,
    required,
    rows,
    texts,
    when,
)
from connectors.sandbox.records import Account, Campaign, EmailEvent, Form, Occurrence, Owner, Pipeline, Submission
from connectors.sandbox.rows import Row, Version
from connectors.sandbox.values import parsed_moment
from syncer.moments import Millis


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkLine:
    """One association as a line tells it."""

    kind: Kind
    id: str
    to: Kind
    to_id: str
    label: str | None
    primary: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordLine:
    """One record with its links."""

    kind: Kind
    row: Row
    links: tuple[LinkLine, ...]
    #: Written by a sandbox: stage dates are there already.
    dumped: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PropertyLine:
    """One property definition."""

    #: The name of the kind, or `campaigns`.
    kind: str
    definition: Definition


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupLine:
    """One property group."""

    kind: str
    group: Group


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelLine:
    """The custom association labels between two kinds: (label, label seen from the other side, name, ids or None)."""

    from_: Kind
    to: Kind
    labels: tuple[tuple[str, str, str | None, tuple[int, int] | None], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MergedLine:
    """An id that now leads to another record."""

    kind: Kind
    id: str
    into: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockedLine:
    """An erased address, as a digest."""

    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LackingLine:
    """A scope that no token of this portal has."""

    scope: str


def address_digest(address: str) -> str:
    """Return what is kept of an erased address: enough to recognise it, nothing to read."""
    return blake2b(address.strip().lower().encode(), digest_size=16).hexdigest()


def schema_named(line: Line, name: str) -> str:
    """Return the schema that a field names: a kind of record, or campaigns."""
    return CAMPAIGNS if required(line, name) == CAMPAIGNS else kind_named(line, name).name


def record(kind: Kind, line: Line) -> RecordLine:
    """Return a record with its history and links."""
    id_ = required(line, "id")
    if not id_.isascii() or not id_.isdigit():
        raise LineError("id is no number")
    properties = texts(mapping(line, "properties"))
    created = _created(kind, line, properties)
    updated = _known(when(line, "updatedAt"), parsed_moment(properties.get(kind.modified, "")))
    if updated is None:
        updated = created
    archived = bool(line.get("archived"))
    row = Row(
        id=id_,
        properties=properties,
        created=created,
        updated=max(updated, created),
        archived_at=(when(line, "archivedAt") or updated) if archived else None,
        history={name: history for name, history in _histories(line) if history},
        base_at=when(line, "baseAt") or updated,
        base_source=optional(line, "baseSource") or "IMPORT",
        base_source_id=optional(line, "baseSourceId"),
    )
    links = tuple(_link(kind, id_, item) for item in rows(line, "associations"))
    return RecordLine(kind=kind, row=row, links=links, dumped="baseAt" in line)


def _created(kind: Kind, line: Line, properties: Mapping[str, str]) -> Millis:
    stated = parsed_moment(properties.get(kind.created, ""))
    found = _known(when(line, "createdAt"), stated, when(line, "updatedAt"))
    if found is None:
        raise LineError("createdAt is missing")
    return found


def _known(*moments: Millis | None) -> Millis | None:
    """Return the first moment there is; the first day of the epoch is one."""
    return next((found for found in moments if found is not None), None)


def _histories(line: Line) -> Iterator[tuple[str, list[Version]]]:
    past = mapping(line, "history")
    for name in past:
        versions = [
            Version(
                value=optional(item, "value") or "",
                at=must_when(item, "timestamp"),
                source_type=optional(item, "sourceType"),
                source_id=optional(item, "sourceId"),
                user_id=optional(item, "updatedByUserId"),
            )
            for item in rows(past, name)
        ]
        # The newest stands first, as in HubSpot's answers; versions of one moment keep that order.
        versions.reverse()
        yield name, sorted(versions, key=lambda version: version.at)


def _link(kind: Kind, id_: str, item: Line) -> LinkLine:
    return LinkLine(
        kind=kind,
        id=id_,
        to=kind_named(item, "to"),
        to_id=required(item, "id"),
        label=optional(item, "label"),
        primary=bool(item.get("primary")),
    )


def property_line(line: Line) -> PropertyLine:
    """Return a property definition."""
    kind = schema_named(line, "object")
    options = tuple(
        Option(
            value=required(item, "value"),
            label=optional(item, "label") or required(item, "value"),
            position=int(optional(item, "displayOrder") or position),
            hidden=bool(item.get("hidden")),
        )
        for position, item in enumerate(rows(line, "options"))
    )
    value_type = optional(line, "dataType") or "string"
    if value_type not in {"string", "number", "date", "datetime", "enumeration", "bool"}:
        raise LineError("dataType is not one of string, number, date, datetime, enumeration, bool")
    definition = Definition(
        name=required(line, "name"),
        label=optional(line, "label") or required(line, "name"),
        type=value_type,
        field_type=optional(line, "fieldType") or "text",
        group=optional(line, "groupName") or default_group(kind),
        description=optional(line, "description") or "",
        options=options,
        read_only=bool(line.get("readOnly")),
        unique=bool(line.get("hasUniqueValue")),
        hidden=bool(line.get("hidden")),
        external=bool(line.get("externalOptions")),
        standard=bool(line.get("hubspotDefined")),
        form_field=bool(line.get("formField")),
        created=when(line, "createdAt") or EPOCH,
        updated=when(line, "updatedAt") or EPOCH,
        archived_at=when(line, "archivedAt"),
    )
    return PropertyLine(kind=kind, definition=definition)


def group_line(line: Line) -> GroupLine:
    """Return a property group."""
    group = Group(
        name=required(line, "name"),
        label=optional(line, "label") or required(line, "name"),
        position=int(optional(line, "displayOrder") or -1),
        archived=bool(line.get("archived")),
    )
    return GroupLine(kind=schema_named(line, "object"), group=group)


def label_line(line: Line) -> LabelLine:
    """Return the custom association labels between two kinds."""
    return LabelLine(
        from_=kind_named(line, "from"),
        to=kind_named(line, "to"),
        labels=tuple(_label(item) for item in rows(line, "labels")),
    )


def _label(item: Line) -> tuple[str, str, str | None, tuple[int, int] | None]:
    label = required(item, "label")
    ids = (int(required(item, "id")), int(required(item, "inverseId"))) if "id" in item else None
    return label, optional(item, "inverse") or label, optional(item, "name"), ids


def merged_line(line: Line) -> MergedLine:
    """Return an alias left by a merge."""
    return MergedLine(kind=kind_named(line, "object"), id=required(line, "id"), into=required(line, "into"))


def blocked_line(line: Line) -> BlockedLine:
    """Return an erased address."""
    return BlockedLine(digest=required(line, "digest"))


def lacking_line(line: Line) -> LackingLine:
    """Return a scope that nobody has."""
    return LackingLine(scope=required(line, "scope"))


Parsed = (
    RecordLine
    | PropertyLine
    | GroupLine
    | LabelLine
    | MergedLine
    | BlockedLine
    | LackingLine
    | Account
    | Owner
    | Pipeline
    | Form
    | Submission
    | EmailEvent
    | Occurrence
    | Campaign
)
#: What stands in `type`, for everything that is no record.
PARSERS: Mapping[str, Callable[[Line], Parsed]] = {
    "account": account,
    "owners": owner,
    "pipelines": pipeline,
    "properties": property_line,
    "property_groups": group_line,
    "association_labels": label_line,
    "merged": merged_line,
    "blocked": blocked_line,
    "lacking": lacking_line,
    "forms": form,
    "form_submissions": submission,
    "email_events": email_event,
    "events": occurrence,
    "campaigns": campaign,
}
