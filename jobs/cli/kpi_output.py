"""KPI rows as table, JSON, CSV, Parquet or Excel workbook, on standard output or in a file."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import typer

from jobs.cli.command_words import said
from jobs.cli.tables import print_table
from jobs.wording.bounds import open_bounds
from jobs.wording.lacks import lacking
from jobs.wording.terms import exclusions, member, part
from jobs.wording.words import Language, percent, word
from syncer.errors import ConfigError, Problem
from syncer.kpis.rendering.render import Format, Telling, cells, to_csv, to_json, to_parquet, to_xlsx
from syncer.kpis.result import Kpi

#: Lines that a row may take on a narrow terminal, and columns of text that all rows take on a wide one.
_TALL, _WITHIN = 6, 132


class _Line(NamedTuple):
    """One row of the table."""

    figure: str
    value: str = ""
    interval: str = ""
    n: str = ""
    status: str = ""


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
        typer.echo(said("file_written", lang, name=output), err=True)
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
        return to_xlsx(rows, lang, telling=_telling(lang))
    text = to_csv(rows) if form is Format.CSV else to_json(rows) + "\n"
    return text.encode()


def _telling(lang: Language) -> Telling:
    return Telling(
        segment=lambda row: _segment(row, lang),
        left_out=lambda row: exclusions(row.excluded, lang),
        lacks=lambda row: lacking(row.notes, lang),
    )


def print_kpis(rows: Sequence[Kpi], lang: Language) -> None:
    """Print figure by figure: its name and period, its segments below, and what each leaves out or lacks."""
    figure, value, status = (word(key, lang) for key in ("figure", "value", "status"))
    same = groupby(rows, key=lambda row: (row.id, row.period, row.basis))
    lines = [line for _, some in same for line in _figure(list(some), lang)]
    heads = (figure, value, percent(0.95, lang, digits=0), "n", status)
    print_table(heads, lines, right=(value, "n"), tall=_TALL, within=_WITHIN)


def _figure(rows: Sequence[Kpi], lang: Language) -> Iterator[_Line]:
    """Yield the lines of a figure: what is said of every row alike is said once."""
    first, remarks = rows[0], [_remarks(row, lang) for row in rows]
    is_alike = len({*remarks}) == 1
    title = f"{first.id} {first.name} · {_period(first, lang)}"
    if first.segment:
        yield _Line(title)
    for row, remark in zip(rows, remarks, strict=True):
        shown = cells(row, lang)
        yield _Line(
            f"  {_segment(row, lang)}" if row.segment else title, shown.value, shown.interval, shown.n, shown.status
        )
        if not is_alike:
            yield from (_Line(f"    {one}") for one in remark)
    if is_alike:
        yield from (_Line(f"    {one}") for one in remarks[0])


def _period(row: Kpi, lang: Language) -> str:
    basis = word("basis_period" if row.basis == "period" else row.basis, lang)
    return f"{word('all', lang) if row.period == 'all' else row.period} ({basis})"


def _remarks(row: Kpi, lang: Language) -> tuple[str, ...]:
    """Return what to know of a row: how far open cases may move it, what it leaves out, why it has no value."""
    left_out = exclusions(row.excluded, lang)
    return tuple(
        one
        for one in (
            open_bounds(row.notes, row.unit, lang),
            f"{word('left_out', lang)}: {left_out}" if left_out else "",
            lacking(row.notes, lang),
        )
        if one
    )


def _segment(row: Kpi, lang: Language) -> str:
    labels = row.notes.get("labels")
    names = labels if isinstance(labels, Mapping) else {}
    return ", ".join(
        part(dim, str(names.get(dim) or member(dim, value, lang)), lang) for dim, value in row.segment.items()
    )
