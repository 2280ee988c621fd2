"""The data dictionary that lies beside the tables: for people as Markdown, for programs as CSV."""

import csv
import io
from collections.abc import Sequence

from syncer.extracts.declared import Column, Extract

_HEADS = ("table", "column", "type", "unit", "origin", "personal", "en", "de")


def dictionary_csv(extracts: Sequence[Extract]) -> str:
    """Return one line a column."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADS)
    for extract in extracts:
        for column in extract.columns:
            writer.writerow(_cells(extract, column))
    return out.getvalue()


def _cells(extract: Extract, column: Column) -> Sequence[str]:
    personal = "yes" if column.personal else "no"
    words = (column.words["en"], column.words["de"])
    return (extract.name, column.name, column.type.value, column.unit, column.origin, personal, *words)


def dictionary_markdown(extracts: Sequence[Extract]) -> str:
    """Return one section a table."""
    sections = [line for extract in extracts for line in _section(extract)]
    return "\n".join([*_PREFACE, *sections])


_PREFACE = (
    "# Tables / Tabellen",
    "",
    "Null is unknown, never zero. Moments are UTC, money is decimal. Origin: `crm` as the CRM says, `syncer` as",
    "decided, `file` as brought in.",
    "",
    "Leer ist unbekannt, nie null. Zeitpunkte sind UTC, Geld ist dezimal. Herkunft: `crm` wie im CRM, `syncer`",
    "entschieden, `file` eingelesen.",
    "",
)


def _section(extract: Extract) -> Sequence[str]:
    return [
        f"## {extract.name}",
        "",
        f"{extract.words['en']}.",
        "",
        f"{extract.words['de']}.",
        "",
        "| column | type | unit | origin | English | Deutsch |",
        "|---|---|---|---|---|---|",
        *(_line(column) for column in extract.columns),
        "",
    ]


def _line(column: Column) -> str:
    words = (column.words["en"], column.words["de"])
    return f"| {' | '.join((column.name, column.type.value, column.unit, column.origin, *words))} |"
