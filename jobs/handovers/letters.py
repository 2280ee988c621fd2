"""What is still to be told of the notices that stand open: an occasion that is over has no words any more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.values import NewRecord
from jobs.deciding.derive import Clocks, last_clocks
from jobs.desk import Desk
from jobs.handovers.escalations import escalations
from jobs.handovers.handover import Handed, Handovers, handovers, waits
from jobs.handovers.proposals import asked
from jobs.handovers.returns import lead_returns, returns
from jobs.handovers.tasks import Task, record_of
from jobs.switches import HandoverForm
from syncer.handover.notices import Notice, Purpose, rung_of
from syncer.handover.routing import addressee
from syncer.records import Kind
from syncer.store import Status, Unit
from syncer.store.desk.notices import NoticeEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A notice as it is to stand in the CRM now."""

    entry: NoticeEntry
    #: None where nobody waits any more: what may have been sent is only looked for.
    record: NewRecord | None


def open_letters(desk: Desk, reading: Unit) -> Sequence[Letter]:
    """Return every open notice that is switched on, or may be in the CRM already, with its words as of now."""
    entries = [one for one in reading.notices.open(desk.name) if is_on(desk, one) or one.status is Status.SENDING]
    if not entries:
        return ()
    clocks = last_clocks(reading, desk.name, desk.clock())
    tasks = {_occasion(one.notice): one for one in _tasks(desk, reading, clocks, entries)}
    return [_letter(desk, one, tasks.get(_occasion(one.notice))) for one in entries]


def is_on(desk: Desk, entry: NoticeEntry) -> bool:
    """Return whether the account is to be told of such occasions at all."""
    account = desk.account
    switches: Mapping[Purpose, bool] = {
        Purpose.HANDOVER: account.handover is not HandoverForm.NONE,
        Purpose.PROPOSAL: account.proposals,
        Purpose.RESUME: account.resumes,
        Purpose.ESCALATION: account.escalations,
    }
    return switches[entry.notice.purpose]


def _occasion(notice: Notice) -> tuple[Purpose, Kind, str, str]:
    return notice.purpose, notice.kind, notice.record_id, rung_of(notice)


def _letter(desk: Desk, entry: NoticeEntry, task: Task | None) -> Letter:
    return Letter(entry=entry, record=None if task is None else record_of(task, entry.notice, desk.clock()))


def _tasks(desk: Desk, reading: Unit, clocks: Clocks, entries: Sequence[NoticeEntry]) -> Iterator[Task]:
    ids = {purpose: _ids(entries, purpose) for purpose in Purpose}
    found = handovers(reading, desk.agreement.agreement, desk.name, clocks)
    forms = {one.notice.record_id: one.notice for one in entries if one.notice.purpose is Purpose.HANDOVER}
    waiting = (one for one in found.of(ids[Purpose.HANDOVER]) if waits(one))
    yield from (_card(desk, found, one, forms[one.facts.contact.id]) for one in waiting)
    yield from asked(desk, reading, ids[Purpose.PROPOSAL])
    yield from returns(desk, reading, _ids(entries, Purpose.RESUME, Kind.DEAL))
    leads = reading.notices.lead_returns(desk.name, _ids(entries, Purpose.RESUME, Kind.CONTACT))
    yield from lead_returns(desk, leads)
    yield from escalations(desk, found, found.of(ids[Purpose.ESCALATION]))


def _ids(entries: Sequence[NoticeEntry], purpose: Purpose, kind: Kind | None = None) -> Sequence[str]:
    notices = (one.notice for one in entries if one.notice.purpose is purpose)
    return sorted({one.record_id for one in notices if kind is None or one.kind is kind})


def _card(desk: Desk, found: Handovers, one: Handed, notice: Notice) -> Task:
    told = found.card(one, desk.agreement.agreement.write_back.language)
    return Task(
        notice=notice,
        title=told.title,
        lines=told.lines,
        owner_id=addressee(one.facts, found.rules.agreement, found.clocks.as_of).owner_id,
        due_at=one.sla.touch_due_at,
        company_id=one.company_id,
    )
