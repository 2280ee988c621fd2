"""The points of an agreement's rules, and what rows would have had with others."""

from collections.abc import Mapping
from dataclasses import dataclass

from syncer.agreement.score import ScoreModel
from syncer.scoring.calibration.rows import Row


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The rules of one group of engagement."""

    name: str
    cap: float
    points: Mapping[str, float]

    def of(self, row: Row) -> float:
        """Return a row's points in this group, the cap kept."""
        total = sum(points * row.hits[rule].units for rule, points in self.points.items() if rule in row.hits)
        return min(max(total, -self.cap), self.cap)


def groups_of(model: ScoreModel) -> Mapping[str, Group]:
    """Return the groups of engagement that have rules."""
    return {
        name: Group(name=name, cap=one.cap, points={rule.id: rule.pts for rule in one.rules})
        for name, one in model.engagement.groups.items()
        if one.rules
    }


def points_of(model: ScoreModel) -> Mapping[str, float]:
    """Return the points of every rule, those of the profile first."""
    found = {rule.id: rule.pts for group in model.fit.groups.values() for rule in group.rules}
    for group in groups_of(model).values():
        found |= group.points
    for rule in model.negative:
        found[rule.id] = rule.fit if rule.fit is not None else rule.engagement or 0.0
    return found


def engagement_of(row: Row, groups: Mapping[str, Group], model: ScoreModel) -> float:
    """Return the engagement that a row would have had, deductions as they are."""
    taken = {rule.id: rule.engagement or 0.0 for rule in model.negative}
    total = sum(group.of(row) for group in groups.values())
    total += sum(points * row.hits[rule].units for rule, points in taken.items() if rule in row.hits)
    low, high = model.scale.engagement
    return min(max(total, low), high)
