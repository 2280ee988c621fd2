"""How a variation of the facts would change the cell: silence, and a request."""

from typing import NamedTuple

from syncer.moments import DAY, Millis
from syncer.records import Evidence
from syncer.scoring.fit import Fit
from syncer.scoring.matrix import FULL
from syncer.scoring.scorer import Scorer
from syncer.scoring.track import Track

#: How far ahead silence is followed.
_AHEAD = 365 * DAY

NO_ACTIVITY = "no_new_activity"


class Counterfactual(NamedTuple):
    """One change and the cell it would lead to."""

    #: `no_new_activity`, or the event that would happen.
    change: str
    new_cell: str
    #: From when; None is at once.
    at: Millis | None
    #: What the new cell, or the request itself, asks for.
    action: str


def counterfactuals(scorer: Scorer, fit: Fit, track: Track | None, *, basis: str, as_of: int) -> list[Counterfactual]:
    """Return what silence and an explicit request would change. `track` remembers every event; it is used up."""
    if basis != FULL:
        return []
    found = []
    silence = None if track is None else _silence(scorer, fit, track, as_of)
    if silence is not None:
        found.append(silence)
    request = _request(scorer, fit, track or scorer.track(as_of), as_of)
    if request is not None:
        found.append(request)
    return found


def _silence(scorer: Scorer, fit: Fit, track: Track, as_of: int) -> Counterfactual | None:
    now = track.at(as_of)
    mark = max((level for level in scorer.levels() if level <= now), default=None)
    if mark is None:
        return None
    at = track.below_from(mark, after=as_of, until=as_of + _AHEAD)
    if at is None:
        return None
    cell = scorer.place(fit.grade, track.at(at))
    return Counterfactual(NO_ACTIVITY, cell.name, at, cell.action)


def _request(scorer: Scorer, fit: Fit, track: Track, as_of: int) -> Counterfactual | None:
    rule = scorer.model.explicit_sales_ready
    if not rule.events:
        return None
    event = rule.events[0]
    track.add(Evidence(as_of, 0, f"counterfactual:{event}", event, None, None, None, None, None, as_of), event)
    cell = scorer.place(fit.grade, track.at(as_of))
    return Counterfactual(event, cell.name, None, "sales_ready" if fit.grade <= rule.min_grade else rule.below)
