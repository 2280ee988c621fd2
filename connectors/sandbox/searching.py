"""HubSpot's search: filters, operators, sorting, and an index that lags. Pure, over one table."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sandbox.answers import invalid
from connectors.sandbox.definitions import Definition, Schema
from connectors.sandbox.kinds import Kind, find_kind
from connectors.sandbox.rows import Row
from connectors.sandbox.values import parsed_moment, parsed_number, text
from syncer.moments import Millis

if TYPE_CHECKING:
    from connectors.sandbox.state import Portal

MAX_GROUPS = 5
MAX_FILTERS = 6
MAX_TOTAL = 18
Properties = Mapping[str, str]
Test = Callable[[Row, Properties], bool]
#: A value in the form that compares: a number for numbers and moments, lower-case text for the rest.
Comparable = float | str
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A search that was understood."""

    tests: tuple[tuple[Test, ...], ...]
    free_text: str
    sort: Definition | None
    descending: bool
    #: The earliest change time that any hit can have.
    changed_since: Millis


def search(portal: "Portal", kind: Kind, query: Query) -> tuple[list[tuple[Row, Properties]], int]:
    """Return the hits as the index shows them, in order, and how many there really are by now."""
    table, now = portal.tables[kind.name], portal.clock()
    indexed = Millis(now - portal.habits.index_lag)
    hits: list[tuple[Row, Properties]] = []
    total = 0
    for row in table.changed_since(query.changed_since, now=now) if query.changed_since else table.live():
        now_matches = matches(kind, query, row, row.properties)
        total += now_matches
        seen = table.seen_at(row, indexed)
        if seen is row.properties:
            hits += [(row, seen)] if now_matches else []
        elif seen is not None and matches(kind, query, row, seen):
            hits.append((row, seen))
    hits.sort(key=lambda hit: (hit[0].created, int(hit[0].id)))
    if query.sort is not None:
        _sort(hits, query.sort, descending=query.descending)
    return hits, total


def matches(kind: Kind, query: Query, row: Row, properties: Properties) -> bool:
    """Say whether a record is a hit."""
    if query.tests and not any(all(test(row, properties) for test in group) for group in query.tests):
        return False
    if not query.free_text:
        return True
    haystack = " ".join(properties.get(name, "") for name in kind.searched).lower()
    return all(word in haystack for word in query.free_text.lower().split())


def _sort(hits: list[tuple[Row, Properties]], definition: Definition, *, descending: bool) -> None:
    """Order hits by one property; those without a value stand last."""
    valued = [
        (found, hit) for hit in hits if (found := comparable(definition, hit[1].get(definition.name))) is not None
    ]
    rest = [hit for hit in hits if comparable(definition, hit[1].get(definition.name)) is None]
    valued.sort(key=lambda pair: pair[0], reverse=descending)
    hits[:] = [hit for _, hit in valued] + rest


def comparable(definition: Definition, value: str | None) -> Comparable | None:
    """Return a value as search compares it; None for no value and for one that does not parse."""
    if value is None:
        return None
    if definition.type == "number":
        return parsed_number(value)
    if definition.type in {"date", "datetime"}:
        return parsed_moment(value)
    return value.lower()


def understand(portal: "Portal", kind: Kind, body: Mapping[str, object]) -> Query:
    """Return a search's body as a query; raises the 400 that says what is wrong with it."""
    groups = [_dicts(group.get("filters")) for group in _dicts(body.get("filterGroups"))]
    if not groups and body.get("filters"):
        groups = [_dicts(body.get("filters"))]
    if len(groups) > MAX_GROUPS:
        raise invalid(f"Too many filter groups: {len(groups)}. The maximum is {MAX_GROUPS}.")
    if any(len(group) > MAX_FILTERS for group in groups) or sum(map(len, groups)) > MAX_TOTAL:
        raise invalid(f"Too many filters. The maximum is {MAX_FILTERS} a group and {MAX_TOTAL} in all.")
    schema = portal.schemas[kind.name]
    tests = tuple(tuple(_test(portal, kind, schema, item) for item in group) for group in groups)
    sort, descending = _sorting(schema, body.get("sorts"))
    return Query(
        tests=tests,
        free_text=text(body.get("query")) or "",
        sort=sort,
        descending=descending,
        changed_since=min((_since(kind, group) for group in groups), default=Millis(0)),
    )


def _since(kind: Kind, group: Sequence[Mapping[str, object]]) -> Millis:
    bounds = [
        parsed_moment(text(item.get("value")) or "") or 0
        for item in group
        if item.get("propertyName") == kind.modified and item.get("operator") in {"GT", "GTE", "BETWEEN"}
    ]
    return Millis(max(bounds, default=0))


def _sorting(schema: Schema, raw: object) -> tuple[Definition | None, bool]:
    if not isinstance(raw, list) or not raw:
        return None, False
    if len(raw) > 1:
        raise invalid("Only one sort is supported.")
    first = raw[0]
    if isinstance(first, Mapping):
        name, descending = str(first.get("propertyName")), first.get("direction") == "DESCENDING"
    else:
        name, descending = str(first).lstrip("-"), str(first).startswith("-")
    return _definition(schema, name), descending


def _definition(schema: Schema, name: str) -> Definition:
    found = schema.live(name)
    if found is None:
        raise invalid(f'There was a problem with the request. Property "{name}" does not exist')
    return found


def _dicts(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _test(portal: "Portal", kind: Kind, schema: Schema, item: Mapping[str, object]) -> Test:
    name, operator = str(item.get("propertyName")), str(item.get("operator"))
    if name.startswith("associations."):
        return _linked(portal, kind, name.partition(".")[2], text(item.get("value")) or "")
    definition = _definition(schema, name)
    if operator in _COMPARE:
        return _compared(definition, operator, _bound(definition, item, "value"))
    if operator not in _TESTS:
        raise invalid(f"Invalid operator: {operator}")
    return _TESTS[operator](definition, item)


def _values(item: Mapping[str, object]) -> list[str]:
    found = item.get("values")
    if not isinstance(found, list):
        raise invalid("values is required for IN and NOT_IN")
    return [text(value) or "" for value in found]


def _bound(definition: Definition, item: Mapping[str, object], field: str) -> Comparable:
    raw = text(item.get(field))
    if raw is not None and definition.type == "enumeration":
        # The values of an enumeration are compared as they are written.
        return raw
    found = comparable(definition, raw)
    if found is None:
        raise invalid(f"{field} of the filter on {definition.name} is not a valid {definition.type}")
    return found


def _held(definition: Definition, properties: Properties) -> Comparable | None:
    value = properties.get(definition.name)
    return value if definition.type == "enumeration" else comparable(definition, value)


_COMPARE: Mapping[str, Callable[[int], bool]] = {
    "EQ": lambda order: order == 0,
    "NEQ": lambda order: order != 0,
    "LT": lambda order: order < 0,
    "LTE": lambda order: order <= 0,
    "GT": lambda order: order > 0,
    "GTE": lambda order: order >= 0,
}


def _order(left: Comparable, right: Comparable) -> int:
    if isinstance(left, str) or isinstance(right, str):
        left, right = str(left), str(right)
        return (left > right) - (left < right)
    return (left > right) - (left < right)


def _compared(definition: Definition, operator: str, bound: Comparable) -> Test:
    fits = _COMPARE[operator]

    def test(_: Row, properties: Properties) -> bool:
        held = _held(definition, properties)
        return operator == "NEQ" if held is None else fits(_order(held, bound))

    return test


def _between(definition: Definition, low: Comparable, high: Comparable) -> Test:
    def test(_: Row, properties: Properties) -> bool:
        held = _held(definition, properties)
        return held is not None and _order(low, held) <= 0 <= _order(high, held)

    return test


def _listed(definition: Definition, values: Sequence[str], *, wanted: bool) -> Test:
    # Values of a text property have to come in lower case; others are compared as they are.
    known = set(values)

    def test(_: Row, properties: Properties) -> bool:
        value = properties.get(definition.name)
        held = value.lower() if value is not None and definition.type == "string" else value
        return (held in known) is wanted

    return test


def _token(name: str, value: str, *, wanted: bool) -> Test:
    words = [re.compile(re.escape(word).replace(r"\*", ".*") + r"\Z", re.IGNORECASE) for word in _tokens(value, "*")]

    def test(_: Row, properties: Properties) -> bool:
        held = _tokens(properties.get(name, ""))
        return all(any(word.match(token) for token in held) for word in words) is wanted

    return test


def _tokens(value: str, also: str = "") -> list[str]:
    return re.findall(rf"[\w{re.escape(also)}]+", value) if also else _WORD.findall(value)


def _linked(portal: "Portal", kind: Kind, name: str, value: str) -> Test:
    other = find_kind(name)
    if other is None:
        raise invalid(f"Unable to infer object type from: {name}")
    return lambda row, _: value in portal.links.of(kind.name, row.id, other.name)


_TESTS: Mapping[str, Callable[[Definition, Mapping[str, object]], Test]] = {
    "HAS_PROPERTY": lambda definition, _item: lambda _, held: definition.name in held,
    "NOT_HAS_PROPERTY": lambda definition, _item: lambda _, held: definition.name not in held,
    "IN": lambda definition, item: _listed(definition, _values(item), wanted=True),
    "NOT_IN": lambda definition, item: _listed(definition, _values(item), wanted=False),
    "CONTAINS_TOKEN": lambda definition, item: _token(definition.name, text(item.get("value")) or "", wanted=True),
    "NOT_CONTAINS_TOKEN": lambda definition, item: _token(definition.name, text(item.get("value")) or "", wanted=False),
    "BETWEEN": lambda definition, item: _between(
        definition, _bound(definition, item, "value"), _bound(definition, item, "highValue")
    ),
}
