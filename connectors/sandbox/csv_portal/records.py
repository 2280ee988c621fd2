"""Records out of rows: keys and ids first, then values, histories and associations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from connectors.sandbox.csv_portal.days import end_of_life
from connectors.sandbox.csv_portal.elsewhere import Links
from connectors.sandbox.csv_portal.reading import Reading
from connectors.sandbox.csv_portal.spec import ObjectSpec
from connectors.sandbox.csv_portal.submissions import KIND, Submissions
from connectors.sandbox.csv_portal.tables import CsvRow
from connectors.sandbox.csv_portal.values import Sheets, passes
from connectors.sandbox.csv_portal.versions import Followers
from connectors.sandbox.generate.lines import Association, Line, Properties, Record, Version, line, stamp
from syncer.errors import Problem
from syncer.moments import Millis, millis

_IMPORT: Final = "IMPORT"
#: The id of a record that will not be: its row has a fault.
_NOBODY: Final = "0"
_OWNER_FIELDS: Final = ("email", "firstName", "lastName")
#: What happens once; the CRM wants its moment by that name too.
_ACTIVITIES: Final = frozenset({"calls", "emails", "meetings", "notes", "tasks"})
_REPEATS: Final = "delete one of them, or set `distinct: true` where rows tell of the same record"


@dataclass(frozen=True, kw_only=True, slots=True)
class Keyed:
    """The rows that make one record: more than one where the spec lets a key repeat."""

    id: str
    #: None where the row's key is wrong.
    key: str | None
    rows: list[CsvRow]


class _Draft(NamedTuple):
    """A record under way."""

    key: str | None
    readings: Sequence[Reading]
    created: Millis
    properties: Properties


class Records:
    """The records that one object of the spec makes."""

    def __init__(self, sheets: Sheets, one: ObjectSpec, problems: list[Problem]) -> None:
        self._sheets = sheets
        self._one = one
        self._problems = problems
        self._known = sheets.ids.setdefault(one.label, {})
        self._taken: set[str] = set()
        self._submissions = Submissions(one)
        self._keyed = tuple(self._found())

    def lines(self) -> Iterator[Line]:
        """Yield the records; what is wrong with their rows goes to the problems."""
        followers = Followers(self._sheets, self._one, self._problems)
        links = Links(self._sheets, self._one, self._problems)
        for keyed in self._keyed:
            yield self._line(keyed, followers, links)
        yield from self._submissions.forms()

    def _found(self) -> Iterator[Keyed]:
        """Yield every record with its rows and id; keys become known to lookups and links.

        A row whose key is wrong comes too: what else is wrong with it is to be said at once.
        """
        by_key: dict[str, Keyed] = {}
        number = self._one.first_id
        for row in self._sheets.tables[self._one.file].rows:
            if not passes(self._one.where, row):
                continue
            reading = self._reading(row)
            if row.ragged:
                self._known.setdefault(reading.guessed_key() or "", _NOBODY)
                continue
            if reading.has_no_key():
                continue
            key = reading.key()
            if key in by_key and self._one.distinct:
                by_key[key].rows.append(row)
                continue
            keyed = Keyed(id=self._identifier(reading, key, number), key=key, rows=[row])
            number += 1
            if key is not None:
                by_key.setdefault(key, keyed)
            yield keyed

    def _identifier(self, reading: Reading, key: str | None, number: int) -> str:
        if key is None:
            return _NOBODY
        if key in self._known:
            reading.fault("key", self._one.key, "repeats the key of an earlier row", _REPEATS)
            return _NOBODY
        found = str(number) if self._one.id is None else reading.own_id(self._one.id, self._taken)
        self._known[key] = found
        self._taken.add(found)
        return found

    def _line(self, keyed: Keyed, followers: Followers, links: Links) -> Line:
        readings = [self._reading(row) for row in keyed.rows]
        born = [at for reading in readings if (at := reading.created()) is not None]
        draft = _Draft(keyed.key, readings, min(born, default=Millis(0)), readings[0].properties())
        for other in readings[1:]:
            other.check_same(readings[0])
        if self._one.type == "owners":
            return _owner(self._sheets, keyed.id, draft.properties, draft.created)
        if self._one.type == KIND:
            return self._submissions.line(readings[0], draft.created, draft.properties)
        versions = {name: self._versions(name, draft, followers) for name in self._one.history}
        if self._one.type == "deals":
            versions = self._staged(draft, versions)
            self._check_deal(draft, versions)
        if self._one.type in _ACTIVITIES:
            draft.properties.setdefault("hs_timestamp", stamp(draft.created))
        return line(
            Record(
                type=self._one.type,
                id=keyed.id,
                properties=draft.properties,
                created=draft.created,
                updated=draft.created,
                versions=versions,
                associations=tuple(dict.fromkeys(self._associations(draft, links))),
            )
        )

    def _versions(self, name: str, draft: _Draft, followers: Followers) -> list[Version]:
        """Return a property's versions; a value that no rule dates was there from the start."""
        before = len(self._problems)
        found = [
            Version(at, value, _IMPORT) for at, value in followers.of(name, draft.key, draft.readings, draft.created)
        ]
        present = draft.properties.get(name)
        if not found:
            return [Version(draft.created, present, _IMPORT)] if present is not None else []
        end = max(version.at for version in found)
        last = {version.value for version in found if version.at == end}
        if name in draft.properties and present not in last and len(self._problems) == before:
            draft.readings[0].contradiction(name)
        return found

    def _check_deal(self, draft: _Draft, versions: Mapping[str, Sequence[Version]]) -> None:
        first = draft.readings[0]
        last = {name: max(found, key=lambda one: one.at).value for name, found in versions.items() if found}
        first.check_stage(last | {name: value for name, value in draft.properties.items() if value is not None})
        first.check_currency(draft.properties)
        draft.properties.setdefault("createdate", stamp(draft.created))

    def _staged(self, draft: _Draft, versions: dict[str, list[Version]]) -> dict[str, list[Version]]:
        """Return a deal's versions; a closed one whose stage has none came to it on its closing date."""
        stage = draft.properties.get("dealstage")
        is_closed = any(
            one.closed for pipeline in self._sheets.portal.pipelines for one in pipeline.stages if one.id == stage
        )
        if not is_closed or self._one.history.get("dealstage"):
            return versions
        dated = versions.get("closedate") or [Version(draft.created, draft.properties.get("closedate"), _IMPORT)]
        return versions | {"dealstage": [Version(_within(self._sheets, draft, dated[-1].value), stage, _IMPORT)]}

    def _associations(self, draft: _Draft, links: Links) -> Iterator[Association]:
        for position, link in enumerate(self._one.associations):
            kind = next(other.type for other in self._sheets.portal.objects if other.label == link.to)
            for reading in links.readings(position, draft.key, draft.readings):
                for place, target in enumerate(reading.targets(position, link)):
                    # A cell that names several names the primary one first.
                    yield Association(kind, target, link.label, link.primary and not place)

    def _reading(self, row: CsvRow) -> Reading:
        return Reading(self._sheets, self._one, row, self._problems)


def _within(sheets: Sheets, draft: _Draft, closed: str | None) -> Millis:
    """Return a closing date within the deal's life; of none its creation."""
    if closed is None:
        return draft.created
    return min(max(millis(datetime.fromisoformat(closed)), draft.created), end_of_life(sheets.portal))


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
