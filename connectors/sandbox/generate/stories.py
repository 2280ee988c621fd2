"""What becomes of every contact of the generated portal: who it is, how far it comes, and when."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final

from connectors.sandbox.generate.dice import Dice, after_hours, at_work
from connectors.sandbox.generate.fates import DealStory, deal_stories
from connectors.sandbox.generate.plan import LIFE, Plan
from syncer.moments import DAY, HOUR, MINUTE, Millis


class Role(Enum):
    """Who a contact is, as far as fit rules care."""

    PERSON = "person"
    FREE_MAIL = "free_mail"
    STUDENT = "student"
    COMPETITOR = "competitor"
    TEST = "test"


class Depth(IntEnum):
    """How far a contact comes."""

    COLD = 0
    SUSPECT = 1
    INQUIRY = 2
    MQL = 3
    HANDED_OVER = 4
    DEAL = 5


class Verdict(Enum):
    """What sales said to the hand-over."""

    NONE = "none"
    ACCEPTED = "accepted"
    BAD_TIMING = "bad_timing"
    UNFIT = "unfit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """One contact from its first to its last day. Moments that lie ahead or never come are None."""

    index: int
    role: Role
    depth: Depth
    company: int | None
    is_german: bool
    #: Sales found the contact; no marketing milestones.
    is_outbound: bool
    start: Millis
    lead_at: Millis | None
    mql_at: Millis | None
    sql_at: Millis | None
    verdict_at: Millis | None
    verdict: Verdict
    #: A second record of the same person was merged into this one.
    is_merged: bool
    deals: tuple[DealStory, ...]

    @property
    def is_customer(self) -> bool:
        """Return whether the contact has bought by now."""
        return any(deal.is_won for deal in self.deals)


_ROLES: Final = tuple(Role)
_ROLE_BOUNDS: Final = (0.875, 0.945, 0.97, 0.985, 1.0)
_DEPTHS: Final = (Depth.COLD, Depth.SUSPECT, Depth.INQUIRY, Depth.MQL, Depth.HANDED_OVER)
_DEPTH_BOUNDS: Final = (0.27, 0.68, 0.88, 0.94, 1.0)
_VERDICTS: Final = tuple(Verdict)
_VERDICT_BOUNDS: Final = (0.18, 0.6, 0.78, 1.0)
#: Mean days from one milestone to the next.
_PACE: Final = (12.0, 18.0, 4.0, 1.5)
_OUTBOUND_SHARE: Final = 0.15
_MERGED_SHARE: Final = 0.012
_GERMAN_SHARE: Final = 0.74
_NO_COMPANY_SHARE: Final = 0.06
#: Contacts come in faster toward the end.
_GROWTH: Final = 0.85


def contact_story(plan: Plan, dice: Dice, index: int) -> Story:
    """Return the story of contact `index`."""
    deals = deal_stories(plan, index)
    role = Role.PERSON if deals else dice.weighted(_ROLES, _ROLE_BOUNDS)
    depth = Depth.DEAL if deals else _depth(dice, role)
    employed = deals or (role in (Role.PERSON, Role.STUDENT) and not dice.chance(_NO_COMPANY_SHARE))
    outbound = depth is Depth.DEAL and dice.chance(_OUTBOUND_SHARE)
    verdict = Verdict.ACCEPTED if deals else dice.weighted(_VERDICTS, _VERDICT_BOUNDS)
    start, milestones = _from_deal(plan, dice, deals[0]) if deals else _from_start(plan, dice)
    lead, mql, sql, heard = _reached(plan, depth, milestones)
    return Story(
        index=index,
        role=role,
        depth=depth,
        company=plan.company_of(index) if employed and plan.companies else None,
        is_german=dice.chance(_GERMAN_SHARE),
        is_outbound=outbound,
        start=start,
        lead_at=None if outbound else lead,
        mql_at=None if outbound else mql,
        sql_at=None if outbound else sql,
        verdict_at=None if verdict is Verdict.NONE else heard,
        verdict=verdict if heard else Verdict.NONE,
        is_merged=dice.chance(_MERGED_SHARE),
        deals=deals,
    )


def _depth(dice: Dice, role: Role) -> Depth:
    depth = dice.weighted(_DEPTHS, _DEPTH_BOUNDS)
    return depth if role is Role.PERSON else Depth(min(depth, Depth.INQUIRY))


def _from_deal(plan: Plan, dice: Dice, deal: DealStory) -> tuple[Millis, list[Millis]]:
    """Return milestones before a deal, whose day is fixed."""
    lead_time = min(dice.days(38) + 2 * DAY, deal.created - plan.born)
    start = Millis(deal.created - lead_time)
    marks = sorted(dice.between(0.05, 0.98) for _ in _PACE)
    return start, [Millis(start + int(lead_time * mark)) for mark in marks]


def _from_start(plan: Plan, dice: Dice) -> tuple[Millis, list[Millis]]:
    """Return milestones after a start; what falls after the portal's last moment has not happened."""
    start = min(after_hours(dice, plan.born + int(LIFE * dice.random() ** _GROWTH)), Millis(plan.today - HOUR))
    milestones: list[Millis] = []
    at: int = start
    for days in _PACE:
        at = max(at_work(dice, at + dice.days(days)), at + MINUTE)
        milestones.append(Millis(at))
    return start, milestones


def _reached(plan: Plan, depth: Depth, milestones: list[Millis]) -> list[Millis | None]:
    bounds = (Depth.INQUIRY, Depth.MQL, Depth.HANDED_OVER, Depth.HANDED_OVER)
    return [at if depth >= bound and at <= plan.today else None for bound, at in zip(bounds, milestones, strict=True)]
