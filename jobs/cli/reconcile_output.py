"""What a full compare prints, and the exit code it ends in."""

from collections.abc import Sequence
from itertools import islice

import typer

from jobs.cli.command_words import said
from jobs.cli.frame import one_or_all, print_json
from jobs.cli.tables import print_table
from jobs.pulling.drift import Finding, ReconcileResult, StreamDrift
from jobs.wording.sentences import spoken
from jobs.wording.words import Language, number

_FAILED, _NEEDS_PERSON = 1, 3

#: Findings that a terminal shows.
_SHOWN = 40
_COUNTS = (
    "missing",
    "differing",
    "links",
    "archived",
    "deleted",
    "merged",
    "not_yet_pulled",
    "unreadable",
    "empty",
    "repaired",
    "api_calls",
)


def finish_reconcile(results: Sequence[ReconcileResult], *, as_json: bool, lang: Language = "en") -> None:
    """Print what full compares found and end in their exit code."""
    if as_json:
        print_json(one_or_all([one.as_dict() for one in results]))
    else:
        for one in results:
            _print(one, lang)
    if any(one.halted for one in results):
        raise typer.Exit(_FAILED)
    if any(one.sums()["left"] or one.sums()["unreadable"] for one in results):
        raise typer.Exit(_NEEDS_PERSON)


def _print(result: ReconcileResult, lang: Language) -> None:
    heads = [said(key, lang) for key in ("stream", "crm", "mirror", *(f"rec_{name}" for name in _COUNTS))]
    rows = [(stream, *_figures(drift, lang)) for stream, drift in result.streams.items()]
    title = said("round_title", lang, account=result.account, run=result.run)
    print_table(heads, rows, title=title, right=heads[1:])
    _print_findings(result, lang)
    for stream, why in result.skipped.items():
        typer.echo(said("left_out", lang, stream=stream, why=spoken(why, lang)))
    for stream, why in result.halted.items():
        typer.echo(said("stopped", lang, stream=stream, why=spoken(why, lang)), err=True)
    typer.echo(_verdict(result, lang))


def _figures(drift: StreamDrift, lang: Language) -> Sequence[str]:
    return [number(getattr(drift, name), lang) for name in ("crm", "mirror", *_COUNTS)]


def _print_findings(result: ReconcileResult, lang: Language) -> None:
    named = ((stream, one) for stream, drift in result.streams.items() for one in drift.findings)
    rows = [
        (f"{stream}/{one.id}", said(f"rec_{one.what.value}", lang), _details(one, lang), _standing(one, lang))
        for stream, one in islice(named, _SHOWN)
    ]
    if rows:
        print_table([said(key, lang) for key in ("record", "what", "in", "now_head")], rows)
    more = sum(len(drift.findings) + drift.unnamed for drift in result.streams.values()) - len(rows)
    if more:
        typer.echo(said("more_findings", lang, count=more))


def _details(one: Finding, lang: Language) -> str:
    links = [said("links_to", lang, kind=kind) for kind in one.links]
    return ", ".join([*one.properties, *links, *([said("now_into", lang, into=one.into)] if one.into else [])])


def _standing(one: Finding, lang: Language) -> str:
    if one.repaired:
        return said("mended", lang)
    return said("rec_not_yet_pulled" if one.not_yet_pulled else "stands", lang)


def _verdict(result: ReconcileResult, lang: Language) -> str:
    sums = result.sums()
    seconds = number(result.seconds, lang, digits=1)
    told = {**sums, "compared": said("compared_in", lang, count=sums["compared"], seconds=seconds)}
    if result.halted:
        return said("not_proved", lang, streams=", ".join(result.halted), **told)
    if not sums["faults"]:
        early = said("but_for", lang, count=sums["not_yet_pulled"]) if sums["not_yet_pulled"] else ""
        unread = said("unread", lang, count=sums["unreadable"]) if sums["unreadable"] else ""
        return said("agree", lang, early=early, unread=unread, **told)
    return said("mended_left" if result.applied else "faults_shown", lang, **told)
