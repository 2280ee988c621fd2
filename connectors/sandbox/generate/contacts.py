"""Contact lines of the generated portal: who they are, and the versions of lifecycle, lead status and owner."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from connectors.sandbox.generate.broken import contact_fault
from connectors.sandbox.generate.dice import Dice
from connectors.sandbox.generate.lines import Association, Line, Properties, Record, Version, line, stamp
from connectors.sandbox.generate.people import HUNTERS, Person
from connectors.sandbox.generate.plan import Plan, company_id, contact_id, merged_id
from connectors.sandbox.generate.setup import CHANNELS, campaign_name, owner_id, user_source
from connectors.sandbox.generate.stories import Depth, Role, Story, Verdict
from connectors.sandbox.generate.touches import Touch, roll_ups
from syncer.moments import DAY, HOUR, MINUTE, Millis

_SOURCES: Final = (
    "ORGANIC_SEARCH", "PAID_SEARCH", "PAID_SOCIAL", "EMAIL_MARKETING", "REFERRALS", "DIRECT_TRAFFIC", "SOCIAL_MEDIA",
    "OFFLINE", "OTHER_CAMPAIGNS", "AI_REFERRALS",
)  # fmt: skip
_SOURCE_BOUNDS: Final = tuple(accumulate((27, 18, 12, 7, 6, 11, 5, 8, 4, 2)))
#: Drill-down of sources that no campaign of ours stands behind.
_DRILL_DOWNS: Final = {
    "ORGANIC_SEARCH": "google",
    "REFERRALS": "fachportal.example",
    "DIRECT_TRAFFIC": "www.syncline.example",
    "SOCIAL_MEDIA": "linkedin",
    "EMAIL_MARKETING": "newsletter",
    "AI_REFERRALS": "assistant",
}
_CHANNEL_OF: Final = {source: channel for channel, (source, _monthly, _every) in CHANNELS.items()}
#: What a seller sets first.
_FIRST_WORDS: Final = {
    Verdict.ACCEPTED: "ATTEMPTED_TO_CONTACT",
    Verdict.BAD_TIMING: "BAD_TIMING",
    Verdict.UNFIT: "UNQUALIFIED",
}
_OPT_OUT_SHARE: Final = 0.04
_BOUNCE_SHARE: Final = 0.02
_ARCHIVED_SHARE: Final = 0.012
_LEGAL_BASIS_SHARE: Final = 0.93


def contact_line(plan: Plan, dice: Dice, story: Story, *, person: Person, done: Sequence[Touch]) -> Line:
    """Return a contact; `done` are its touches by time."""
    properties = _profile(story, person) | _source(dice, story) | roll_ups(done)
    properties |= _permissions(plan, dice, story) | _plans(plan, dice, story)
    if story.is_merged:
        properties["hs_merged_object_ids"] = merged_id(story.index)
    record = Record(
        type="contacts",
        id=contact_id(story.index),
        properties=properties,
        created=story.start,
        updated=done[-1].at if done else story.start,
        versions={
            "lifecyclestage": _lifecycle(story, person, done),
            "hs_lead_status": _lead_status(plan, dice, story, person),
            "hubspot_owner_id": _owners(story, person),
        },
        associations=_employer(story),
        archived=not story.deals and dice.chance(_ARCHIVED_SHARE),
    )
    return line(record)


def _profile(story: Story, person: Person) -> Properties:
    broken = contact_fault(story.index) is not None
    return {
        "email": person.email.replace("@", ".") if broken else person.email,
        "firstname": person.first,
        "lastname": person.last,
        "country": person.country,
        "jobtitle": person.job,
        "seniority": person.seniority,
        "department": person.department,
        "contact_type": person.contact_type,
        "hs_language": "de" if story.is_german else "en",
        "associatedcompanyid": None if story.company is None else company_id(story.company),
    }


def _employer(story: Story) -> tuple[Association, ...]:
    if story.company is None:
        return ()
    return (Association("companies", company_id(story.company), None, is_primary=True),)


def _source(dice: Dice, story: Story) -> Properties:
    """Return the original source; the campaign is the one that ran when the contact came."""
    if story.is_outbound:
        return {"hs_analytics_source": "OFFLINE", "hs_analytics_source_data_1": "CRM_UI"}
    if story.depth is Depth.COLD and dice.chance(0.7):
        return {"hs_analytics_source": "OFFLINE", "hs_analytics_source_data_1": "IMPORT"}
    source = dice.weighted(_SOURCES, _SOURCE_BOUNDS)
    channel = _CHANNEL_OF.get(source)
    campaign = campaign_name(channel, story.start) if channel else _DRILL_DOWNS[source]
    return {"hs_analytics_source": source, "hs_analytics_source_data_1": campaign}


def _permissions(plan: Plan, dice: Dice, story: Story) -> Properties:
    found: Properties = {}
    if story.depth is not Depth.COLD and dice.chance(_LEGAL_BASIS_SHARE):
        basis = (
            "Legitimate interest \N{EN DASH} existing customer"
            if story.is_customer
            else "Freely given consent from contact"
        )
        found["hs_legal_basis"] = basis
    if story.start < plan.today - 30 * DAY and dice.chance(_OPT_OUT_SHARE):
        found["hs_email_optout"] = "true"
    if not story.deals and dice.chance(_BOUNCE_SHARE):
        found["hs_email_bounce"] = "1"
        found["hs_email_bad_address"] = "true"
        found["hs_email_hard_bounce_reason_enum"] = "UNKNOWN_USER"
    return found


def _plans(plan: Plan, dice: Dice, story: Story) -> Properties:
    """Return when some of the interested mean to buy: mostly soon, a few much later."""
    if story.depth < Depth.INQUIRY or not dice.chance(0.12):
        return {}
    days = dice.between(260, 420) if dice.chance(0.15) else dice.between(15, 170)
    return {"planned_purchase_date": stamp(plan.today + int(days * DAY))[:10]}


def _lifecycle(story: Story, person: Person, done: Sequence[Touch]) -> list[Version]:
    """Return the CRM's own stages as forms, workflows and deals moved them: forward only."""
    if story.depth is Depth.COLD and story.role is not Role.TEST:
        return [Version(story.start, "lead", "IMPORT")] if story.index % 3 == 0 else []
    source = "FORM" if done and done[0].kind == "form" else "AUTOMATION_PLATFORM"
    steps = [Version(story.start, "lead" if story.is_outbound else "subscriber", source)]
    marks = ((story.lead_at, "lead", "FORM"), (story.mql_at, "marketingqualifiedlead", "AUTOMATION_PLATFORM"))
    steps += [Version(at, value, source) for at, value, source in marks if at]
    if story.sql_at:
        steps.append(Version(story.sql_at, "salesqualifiedlead", "AUTOMATION_PLATFORM"))
    elif story.is_outbound and story.verdict_at:
        steps.append(Version(story.verdict_at, "salesqualifiedlead", "CRM_UI", user_source(person.seller)))
    if story.deals:
        steps.append(Version(story.deals[0].created, "opportunity", "DEALS"))
    if story.is_customer:
        won = min(deal.closed for deal in story.deals if deal.is_won and deal.closed is not None)
        steps.append(Version(won, "customer", "DEALS"))
    return steps


def _lead_status(plan: Plan, dice: Dice, story: Story, person: Person) -> list[Version]:
    """Return what sellers said about a lead, as they set it by hand."""
    found = [Version(story.sql_at, "NEW", "AUTOMATION_PLATFORM")] if story.sql_at else []
    who = user_source(person.seller)
    if story.verdict_at:
        heard = Millis(story.verdict_at + MINUTE)
        found.append(Version(heard, _FIRST_WORDS[story.verdict], "CRM_UI", who))
        if story.verdict is Verdict.ACCEPTED:
            reached = Millis(heard + int(dice.between(2, 40) * HOUR))
            found.append(Version(reached, dice.one_of(("IN_PROGRESS", "CONNECTED", "OPEN")), "CRM_UI", who))
    if story.deals:
        found.append(Version(Millis(story.deals[0].created + 2 * MINUTE), "OPEN_DEAL", "AUTOMATION_PLATFORM"))
        found = [version for version in found if version.at <= story.deals[0].created + 2 * MINUTE]
    return [version for version in found if version.at <= plan.today]


def _owners(story: Story, person: Person) -> list[Version]:
    """Return who looks after a contact: assigned when qualified, handed on after a win."""
    found: list[Version] = []
    assigned = story.mql_at or story.verdict_at or (story.deals[0].created if story.deals else None)
    if assigned:
        found.append(Version(Millis(assigned + 1), owner_id(person.seller), "AUTOMATION_PLATFORM"))
    won = [deal.closed for deal in story.deals if deal.is_won and deal.closed is not None]
    if won and story.index % 2:
        keeper = owner_id(HUNTERS + story.index % HUNTERS)
        found.append(Version(Millis(min(won) + 1), keeper, "CRM_UI", user_source(person.seller)))
    return found
