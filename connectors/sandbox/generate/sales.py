"""What sellers do with generated contacts, from calls to tasks, and what customers answer to surveys."""

from collections.abc import Iterator
from itertools import accumulate, count
from typing import Final, NamedTuple

from connectors.sandbox.generate.dice import Dice, at_work
from connectors.sandbox.generate.fates import DealStory, Fate
from connectors.sandbox.generate.lines import Association, Line, Properties, Record, line, stamp
from connectors.sandbox.generate.people import deal_seller
from connectors.sandbox.generate.plan import (
    Plan,
    activity_id,
    company_id,
    contact_id,
    deal_id,
)
from connectors.sandbox.generate.setup import owner_id
from connectors.sandbox.generate.stories import Story, Verdict
from connectors.sandbox.generate.words_sales import (
    ANSWERS,
    CALL_TITLES,
    MAIL_SUBJECTS,
    MEETING_TITLES,
    NOTES,
    TASK_SUBJECTS,
)
from syncer.moments import DAY, HOUR, MINUTE, Millis


class Effort(NamedTuple):
    """A stretch of selling: from, to, how many activities, for which deal."""

    start: int
    end: int
    times: int
    deal: DealStory | None


_KINDS: Final = ("calls", "emails", "meetings", "notes", "tasks", "communications")
_KIND_BOUNDS: Final = tuple(accumulate((30, 42, 13, 8, 6, 1)))
_DAYS_PER_ACTIVITY: Final = 11
_MOST: Final = 60
#: Activity numbers below this belong to touches of the contact.
FIRST_NUMBER: Final = 500
_ANSWERING: Final = 0.55
#: Lowest answers of the two better groups.
_PROMOTER: Final = 9
_PASSIVE: Final = 7

_CALLS: Final = ("COMPLETED", "NO_ANSWER", "BUSY", "CANCELED")
_CALL_BOUNDS: Final = (0.62, 0.88, 0.95, 1.0)
#: The CRM's fixed ids of call outcomes: connected, no answer, busy.
_DISPOSITIONS: Final = {
    "COMPLETED": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
    "NO_ANSWER": "73a0d17f-1163-4015-bdd5-ec830791da20",
    "BUSY": "9d9162e7-6cf3-4944-bf63-4dff82258764",
}
_MEETINGS: Final = ("COMPLETED", "NO_SHOW", "CANCELED", "RESCHEDULED")
_MEETING_BOUNDS: Final = (0.8, 0.88, 0.95, 1.0)


def sales_lines(plan: Plan, dice: Dice, story: Story, seller: int) -> Iterator[Line]:
    """Yield every activity of sellers with a contact, then what the contact answered to surveys."""
    numbers = count(FIRST_NUMBER)
    for effort in _efforts(plan, dice, story):
        for _ in range(effort.times):
            at = at_work(dice, int(dice.between(effort.start, effort.end)))
            kind = dice.weighted(_KINDS, _KIND_BOUNDS)
            if effort.start <= at <= plan.today - HOUR:
                who = deal_seller(effort.deal, seller) if effort.deal else seller
                yield _activity(dice, story, (kind, at, next(numbers)), (who, effort.deal))
    for deal in story.deals:
        if deal.closed is None and deal.fate is not Fate.STALLED:
            yield from _ahead(plan, dice, story, (next(numbers), deal_seller(deal, seller), deal))
    if story.is_customer:
        yield from _answers(plan, dice, story, next(numbers))


def _efforts(plan: Plan, dice: Dice, story: Story) -> Iterator[Effort]:
    if story.verdict_at and not story.deals:
        times = 2 + int(dice.random() * 4) if story.verdict is Verdict.ACCEPTED else 1
        yield Effort(story.verdict_at, min(plan.today, story.verdict_at + 20 * DAY), times, None)
    for deal in story.deals:
        end = deal.closed or plan.today
        if deal.fate is Fate.STALLED:
            end = Millis(deal.created + int((end - deal.created) * dice.between(0.3, 0.7)))
        usual = (end - deal.created) / DAY / _DAYS_PER_ACTIVITY
        times = 2 + int(usual * dice.paretovariate(2.2) / 1.8)
        yield Effort(max(deal.created - 3 * DAY, story.start), end, min(times, _MOST), deal)


def _activity(dice: Dice, story: Story, what: tuple[str, Millis, int], whose: tuple[int, DealStory | None]) -> Line:
    return done(story, what, whose, DETAILS[what[0]](dice, what[1]))


def done(
    story: Story, what: tuple[str, Millis, int], whose: tuple[int, DealStory | None], properties: Properties
) -> Line:
    """Return an activity of a seller: its kind, moment and number, whose it is, and what it says."""
    kind, at, number = what
    seller, deal = whose
    properties["hs_timestamp"] = stamp(at)
    properties["hubspot_owner_id"] = owner_id(seller)
    return line(
        Record(
            type=kind,
            id=activity_id(story.index, number),
            properties=properties,
            created=at,
            updated=at,
            associations=_associations(story, deal),
        )
    )


def _associations(story: Story, deal: DealStory | None) -> tuple[Association, ...]:
    found = [Association("contacts", contact_id(story.index))]
    if story.company is not None:
        found.append(Association("companies", company_id(story.company)))
    if deal is not None:
        found.append(Association("deals", deal_id(deal.index)))
    return tuple(found)


def _call(dice: Dice, _at: int) -> Properties:
    status = dice.weighted(_CALLS, _CALL_BOUNDS)
    talked = int(dice.expovariate(1 / 400)) + 20 if status == "COMPLETED" else 0
    return {
        "hs_call_title": dice.one_of(CALL_TITLES),
        "hs_call_direction": "INBOUND" if dice.chance(0.15) else "OUTBOUND",
        "hs_call_status": status,
        "hs_call_disposition": _DISPOSITIONS.get(status),
        "hs_call_duration": str(talked * 1000),
    }


def _mail(dice: Dice, _at: int) -> Properties:
    return {
        "hs_email_direction": "INCOMING_EMAIL" if dice.chance(0.42) else "EMAIL",
        "hs_email_status": "SENT",
        "hs_email_subject": dice.one_of(MAIL_SUBJECTS),
    }


def _meeting(dice: Dice, at: int) -> Properties:
    return {
        "hs_meeting_title": dice.one_of(MEETING_TITLES),
        "hs_meeting_start_time": stamp(at),
        "hs_meeting_end_time": stamp(at + HOUR),
        "hs_meeting_outcome": dice.weighted(_MEETINGS, _MEETING_BOUNDS),
    }


def _note(dice: Dice, _at: int) -> Properties:
    return {"hs_note_body": dice.one_of(NOTES)}


def _task(dice: Dice, at: int) -> Properties:
    return {
        "hs_task_subject": dice.one_of(TASK_SUBJECTS),
        "hs_task_status": "COMPLETED",
        "hs_task_type": "TODO",
        "hs_task_priority": "NONE",
        "hs_task_completion_date": stamp(at),
    }


def _message(dice: Dice, _at: int) -> Properties:
    channel = dice.one_of(("LINKEDIN_MESSAGE", "WHATS_APP"))
    return {"hs_communication_channel_type": channel, "hs_communication_logged_from": "CRM"}


#: Kind of activity → what makes one up.
DETAILS: Final = {
    "calls": _call,
    "emails": _mail,
    "meetings": _meeting,
    "notes": _note,
    "tasks": _task,
    "communications": _message,
}


def _ahead(plan: Plan, dice: Dice, story: Story, what: tuple[int, int, DealStory]) -> Iterator[Line]:
    """Yield what is planned for an open deal: the only moments after the portal's last one."""
    number, seller, deal = what
    if dice.chance(0.55):
        at = at_work(dice, plan.today + int(dice.between(4, 24) * DAY))
        planned = _meeting(dice, at) | {"hs_meeting_outcome": "SCHEDULED"}
        yield _planned(plan, story, ("meetings", number, at), (seller, deal, planned))
    elif dice.chance(0.6):
        at = at_work(dice, plan.today + int(dice.between(4, 14) * DAY))
        subject = dice.one_of(TASK_SUBJECTS)
        due: Properties = {"hs_task_subject": subject, "hs_task_status": "NOT_STARTED", "hs_task_type": "CALL"}
        yield _planned(plan, story, ("tasks", number, at), (seller, deal, due))


def _planned(plan: Plan, story: Story, what: tuple[str, int, Millis], whose: tuple[int, DealStory, Properties]) -> Line:
    kind, number, at = what
    seller, deal, properties = whose
    entered = Millis(max(deal.created, plan.today - DAY - number * MINUTE))
    return line(
        Record(
            type=kind,
            id=activity_id(story.index, number),
            properties={**properties, "hs_timestamp": stamp(at), "hubspot_owner_id": owner_id(seller)},
            created=entered,
            updated=entered,
            associations=_associations(story, deal),
        )
    )


def _answers(plan: Plan, dice: Dice, story: Story, number: int) -> Iterator[Line]:
    """Yield survey answers: one some weeks after the first win, perhaps one more half a year later."""
    won = min(deal.closed for deal in story.deals if deal.is_won and deal.closed is not None)
    for days, always_nps in ((50, True), (230, False)):
        at = at_work(dice, won + int(dice.between(days, days + 40) * DAY))
        answers = dice.chance(_ANSWERING)
        survey = "NPS" if always_nps or dice.chance(0.7) else "CSAT"
        if answers and at <= plan.today:
            yield _answer(dice, story, survey, (at, number + days))


def _answer(dice: Dice, story: Story, survey: str, when: tuple[Millis, int]) -> Line:
    at, number = when
    value = max(0, 10 - int(dice.expovariate(1 / 2.4)))
    group = "PROMOTER" if value >= _PROMOTER else "PASSIVE" if value >= _PASSIVE else "DETRACTOR"
    return line(
        Record(
            type="feedback_submissions",
            id=activity_id(story.index, number),
            properties={
                "hs_survey_id": "11" if survey == "NPS" else "12",
                "hs_survey_name": f"Kundenbefragung {survey}",
                "hs_survey_type": survey,
                "hs_survey_channel": "EMAIL",
                "hs_submission_name": f"{survey} {value}",
                "hs_submission_timestamp": stamp(at),
                "hs_value": str(value),
                "hs_response_group": group,
                "hs_content": dice.one_of(ANSWERS[group]),
                "hs_contact_id": contact_id(story.index),
            },
            created=at,
            updated=at,
            associations=(Association("contacts", contact_id(story.index)),),
        )
    )
