"""What `syncer undo` prints: the steps, done or to be done."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from jobs.cli.frame import print_json
from jobs.cli.tables import print_table
from syncer.writeback import Verdict

if TYPE_CHECKING:
    from jobs.writing.undo import UndoResult
    from jobs.writing.undo_notices import NoticeStep

_MISUSED = 2
#: Steps that a terminal shows; --json shows all.
_SHOWN = 40
_NOTICES: Mapping[Verdict, str] = {
    Verdict.RESTORE: "into the bin",
    Verdict.CHANGED: "somebody has begun it; left alone",
    Verdict.GONE: "is gone already",
}


def finish_undo(results: Sequence["UndoResult | None"], *, run: str, apply: bool, as_json: bool) -> None:
    """Print the steps of an undo; a run that wrote nothing is a misuse."""
    found = [one for one in results if one is not None]
    if not found:
        typer.echo(f"run {run} wrote nothing: `syncer status` lists the runs", err=True)
        raise typer.Exit(_MISUSED)
    if as_json:
        _print_json(found)
        return
    steps = [step for one in found for step in one.steps]
    notices = [step for one in found for step in one.notices]
    rows = [
        (f"{step.kind}/{step.record_id}", step.property, step.held or "–", step.earlier or "–", step.why)
        for step in steps[:_SHOWN]
    ]
    rows += [(f"{one.entry.notice.form.value}/{one.crm_id}", "–", "–", "–", _NOTICES[one.verdict]) for one in notices]
    print_table(("record", "property", "holds", "before", "undo"), rows)
    restored = sum(one.pushed.written for one in found if one.pushed)
    number = len(steps) + len(notices)
    gone = sum(one.verdict is Verdict.RESTORE for one in notices)
    typer.echo(f"{restored + gone:,} of {number:,} restored" if apply else f"{number:,} steps; --apply restores them")


def _print_json(found: Sequence["UndoResult"]) -> None:
    steps = [
        {
            "object": step.kind.value,
            "id": step.record_id,
            "property": step.property,
            "from": step.held,
            "to": step.earlier,
            "verdict": step.verdict.value,
            "why": step.why,
        }
        for one in found
        for step in one.steps
    ]
    print_json([*steps, *(_notice(step) for one in found for step in one.notices)])


def _notice(step: "NoticeStep") -> dict[str, object]:
    return {
        "object": step.entry.notice.form.value,
        "id": step.crm_id,
        "property": None,
        "from": step.entry.notice.key,
        "to": None,
        "verdict": step.verdict.value,
        "why": _NOTICES[step.verdict],
    }
