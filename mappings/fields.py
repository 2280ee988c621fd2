"""Definitions: which vendor property feeds which canonical field, read from `definitions/<connector>.toml`."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import NamedTuple, cast

from mappings.convert import CONVERTERS
from syncer.errors import ConfigError, Problem
from syncer.records import COUNTS_OF_FIGURES, Kind
from syncer.tellings import ANSWER


class FieldRule(NamedTuple):
    """One canonical field: its candidates in order and its type."""

    name: str
    candidates: tuple[str, ...]
    type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rollup:
    """A property that stands in for one fact of a feed that the portal lacks."""

    kind: str
    feed: str
    at: str
    subject: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectMap:
    """How one stream of contacts, companies or deals is read."""

    columns: tuple[FieldRule, ...]
    fields: tuple[FieldRule, ...]
    rollups: tuple[Rollup, ...]
    #: canonical property → vendor property whose versions are kept.
    history: Mapping[str, str]

    def properties(self) -> tuple[str, ...]:
        """Return every vendor property that this map reads, each once, in a stable order."""
        names = [name for rule in (*self.columns, *self.fields) for name in rule.candidates]
        for rollup in self.rollups:
            names += [rollup.at, *([rollup.subject] if rollup.subject else [])]
        return tuple(dict.fromkeys([*names, *self.history.values()]))


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityMap:
    """How one stream of activities is read: candidates per value, first non-empty wins."""

    kind: str
    at: tuple[str, ...]
    subject: tuple[str, ...]
    asset: tuple[str, ...]
    outcome: tuple[str, ...]
    email: tuple[str, ...]
    contact: tuple[str, ...]
    value: tuple[str, ...]
    kind_property: str | None
    kind_values: Mapping[str, str]

    def properties(self) -> tuple[str, ...]:
        """Return every vendor property that this map reads."""
        groups = (self.at, self.subject, self.asset, self.outcome, self.email, self.contact, self.value)
        names = [name for group in groups for name in group]
        extra = [self.kind_property] if self.kind_property else []
        return tuple(dict.fromkeys([*names, *extra, "hubspot_owner_id", "hs_lastmodifieddate"]))


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainMap:
    """How a stream with no rules of its own is read: canonical name → candidates."""

    candidates: Mapping[str, tuple[str, ...]]

    def properties(self) -> tuple[str, ...]:
        """Return every vendor property that this map reads."""
        return tuple(dict.fromkeys(name for names in self.candidates.values() for name in names))


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryMap:
    """How a stream is read whose records tell over time about others."""

    topic: str
    #: Kind of the records that it tells about.
    about: Kind
    #: The property whose versions are told.
    state: str
    #: The property that says why, versions of its own.
    reason: str | None
    #: The property that says until when the last state holds, and the states that hold for good.
    ends: str | None
    final: tuple[str, ...]

    def history(self) -> tuple[str, ...]:
        """Return the vendor properties whose versions are read."""
        return (self.state, *([self.reason] if self.reason else []))

    def properties(self) -> tuple[str, ...]:
        """Return every vendor property that this map reads."""
        return (*self.history(), *([self.ends] if self.ends else []), "hs_lastmodifieddate")


@dataclass(frozen=True, kw_only=True, slots=True)
class Definitions:
    """Everything that one connector's records are read by, by stream."""

    objects: Mapping[Kind, ObjectMap]
    activities: Mapping[str, ActivityMap]
    answers: Mapping[str, PlainMap]
    costs: Mapping[str, PlainMap]
    stories: Mapping[str, StoryMap]

    def properties(self, stream: str) -> tuple[str, ...]:
        """Return the vendor properties to ask for on `stream`."""
        if stream in self.objects:
            return self.objects[Kind(stream)].properties()
        for group in (self.activities, self.answers, self.costs, self.stories):
            if stream in group:
                return group[stream].properties()
        return ()


@cache
def definitions(connector: str) -> Definitions:
    """Return the packaged definitions of a connector; a fault in them is a ConfigError that lists every one."""
    text = resources.files("mappings").joinpath("definitions", f"{connector}.toml").read_text(encoding="utf-8")
    return parse_definitions(tomllib.loads(text), source=f"{connector}.toml")


def parse_definitions(raw: Mapping[str, object], *, source: str) -> Definitions:
    """Return definitions from their TOML form."""
    problems: list[Problem] = []
    objects = {
        kind: _object_map(cast("Mapping[str, object]", raw[kind.value]), kind.value, source, problems)
        for kind in Kind
        if kind.value in raw
    }
    if problems:
        raise ConfigError(problems)
    return Definitions(
        objects=objects,
        activities={name: _activity_map(table) for name, table in _tables(raw, "activities").items()},
        answers={name: _plain_map(table) for name, table in _tables(raw, "answers").items()},
        costs={name: _plain_map(table) for name, table in _tables(raw, "costs").items()},
        stories={name: _story_map(table) for name, table in _tables(raw, "stories").items()},
    )


def extended(base: Definitions, extra: Mapping[str, Mapping[str, Mapping[str, object]]]) -> Definitions:
    """Return definitions with a user's own fields added: `extra` is {object: {field: {from, as}}}."""
    problems: list[Problem] = []
    objects = dict(base.objects)
    for name, fields in extra.items():
        kind = Kind(name)
        rules = _field_rules(fields, f"fields.{name}", "syncer.yaml", problems)
        problems += _uncountable(rules, f"fields.{name}")
        known = objects[kind]
        kept = tuple(rule for rule in known.fields if rule.name not in fields)
        history = {**known.history, **(_followed(rules, problems) if kind is Kind.CONTACT else {})}
        objects[kind] = ObjectMap(columns=known.columns, fields=kept + rules, rollups=known.rollups, history=history)
    if problems:
        raise ConfigError(problems)
    return replace(base, objects=objects)


def _tables(raw: Mapping[str, object], name: str) -> Mapping[str, Mapping[str, object]]:
    return cast("Mapping[str, Mapping[str, object]]", raw.get(name, {}))


def _object_map(raw: Mapping[str, object], key: str, source: str, problems: list[Problem]) -> ObjectMap:
    columns = _field_rules(_tables(raw, "columns"), f"{key}.columns", source, problems)
    fields = _field_rules(_tables(raw, "fields"), f"{key}.fields", source, problems)
    rollups = tuple(
        Rollup(kind=one["kind"], feed=one["feed"], at=one["at"], subject=one.get("subject"))
        for one in cast("Sequence[Mapping[str, str]]", raw.get("rollups", ()))
    )
    return ObjectMap(
        columns=columns, fields=fields, rollups=rollups, history=cast("Mapping[str, str]", raw.get("history", {}))
    )


def _field_rules(
    raw: Mapping[str, Mapping[str, object]], key: str, source: str, problems: list[Problem]
) -> tuple[FieldRule, ...]:
    rules = []
    for name, rule in raw.items():
        kind = rule.get("as", "text")
        if kind not in CONVERTERS:
            allowed = ", ".join(sorted(CONVERTERS))
            problems.append(
                Problem(message=f"unknown type {kind!r}", file=source, key=f"{key}.{name}.as", hint=f"one of {allowed}")
            )
        rules.append(FieldRule(name, tuple(cast("Sequence[str]", rule.get("from", ()))), str(kind)))
    return tuple(rules)


def _uncountable(rules: Sequence[FieldRule], key: str) -> list[Problem]:
    """Return a problem for each count that would not be a whole number: figures add them up."""
    return [
        Problem(message="is added up by figures", file="syncer.yaml", key=f"{key}.{rule.name}.as", hint="integer")
        for rule in rules
        if rule.name in COUNTS_OF_FIGURES and rule.type != "integer"
    ]


def _followed(rules: Sequence[FieldRule], problems: list[Problem]) -> Mapping[str, str]:
    """Return the property by which sales answers, whose versions are kept: they tell when it did."""
    for rule in rules:
        if rule.name == ANSWER and len(rule.candidates) == 1:
            return {ANSWER: rule.candidates[0]}
        if rule.name == ANSWER:
            key = f"fields.contacts.{ANSWER}.from"
            problems.append(
                Problem(message="is one property", file="syncer.yaml", key=key, hint="the one that sales edits")
            )
    return {}


def _activity_map(raw: Mapping[str, object]) -> ActivityMap:
    def names(key: str) -> tuple[str, ...]:
        return tuple(cast("Sequence[str]", raw.get(key, ())))

    kind_by = cast("Mapping[str, object]", raw.get("kind_by", {}))
    return ActivityMap(
        kind=str(raw["kind"]),
        at=names("at"),
        subject=names("subject"),
        asset=names("asset"),
        outcome=names("outcome"),
        email=names("email"),
        contact=names("contact"),
        value=names("value"),
        kind_property=cast("str | None", kind_by.get("property")),
        kind_values=cast("Mapping[str, str]", kind_by.get("values", {})),
    )


def _plain_map(raw: Mapping[str, object]) -> PlainMap:
    return PlainMap(candidates={name: tuple(cast("Sequence[str]", names)) for name, names in raw.items()})


def _story_map(raw: Mapping[str, object]) -> StoryMap:
    return StoryMap(
        topic=str(raw["topic"]),
        about=Kind(str(raw["about"])),
        state=str(raw["state"]),
        reason=cast("str | None", raw.get("reason")),
        ends=cast("str | None", raw.get("ends")),
        final=tuple(cast("Sequence[str]", raw.get("final", ()))),
    )
