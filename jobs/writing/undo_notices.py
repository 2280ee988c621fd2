"""Taking back notes and tasks that a run put into the CRM: those that nobody has worked on go into the bin."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.values import SourceRecord
from jobs.desk import Desk
from jobs.handovers.notices import found_notice
from mappings.notices import NOT_STARTED, TASK_STATUS, body_property
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
    """Return what undoing a run does with its notes and tasks: what somebody began, or wrote into, stays."""
    entries = await asyncio.to_thread(_sent, desk, run)
    steps: list[NoticeStep] = []
    for form in Form:
        of_form = [one for one in entries if one.notice.form is form]
        known = [(one.crm_id or await found_notice(desk, one.notice), one) for one in of_form]
        ids = {crm_id: one for crm_id, one in known if crm_id is not None}
        touched = await _touched(desk, form, list(ids)) if ids else {}
        for crm_id, entry in ids.items():
            verdict = Verdict.CHANGED if touched.get(crm_id) else Verdict.RESTORE
            steps.append(NoticeStep(entry=entry, crm_id=crm_id, verdict=verdict if crm_id in touched else Verdict.GONE))
    return steps


async def _touched(desk: Desk, form: Form, ids: Sequence[str]) -> Mapping[str, bool]:
    """Return by id of those that are there whether somebody has worked on them: began a task, or changed a text."""
    body = body_property(form)
    names = (body, TASK_STATUS) if form is Form.TASK else (body,)
    held = await desk.source.history(form.value, ids, properties=names)
    return {raw.id: _is_touched(raw, body, is_task=form is Form.TASK) for raw in held if raw.asked_id is None}


def _is_touched(raw: SourceRecord, body: str, *, is_task: bool) -> bool:
    is_begun = is_task and raw.properties.get(TASK_STATUS) != NOT_STARTED
    return is_begun or len(raw.history.get(body, ())) > 1


async def archive_notices(desk: Desk, run: str, steps: Sequence[NoticeStep]) -> None:
    """Put what may be taken back into the bin, and never send what the run had yet to send; nothing comes back."""
    await asyncio.to_thread(_withheld, desk, run)
    for form in Form:
        mine = [one for one in steps if one.verdict is Verdict.RESTORE and one.entry.notice.form is form]
        if mine:
            await desk.destination.archive(form.value, [one.crm_id for one in mine])
            await asyncio.to_thread(_taken_back, desk, mine)


def _sent(desk: Desk, run: str) -> Sequence[NoticeEntry]:
    with desk.store.snapshot() as unit:
        found = unit.notices.of_run(desk.name, run)
    return [one for one in found if one.status in {Status.WRITTEN, Status.SENDING}]


def _withheld(desk: Desk, run: str) -> None:
    with desk.store.commit() as unit:
        for one in unit.notices.of_run(desk.name, run):
            if one.status in {Status.PENDING, Status.SENDING}:
                settled = Settled(status=Status.CANCELLED, error="taken back")
                unit.notices.settle(desk.name, one.notice.key, settled, desk.clock())


def _taken_back(desk: Desk, steps: Sequence[NoticeStep]) -> None:
    with desk.store.commit() as unit:
        for one in steps:
            settled = Settled(status=Status.CANCELLED, error="taken back")
            unit.notices.settle(desk.name, one.entry.notice.key, settled, desk.clock())
