"""The spec that says how a folder of CSV files becomes a portal: its form, and its faults all at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from syncer.agreement.structure import in_plain_words
from syncer.agreement.stumbles import HINT, stumble
from syncer.errors import ConfigError, Problem


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone such as Europe/Berlin") from None


Zone = Annotated[str, AfterValidator(_known_zone)]


class TableSpec(_Closed):
    """One CSV file."""

    #: Relative to the data folder.
    path: str
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8-sig"
    decimal: Literal[".", ","] = "."
    #: What groups digits; without it a number that groups them is refused, never guessed at.
    thousands: Literal["", ",", ".", " ", "'"] = ""
    #: As `datetime.strptime` reads it; of several forms exactly one has to fit.
    dates: str | Sequence[str] = "%Y-%m-%d"
    #: Of times that name no zone; the account's unless given.
    time_zone: Zone | None = None
    #: Texts that mean the same as an empty cell.
    empty: Sequence[str] = ()


#: How a value is read.
ValueKind = Literal["text", "number", "date", "moment"]


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class CellSpec(_Closed):
    """One value of a record. A plain text in the spec stands for `text`."""

    #: The column it comes from; of several the first that is not empty.
    columns: Annotated[Sequence[str], BeforeValidator(_several)] = Field(default=(), alias="from")
    #: A text with `{column}` or `{column|filter}` in it; empty as soon as one of its columns is.
    text: str | None = None
    #: Without it, as the CRM's own property of that name is.
    kind: ValueKind | None = Field(default=None, alias="as")
    #: Overrides the file's date format.
    format: str | None = None
    map: Mapping[str, str] = Field(default_factory=dict)
    #: What becomes of a value that `map` does not list; `drop` leaves out unknown keys of lookups and links too.
    others: Literal["keep", "refuse", "drop"] = "keep"
    scale: Decimal | None = None
    #: What may stand beside a number: signs and codes of a currency, other units.
    units: Sequence[str] = ()
    #: For an empty cell: a text, `as_of`, `earliest` (of the same column) or `earliest FILE.COLUMN`.
    default: str | None = None
    #: Name of the objects among which the value is a key; the id found takes its place.
    lookup: str | None = None


def _cell(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


Cell = Annotated[CellSpec, BeforeValidator(_cell)]
#: Column → the values that let a row through.
Where = Mapping[str, Sequence[str]]


class StepSpec(_Closed):
    """One version of a property, where its moment is known."""

    at: Cell
    value: Cell
    where: Where = Field(default_factory=dict)
    #: Another file with the versions, any number of rows a record, and the record's key in it.
    file: str | None = None
    key: Cell | None = None
    #: A version dated before the record's creation or after as_of: a problem, or at the nearest moment between.
    outside: Literal["refuse", "nearest"] = "refuse"


class LinkSpec(_Closed):
    """An association to the object that has this key; an empty key makes none."""

    to: str
    key: Cell
    #: Another file whose rows each name a record and one to link it with, and the record's own key in it.
    file: str | None = None
    record: Cell | None = None
    #: What stands between the keys where a cell names several records.
    split: str | None = Field(default=None, min_length=1)
    label: str | None = None
    primary: bool = False


class ObjectSpec(_Closed):
    """One kind of record made from the rows of one file."""

    type: Literal[
        "owners", "companies", "contacts", "deals", "calls", "emails", "meetings", "notes", "tasks", "form_submissions"
    ]
    #: What lookups and links call it; the type unless given.
    name: str | None = None
    file: str
    where: Where = Field(default_factory=dict)
    #: What other files call the record.
    key: Cell
    #: Rows that repeat a key are the same record, not a mistake: what they say about it has to agree. An empty key
    #: tells of none.
    distinct: bool = False
    #: The record's own number; without it records are numbered from `first_id` in file order.
    id: Cell | None = None
    first_id: int = Field(default=1, ge=1)
    created: Cell
    properties: Mapping[str, Cell] = Field(default_factory=dict)
    history: Mapping[str, Sequence[StepSpec]] = Field(default_factory=dict)
    associations: Sequence[LinkSpec] = ()

    @property
    def label(self) -> str:
        """Return what lookups and links call it."""
        return self.name or self.type


class StageSpec(_Closed):
    """One stage of a pipeline."""

    id: str
    label: str
    probability: float = Field(ge=0, le=1)
    closed: bool = False


class PipelineSpec(_Closed):
    """One deal pipeline, stages in order."""

    id: str
    label: str
    stages: Sequence[StageSpec] = Field(min_length=1)


Code = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class AccountSpec(_Closed):
    """What the portal says about itself."""

    portal_id: int = Field(default=1, ge=1)
    time_zone: Zone = "UTC"
    currency: Code = "EUR"
    #: Other currencies: what one of each is worth in the account's.
    rates: Mapping[Code, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(default_factory=dict)


class PortalSpec(_Closed):
    """A whole portal."""

    #: The day the files were written; nothing but plans lies later.
    as_of: date
    #: The time of day (UTC) that plain dates get: at noon a date is the same date from Honolulu to Sydney.
    clock: time = time(12)
    #: The data folder, relative to the spec; an argument of the loader wins.
    root: str = "."
    account: AccountSpec = AccountSpec()
    pipelines: Sequence[PipelineSpec] = ()
    files: Mapping[str, TableSpec]
    objects: Sequence[ObjectSpec] = Field(min_length=1)


#: A place in the spec: keys and positions from the top.
_Place = tuple[str | int, ...]
#: What a key is that the spec does not know, and one that it lacks.
_SAID: Mapping[str, str] = {"extra_forbidden": "unknown key", "missing": "is missing"}


class Spec:
    """A portal spec and where in its file everything stands."""

    def __init__(self, name: str, lines: Mapping[_Place, int], portal: PortalSpec) -> None:
        self.name = name
        self.portal = portal
        self._lines = lines

    def problem(self, place: _Place, message: str, hint: str | None = None) -> Problem:
        """Return a problem at a place of the spec."""
        return _problem(self.name, self._lines, place, message, hint=hint)


def read_spec(path: Path) -> Spec:
    """Return the spec of a YAML file; raises ConfigError with every problem in it."""
    node, value = _composed(path)
    problems: list[Problem] = []
    lines: dict[_Place, int] = {}
    for place, line, fault in _walk(node, (), 1, set()):
        lines.setdefault(place, line)
        if fault:
            problems.append(Problem(message=fault, file=path.name, line=line, key=_dotted(place)))
    if not problems:
        try:
            return Spec(path.name, lines, PortalSpec.model_validate(value))
        except ValidationError as error:
            problems += [
                _problem(path.name, lines, tuple(one["loc"]), _SAID.get(one["type"]) or in_plain_words(one))
                for one in error.errors(include_input=False, include_url=False)
            ]
    raise ConfigError(problems)


def _composed(path: Path) -> tuple[yaml.Node, object]:
    try:
        loader = yaml.BaseLoader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if node is None:
            raise ConfigError([Problem(message="the spec is empty", file=path.name, hint="see docs/sandbox-data.md")])
        return node, cast("object", loader.construct_document(node))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(message="the spec cannot be read", file=path.name)]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        message = f"is no YAML: {stumble(error)}"
        raise ConfigError([Problem(message=message, file=path.name, line=line, hint=HINT)]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError([Problem(message="is no YAML that a person would write", file=path.name)]) from error


def _walk(node: yaml.Node, place: _Place, line: int, seen: set[int]) -> Iterator[tuple[_Place, int, str | None]]:
    """Yield every place with its 1-based line, and what is wrong there."""
    if id(node) in seen:
        yield place, line, "aliases are not supported: write the value out"
        return
    seen.add(id(node))
    yield place, line, None
    if isinstance(node, yaml.SequenceNode):
        for position, child in enumerate(node.value):
            # An alias carries the place of what it stands for, not its own.
            own = line if id(child) in seen else child.start_mark.line + 1
            yield from _walk(child, (*place, position), own, seen)
    elif isinstance(node, yaml.MappingNode):
        yield from _walk_mapping(node, place, seen)


def _walk_mapping(node: yaml.MappingNode, place: _Place, seen: set[int]) -> Iterator[tuple[_Place, int, str | None]]:
    keys: set[str] = set()
    for key, child in node.value:
        below = (*place, str(key.value))
        line = key.start_mark.line + 1
        if below[-1] in keys:
            yield below, line, "the key stands twice"
        keys.add(str(below[-1]))
        yield from _walk(child, below, line, seen)


def _problem(
    name: str, lines: Mapping[_Place, int], place: Sequence[str | int], message: str, *, hint: str | None = None
) -> Problem:
    known = next((tuple(place[:size]) for size in range(len(place), -1, -1) if tuple(place[:size]) in lines), ())
    return Problem(message=message, file=name, line=lines.get(known), key=_dotted(place), hint=hint)


def _dotted(place: Sequence[str | int]) -> str | None:
    return ".".join(str(part) for part in place) or None
