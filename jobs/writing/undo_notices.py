"""Taking back notes and tasks that a run put into the CRM: those that nobody has worked on go into the bin."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.desk import Desk
from mappings.notices import NOT_STARTED, NOTE_MOMENT, TASK_STATUS
from syncer.handover.notices import Form
from syncer.store import Status
from syncer.store.desk.notices import NoticeEntry, Settled
from syncer.writeback import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeStep:
    """One note or task, as undoing the run would leave it."""

    entry: NoticeEntry
    crm_id: str
    verdict: Verdict


async def notice_steps(desk: Desk, run: str) -> Sequence[NoticeStep]:
    """Return what undoing a run does with its notes and tasks: a task that somebody began stays."""
    entries = await asyncio.to_thread(_written, desk, run)
    steps: list[NoticeStep] = []
    for form in Form:
        ids = {one.crm_id: one for one in entries if one.notice.form is form and one.crm_id is not None}
        properties = (TASK_STATUS if form is Form.TASK else NOTE_MOMENT,)
        held = await desk.destination.read(form.value, list(ids), properties=properties) if ids else {}
        for crm_id, entry in ids.items():
            verdict = Verdict.RESTORE if crm_id in held else Verdict.GONE
            if form is Form.TASK and crm_id in held and held[crm_id].get(TASK_STATUS) != NOT_STARTED:
                verdict = Verdict.CHANGED
            steps.append(NoticeStep(entry=entry, crm_id=crm_id, verdict=verdict))
    return steps


async def archive_notices(desk: Desk, run: str, steps: Sequence[NoticeStep]) -> None:
    """Put what may be taken back into the bin, and never send what the run had yet to send; nothing comes back."""
    await asyncio.to_thread(_withheld, desk, run)
    for form in Form:
        mine = [one for one in steps if one.verdict is Verdict.RESTORE and one.entry.notice.form is form]
        if mine:
            await desk.destination.archive(form.value, [one.crm_id for one in mine])
            await asyncio.to_thread(_taken_back, desk, mine)


def _written(desk: Desk, run: str) -> Sequence[NoticeEntry]:
    with desk.store.snapshot() as unit:
        return [one for one in unit.notices.of_run(desk.name, run) if one.status is Status.WRITTEN]


def _withheld(desk: Desk, run: str) -> None:
    with desk.store.commit() as unit:
        for one in unit.notices.of_run(desk.name, run):
            if one.status is Status.PENDING:
                settled = Settled(status=Status.CANCELLED, error="taken back")
                unit.notices.settle(desk.name, one.notice.key, settled, desk.clock())


def _taken_back(desk: Desk, steps: Sequence[NoticeStep]) -> None:
    with desk.store.commit() as unit:
        for one in steps:
            settled = Settled(status=Status.CANCELLED, error="taken back")
            unit.notices.settle(desk.name, one.entry.notice.key, settled, desk.clock())
