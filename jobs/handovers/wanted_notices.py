"""Who is to be told by a note or task, of what nobody was told of yet."""

from collections import Counter
from collections.abc import Sequence

from jobs.deciding.derive import Clocks, last_clocks
from jobs.desk import Desk
from jobs.handovers.escalations import escalations
from jobs.handovers.handover import Handed, Handovers, handovers, waits
from jobs.handovers.proposals import asked
from jobs.handovers.returns import AHEAD, lead_returns, returns
from jobs.switches import HandoverForm
from syncer.handover.notices import Form, Notice, Purpose, handover_key, is_told
from syncer.handover.sla import Ruling
from syncer.moments import DAY, Millis
from syncer.records import Kind
from syncer.store import Unit

#: A hand-over that is known later than this is no news: nobody is told of it.
_STALE = 7 * DAY
#: Hand-overs older than this are not escalated any more.
_WAITED = 45 * DAY
#: Questions that wait for one owner at a time.
_QUESTIONS = 5
_FORMS = {HandoverForm.NOTE: Form.NOTE, HandoverForm.TASK: Form.TASK}


def wanted_notices(desk: Desk, reading: Unit) -> Sequence[Notice]:
    """Return the occasions that are switched on, have arisen, and that nobody was told of yet."""
    clocks = last_clocks(reading, desk.name, desk.clock())
    found = handovers(reading, desk.agreement.agreement, desk.name, clocks)
    return [
        *_handovers(desk, found),
        *_escalations(desk, found),
        *_proposals(desk, reading),
        *_returns(desk, reading, clocks),
    ]


def too_many(desk: Desk, wanted: Sequence[Notice]) -> str | None:
    """Return why so many hand-overs at once are not told of, or None: no week brings more than was agreed."""
    capacity = desk.agreement.agreement.score_model.handover_capacity_per_week
    number = sum(one.purpose is Purpose.HANDOVER for one in wanted)
    if number <= capacity:
        return None
    return f"{number} hand-over cards at once, but {capacity} a week are agreed: nobody is told without --force"


def _handovers(desk: Desk, found: Handovers) -> Sequence[Notice]:
    form = _FORMS.get(desk.account.handover)
    if form is None:
        return ()
    since = Millis(found.clocks.as_of - _STALE)
    ids = found.reading.notices.waiting(desk.name, since)
    due = [_notice(one, form) for one in found.of(ids) if _is_due(one, since)]
    return _untold(desk, found.reading, Kind.CONTACT, due)


def _escalations(desk: Desk, found: Handovers) -> Sequence[Notice]:
    """Return the rungs that were reached lately; one that was reached long ago is no news."""
    if not desk.account.escalations:
        return ()
    ids = found.reading.notices.waiting(desk.name, Millis(found.clocks.as_of - _WAITED))
    tasks = escalations(desk, found, found.of(ids), Millis(found.clocks.as_of - _STALE))
    return _untold(desk, found.reading, Kind.CONTACT, [one.notice for one in tasks])


def _returns(desk: Desk, reading: Unit, clocks: Clocks) -> Sequence[Notice]:
    if not desk.account.resumes:
        return ()
    since, until = Millis(clocks.as_of - _STALE), Millis(clocks.as_of + AHEAD)
    ids = reading.notices.returning(desk.name, since, until)
    leads = lead_returns(desk, reading.notices.returning_leads(desk.name, since, until))
    return [
        *_untold(desk, reading, Kind.DEAL, [one.notice for one in returns(desk, reading, ids)]),
        *_untold(desk, reading, Kind.CONTACT, [one.notice for one in leads]),
    ]


def _untold(desk: Desk, reading: Unit, kind: Kind, wanted: Sequence[Notice]) -> Sequence[Notice]:
    told = reading.notices.about(desk.name, kind, [one.record_id for one in wanted])
    return [one for one in wanted if not is_told(one, [entry.notice for entry in told.get(one.record_id, ())])]


def _is_due(one: Handed, since: Millis) -> bool:
    sla = one.sla
    return waits(one) and sla.ruling is Ruling.WAITING and sla.touched_at is None and sla.handed_at >= since


def _notice(one: Handed, form: Form) -> Notice:
    contact, sla = one.facts.contact, one.sla
    return Notice(
        key=handover_key(contact.id, sla.cycle_no, sla.number),
        form=form,
        purpose=Purpose.HANDOVER,
        kind=Kind.CONTACT,
        record_id=contact.id,
        at=sla.handed_at,
    )


def _proposals(desk: Desk, reading: Unit) -> Sequence[Notice]:
    """Return the questions to ask now: an owner has only so many open at a time, the oldest proposals first.

    Where silence decides, every question is asked at once: nobody's deal is postponed unasked.
    """
    if not desk.account.proposals:
        return ()
    found = sorted(asked(desk, reading, reading.notices.proposed(desk.name)), key=lambda one: one.notice.at)
    fresh = _untold(desk, reading, Kind.DEAL, [one.notice for one in found])
    if desk.agreement.agreement.closed_other.propose.auto_apply_after_grace:
        return fresh
    open_ones = Counter(one.owner_id for one in found if one.notice not in fresh)
    wanted = []
    for one in found:
        if one.notice in fresh and open_ones[one.owner_id] < _QUESTIONS:
            open_ones[one.owner_id] += 1
            wanted.append(one.notice)
    return wanted
