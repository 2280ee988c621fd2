"""Other points, as past outcomes suggest them: proposed to people, never put in force (domain D6).

The shape comes from the outcomes, the size from today's points: a row gets on average as many points as before, so
that thresholds keep their meaning. No number is more than doubled or halved at once: the next review is a month away.
Where today's weights describe the outcomes as well as chance allows to tell, nothing is proposed.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from syncer.scoring.calibration.classes import Band, coarse_classes
from syncer.scoring.calibration.points import Group
from syncer.scoring.calibration.regression import Logit, fit_logit
from syncer.scoring.calibration.rows import Row
from syncer.scoring.calibration.sample import parameters
from syncer.scoring.calibration.scaling import Scale
from syncer.scoring.calibration.weighing import FAINT, asks_for_weights
from syncer.scoring.calibration.woe import Fate, Strength, information_value, strength, weights

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Characteristic:
    """One rule as a scorecard sees it: how often it counted, in coarse classes."""

    rule: str
    bands: Sequence[Band]
    #: Weight of evidence by class.
    woes: Sequence[float]
    information: float

    @property
    def strength(self) -> Strength:
        """What the information value says."""
        return strength(self.information)

    def of(self, row: Row) -> float:
        """Return the weight of evidence of a row."""
        times = row.hits[self.rule].times if self.rule in row.hits else 0
        index = sum((band.high or 0) < times for band in self.bands)
        return self.woes[min(index, len(self.woes) - 1)]


def characteristics(rows: Sequence[Row], rules: Collection[str]) -> Sequence[Characteristic]:
    """Return the rules that part won from others; those of one class or without information are left out."""
    found = []
    for rule in rules:
        fates: dict[float | None, Fate] = {}
        for row in rows:
            times = row.hits[rule].times if rule in row.hits else 0
            won, others = fates.get(times, Fate(0, 0))
            fates[times] = Fate(won + row.is_won, others + (not row.is_won))
        bands = coarse_classes(fates)
        held = [band.fate for band in bands]
        value = information_value(held)
        if len(bands) > 1 and strength(value) is not Strength.NONE:
            found.append(Characteristic(rule=rule, bands=bands, woes=weights(held), information=value))
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Scorecard:
    """A scorecard: points by rule and class on its own scale."""

    characteristics: Sequence[Characteristic]
    fit: Logit
    scale: Scale

    @property
    def base(self) -> float:
        """Points that everybody has."""
        return self.scale.offset + self.scale.factor * self.fit.intercept

    def points(self, number: int) -> Sequence[float]:
        """Return the points by class of one characteristic."""
        beta = self.fit.coefficients[number]
        return [self.scale.of_class(beta, woe) for woe in self.characteristics[number].woes]

    def score(self, row: Row) -> float:
        """Return a row's points."""
        woes = [one.of(row) for one in self.characteristics]
        return self.base + sum(self.scale.of_class(*one) for one in zip(self.fit.coefficients, woes, strict=True))


def scorecard(rows: Sequence[Row], rules: Collection[str], scale: Scale | None = None) -> Scorecard:
    """Return the scorecard that rows suggest; it has no characteristic where no rule parts won from others."""
    kept = [one for one in characteristics(rows, rules) if one.strength is not Strength.SUSPICIOUS]
    won = [row.is_won for row in rows]
    found = fit_logit([[one.of(row) for one in kept] for row in rows], won, positive=True)
    return Scorecard(characteristics=kept, fit=found, scale=scale or Scale())


def repoint(rows: Sequence[Row], groups: Mapping[str, Group], card: Scorecard) -> Proposal:
    """Return the points of single rules that come nearest to a scorecard, caps as they are."""
    wanted = {
        one.rule: _per_unit(rows, one, card.points(number))
        for number, one in enumerate(card.characteristics)
        if card.fit.coefficients[number] > _NOTHING
    }
    given = {rule: points for group in groups.values() for rule, points in group.points.items()}
    parts = [[_given(row, one.rule, given) for one in card.characteristics] for row in rows]
    if not card.characteristics or not asks_for_weights(parts, [row.is_won for row in rows]):
        return Proposal(changes=(), against=(), groups=groups)
    kept = {rule: points for rule, points in wanted.items() if points * given[rule] > 0}
    units = {rule: sum(row.hits[rule].units for row in rows if rule in row.hits) for rule in kept}
    before = sum(abs(given[rule]) * units[rule] for rule in kept)
    size = before / (sum(abs(points) * units[rule] for rule, points in kept.items()) or 1.0)
    points = {rule: _rounded(one * size, given[rule]) for rule, one in kept.items()}
    changed = {
        name: replace(group, points={rule: points.get(rule, old) for rule, old in group.points.items()})
        for name, group in groups.items()
    }
    against = [one.rule for one in card.characteristics if one.rule not in kept]
    return _proposal(groups, changed, against)


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
