"""The tables for BI tools as extracts.toml declares them, each column with type, unit and meaning in two languages."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "de")


class Type(StrEnum):
    """What the cells of a column are; each may be null, which is unknown."""

    TEXT = "text"
    #: A JSON object or list as text.
    JSON = "json"
    WHOLE = "whole"
    NUMBER = "number"
    FLAG = "flag"
    #: A moment in UTC, to the millisecond.
    MOMENT = "moment"
    #: A local day.
    DAY = "day"
    #: A decimal with six places.
    MONEY = "money"
    #: A decimal of any number of places, as text.
    RATE = "rate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    type: Type
    #: Empty where the type says it all.
    unit: str
    #: Who says so: `crm`, `syncer` or `file`.
    origin: str
    #: Names or reaches a person.
    personal: bool
    #: Language → meaning.
    words: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Extract:
    """One table."""

    name: str
    #: Language → what its rows are.
    words: Mapping[str, str]
    columns: Sequence[Column]

    def shown(self, *, personal: bool) -> "Extract":
        """Return the table with the columns that a reader may have."""
        kept = [column for column in self.columns if personal or not column.personal]
        return Extract(name=self.name, words=self.words, columns=kept)


@cache
def extracts() -> Sequence[Extract]:
    """Return every table, in the order of the file."""
    declared = tomllib.loads(files("syncer.extracts").joinpath("extracts.toml").read_text(encoding="utf-8"))
    common = declared.pop("words")
    return [_extract(name, entry, common) for name, entry in declared.items()]


_Entry = Mapping[str, str]


def _extract(name: str, entry: Mapping[str, object], common: Mapping[str, _Entry]) -> Extract:
    own = _entries(entry.get("words"))
    names, personal = _names(entry["columns"]), _names(entry.get("personal"))
    return Extract(
        name=name,
        words={lang: str(entry[lang]) for lang in LANGUAGES},
        columns=[_column(one, own.get(one) or common[one], personal=one in personal) for one in names],
    )


def _column(name: str, entry: _Entry, *, personal: bool) -> Column:
    return Column(
        name=name,
        type=Type(entry["type"]),
        unit=entry.get("unit", ""),
        origin=entry["origin"],
        personal=personal,
        words={lang: entry[lang] for lang in LANGUAGES},
    )


def _names(value: object) -> Sequence[str]:
    return [str(name) for name in value] if isinstance(value, list) else []


def _entries(value: object) -> Mapping[str, _Entry]:
    return value if isinstance(value, dict) else {}
