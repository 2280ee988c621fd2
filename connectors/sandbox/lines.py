"""Taking JSON lines into a portal: all of them, or none and every reason at once."""

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, groupby
from typing import NamedTuple

from connectors.sandbox import effects
from connectors.sandbox.definitions import default_group, invented
from connectors.sandbox.holdings import Holdings
from connectors.sandbox.kinds import BY_NAME, Kind, find_kind
from connectors.sandbox.linefields import LineError
from connectors.sandbox.lineparse import (
    PARSERS,
    BlockedLine,
    GroupLine,
    LabelLine,
    LackingLine,
    LinkLine,
    MergedLine,
    Parsed,
    PropertyLine,
    RecordLine,
    record,
)
from connectors.sandbox.links import LinkType, primary
from connectors.sandbox.records import (
    Account,
    Campaign,
    EmailEvent,
    Form,
    Occurrence,
    Owner,
    Pipeline,
    Submission,
)
from connectors.sandbox.rows import Row, Version
from syncer.errors import ConfigError, Problem
from syncer.moments import iso


class Place(NamedTuple):
    """Where a line stands."""

    #: None where the lines come from no file.
    file: str | None
    #: None where the file has no such lines: a portal spec.
    line: int | None


@dataclass(kw_only=True, slots=True)
class _Batch:
    """Everything understood so far, not yet in the portal."""

    records: list[RecordLine] = field(default_factory=list)
    others: list[Parsed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    #: Place of every record, owner, pipeline and campaign, by (kind, id).
    places: dict[tuple[str, str], Place] = field(default_factory=dict)


def load(portal: Holdings, lines: Iterable[Mapping[str, object]], places: Iterable[Place] | None = None) -> None:
    """Take in JSON-lines objects; raises ConfigError with every bad line's place, and then nothing was taken in.

    Without `places` lines are counted.
    """
    counted = (Place(None, number) for number in count(1))
    with _no_collection():
        _load(portal, zip(counted if places is None else places, lines, strict=False))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector from walking millions of new objects that all stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _load(portal: Holdings, lines: Iterable[tuple[Place, Mapping[str, object]]]) -> None:
    batch = _Batch()
    for place, line in lines:
        _read(portal, batch, place, line)
    _check_links(portal, batch)
    if batch.problems:
        raise ConfigError(batch.problems)
    for item in batch.others:
        _take(portal, item)
    _take_records(portal, batch.records)


def _read(portal: Holdings, batch: _Batch, place: Place, line: object) -> None:
    try:
        parsed = _parsed(line)
        if isinstance(parsed, RecordLine):
            _take_note(portal, batch, place, parsed)
        else:
            if isinstance(parsed, Owner | Pipeline | Campaign):
                _settle(batch, (f"{type(parsed).__name__.lower()}s", parsed.id), place)
            batch.others.append(parsed)
    except (LineError, ValueError) as error:
        batch.problems.append(_problem(place, str(error)))


def _take_note(portal: Holdings, batch: _Batch, place: Place, item: RecordLine) -> None:
    key = (item.kind.name, item.row.id)
    _settle(batch, key, place)
    if item.row.id in portal.tables[key[0]].rows:
        raise LineError(f"{key[0]} {key[1]} is in the portal already")
    batch.records.append(item)


def _settle(batch: _Batch, key: tuple[str, str], place: Place) -> None:
    """Note where a thing stands; a second one of its id is refused."""
    found = batch.places.setdefault(key, place)
    if found is place:
        return
    if found.file == place.file and found.line is not None:
        raise LineError(f"{key[0]} {key[1]} stands in line {found.line} already")
    raise LineError(f"{key[0]} {key[1]} comes from {found.file} already")


def _parsed(line: object) -> Parsed:
    if not isinstance(line, Mapping):
        raise LineError("the line is no object")
    name = line.get("type")
    if not isinstance(name, str):
        raise LineError("type is missing")
    kind = find_kind(name)
    if kind is not None:
        return record(kind, line)
    if name not in PARSERS:
        raise LineError(f"type {name} is unknown")
    return PARSERS[name](line)


def _problem(place: Place, reason: str) -> Problem:
    return Problem(message=reason, file=place.file, line=place.line)


def _check_links(portal: Holdings, batch: _Batch) -> None:
    for item in batch.records:
        for link in item.links:
            known = (link.to.name, link.to_id) in batch.places or link.to_id in portal.tables[link.to.name].rows
            if not known or (link.to is item.kind and link.to_id == link.id):
                place = batch.places[item.kind.name, item.row.id]
                batch.problems.append(_problem(place, f"there is no {link.to.singular} {link.to_id} to associate with"))


def _take(portal: Holdings, item: Parsed) -> None:
    match item:
        case Account():
            portal.account = item
            portal.touch("account", "account")
        case Owner():
            portal.owners[item.id] = item
            portal.touch("owners", item.id)
        case Pipeline():
            portal.set_pipeline(item)
        case PropertyLine() | GroupLine():
            _take_schema(portal, item)
        case LabelLine():
            pair = (item.from_.name, item.to.name)
            for label, inverse, name, ids in item.labels:
                portal.links.add_label(*pair, label=label, inverse=inverse, name=name, ids=ids)
            portal.touch_labels(*pair)
        case MergedLine():
            portal.tables[item.kind.name].aliases[item.id] = item.into
            portal.note_id(item.id)
            portal.touch("merged", f"{item.kind.name}.{item.id}")
        case BlockedLine():
            portal.blocked.add(item.digest)
            portal.touch("blocked", item.digest)
        case LackingLine():
            portal.lacking.add(item.scope)
            portal.touch("lacking", item.scope)
        case _:
            _take_event(portal, item)


def _take_schema(portal: Holdings, item: PropertyLine | GroupLine) -> None:
    schema = portal.schemas[item.kind]
    if isinstance(item, GroupLine):
        schema.groups[item.group.name] = item.group
        portal.touch("property_groups", f"{item.kind}.{item.group.name}")
        return
    schema.add(item.definition)
    portal.touch("properties", f"{item.kind}.{item.definition.name}")
    if item.definition.unique and item.kind in BY_NAME:
        portal.tables[item.kind].make_unique(item.definition)


def _take_event(portal: Holdings, item: Parsed) -> None:
    match item:
        case Form():
            portal.forms[item.id] = item
            portal.touch("forms", item.id)
        case Campaign():
            portal.campaigns[item.id] = item
            portal.touch("campaigns", item.id)
        case Submission():
            portal.submissions.add(item.conversion_id, item)
            portal.touch("form_submissions", item.conversion_id)
        case EmailEvent():
            portal.email_events.add(item.id, item)
            portal.touch("email_events", item.id)
        case Occurrence():
            portal.occurrences.add(item.id, item)
            portal.touch("events", item.id)
        case _:
            raise TypeError(type(item).__name__)


def _take_records(portal: Holdings, records: list[RecordLine]) -> None:
    for name, group in groupby(sorted(records, key=lambda item: item.kind.name), key=lambda item: item.kind.name):
        kind, items = BY_NAME[name], list(group)
        for item in items:
            _complete(portal, kind, item)
        portal.tables[name].add_all(item.row for item in items)
        _invent_properties(portal, kind, items)
    linked: set[tuple[str, str]] = set()
    for item in records:
        portal.touch(item.kind.name, item.row.id)
        for link in item.links:
            portal.links.link(link.kind, link.id, link.to, link.to_id, *_types(portal, link))
            linked |= {(link.kind.name, link.id), (link.to.name, link.to_id)}
    effects.recount(portal, linked)


def _types(portal: Holdings, link: LinkLine) -> list[LinkType]:
    first = primary(link.kind.name, link.to.name) if link.primary else None
    label = portal.links.labelled(link.kind.name, link.to.name, link.label) if link.label else None
    if label:
        portal.touch_labels(link.kind.name, link.to.name)
    return [found for found in (first, label) if found]


def _complete(portal: Holdings, kind: Kind, item: RecordLine) -> None:
    row = item.row
    portal.note_id(row.id)
    for name, past in row.history.items():
        _agree(row, name, past)
    row.properties |= {"hs_object_id": row.id, kind.modified: iso(row.updated) or ""}
    row.properties.setdefault(kind.created, iso(row.created) or "")
    staged = effects.STAGED.get(kind.name)
    if staged and not item.dumped:
        _stage_dates(kind, row, staged)
    if kind.name == "deals":
        effects.refresh_deal(portal, row)


def _agree(row: Row, name: str, past: list[Version]) -> None:
    """Bring a property and the end of its history together; the property's own value is the newer word."""
    value = row.properties.get(name)
    if value is None and past[-1].value:
        row.properties[name] = past[-1].value
    elif value is not None and value != past[-1].value:
        past.append(Version(value=value, at=max(past[-1].at, row.base_at), source_type=row.base_source))


def _stage_dates(kind: Kind, row: Row, staged: str) -> None:
    given = dict(row.properties)
    before: str | None = None
    for version in row.versions(staged):
        effects.stamp_stage(kind, row, before, version.value or None, at=version.at)
        before = version.value or None
    row.properties |= given


def _invent_properties(portal: Holdings, kind: Kind, items: list[RecordLine]) -> None:
    schema = portal.schemas[kind.name]
    names = {name for item in items for name in item.row.properties}
    for name in sorted(names - schema.properties.keys()):
        schema.add(invented(name, default_group(kind.name)))
        portal.touch("properties", f"{kind.name}.{name}")
