"""What it takes to undo a run: restore only where the CRM still holds the value that the run wrote."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from syncer.records import Kind
from syncer.writeback.intents import Edit, Intent, Written
from syncer.writeback.values import same_value


class Verdict(Enum):
    """What undoing does with one property."""

    RESTORE = "restore"
    #: The CRM holds the earlier value already.
    ALREADY = "already"
    #: Somebody changed it since: people win.
    CHANGED = "changed"
    #: The record is not in the CRM any more.
    GONE = "gone"
    #: The run had yet to write it, and never will.
    WITHHELD = "withheld"
    #: The CRM did not take the earlier value.
    REFUSED = "refused"


_WHY: Mapping[Verdict, str] = {
    Verdict.RESTORE: "still as the run wrote it",
    Verdict.ALREADY: "holds the earlier value already",
    Verdict.CHANGED: "changed since by somebody else; left alone",
    Verdict.GONE: "the record is gone",
    Verdict.WITHHELD: "not written yet, and will not be",
    Verdict.REFUSED: "the CRM did not take the earlier value: syncer dead-letters",
}

#: What counts of several steps about one property, the first of these.
_FIRST = (Verdict.RESTORE, Verdict.ALREADY, Verdict.CHANGED, Verdict.GONE)


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoStep:
    """One property of one record, as undoing the run would leave it."""

    kind: Kind
    record_id: str
    property: str
    #: What the CRM holds.
    held: str | None
    #: What it held before the run; None is blank.
    earlier: str | None
    verdict: Verdict
    why: str


_UNDO = "undo"

#: One property of one record.
Place = tuple[Kind, str, str]
#: By record that was merged away: its survivor.
Survivors = Mapping[tuple[Kind, str], str]


def undo(rows: Iterable[Intent], held: Mapping[tuple[Kind, str], Mapping[str, str | None]]) -> Sequence[UndoStep]:
    """Return what undoing a run does, a step for each property that it wrote.

    `rows` are the run's written rows in the order of writing, `previous` being what the CRM held when each was
    written. `held` is what the CRM holds now, by record; a record that is not there is gone.
    """
    first: dict[Place, Intent] = {}
    for row in rows:
        place = (row.kind, row.record_id, row.property)
        known = first.get(place)
        # Somebody's value between two writes of the run is what undoing goes back to.
        chained = known is not None and same_value(row.previous, known.value)
        first[place] = replace(known, value=row.value) if known is not None and chained else row
    return [_step(row, held.get((row.kind, row.record_id))) for row in first.values()]


def followed(steps: Iterable[UndoStep], into: Survivors) -> Sequence[UndoStep]:
    """Return steps under the ids of those that records were merged into, at most one a property.

    A survivor has each value from one of its forebears: what restores that one counts.
    """
    found: dict[Place, UndoStep] = {}
    for step in steps:
        here = replace(step, record_id=into.get((step.kind, step.record_id), step.record_id))
        place = (here.kind, here.record_id, here.property)
        known = found.get(place)
        if known is None or _FIRST.index(here.verdict) < _FIRST.index(known.verdict):
            found[place] = here
    return list(found.values())


def withheld(rows: Iterable[Intent]) -> Sequence[UndoStep]:
    """Return a step for each value that a run had yet to write."""
    return [_judged(row, row.previous or None, Verdict.WITHHELD) for row in rows]


def as_it_went(steps: Iterable[UndoStep], went: Mapping[Place, Verdict]) -> Sequence[UndoStep]:
    """Return steps that were carried out, those in `went` with what became of them."""
    known = {place: (verdict, _WHY[verdict]) for place, verdict in went.items()}
    return [
        replace(step, verdict=known[place][0], why=known[place][1])
        if step.verdict is Verdict.RESTORE and (place := (step.kind, step.record_id, step.property)) in known
        else step
        for step in steps
    ]


def restoring(steps: Iterable[UndoStep], *, account: str, run: str) -> Sequence[Intent]:
    """Return the writes that undo a run."""
    return [
        Intent(
            account=account,
            kind=step.kind,
            record_id=step.record_id,
            property=step.property,
            value=step.earlier,
            previous=step.held,
            rule=_UNDO,
            why=f"undo of run {run}",
            decision=f"undo.{run}",
        )
        for step in steps
        if step.verdict is Verdict.RESTORE
    ]


def without_undone(edits: Sequence[Edit], written: Mapping[str, Written], figures: Collection[str]) -> Sequence[Edit]:
    """Return a record's edits, none of them where they would only bring back what somebody undid.

    Once anything else about the record is to be written, all are: a card is whole or as it was before the run.
    `figures` move with time alone and bring nothing back. `written` is what we wrote last, by property.
    """
    return () if all(_brings_back(edit, written.get(edit.property), figures) for edit in edits) else edits


def _brings_back(edit: Edit, last: Written | None, figures: Collection[str]) -> bool:
    if last is None or last.rule != _UNDO:
        return False
    return edit.property in figures or same_value(edit.value, last.previous)


def _step(row: Intent, held: Mapping[str, str | None] | None) -> UndoStep:
    now = None if held is None else held.get(row.property) or None
    return _judged(row, now, _verdict(row, now) if held is not None else Verdict.GONE)


def _judged(row: Intent, held: str | None, verdict: Verdict) -> UndoStep:
    return UndoStep(
        kind=row.kind,
        record_id=row.record_id,
        property=row.property,
        held=held,
        earlier=row.previous or None,
        verdict=verdict,
        why=_WHY[verdict],
    )


def _verdict(row: Intent, now: str | None) -> Verdict:
    if same_value(now, row.previous):
        return Verdict.ALREADY
    return Verdict.RESTORE if same_value(now, row.value) else Verdict.CHANGED
