"""What rounds, plans and pushes print, and the exit code they end in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from jobs.cli.command_words import heads, said
from jobs.cli.frame import one_or_all, print_json
from jobs.cli.tables import print_table
from jobs.cli.ways_output import print_ways
from jobs.wording.sentences import spoken
from jobs.wording.words import Language, number

if TYPE_CHECKING:
    from jobs.pulling.completeness import StreamProof
    from jobs.rounds import RoundResult
    from jobs.writing.plan import Plan
    from jobs.writing.push import PushCount
    from syncer.handover.notices import Notice
    from syncer.writeback import Intent

_FAILED, _NEEDS_PERSON = 1, 3

#: Names one call: the same refusal of another has another.
_CORRELATION = re.compile(r"correlationId [\w-]+")
#: Lines of a plan that a terminal shows; --json and a pipe show all.
_SHOWN = 40


def finish_round(results: Sequence["RoundResult"], *, as_json: bool, lang: Language = "en") -> None:
    """Print what rounds did and end in their exit code."""
    if as_json:
        print_json(one_or_all([one.as_dict() for one in results]))
    else:
        for one in results:
            print_round(one, lang)
    if any(one.halted or one.parked for one in results):
        raise typer.Exit(_FAILED)
    if any(one.failed or one.buried or one.problems or _is_incomplete(one) for one in results):
        raise typer.Exit(_NEEDS_PERSON)


def _is_incomplete(result: "RoundResult") -> bool:
    return not all(one.complete for one in result.proof.values())


def print_round(result: "RoundResult", lang: Language = "en") -> None:
    """Print one account's round."""
    rows = [
        (name, *(number(count, lang) for count in (one.read, one.created, one.updated, one.archived, one.api_calls)))
        for name, one in result.streams.items()
    ]
    columns = heads(lang, "stream", "read", "created", "updated", "archived", "api_calls")
    title = said("round_title", lang, account=result.account, run=result.run)
    print_table(columns, rows, title=title, right=columns[1:])
    if result.proof:
        _print_proof(result, lang)
    print_ways(result.ways, lang)
    names = ("derived", "planned", "written", "notices", "unchanged", "conflicts", "failed")
    sums = {name: getattr(result, name) for name in names}
    typer.echo(said("round_sums", lang, **sums, seconds=number(result.seconds, lang, digits=1)))
    _print_trouble(result, lang)


def _print_trouble(result: "RoundResult", lang: Language) -> None:
    if result.parked:
        say_parked(result.account, result.parked, lang)
    for stream, why in result.skipped.items():
        typer.echo(said("left_out", lang, stream=stream, why=spoken(why, lang)))
    for streams, why in _by_reason(result.halted):
        typer.echo(said("stopped", lang, stream=f"{result.account}: {streams}", why=spoken(why, lang)), err=True)
    for problem in result.problems:
        typer.echo(said("not_written", lang, problem=spoken(problem, lang)), err=True)
    if result.buried or result.failed:
        typer.echo(said("need_person", lang, count=result.buried + result.failed), err=True)


def _by_reason(halted: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """Return streams that stopped for the same reason as one, with what was said of the first of them."""
    found: dict[str, tuple[list[str], str]] = {}
    for stream, why in halted.items():
        found.setdefault(_CORRELATION.sub("", why), ([], why))[0].append(stream)
    return [(", ".join(streams), why) for streams, why in found.values()]


def say_parked(account: str, parked: Mapping[str, object], lang: Language) -> None:
    """Say until when nothing is asked of an account whose day is spent."""
    text = said("at_rest_until", lang, account=account, until=parked["until_local"], why=parked["why"])
    typer.echo(text, err=True)


def _print_proof(result: "RoundResult", lang: Language) -> None:
    """Print what the full list named beside what the store holds; search's word is shown as what it is."""
    columns = heads(lang, "read_in_full", "portal_lists", "store_holds", "search_says", "proof")
    rows = [
        (stream, *(number(count, lang) for count in (one.listed, one.held, one.search_total)), _proved(one, lang))
        for stream, one in result.proof.items()
    ]
    print_table(columns, rows, right=columns[1:4])
    typer.echo(said("search_note", lang))


def _proved(one: "StreamProof", lang: Language) -> str:
    reasons = (spoken(reason, lang) for reason in one.reasons)
    return "; ".join([said("complete" if one.complete else "incomplete", lang), *reasons])


def show_plans(plans: Sequence["Plan"], *, as_json: bool, lang: Language = "en") -> None:
    """Print the changes of every account, each with its reason."""
    if as_json:
        lines = [[*map(plan_line, one.rows), *map(notice_line, one.notices)] for one in plans]
        print_json([line for of_account in lines for line in of_account])
    else:
        for one in plans:
            _print_plan(one, lang)
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


def _print_plan(plan: "Plan", lang: Language) -> None:
    counted: dict[tuple[str, str], int] = {}
    for row in plan.rows:
        counted[row.kind, row.property] = counted.get((row.kind, row.property), 0) + 1
    summary = [(kind, name, number(count, lang)) for (kind, name), count in sorted(counted.items())]
    columns = heads(lang, "object", "property", "changes")
    title = said("plan_title", lang, account=plan.account, checksum=plan.checksum)
    if summary:
        print_table(columns, summary, title=title, right=columns[2:])
    elif not plan.notices:
        typer.echo(said("plan_of_nothing", lang, title=title))
    lines = [_plan_row(row, lang) for row in plan.rows[:_SHOWN]]
    if lines:
        print_table(heads(lang, "record", "property", "from", "to", "why"), lines)
    if len(plan.rows) > _SHOWN:
        typer.echo(said("more_in_json", lang, count=len(plan.rows) - _SHOWN))
    for notice in plan.notices:
        record, purpose = f"{notice.kind}/{notice.record_id}", notice.purpose.value
        typer.echo(said("new_notice", lang, form=notice.form.value, purpose=purpose, record=record))
    for problem in plan.problems:
        typer.echo(said("not_planned", lang, problem=spoken(problem, lang)), err=True)


def _plan_row(row: "Intent", lang: Language) -> Sequence[str]:
    told = spoken(row.why, lang)
    why = told if row.why.startswith(row.rule) else f"{row.rule}: {told}"
    return f"{row.kind}/{row.record_id}", row.property, row.previous or "–", row.value or "–", why


def finish_push(counts: Sequence["PushCount"], *, as_json: bool, lang: Language = "en") -> None:
    """Print what became of the outbox."""
    if as_json:
        print_json(one_or_all([asdict(one) for one in counts]))
    else:
        for one in counts:
            names = ("written", "unchanged", "conflicts", "failed")
            sums = {name: getattr(one, name) for name in names}
            told = said("push_sums", lang, **sums, notices=one.notices.created + one.notices.found)
            typer.echo(told if len(counts) == 1 else f"{one.account}: {told}")
            if one.parked:
                say_parked(one.account, one.parked, lang)
    if any(one.parked for one in counts):
        raise typer.Exit(_FAILED)
    if any(one.failed or one.notices.failed for one in counts):
        raise typer.Exit(_NEEDS_PERSON)
