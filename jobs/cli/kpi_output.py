"""KPI rows as table, JSON, CSV, Parquet or Excel workbook, on standard output or in a file."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from jobs.cli.tables import print_table
from jobs.wording.terms import exclusions, lacking, member, part
from jobs.wording.words import Language, word
from syncer.errors import ConfigError, Problem
from syncer.kpis.rendering.render import Format, cells, to_csv, to_json, to_parquet, to_xlsx
from syncer.kpis.result import Kpi


def write_kpis(rows: Sequence[Kpi], form: str, output: str | None, lang: Language) -> None:
    """Write the rows in the form asked for; Parquet and workbooks need a file or a pipe."""
    if form not in set(Format):
        raise ConfigError([Problem(key="--format", message=f"no format {form!r}", hint=", ".join(Format))])
    if form == Format.TABLE and output:
        kinds = ", ".join(one for one in Format if one is not Format.TABLE)
        raise ConfigError([Problem(key="--output", message="a table is for reading", hint=f"add --format: {kinds}")])
    if form == Format.TABLE:
        print_kpis(rows, lang)
        return
    content = _content(rows, Format(form), lang)
    if output:
        Path(output).write_bytes(content)
    elif form in {Format.PARQUET, Format.XLSX} and sys.stdout.isatty():
        raise ConfigError(
            [Problem(key="--output", message=f"the format {form} is not for reading", hint="add --output FILE")]
        )
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()


def _content(rows: Sequence[Kpi], form: Format, lang: Language) -> bytes:
    if form is Format.PARQUET:
        return to_parquet(rows)
    if form is Format.XLSX:
        return to_xlsx(rows, lang, why=lambda row: lacking(row.notes, lang))
    text = to_csv(rows) if form is Format.CSV else to_json(rows) + "\n"
    return text.encode()


def print_kpis(rows: Sequence[Kpi], lang: Language) -> None:
    """Print the rows as a table."""
    keys = ("figure", "segment", "value", "period", "status", "left_out")
    figure, segment, value, period, status, left_out = (word(key, lang) for key in keys)
    heads = ("id", figure, segment, value, "95 %", "n", period, status, left_out)
    print_table(heads, [_line(row, lang) for row in rows], right=(value, "n"))


def _line(row: Kpi, lang: Language) -> Sequence[str]:
    shown = cells(row, lang)
    basis = word("basis_period" if row.basis == "period" else row.basis, lang)
    period = word("all", lang) if row.period == "all" else row.period
    return (
        shown.id,
        shown.name,
        shown.segment if lang == "en" else _segment(row, lang),
        shown.value,
        shown.interval,
        shown.n,
        f"{period} ({basis})",
        shown.status,
        ", ".join(part for part in (exclusions(row.excluded, lang), lacking(row.notes, lang)) if part),
    )


def _segment(row: Kpi, lang: Language) -> str:
    labels = row.notes.get("labels")
    names = labels if isinstance(labels, Mapping) else {}
    return ", ".join(
        part(dim, str(names.get(dim) or member(dim, value, lang)), lang) for dim, value in row.segment.items()
    )
