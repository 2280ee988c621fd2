"""Records out of rows: keys and ids first, then values, histories and associations."""

from collections.abc import Iterator
from typing import Final

from connectors.sandbox.csv_portal.reading import Reading
from connectors.sandbox.csv_portal.spec import ObjectSpec
from connectors.sandbox.csv_portal.tables import CsvRow
from connectors.sandbox.csv_portal.values import Sheets, passes
from connectors.sandbox.generate.lines import Association, Line, Properties, Record, Version, line, stamp
from syncer.errors import Problem
from syncer.moments import Millis

_IMPORT: Final = "IMPORT"
#: The id of a record that will not be: its row has a fault.
_NOBODY: Final = "0"
_OWNER_FIELDS: Final = ("email", "firstName", "lastName")


def keyed_rows(sheets: Sheets, one: ObjectSpec, problems: list[Problem]) -> list[tuple[str, CsvRow]]:
    """Return every row that makes a record, with the record's id; keys become known to lookups and links.

    A row whose key is wrong comes too: what else is wrong with it is to be said at once.
    """
    known = sheets.ids.setdefault(one.label, {})
    taken: set[str] = set()
    found: list[tuple[str, CsvRow]] = []
    for row in sheets.tables[one.file].rows:
        reading = Reading(sheets, one, row, problems)
        if not passes(one.where, row):
            continue
        if row.ragged:
            known.setdefault(reading.guessed_key() or "", _NOBODY)
            continue
        key = reading.key()
        if key in known and one.distinct:
            continue
        if key is not None and key not in known:
            identifier = str(one.first_id + len(found)) if one.id is None else reading.own_id(one.id, taken)
            known[key] = identifier
            taken.add(identifier)
            found.append((identifier, row))
            continue
        if key is not None:
            reading.fault("key", one.key, "repeats the key of an earlier row")
        found.append((_NOBODY, row))
    return found


def record_line(sheets: Sheets, one: ObjectSpec, identifier: str, *, row: CsvRow, problems: list[Problem]) -> Line:
    """Return a row's record; what is wrong with the row goes to `problems`."""
    reading = Reading(sheets, one, row, problems)
    created = reading.created()
    properties = {name: reading.value(name, cell) for name, cell in one.properties.items()}
    if one.type == "owners":
        return _owner(sheets, identifier, properties, created)
    if one.type == "deals":
        reading.check_stage(properties)
        reading.check_currency(properties)
        properties = {"createdate": stamp(created), **properties}
    return line(
        Record(
            type=one.type,
            id=identifier,
            properties=properties,
            created=created,
            updated=created,
            versions={name: _versions(reading, name, properties, created) for name in one.history},
            associations=tuple(_associations(sheets, one, reading)),
        )
    )


def _versions(reading: Reading, name: str, properties: Properties, created: Millis) -> list[Version]:
    """Return a property's versions; a value that no rule dates was there from the start."""
    found = [Version(at, value, _IMPORT) for at, value in reading.steps(name)]
    present = properties.get(name)
    if not found:
        return [Version(created, present, _IMPORT)] if present is not None else []
    last = max(found, key=lambda version: version.at)
    if name in properties and present not in {version.value for version in found if version.at == last.at}:
        reading.contradiction(name)
    return found


def _associations(sheets: Sheets, one: ObjectSpec, reading: Reading) -> Iterator[Association]:
    for position, link in enumerate(one.associations):
        target = reading.target(position, link)
        if target is not None:
            kind = next(other.type for other in sheets.portal.objects if other.label == link.to)
            yield Association(kind, target, link.label, link.primary)


def _owner(sheets: Sheets, identifier: str, properties: Properties, created: Millis) -> Line:
    team = properties.get("team")
    number = sheets.teams.setdefault(team, str(len(sheets.teams) + 1)) if team else ""
    return {
        "type": "owners",
        "id": identifier,
        **{name: properties.get(name) for name in _OWNER_FIELDS},
        "userId": int(identifier),
        "teams": [{"id": number, "name": team, "primary": True}] if team else [],
        "createdAt": stamp(created),
        "updatedAt": stamp(created),
        "archived": False,
    }
