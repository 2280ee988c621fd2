"""Leads that nobody touched in time: who hears of it, and the task that tells them (domain D8, `escalation`)."""

from collections.abc import Iterable, Iterator, Mapping

from jobs.desk import Desk
from jobs.handovers.card_words import said, spoken
from jobs.handovers.cards import answers_line, who
from jobs.handovers.handover import Handed, Handovers, waits
from jobs.handovers.tasks import Task
from jobs.wording.words import time_text
from syncer.handover.notices import Form, Notice, Purpose, escalation_key
from syncer.handover.routing import addressee
from syncer.handover.sla import Level, Ruling
from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import Unit

_OWNER = "owner"
_OWNER_ID = "owner."
_EVER = Millis(0)


def escalations(desk: Desk, found: Handovers, handed: Iterable[Handed], since: Millis = _EVER) -> Iterator[Task]:
    """Yield a task for every level that was reached since a moment and leads to a person, while the lead waits."""
    people = named_people(desk, found.reading)
    for one in handed:
        if not waits(one) or one.sla.ruling is not Ruling.WAITING or one.sla.touched_at is not None:
            continue
        for level in one.sla.levels:
            person = _person(found, one, level, people)
            if level.is_reached and level.at >= since and person is not None:
                yield _task(desk, found, one, level, person)


def named_people(desk: Desk, reading: Unit) -> Mapping[str, str]:
    """Return the owner ids of those whom the account's `people` name, by the agreement's word."""
    owners = [one for one in reading.mirror.owners(desk.name) if not one.archived]
    ids = {one.id: one.id for one in owners} | {one.email.lower(): one.id for one in owners if one.email}
    found = {word: ids.get(named.lower()) for word, named in desk.account.people.items()}
    return {word: owner_id for word, owner_id in found.items() if owner_id is not None}


def unnamed(desk: Desk, reading: Unit) -> Iterator[str]:
    """Yield what is to be done where the agreement escalates to somebody whom no setting names."""
    if not desk.account.escalations:
        return
    people = named_people(desk, reading)
    for to in dict.fromkeys(one.to for one in desk.agreement.agreement.agreement.sla.escalation):
        if to != _OWNER and not to.startswith(_OWNER_ID) and to not in people:
            yield f"nobody of the CRM is named as {to}: accounts.{desk.name}.write_back.people of syncer.yaml"


def _person(found: Handovers, one: Handed, level: Level, people: Mapping[str, str]) -> str | None:
    if level.to == _OWNER:
        return addressee(one.facts, found.rules.agreement, found.clocks.as_of).owner_id
    return level.to.removeprefix(_OWNER_ID) if level.to.startswith(_OWNER_ID) else people.get(level.to)


def _task(desk: Desk, found: Handovers, one: Handed, level: Level, person: str) -> Task:
    lang, sla = desk.agreement.agreement.write_back.language, one.sla
    zone, contact = found.rules.agreement.calendar.zone, one.facts.contact
    due, handed = (time_text(at, zone, lang) for at in (sla.touch_due_at, sla.handed_at))
    return Task(
        notice=Notice(
            key=escalation_key(contact.id, sla.cycle_no, sla.number, f"{level.times}x-{level.to}"),
            form=Form.TASK,
            purpose=Purpose.ESCALATION,
            kind=Kind.CONTACT,
            record_id=contact.id,
            at=sla.handed_at,
        ),
        title=said("escalation_title", lang, who=who(one.facts), due=due),
        lines=(
            said(
                "escalation_why", lang, how=said(sla.by, lang), at=handed, times=level.times, to=spoken(level.to, lang)
            ),
            answers_line(found.rules.agreement.stages, lang),
        ),
        owner_id=person,
        company_id=one.company_id,
    )
