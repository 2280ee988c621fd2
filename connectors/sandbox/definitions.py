"""Property definitions and groups: HubSpot's defaults from properties.toml, and what a portal adds to them."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import zip_longest

from connectors.sandbox.kinds import ACTIVITIES, KINDS
from syncer.moments import Millis

#: When HubSpot's own definitions came to be, as far as the sandbox knows.
EPOCH = Millis(0)
#: Campaigns have properties, but are no CRM records.
CAMPAIGNS = "campaigns"


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One allowed value of an enumeration."""

    value: str
    label: str
    position: int = -1
    hidden: bool = False
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """One property of one kind."""

    name: str
    label: str
    #: string, number, date, datetime, enumeration, bool.
    type: str
    field_type: str
    group: str
    description: str = ""
    options: tuple[Option, ...] = ()
    #: Allowed values live elsewhere: owners, pipelines, currencies.
    external: bool = False
    #: The value is an owner's id.
    owner: bool = False
    read_only: bool = False
    unique: bool = False
    hidden: bool = False
    standard: bool = False
    form_field: bool = False
    position: int = -1
    created: Millis = EPOCH
    updated: Millis = EPOCH
    archived_at: Millis | None = None

    @property
    def multiple(self) -> bool:
        """Whether the value is a list joined by semicolons."""
        return self.type == "enumeration" and self.field_type == "checkbox"


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A heading under which properties stand."""

    name: str
    label: str
    position: int = -1
    archived: bool = False


@dataclass(kw_only=True, slots=True)
class Schema:
    """The properties and groups of one kind."""

    properties: dict[str, Definition] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def live(self, name: str) -> Definition | None:
        """Return a property that is not archived."""
        found = self.properties.get(name)
        return found if found and found.archived_at is None else None

    def add(self, definition: Definition) -> None:
        """Add or replace a property, and its group where that is missing."""
        self.properties[definition.name] = definition
        if definition.group not in self.groups:
            self.groups[definition.group] = Group(name=definition.group, label=_words(definition.group))


def yes_no() -> tuple[Option, ...]:
    """Return the two options of a boolean."""
    return (Option(value="true", label="Yes", position=0), Option(value="false", label="No", position=1))


def invented(name: str, group: str) -> Definition:
    """Return the definition of a property that a loaded record has and nobody defined."""
    return Definition(name=name, label=_words(name), type="string", field_type="text", group=group)


def computed(name: str, label: str, group: str) -> Definition:
    """Return the definition of a read-only moment that the CRM keeps by itself."""
    return Definition(
        name=name,
        label=label,
        type="datetime",
        field_type="calculation_read_time",
        group=group,
        read_only=True,
        hidden=True,
        standard=True,
    )


def stage_word(stage: str) -> str:
    """Return a stage's id as it stands in names of properties, which hold no other signs."""
    return re.sub(r"[^a-z0-9_]", "_", stage.lower())


def stage_moments(kind: str, stages: Iterable[tuple[str, str]]) -> Iterator[Definition]:
    """Yield the date properties that come with every stage (id, label) of a kind."""
    group = default_group(kind)
    for stage, label in stages:
        word = stage_word(stage)
        yield computed(f"hs_v2_date_entered_{word}", f"Date entered '{label}'", group)
        yield computed(f"hs_v2_date_exited_{word}", f"Date exited '{label}'", group)
        if kind in {"contacts", "companies"}:
            yield computed(f"hs_lifecyclestage_{stage}_date", f"Became a {label} date", group)


#: What a row of properties.toml may hold, in order.
_COLUMNS = ("label", "type", "fieldType", "flags", "options")
_SINGULAR = {kind.name: kind.singular for kind in KINDS}


def default_group(kind: str) -> str:
    """Return the group that a kind's properties fall into when nobody names one."""
    return f"{_SINGULAR.get(kind, kind)}information"


def default_schemas() -> dict[str, Schema]:
    """Return the schema of an untouched portal, by kind."""
    return {
        kind: Schema(properties=dict(schema.properties), groups=dict(schema.groups))
        for kind, schema in _defaults().items()
    }


@cache
def _defaults() -> dict[str, Schema]:
    raw = tomllib.loads(files(__package__).joinpath("properties.toml").read_text(encoding="utf-8"))
    lists = {name: tuple(_options(rows)) for name, rows in raw.pop("options").items()}
    shared = raw.pop("engagement")
    schemas: dict[str, Schema] = {}
    for kind in (*(kind.name for kind in KINDS), CAMPAIGNS):
        schemas[kind] = schema = Schema()
        for group, rows in raw[kind].items():
            common = shared["engagement"] if kind in ACTIVITIES else {}
            for name, row in {**rows, **common}.items():
                schema.add(_standard(name, group, row, lists))
    for kind_name in ("contacts", "companies"):
        stages = [(o.value, o.label) for o in schemas[kind_name].properties["lifecyclestage"].options]
        for definition in stage_moments(kind_name, stages):
            schemas[kind_name].add(definition)
    return schemas


def _standard(name: str, group: str, row: list[str], lists: Mapping[str, tuple[Option, ...]]) -> Definition:
    label, value_type, field_type, flags, options = (value for value, _ in zip_longest(row, _COLUMNS, fillvalue=""))
    return Definition(
        name=name,
        label=label,
        type=value_type,
        field_type=field_type,
        group=group,
        options=lists.get(options, ()),
        external="x" in flags,
        owner="o" in flags,
        read_only="r" in flags,
        hidden="h" in flags,
        standard=True,
    )


def _options(rows: Iterable[str]) -> Iterator[Option]:
    for position, row in enumerate(rows):
        value, _, label = row.partition("=")
        yield Option(value=value, label=label, position=position)


def _words(name: str) -> str:
    return name.removeprefix("hs_").replace("_", " ").strip().capitalize() or name
