"""What becomes of every deal of the generated portal: when it starts, how it ends, whose it is."""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from connectors.sandbox.generate.dice import at_work
from connectors.sandbox.generate.plan import DEAL_DRAW, EXPANSION, FORCED_WIN, GROUP, LIFE, Plan
from syncer.moments import DAY, HOUR, Millis


class Fate(Enum):
    """Where a deal heads; whether it has arrived depends on the portal's last moment."""

    WON = "won"
    LOST = "lost"
    #: Closed as lost in the CRM, but the reason says "later".
    DELAYED = "delayed"
    #: Nobody closes it and nobody works on it.
    STALLED = "stalled"


@dataclass(frozen=True, kw_only=True, slots=True)
class DealStory:
    """One deal from its first to its last day."""

    index: int
    is_expansion: bool
    fate: Fate
    created: Millis
    #: When it will end; may lie after the portal's last moment.
    ends: Millis
    #: The end where it has been reached.
    closed: Millis | None

    @property
    def is_won(self) -> bool:
        """Return whether the deal has been won by now."""
        return self.closed is not None and self.fate is Fate.WON


_FATES: Final = tuple(Fate)
_NEW_BUSINESS: Final = (0.18, 0.57, 0.82, 1.0)
_EXPANSIONS: Final = (0.5, 0.68, 0.86, 1.0)
#: Days from creation to the end: mean by fate. A forced win takes less, so that an expansion can follow.
_MEAN_DAYS: Final = {Fate.WON: 62.0, Fate.LOST: 70.0, Fate.DELAYED: 88.0, Fate.STALLED: 120.0}
_FORCED_AGE: Final = (170.0, 500.0)
_FORCED_DAYS: Final = (18.0, 120.0)
_YOUNGEST: Final = 3.0
_OLDEST: Final = LIFE / DAY - 40
_SHORTEST: Final = 6.0
_SHAPE: Final = 2.4


@lru_cache(maxsize=64)
def deal_story(plan: Plan, index: int) -> DealStory:
    """Return the story of deal `index`."""
    return _expansion(plan, index) if index % GROUP == EXPANSION else _new_business(plan, index)


def deal_stories(plan: Plan, contact: int) -> tuple[DealStory, ...]:
    """Return the stories of the deals that start with a contact, the earliest first."""
    wanted: list[int] = []
    for index in plan.deals_of(contact):
        if index % GROUP != EXPANSION:
            wanted.append(index)
        if index % GROUP == FORCED_WIN and index + 1 < plan.deals:
            wanted.append(index + 1)
    return tuple(sorted((deal_story(plan, index) for index in wanted), key=lambda deal: (deal.created, deal.index)))


def _new_business(plan: Plan, index: int) -> DealStory:
    dice = plan.dice(DEAL_DRAW, index)
    if index % GROUP == FORCED_WIN:
        age, fate, span = dice.between(*_FORCED_AGE), Fate.WON, dice.between(*_FORCED_DAYS)
    else:
        age, fate = dice.between(_YOUNGEST, _OLDEST), dice.weighted(_FATES, _NEW_BUSINESS)
        span = _SHORTEST + dice.gammavariate(_SHAPE, _MEAN_DAYS[fate] / _SHAPE)
    created = at_work(dice, plan.today - int(age * DAY))
    return _story(plan, index, fate, (created, at_work(dice, created + int(span * DAY))))


def _expansion(plan: Plan, index: int) -> DealStory:
    origin = deal_story(plan, index - 1)
    dice = plan.dice(DEAL_DRAW, index)
    room = plan.today - origin.ends
    created = at_work(dice, origin.ends + int(room * dice.between(0.1, 0.9)))
    fate = dice.weighted(_FATES, _EXPANSIONS)
    span = _SHORTEST + dice.gammavariate(_SHAPE, _MEAN_DAYS[fate] / _SHAPE)
    return _story(plan, index, fate, (created, at_work(dice, created + int(span * DAY))))


def _story(plan: Plan, index: int, fate: Fate, span: tuple[Millis, Millis]) -> DealStory:
    created, ends = span[0], Millis(max(span[1], span[0] + HOUR))
    reached = ends <= plan.today and fate is not Fate.STALLED
    return DealStory(
        index=index,
        is_expansion=index % GROUP == EXPANSION,
        fate=fate,
        created=created,
        ends=ends,
        closed=ends if reached else None,
    )
