"""The KPI catalogue: reads catalogue.toml, where each KPI is declared once, and writes docs/kpis.md from it."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from syncer.errors import ConfigError, Problem
from syncer.kpis.result import Basis
from syncer.meant import among

LANGUAGES = ("en", "de")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One figure of a KPI: the headline, or a companion under a dotted id."""

    id: str
    unit: str
    #: Language → name.
    names: Mapping[str, str]

    @property
    def metric(self) -> str:
        """The name as a gauge in OpenMetrics: by id, which stays, with the unit at the end."""
        name = f"syncer_kpi_{self.id.lower().replace('.', '_')}"
        return name if name.endswith(f"_{self.unit}") else f"{name}_{self.unit}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Declaration:
    """What a KPI counts, in words."""

    id: str
    #: The first is the default.
    bases: Sequence[Basis]
    #: What `--by` accepts.
    dims: Sequence[str]
    #: Where no period is asked for: `all`, `quarter` or `trailing90`.
    default_period: str
    #: Language → text.
    formula: Mapping[str, str]
    population: Mapping[str, str]
    #: By id; the first is the headline.
    rows: Mapping[str, Row]

    @property
    def headline(self) -> Row:
        """The row under the plain id."""
        return self.rows[self.id]


#: An id without its letter or its zero.
_NUMBER = re.compile(r"[kK]?0*(\d{1,2})")


@cache
def catalogue() -> Mapping[str, Declaration]:
    """Return every KPI by id, in order."""
    return {key: _declaration(key, _table(entry)) for key, entry in _data("catalogue.toml").items()}


def _data(name: str) -> Mapping[str, object]:
    return tomllib.loads(files("syncer.kpis").joinpath(name).read_text(encoding="utf-8"))


def _declaration(key: str, entry: Mapping[str, object]) -> Declaration:
    rows = _table(entry["rows"])
    return Declaration(
        id=key,
        bases=[Basis(basis) for basis in _texts(entry["bases"])],
        dims=_texts(entry["dims"]),
        default_period=str(entry["period"]),
        formula=_words(entry["formula"]),
        population=_words(entry["population"]),
        rows={row_id: _row(row_id, _words(row)) for row_id, row in rows.items()},
    )


def _row(row_id: str, words: Mapping[str, str]) -> Row:
    return Row(id=row_id, unit=words["unit"], names={lang: words[lang] for lang in LANGUAGES})


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _words(value: object) -> Mapping[str, str]:
    return {key: str(text) for key, text in _table(value).items()}


def _texts(value: object) -> Sequence[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def select(ids: Sequence[str] | None) -> Sequence[tuple[Declaration, Sequence[str]]]:
    """Return the KPIs asked for, each with the row ids wanted; None is every KPI whole.

    A plain id brings its companions along, a dotted id only itself. Raises ConfigError naming every unknown id.
    """
    known = catalogue()
    if not ids:
        return [(declaration, list(declaration.rows)) for declaration in known.values()]
    wanted: dict[str, list[str]] = {}
    unknown = []
    for asked in ids:
        plain, dot, rest = asked.partition(".")
        key = plain.upper()
        row_id = f"{key}{dot}{rest.lower()}"
        if key not in known or row_id not in known[key].rows:
            unknown.append(asked)
            continue
        rows = wanted.setdefault(key, [])
        rows.extend(row for row in ([row_id] if dot else known[key].rows) if row not in rows)
    if unknown:
        raise ConfigError([_unknown(asked) for asked in unknown])
    return [(known[key], rows) for key, rows in wanted.items()]


def _unknown(asked: str) -> Problem:
    declaration = catalogue().get(asked.partition(".")[0].upper())
    choice = list(declaration.rows if declaration else catalogue())
    return Problem(message=f"no KPI has the id {asked!r}", key="ID", hint=among(_whole(asked), choice))


def _whole(asked: str) -> str:
    """Return an id with the zero that people leave out; a number that no KPI has is like none."""
    number = _NUMBER.fullmatch(asked)
    return asked if number is None else f"K{int(number[1]):02d}" if f"K{int(number[1]):02d}" in catalogue() else ""


def catalogue_markdown() -> str:
    """Return docs/kpis.md."""
    conventions = str(_data("conventions.toml")["text"])
    return "\n".join([conventions, *(_section(declaration) for declaration in catalogue().values())])


def _section(declaration: Declaration) -> str:
    headline = declaration.headline
    lines = [
        f"## {declaration.id} {headline.names['en']} / {headline.names['de']}",
        "",
        f"- Formula: {declaration.formula['en']}",
        f"- Population: {declaration.population['en']}",
        f"- Formel: {declaration.formula['de']}",
        f"- Grundgesamtheit: {declaration.population['de']}",
        f"- Basis: {', '.join(declaration.bases)}. Period when none is asked for: {declaration.default_period}.",
        f"- `--by`: {', '.join(declaration.dims)}",
        "",
        "| id | unit | English | Deutsch | metric |",
        "|---|---|---|---|---|",
        *(_row_text(row) for row in declaration.rows.values()),
        "",
    ]
    return "\n".join(lines)


def _row_text(row: Row) -> str:
    return f"| {row.id} | {row.unit} | {row.names['en']} | {row.names['de']} | `{row.metric}` |"
