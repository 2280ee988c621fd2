"""What generated contacts do themselves: forms, clicks in mails, page views, and the roll-ups the CRM keeps of them."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from connectors.sandbox.generate.dice import Dice, after_hours
from connectors.sandbox.generate.lines import Line, Properties, stamp
from connectors.sandbox.generate.people import Person
from connectors.sandbox.generate.plan import Plan, activity_id, contact_id
from connectors.sandbox.generate.setup import OWN_DOMAIN, form_id
from connectors.sandbox.generate.stories import Depth, Story
from connectors.sandbox.generate.words_sales import FORMS, MAILS, PAGES
from syncer.moments import DAY, HOUR, Millis


class Touch(NamedTuple):
    """One thing a contact did: `what` indexes FORMS, MAILS or PAGES by kind."""

    at: Millis
    kind: str
    what: int


FORM, CLICK, OPEN, VIEW = "form", "click", "open", "view"

_MEANS: Final = {
    Depth.COLD: 0.0,
    Depth.SUSPECT: 1.6,
    Depth.INQUIRY: 3.0,
    Depth.MQL: 6.0,
    Depth.HANDED_OVER: 7.0,
    Depth.DEAL: 6.0,
}
#: Counts follow a Pareto law: many do little, a few do very much.
_TAIL: Final = 1.7
_TAIL_MEAN: Final = _TAIL / (_TAIL - 1)
_MOST: Final = 240
_KINDS: Final = (VIEW, CLICK, OPEN, FORM)
_KIND_BOUNDS: Final = (0.5, 0.84, 0.93, 1.0)
_PAGE_BOUNDS: Final = tuple(accumulate(weight for _path, _title, weight in PAGES))
_MAIL_BOUNDS: Final = tuple(accumulate(weight for _name, _path, weight in MAILS))
_PRICING: Final = tuple(place for place, page in enumerate(PAGES) if page[0] in ("/preise", "/en/pricing"))
_FORMS_OF: Final = {
    event: [place for place, form in enumerate(FORMS) if form[2] == event] for _name, _path, event in FORMS
}
_STAYING_SHARE: Final = 0.35
_REQUEST_SHARE: Final = 0.6
_PAGE_NUMBERS: Final = range(len(PAGES))
_MAIL_NUMBERS: Final = range(len(MAILS))
#: Mails that everybody gets at first, and the time from one newsletter to the next.
_FIRST_MAILS: Final = 4
_BETWEEN_MAILS: Final = 10 * DAY
_MAIL_BASE: Final = 70_000_001


def touches(plan: Plan, dice: Dice, story: Story) -> list[Touch]:
    """Return what a contact did up to now, by time."""
    if story.depth is Depth.COLD:
        return []
    found = [*_milestones(dice, story), *_browsing(plan, dice, story)]
    return sorted(touch for touch in found if touch.at <= plan.today)


def touch_lines(plan: Plan, story: Story, person: Person, done: Sequence[Touch]) -> Iterator[Line]:
    """Yield the feed items of a contact's touches; `email` joins forms and mails to the contact."""
    for number, touch in enumerate(done):
        if touch.kind == VIEW:
            yield _view(story, touch, number)
        elif touch.kind == FORM:
            yield _submission(plan, person, touch)
        else:
            yield _mail_event(story, person, touch, number)


def roll_ups(done: Sequence[Touch]) -> Properties:
    """Return the contact properties in which the CRM sums up touches."""
    forms = [touch for touch in done if touch.kind == FORM]
    views = [touch for touch in done if touch.kind == VIEW]
    clicks = [touch for touch in done if touch.kind == CLICK]
    found: Properties = {}
    if forms:
        found["first_conversion_date"] = stamp(forms[0].at)
        found["first_conversion_event_name"] = FORMS[forms[0].what][0]
        found["recent_conversion_date"] = stamp(forms[-1].at)
        found["recent_conversion_event_name"] = FORMS[forms[-1].what][0]
        found["num_conversion_events"] = str(len(forms))
    if views:
        found["hs_analytics_first_timestamp"] = stamp(views[0].at)
        found["hs_analytics_last_timestamp"] = stamp(views[-1].at)
        found["hs_analytics_first_url"] = _url(PAGES[views[0].what][0])
        found["hs_analytics_last_url"] = _url(PAGES[views[-1].what][0])
        found["hs_analytics_num_page_views"] = str(len(views))
    if clicks:
        found["hs_email_last_click_date"] = stamp(clicks[-1].at)
        found["hs_email_last_email_name"] = MAILS[clicks[-1].what][0]
        found["hs_email_click"] = str(len(clicks))
    return found | _mails(done)


def _mails(done: Sequence[Touch]) -> Properties:
    """Return how many mails the CRM counts as delivered and opened: most of them nobody opens."""
    if not done:
        return {}
    opened = sum(touch.kind in {CLICK, OPEN} for touch in done)
    unopened = _FIRST_MAILS + (done[-1].at - done[0].at) // _BETWEEN_MAILS
    return {"hs_email_delivered": str(opened + unopened), "hs_email_open": str(opened)}


def _milestones(dice: Dice, story: Story) -> Iterator[Touch]:
    """Yield the touches that a story's milestones rest on."""
    if not story.is_outbound:
        yield _form(dice, story.start, "newsletter") if dice.chance(0.3) else _page(dice, story.start)
    if story.lead_at:
        yield _form(dice, story.lead_at, "paper")
    if story.mql_at:
        yield _form(dice, story.mql_at, "webinar") if dice.chance(0.5) else _mail(dice, story.mql_at)
    if story.sql_at and dice.chance(_REQUEST_SHARE):
        yield _form(dice, story.sql_at, "request")
    elif story.sql_at:
        for days in (0, 1, 2):
            at = Millis(max(story.start, story.sql_at - days * DAY))
            yield Touch(at, VIEW, dice.one_of(_PRICING))


def _browsing(plan: Plan, dice: Dice, story: Story) -> Iterator[Touch]:
    wanted = _MEANS[story.depth] * dice.paretovariate(_TAIL) / _TAIL_MEAN
    last = plan.today if dice.chance(_STAYING_SHARE) else min(plan.today, _interest_ends(dice, story))
    for _ in range(min(int(wanted), _MOST)):
        at = max(after_hours(dice, int(dice.between(story.start, last))), story.start)
        match dice.weighted(_KINDS, _KIND_BOUNDS):
            case "view":
                yield _page(dice, at)
            case "form":
                yield _form(dice, at, dice.one_of(("paper", "webinar", "newsletter", "other")))
            case kind:
                yield _mail(dice, at)._replace(kind=kind)


def _interest_ends(dice: Dice, story: Story) -> int:
    reached = [at for at in (story.start, story.lead_at, story.mql_at, story.sql_at) if at]
    ends = [deal.ends for deal in story.deals]
    return max(reached + ends) + dice.days(20) + HOUR


def _form(dice: Dice, at: Millis, event: str) -> Touch:
    return Touch(at, FORM, dice.one_of(_FORMS_OF[event]))


def _mail(dice: Dice, at: Millis) -> Touch:
    return Touch(at, CLICK, dice.weighted(_MAIL_NUMBERS, _MAIL_BOUNDS))


def _page(dice: Dice, at: Millis) -> Touch:
    return Touch(at, VIEW, dice.weighted(_PAGE_NUMBERS, _PAGE_BOUNDS))


def _url(path: str) -> str:
    return f"https://www.{OWN_DOMAIN}{path}"


def _view(story: Story, touch: Touch, number: int) -> Line:
    path, title, _weight = PAGES[touch.what]
    return {
        "type": "events",
        "id": f"view-{activity_id(story.index, number)}",
        "eventType": "e_visited_page",
        "objectType": "CONTACT",
        "objectId": contact_id(story.index),
        "occurredAt": stamp(touch.at),
        "properties": {
            "hs_url": _url(path),
            "hs_title": title,
            "hs_path": path,
            "dwell_s": str(3 + touch.at // HOUR * 7 % 180),
        },
    }


def _submission(plan: Plan, person: Person, touch: Touch) -> Line:
    values = [("email", person.email), ("firstname", person.first), ("lastname", person.last)]
    return {
        "type": "form_submissions",
        "formId": form_id(plan, touch.what),
        "submittedAt": touch.at,
        "pageUrl": _url(FORMS[touch.what][1]),
        "values": [{"name": name, "value": value, "objectTypeId": "0-1"} for name, value in values],
    }


def _mail_event(story: Story, person: Person, touch: Touch, number: int) -> Line:
    name, path, _weight = MAILS[touch.what]
    edition = f"{name}-{stamp(touch.at)[:7]}"
    return {
        "type": "email_events",
        "id": f"mail-{activity_id(story.index, number)}",
        "eventType": "CLICK" if touch.kind == CLICK else "OPEN",
        "recipient": person.email,
        "created": touch.at,
        "emailCampaignId": _MAIL_BASE + touch.what,
        "emailCampaignName": name,
        "url": f"{_url(path)}?utm_medium=email&utm_campaign={edition}",
    }
