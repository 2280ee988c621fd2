"""Deal lines of the generated portal, with the versions of everything that moves in a deal's life."""

from collections.abc import Iterator, Sequence
from typing import Final

from connectors.sandbox.generate.broken import broken_deal
from connectors.sandbox.generate.dice import Dice, at_work, end_of_month
from connectors.sandbox.generate.fates import DealStory, Fate
from connectors.sandbox.generate.lines import Association, Line, Properties, Record, Version, line, stamp
from connectors.sandbox.generate.people import Firm
from connectors.sandbox.generate.plan import DEAL_DRAW, Plan, company_id, contact_id, deal_id
from connectors.sandbox.generate.setup import (
    DEFAULT_STAGES,
    EXPANSION_LOST,
    EXPANSION_PIPELINE,
    EXPANSION_STAGES,
    EXPANSION_WON,
    ON_HOLD_STAGE,
    owner_id,
    user_source,
)
from connectors.sandbox.generate.stories import Story
from connectors.sandbox.generate.words import PRODUCTS
from connectors.sandbox.generate.words_sales import (
    DELAY_REASONS,
    ERROR_REASONS,
    LOST_REASONS,
    NEXT_STEPS,
    UNKNOWN_REASONS,
    WON_REASONS,
)
from syncer.moments import DAY, HOUR, MINUTE, Millis

#: A second stream of draws of the same deal, apart from its fate.
_DETAILS: Final = 1_000_003
_LABELS: Final = ("Hauptansprechpartner", "Entscheider", "Decision maker", None)
_CATEGORIES: Final = ("PIPELINE", "BEST_CASE", "COMMIT")
_MOST_PUSHES: Final = 6
_CENTS: Final = 100


def deal_line(plan: Plan, story: Story, deal: DealStory, *, employer: Firm | None, seller: int) -> Line:
    """Return one deal of a contact; `seller` is the index of its owner."""
    dice = plan.dice(DEAL_DRAW * _DETAILS, deal.index)
    stages = _stages(plan, dice, deal, user_source(seller))
    amount = _amount(dice, deal)
    versions = {
        "dealstage": stages,
        "amount": _amounts(dice, amount, stages),
        "closedate": _close_dates(plan, dice, deal, user_source(seller)),
        "hs_manual_forecast_category": _categories(dice, deal, stages),
        **_reasons(dice, deal, user_source(seller)),
    }
    record = Record(
        type="deals",
        id=deal_id(deal.index),
        properties=_properties(dice, deal, employer, seller),
        created=deal.created,
        updated=deal.created,
        versions=broken_deal(deal, versions),
        associations=_associations(plan, dice, story),
        archived=deal.closed is None and dice.chance(0.02),
    )
    return line(record)


def _properties(dice: Dice, deal: DealStory, employer: Firm | None, seller: int) -> Properties:
    product = dice.one_of(PRODUCTS)
    swiss = employer is not None and employer.country == "CH"
    name = employer.name if employer else "Einzelanfrage"
    return {
        "dealname": f"{name}: {product}",
        "pipeline": EXPANSION_PIPELINE if deal.is_expansion else "default",
        "createdate": stamp(deal.created),
        "dealtype": "existingbusiness" if deal.is_expansion else "newbusiness",
        "deal_currency_code": "CHF" if swiss and dice.chance(0.85) else "EUR",
        "hubspot_owner_id": owner_id(seller),
        "hs_next_step": None if deal.closed else dice.one_of(NEXT_STEPS),
        "product": product,
        "closed_won_reason": dice.one_of(WON_REASONS) if deal.is_won else None,
    }


def _stages(plan: Plan, dice: Dice, deal: DealStory, who: str) -> list[Version]:
    """Return the way through the pipeline: some start late, some skip, some step back, some come back from the dead."""
    ladder = [stage for stage, _label, _probability in (EXPANSION_STAGES if deal.is_expansion else DEFAULT_STAGES)]
    passed = [stage for place, stage in enumerate(ladder) if place == 0 or not dice.chance(0.15)]
    if deal.fate is not Fate.WON:
        passed = passed[: 1 + int(dice.random() * len(passed))]
    span = deal.ends - deal.created
    marks = [0.0, *sorted(dice.between(0.04, 0.92) for _ in passed[1:])]
    steps = [
        Version(Millis(deal.created + int(span * mark)), stage, "CRM_UI", who)
        for mark, stage in zip(marks, passed, strict=True)
    ]
    if deal.is_expansion and deal.fate is Fate.STALLED:
        steps.append(Version(Millis(deal.created + span // 3), ON_HOLD_STAGE, "CRM_UI", who))
    if dice.chance(0.05) and len(passed) > 1:
        steps.append(Version(Millis(deal.created + int(span * 0.95)), passed[-2], "CRM_UI", who))
    if deal.closed is not None:
        steps += _closing(dice, deal, who)
    return [step for step in steps if step.at <= plan.today and (deal.closed is None or step.at <= deal.closed)]


def _closing(dice: Dice, deal: DealStory, who: str) -> Iterator[Version]:
    won, lost = (EXPANSION_WON, EXPANSION_LOST) if deal.is_expansion else ("closedwon", "closedlost")
    ended = Millis(deal.ends)
    if deal.is_won and deal.ends - deal.created > 40 * DAY and dice.chance(0.06):
        before = EXPANSION_STAGES[0][0] if deal.is_expansion else "presentationscheduled"
        yield Version(Millis(ended - 20 * DAY), lost, "CRM_UI", who)
        yield Version(Millis(ended - 9 * DAY), before, "CRM_UI", who)
    yield Version(ended, won if deal.is_won else lost, "CRM_UI", who)


def _amount(dice: Dice, deal: DealStory) -> int:
    """Return the price agreed in the end, in whole hundreds."""
    typical = 9.1 if deal.is_expansion else 9.7
    return max(1, round(dice.lognormvariate(typical, 0.8) / _CENTS)) * _CENTS


def _amounts(dice: Dice, amount: int, stages: Sequence[Version]) -> list[Version]:
    """Return estimate and price; a few early deals have no amount yet."""
    first, last = stages[0], stages[-1]
    estimate = round(amount * dice.between(0.7, 1.5) / 1000) * 1000 or amount
    if len(stages) == 1 and dice.chance(0.3):
        return []
    found = [Version(Millis(first.at + MINUTE), str(estimate), "CRM_UI", first.source_id)]
    if len(stages) > 1:
        found.append(Version(last.at, str(amount), "CRM_UI", last.source_id))
    return found


def _close_dates(plan: Plan, dice: Dice, deal: DealStory, who: str) -> list[Version]:
    """Return the dates the rep hoped for: a placeholder, pushes as each date comes near, the day it closed."""
    hoped = end_of_month(deal.created + int(dice.between(25, 100) * DAY))
    found = [Version(deal.created, stamp(hoped), "CRM_UI", who)]
    if dice.chance(0.3):
        hoped = end_of_month(hoped + 31 * DAY)
        found.append(Version(Millis(deal.created + int(dice.between(1, 6) * DAY)), stamp(hoped), "CRM_UI", who))
    last = deal.closed or plan.today
    for _ in range(_MOST_PUSHES):
        pushed = at_work(dice, hoped - int(dice.between(-4, 12) * DAY))
        if not found[-1].at < pushed < last or dice.chance(0.35 if deal.fate is Fate.STALLED else 0.1):
            break
        hoped = end_of_month(pushed + int(dice.between(25, 75) * DAY))
        found.append(Version(pushed, stamp(hoped), "CRM_UI", who))
    if deal.closed is not None:
        found = [version for version in found if version.at < deal.closed]
        written = deal.closed - (20 * DAY if dice.chance(0.03) else 0)
        found.append(Version(deal.closed, stamp(written), "CALCULATED"))
    return [version for version in found if version.at <= plan.today]


def _categories(dice: Dice, deal: DealStory, stages: Sequence[Version]) -> list[Version]:
    """Return the forecast category as reps keep it; a third of them never do."""
    if dice.chance(0.33):
        return []
    steps = stages[:-1] if deal.closed is not None else stages
    places = [min(place * len(_CATEGORIES) // 4, len(_CATEGORIES) - 1) for place in range(len(steps))]
    found = [
        Version(Millis(step.at + MINUTE), _CATEGORIES[place], "CRM_UI", step.source_id)
        for step, place in zip(steps, places, strict=True)
    ]
    if deal.closed is not None:
        found.append(Version(deal.closed, "CLOSED" if deal.is_won else "OMIT", "CALCULATED"))
    return [version for version in found if version.at <= stages[-1].at + HOUR]


def _reasons(dice: Dice, deal: DealStory, who: str) -> dict[str, list[Version]]:
    if deal.closed is None or deal.is_won:
        return {}
    text = _reason(dice, deal)
    return {"closed_lost_reason": [Version(deal.closed, text, "CRM_UI", who)]} if text else {}


def _reason(dice: Dice, deal: DealStory) -> str | None:
    """Return what the rep typed: mostly something that a dictionary knows."""
    known = DELAY_REASONS if deal.fate is Fate.DELAYED else LOST_REASONS
    texts = known[dice.one_of(tuple(known))]
    if deal.fate is Fate.LOST and dice.chance(0.18):
        return dice.one_of((*UNKNOWN_REASONS, *ERROR_REASONS, None))
    return dice.one_of(texts)


def _associations(plan: Plan, dice: Dice, story: Story) -> tuple[Association, ...]:
    """Return the buying centre: the contact, perhaps colleagues met before, and the company."""
    if dice.chance(0.02):
        return ()
    found = [Association("contacts", contact_id(story.index), dice.one_of(_LABELS))]
    for back in (1, 2):
        other = story.index - back
        if other >= 0 and story.company is not None and plan.company_of(other) == story.company and dice.chance(0.3):
            found.append(Association("contacts", contact_id(other)))
    if story.company is not None:
        found.append(Association("companies", company_id(story.company), None, is_primary=True))
    return tuple(found)
