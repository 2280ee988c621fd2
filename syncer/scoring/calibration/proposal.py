"""Other points, as past outcomes suggest them: proposed to people, never put in force (domain D6).

The shape comes from the outcomes, the size from today's points: a row gets on average as many points as before, so
that thresholds keep their meaning. No number is more than doubled or halved at once: the next review is a month away.
Where today's weights describe the outcomes as well as chance allows to tell, nothing is proposed.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from syncer.scoring.calibration.card import Characteristic, Scorecard
from syncer.scoring.calibration.points import Group
from syncer.scoring.calibration.regression import Logit, fit_logit
from syncer.scoring.calibration.rows import Row
from syncer.scoring.calibration.sample import parameters
from syncer.scoring.calibration.weighing import FAINT, asks_for_weights

_TEN = 10.0
#: How many times larger or smaller a number may become at once.
_MOST = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One number of the score model and what it would become."""

    group: str
    #: None is the group's cap.
    rule: str | None
    before: float
    after: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What would change."""

    changes: Sequence[Change]
    #: Groups or rules that outcomes speak against: they keep their points, and a person looks.
    against: Sequence[str]
    #: The groups with the new points and caps.
    groups: Mapping[str, Group]


def rescale(rows: Sequence[Row]) -> Logit:
    """Return the line from tens of engagement to the odds of a win."""
    return fit_logit(
        [[row.engagement / _TEN] for row in rows], [row.is_won for row in rows], ridge=FAINT, positive=True
    )


def regroup(rows: Sequence[Row], groups: Mapping[str, Group], doubtful: Collection[str]) -> Proposal:
    """Return every group's points and cap weighed anew, one weight a group.

    Groups with a doubtful rule are left as they are, and so are the rarest beyond what the number of wins allows.
    """
    clean = {name: one for name, one in groups.items() if not doubtful & one.points.keys() and _counts(rows, one)}
    wins = sum(row.is_won for row in rows)
    ranked = sorted(clean, key=lambda name: (-_counts(rows, clean[name]), name))
    names = ranked[: max(0, parameters(wins) - 1)]
    features, won = [[clean[name].of(row) / _TEN for name in names] for row in rows], [row.is_won for row in rows]
    if not names or not asks_for_weights(features, won):
        return Proposal(changes=(), against=(), groups=groups)
    found = fit_logit(features, won, positive=True)
    slopes = dict(zip(names, found.coefficients, strict=True))
    against = [name for name, slope in slopes.items() if slope <= _NOTHING]
    kept = {name: slope for name, slope in slopes.items() if slope > _NOTHING}
    before = sum(groups[name].of(row) for name in kept for row in rows)
    size = before / (sum(slope * groups[name].of(row) for name, slope in kept.items() for row in rows) or 1.0)
    changed = {name: _weighed(groups[name], slope * size) for name, slope in kept.items()}
    return _proposal(groups, changed, against)


#: A coefficient that the bound holds at zero.
_NOTHING = 1e-6


def _counts(rows: Sequence[Row], group: Group) -> int:
    return sum(any(rule in row.hits for rule in group.points) for row in rows)


def _weighed(group: Group, weight: float) -> Group:
    points = {rule: _rounded(one * weight, one) for rule, one in group.points.items()}
    return replace(group, cap=_rounded(group.cap * weight, group.cap), points=points)


def _rounded(value: float, before: float) -> float:
    """Return whole points that keep the sign: a rule is never reversed and never silently switched off."""
    size = min(max(abs(value), abs(before) / _MOST), abs(before) * _MOST)
    return math.copysign(max(1.0, float(round(size))), before) if before else 0.0


def repoint(rows: Sequence[Row], groups: Mapping[str, Group], card: Scorecard) -> Proposal:
    """Return the points of single rules that come nearest to a scorecard, caps as they are; idle rules get half."""
    given = {rule: points for group in groups.values() for rule, points in group.points.items()}
    idle = [rule for rule in card.idle if given[rule] > 0]
    judged = [*(one.rule for one in card.characteristics), *idle]
    parts = [[_given(row, rule, given) for rule in judged] for row in rows]
    if not card.characteristics or not asks_for_weights(parts, [row.is_won for row in rows]):
        return Proposal(changes=(), against=(), groups=groups)
    kept = _wanted(rows, card, given)
    units = {rule: sum(row.hits[rule].units for row in rows if rule in row.hits) for rule in judged}
    points = {rule: _rounded(0.0, given[rule]) for rule in idle}
    freed = sum((given[rule] - points[rule]) * units[rule] for rule in idle)
    before = sum(abs(given[rule]) * units[rule] for rule in kept) + freed
    size = before / (sum(abs(one) * units[rule] for rule, one in kept.items()) or 1.0)
    points |= {rule: _rounded(one * size, given[rule]) for rule, one in kept.items()}
    changed = {
        name: replace(group, points={rule: points.get(rule, old) for rule, old in group.points.items()})
        for name, group in groups.items()
    }
    against = [one.rule for one in card.characteristics if one.rule not in kept]
    return _proposal(groups, changed, against)


def _wanted(rows: Sequence[Row], card: Scorecard, given: Mapping[str, float]) -> Mapping[str, float]:
    """Return the scorecard's points a unit of the rules that it does not reverse."""
    found = {
        one.rule: _per_unit(rows, one, card.points(number))
        for number, one in enumerate(card.characteristics)
        if card.fit.coefficients[number] > _NOTHING
    }
    return {rule: points for rule, points in found.items() if points * given[rule] > 0}


def _given(row: Row, rule: str, given: Mapping[str, float]) -> float:
    return given[rule] * row.hits[rule].units / _TEN if rule in row.hits else 0.0


def _per_unit(rows: Sequence[Row], one: Characteristic, points: Sequence[float]) -> float:
    """Return the points per unit that fit the scorecard's best, its lowest class being nothing."""
    steps = dict(zip(one.woes, (each - points[0] for each in points), strict=True))
    held = [(row.hits[one.rule].units, steps[one.of(row)]) for row in rows if one.rule in row.hits]
    return sum(units * step for units, step in held) / sum(units * units for units, _ in held)


def _proposal(groups: Mapping[str, Group], changed: Mapping[str, Group], against: Sequence[str]) -> Proposal:
    changes = []
    for name, after in changed.items():
        before = groups[name]
        if before.cap != after.cap:
            changes.append(Change(group=name, rule=None, before=before.cap, after=after.cap))
        for rule, points in before.points.items():
            if points != after.points[rule]:
                changes.append(Change(group=name, rule=rule, before=points, after=after.points[rule]))
    return Proposal(changes=changes, against=against, groups={**groups, **changed})
