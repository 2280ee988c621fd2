"""What the demo prints: what was read, who is hot and why, the funnel, the forecast, what was written back."""

from collections.abc import Mapping

import typer

from jobs.cli.command_words import said
from jobs.cli.results import print_round
from jobs.cli.tables import print_table
from jobs.figures.strip import funnel_strip
from jobs.rehearsal.demo import DemoDone
from jobs.wording.terms import exclusions
from jobs.wording.words import Language, between, number, percent, stage_name, word
from syncer.kpis.rendering.render import figure_text

_FORECAST = ("K20", "K20.weighted", "K20.commit", "K20.best_case", "K20.won")
_OUTCOMES = ("K10", "K10.broad", "K10.won", "K10.lost", "K10.other", "K31", "K31.sum", "K14", "K26", "K27")


def print_demo(done: DemoDone) -> None:
    """Print the whole demo."""
    created = sum(step.state == "present" for step in done.steps)
    typer.echo(said("demo_set_up", done.lang, count=created, address=done.crm) + "\n")
    print_round(done.backfill, done.lang)
    calls = sum(one.api_calls for one in done.backfill.streams.values())
    typer.echo(said("demo_calls", done.lang, calls=calls, limited=done.limited) + "\n")
    _leads(done)
    _strip(done)
    _figures(done, word("forecast", done.lang), _FORECAST)
    _figures(done, word("outcomes", done.lang), _OUTCOMES)
    _written(done)


def _leads(done: DemoDone) -> None:
    rows = [
        (
            lead.name if lead.company is None else f"{lead.name}, {lead.company}",
            stage_name(lead.stage, done.lang),
            lead.cell,
            number(lead.priority, done.lang),
            lead.why,
        )
        for lead in done.leads
    ]
    heads = [word(key, done.lang) for key in ("contact", "stage", "cell", "priority", "why")]
    print_table(heads, rows, title=word("hottest", done.lang), right=(heads[3],))


def _strip(done: DemoDone) -> None:
    rows = [
        (
            stage_name(step.stage, done.lang),
            number(step.now, done.lang),
            number(step.entered, done.lang),
            percent(step.onward, done.lang),
            "" if step.lo is None else between(percent(step.lo, done.lang), percent(step.hi, done.lang)),
        )
        for step in funnel_strip(done.figures)
    ]
    heads = [word(key, done.lang) for key in ("stage", "now", "entered", "onward", "interval")]
    print_table(heads, rows, title=word("funnel", done.lang), right=heads[1:4])


def _figures(done: DemoDone, title: str, wanted: tuple[str, ...]) -> None:
    found = {str(row["id"]): row for row in done.figures}
    rows = []
    for ident in wanted:
        row = found.get(ident)
        if row is not None:
            bounds = [_shown(row, key, done.lang) for key in ("lo", "hi") if row[key] is not None]
            counted = number(row["n"], done.lang) if isinstance(row["n"], int) else ""
            left_out = exclusions(row["excluded"], done.lang)
            value = _shown(row, "value", done.lang)
            rows.append((ident, str(row["name"]), value, " – ".join(bounds), counted, left_out))
    heads = ["id", *(word(key, done.lang) for key in ("figure", "value", "interval")), "n", word("left_out", done.lang)]
    print_table(heads, rows, title=title, right=(heads[2], "n"))


def _shown(row: Mapping[str, object], key: str, lang: Language) -> str:
    value = row[key]
    return figure_text(value if isinstance(value, int | float) else None, str(row["unit"]), lang)


def _written(done: DemoDone) -> None:
    rows = [(name, number(count, done.lang)) for name, count in sorted(done.sync.properties.items())]
    heads = [said("property", done.lang), word("value", done.lang)]
    print_table(
        heads,
        rows,
        title=f"{word('written_back', done.lang)}: {number(done.sync.written, done.lang)}",
        right=(heads[1],),
    )
    again, seconds = done.again, number(done.again.seconds, done.lang, digits=1)
    told = said("demo_again", done.lang, written=again.written, planned=again.planned, seconds=seconds)
    typer.echo(f"{told}\n")
