"""What `syncer undo` prints: the steps, done or to be done."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from jobs.cli.command_words import heads, said
from jobs.cli.frame import print_json
from jobs.cli.tables import print_table
from jobs.wording.sentences import spoken
from jobs.wording.words import Language
from syncer.writeback import Verdict

if TYPE_CHECKING:
    from jobs.writing.undo import UndoResult
    from jobs.writing.undo_notices import NoticeStep

_MISUSED, _NEEDS_PERSON = 2, 3
#: What is as before the run, or will be.
_TAKEN_BACK = frozenset({Verdict.RESTORE, Verdict.WITHHELD})
#: Steps that a terminal shows; --json shows all.
_SHOWN = 40
_NOTICES: Mapping[Verdict, str] = {
    Verdict.RESTORE: "into the bin",
    Verdict.CHANGED: "somebody has worked on it; left alone",
    Verdict.GONE: "is gone already",
}


def finish_undo(
    results: Sequence["UndoResult | None"], *, run: str, apply: bool, as_json: bool, lang: Language = "en"
) -> None:
    """Print the steps of an undo; a run that wrote nothing is a misuse, a refusal needs a person."""
    found = [one for one in results if one is not None]
    if not found:
        typer.echo(said("wrote_nothing", lang, run=run), err=True)
        raise typer.Exit(_MISUSED)
    if as_json:
        _print_json(found)
    else:
        _print(found, apply=apply, lang=lang)
    if any(step.verdict is Verdict.REFUSED for one in found for step in one.steps):
        raise typer.Exit(_NEEDS_PERSON)


def _print(found: Sequence["UndoResult"], *, apply: bool, lang: Language) -> None:
    steps = [step for one in found for step in one.steps]
    notices = [step for one in found for step in one.notices]
    rows = [
        (f"{step.kind}/{step.record_id}", step.property, step.held or "–", step.earlier or "–", spoken(step.why, lang))
        for step in steps[:_SHOWN]
    ]
    rows += [
        (f"{one.entry.notice.form.value}/{one.crm_id}", "–", "–", "–", spoken(_NOTICES[one.verdict], lang))
        for one in notices
    ]
    print_table(heads(lang, "record", "property", "holds", "before", "undo"), rows)
    verdicts = [*(step.verdict for step in steps), *(one.verdict for one in notices)]
    done = sum(one in _TAKEN_BACK for one in verdicts)
    typer.echo(said("restored" if apply else "steps", lang, done=done, count=len(verdicts)))


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
