"""What an activity is under the agreement, worked out once for all activities that look the same."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

import msgspec

from syncer.funnel.bounds import INFINITE, Bounds
from syncer.records import ActivityKind, Evidence
from syncer.scoring.plan import Step
from syncer.scoring.scorer import Scorer

#: Distinct activities that are remembered.
_REMEMBERED = 50_000
_LEAVING = ActivityKind.UNSUBSCRIBE.value


class Reading(msgspec.Struct, frozen=True):
    """What an activity is."""

    #: "" where the contact did not do it.
    event: str
    #: A request for sales.
    asks: bool
    #: It raises the hand whatever the score.
    is_hot: bool
    #: It is a visit: repeated often enough, it raises the hand as well.
    visits: bool
    #: The contact leaves a list.
    leaves: bool
    #: Most points that it can bring; infinite where nothing is known.
    most: float
    #: It takes points off.
    takes: bool
    #: The rules that give it points.
    steps: Sequence[Step]


#: Reads an activity by its kind, subject, asset and outcome.
Read = Callable[[str, str | None, str | None, str | None], Reading]


def reader(
    scorer: Scorer, bounds: Bounds, *, explicit: Collection[str], hard: Collection[str], visits: Collection[str]
) -> Read:
    """Return what reads activities."""

    @lru_cache(_REMEMBERED)
    def read(kind: str, subject: str | None, asset: str | None, outcome: str | None) -> Reading:
        event = scorer.event_of(Evidence(0, 0, "", kind, subject, asset, None, outcome, None, 0))
        return Reading(
            event=event,
            asks=event in explicit,
            is_hot=event in explicit or event in hard,
            visits=event in visits,
            leaves=event == _LEAVING,
            most=INFINITE if bounds.points is None else bounds.points.get(event, 0.0),
            takes=event in bounds.taking,
            steps=scorer.steps_of(event),
        )

    return read
