"""What a full compare prints, and the exit code it ends in."""

from collections.abc import Sequence
from itertools import islice

import typer

from jobs.cli.frame import one_or_all, print_json
from jobs.cli.tables import print_table
from jobs.pulling.drift import Finding, ReconcileResult, StreamDrift

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


def finish_reconcile(results: Sequence[ReconcileResult], *, as_json: bool) -> None:
    """Print what full compares found and end in their exit code."""
    if as_json:
        print_json(one_or_all([one.as_dict() for one in results]))
    else:
        for one in results:
            _print(one)
    if any(one.halted for one in results):
        raise typer.Exit(_FAILED)
    if any(one.sums()["left"] or one.sums()["unreadable"] for one in results):
        raise typer.Exit(_NEEDS_PERSON)


def _print(result: ReconcileResult) -> None:
    heads = ("stream", "CRM", "mirror", *(name.replace("_", " ") for name in _COUNTS))
    rows = [(stream, *_figures(drift)) for stream, drift in result.streams.items()]
    print_table(heads, rows, title=f"{result.account} · run {result.run}", right=heads[1:])
    _print_findings(result)
    for stream, why in result.skipped.items():
        typer.echo(f"left out {stream}: {why}")
    for stream, why in result.halted.items():
        typer.echo(f"stopped {stream}: {why}", err=True)
    typer.echo(_verdict(result))


def _figures(drift: StreamDrift) -> Sequence[str]:
    return [f"{getattr(drift, name):,}" for name in ("crm", "mirror", *_COUNTS)]


def _print_findings(result: ReconcileResult) -> None:
    named = ((stream, one) for stream, drift in result.streams.items() for one in drift.findings)
    rows = [
        (f"{stream}/{one.id}", one.what.value, _details(one), _standing(one)) for stream, one in islice(named, _SHOWN)
    ]
    if rows:
        print_table(("record", "what", "in", "now"), rows)
    more = sum(len(drift.findings) + drift.unnamed for drift in result.streams.values()) - len(rows)
    if more:
        typer.echo(f"… and {more:,} more; --json names the first thousand of each stream")


def _details(one: Finding) -> str:
    links = [f"links to {kind}" for kind in one.links]
    return ", ".join([*one.properties, *links, *([f"now {one.into}"] if one.into else [])])


def _standing(one: Finding) -> str:
    if one.repaired:
        return "mended"
    return "not yet pulled" if one.not_yet_pulled else "stands"


def _verdict(result: ReconcileResult) -> str:
    sums = result.sums()
    compared = f"{sums['compared']:,} records compared in {result.seconds:.1f} s"
    if result.halted:
        return f"not proved, since {', '.join(result.halted)} stopped: {compared}, {sums['faults']:,} not the same"
    if not sums["faults"]:
        early = f" but for {sums['not_yet_pulled']:,} that the next pull brings" if sums["not_yet_pulled"] else ""
        unread = f"; {sums['unreadable']:,} cannot be read: syncer dead-letters" if sums["unreadable"] else ""
        return f"mirror and CRM agree{early}: {compared}{unread}"
    if result.applied:
        return f"{sums['repaired']:,} mended, {sums['left']:,} left: {compared}; the next derive decides what changed"
    return f"{sums['faults']:,} are not the same on both sides: {compared}; --apply mends the mirror"
