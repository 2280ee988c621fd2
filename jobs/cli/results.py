"""What rounds, plans and pushes print, and the exit code they end in."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from jobs.cli.frame import one_or_all, print_json
from jobs.cli.tables import print_table
from jobs.cli.ways_output import print_ways

if TYPE_CHECKING:
    from jobs.pulling.completeness import StreamProof
    from jobs.rounds import RoundResult
    from jobs.writing.plan import Plan
    from jobs.writing.push import PushCount
    from syncer.handover.notices import Notice
    from syncer.writeback import Intent

_FAILED, _NEEDS_PERSON = 1, 3

#: Lines of a plan that a terminal shows; --json and a pipe show all.
_SHOWN = 40


def finish_round(results: Sequence["RoundResult"], *, as_json: bool) -> None:
    """Print what rounds did and end in their exit code."""
    if as_json:
        print_json(one_or_all([one.as_dict() for one in results]))
    else:
        for one in results:
            print_round(one)
    if any(one.halted or one.parked for one in results):
        raise typer.Exit(_FAILED)
    if any(one.failed or one.buried or one.problems or _is_incomplete(one) for one in results):
        raise typer.Exit(_NEEDS_PERSON)


def _is_incomplete(result: "RoundResult") -> bool:
    return not all(one.complete for one in result.proof.values())


def print_round(result: "RoundResult") -> None:
    """Print one account's round."""
    rows = [
        (name, *(f"{number:,}" for number in (one.read, one.created, one.updated, one.archived, one.api_calls)))
        for name, one in result.streams.items()
    ]
    heads = ("stream", "read", "created", "updated", "archived", "API calls")
    print_table(heads, rows, title=f"{result.account} · run {result.run}", right=heads[1:])
    if result.proof:
        _print_proof(result)
    print_ways(result.ways)
    typer.echo(
        f"derived {result.derived:,} · planned {result.planned:,} · written {result.written:,} · "
        f"notices {result.notices:,} · unchanged {result.unchanged:,} · conflicts {result.conflicts:,} · "
        f"failed {result.failed:,} · {result.seconds:.1f} s"
    )
    if result.parked:
        say_parked(result.account, result.parked)
    for stream, why in result.skipped.items():
        typer.echo(f"left out {stream}: {why}")
    for stream, why in result.halted.items():
        typer.echo(f"stopped {stream}: {why}", err=True)
    for problem in result.problems:
        typer.echo(f"not written: {problem}", err=True)
    if result.buried or result.failed:
        typer.echo(f"{result.buried + result.failed:,} need a person: syncer dead-letters", err=True)


def say_parked(account: str, parked: Mapping[str, object]) -> None:
    """Say until when nothing is asked of an account whose day is spent."""
    typer.echo(
        f"{account} rests until {parked['until_local']}: its calls for today are spent ({parked['why']}). "
        "Nothing is lost: what was to be done is done by the first round after that",
        err=True,
    )


def _print_proof(result: "RoundResult") -> None:
    """Print what the full list named beside what the store holds; search's word is shown as what it is."""
    heads = ("read in full", "the portal lists", "the store holds", "search says*", "proof")
    rows = [
        (stream, f"{one.listed:,}", f"{one.held:,}", _number(one.search_total), _proved(one))
        for stream, one in result.proof.items()
    ]
    print_table(heads, rows, right=heads[1:4])
    typer.echo("* a hint only: search lags behind; the proof is the full list, or export, against the store, id by id")


def _number(count: int | None) -> str:
    return "–" if count is None else f"{count:,}"


def _proved(one: "StreamProof") -> str:
    return "; ".join(["complete" if one.complete else "NOT complete", *one.reasons])


def show_plans(plans: Sequence["Plan"], *, as_json: bool) -> None:
    """Print the changes of every account, each with its reason."""
    if as_json:
        lines = [[*map(plan_line, one.rows), *map(notice_line, one.notices)] for one in plans]
        print_json([line for of_account in lines for line in of_account])
    else:
        for one in plans:
            _print_plan(one)
    if any(one.problems for one in plans):
        raise typer.Exit(_NEEDS_PERSON)


def plan_line(row: "Intent") -> dict[str, object]:
    """Return one change in the form of design.md §5."""
    return {
        "object": row.kind.value,
        "id": row.record_id,
        "property": row.property,
        "from": row.previous,
        "to": row.value,
        "rule": row.rule,
        "why": row.why,
    }


def notice_line(notice: "Notice") -> dict[str, object]:
    """Return one note or task to come in the form of a change: it is new, and named by its occasion."""
    return {
        "object": notice.form.value,
        "id": None,
        "property": None,
        "from": None,
        "to": f"{notice.kind}/{notice.record_id}",
        "rule": notice.purpose.value,
        "why": notice.key,
    }


def _print_plan(plan: "Plan") -> None:
    counted: dict[tuple[str, str], int] = {}
    for row in plan.rows:
        counted[row.kind, row.property] = counted.get((row.kind, row.property), 0) + 1
    summary = [(kind, name, f"{number:,}") for (kind, name), number in sorted(counted.items())]
    print_table(
        ("object", "property", "changes"), summary, title=f"{plan.account} · plan {plan.checksum}", right=("changes",)
    )
    lines = [
        (f"{row.kind}/{row.record_id}", row.property, row.previous or "–", row.value or "–", f"{row.rule}: {row.why}")
        for row in plan.rows[:_SHOWN]
    ]
    if lines:
        print_table(("record", "property", "from", "to", "why"), lines)
    if len(plan.rows) > _SHOWN:
        typer.echo(f"… and {len(plan.rows) - _SHOWN:,} more; --json prints all")
    for notice in plan.notices:
        typer.echo(f"new in {notice.form.value}: {notice.purpose.value} of {notice.kind}/{notice.record_id}")
    for problem in plan.problems:
        typer.echo(f"not planned: {problem}", err=True)


def finish_push(counts: Sequence["PushCount"], *, as_json: bool) -> None:
    """Print what became of the outbox."""
    if as_json:
        print_json(one_or_all([asdict(one) for one in counts]))
    else:
        for one in counts:
            typer.echo(
                f"written {one.written:,} · unchanged {one.unchanged:,} · conflicts {one.conflicts:,} · "
                f"failed {one.failed:,} · notices {one.notices.created + one.notices.found:,}"
            )
            if one.parked:
                say_parked("the account", one.parked)
    if any(one.parked for one in counts):
        raise typer.Exit(_FAILED)
    if any(one.failed or one.notices.failed for one in counts):
        raise typer.Exit(_NEEDS_PERSON)
