"""Notes and tasks for people in the CRM, each exactly once: recorded before they are sent, looked for before a repeat.

The CRM knows no idempotency key. So a notice carries a marker in its text, and one whose sending nobody answered is
read back, by links and ids, before it is sent again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from connectors.values import Anchor, NewRecord
from jobs.desk import Desk
from jobs.handovers.letters import Letter, open_letters
from mappings.notices import body_property
from syncer.errors import Missing, RecordError, SyncerError, UnknownOutcome
from syncer.handover.notices import Notice, marker
from syncer.moments import MINUTE
from syncer.store import Status
from syncer.store.desk.notices import Settled

_log = structlog.get_logger()

#: A create that nobody answered may still be under way for so long; until then its absence proves nothing.
_DOUBT = 2 * MINUTE
_OVER = "nobody waits any more"


@dataclass(kw_only=True, slots=True)
class NoticeCount:
    """What became of notices."""

    created: int = 0
    #: Sent earlier without an answer, and found in the CRM.
    found: int = 0
    failed: int = 0
    #: Sent without an answer, or not yet: a later round looks for them.
    waiting: int = 0
    cancelled: int = 0


async def deliver_notices(desk: Desk, count: NoticeCount) -> None:
    """Send every notice that stands open, one by one, and count what became of each."""
    letters = await asyncio.to_thread(_letters, desk, count)
    for letter in letters:
        await _deliver(desk, letter, count)


def _letters(desk: Desk, count: NoticeCount) -> Sequence[Letter]:
    """Return what is to be sent or looked for; what nobody waits for and was never sent is cancelled."""
    with desk.store.snapshot() as reading:
        letters = open_letters(desk, reading)
    over = [one for one in letters if one.record is None and one.entry.status is Status.PENDING]
    if over:
        with desk.store.commit() as unit:
            for one in over:
                settled = Settled(status=Status.CANCELLED, error=_OVER)
                unit.notices.settle(desk.name, one.entry.notice.key, settled, desk.clock())
    count.cancelled += len(over)
    return [one for one in letters if one not in over]


async def _deliver(desk: Desk, letter: Letter, count: NoticeCount) -> None:
    if letter.entry.status is Status.SENDING and not await _is_absent(desk, letter, count):
        return
    if letter.record is None:
        await _settle(desk, letter, Settled(status=Status.CANCELLED, error=_OVER))
        count.cancelled += 1
        return
    await asyncio.to_thread(_claim, desk, letter)
    settled = await _created(desk, letter, letter.record)
    if settled is None:
        count.waiting += 1
        return
    await _settle(desk, letter, settled)
    count.created += settled.status is Status.WRITTEN
    count.failed += settled.status is Status.FAILED


async def _is_absent(desk: Desk, letter: Letter, count: NoticeCount) -> bool:
    """Return whether a notice that nobody answered is surely not in the CRM; one that is there is settled."""
    known = await found_notice(desk, letter.entry.notice)
    if known is not None:
        await _settle(desk, letter, Settled(status=Status.WRITTEN, crm_id=known))
        count.found += 1
        return False
    if desk.clock() - (letter.entry.sent_at or 0) < _DOUBT:
        count.waiting += 1
        return False
    return True


async def found_notice(desk: Desk, notice: Notice) -> str | None:
    """Return the id under which a notice is in the CRM, None where it is not."""
    near = Anchor(stream=notice.kind.value, id=notice.record_id)
    try:
        return await desk.destination.find(
            notice.form.value, near, property_name=body_property(notice.form), marker=marker(notice.key)
        )
    except Missing:
        return None


async def _created(desk: Desk, letter: Letter, record: NewRecord) -> Settled | None:
    """Create the record; None where nobody knows whether it is there."""
    try:
        id_ = await desk.destination.create(letter.entry.notice.form.value, record)
    except UnknownOutcome:
        return None
    except (RecordError, Missing) as error:
        if len(record.anchors) > 1:
            # The company may be gone: a card without it is better than none, and a refusal created nothing.
            return await _created(desk, letter, replace(record, anchors=record.anchors[:1]))
        return Settled(status=Status.FAILED, error=error.message)
    except SyncerError as error:
        # Surely not taken: a later round sends it without looking first.
        await _settle(desk, letter, Settled(status=Status.PENDING, error=error.message))
        raise
    return Settled(status=Status.WRITTEN, crm_id=id_)


def _claim(desk: Desk, letter: Letter) -> None:
    with desk.store.commit() as unit:
        unit.notices.claim(desk.name, letter.entry.notice.key, desk.clock())


async def _settle(desk: Desk, letter: Letter, settled: Settled) -> None:
    notice = letter.entry.notice
    facts = {"form": notice.form.value, "purpose": notice.purpose.value, "record": notice.record_id}
    if settled.status is Status.WRITTEN:
        _log.info("notice_created", **facts, id=settled.crm_id)
    elif settled.status is Status.FAILED:
        _log.error("notice_refused", **facts, reason=settled.error)

    def keep() -> None:
        with desk.store.commit() as unit:
            unit.notices.settle(desk.name, letter.entry.notice.key, settled, desk.clock())

    await asyncio.to_thread(keep)
