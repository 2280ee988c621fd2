"""From two axes to one cell, one action and a number to sort by (domain D3)."""

from collections.abc import Mapping

import msgspec

from syncer.funnel.facts import Score
from syncer.scoring.fit import Fit
from syncer.scoring.rounding import whole

#: What a cell asks for, in the order of urgency: the thousands of the priority.
ACTION_RANK: Mapping[str, int] = {"sales_ready": 4, "mql": 3, "inquiry": 2, "suspect": 1, "out": 0}

FULL, FIT_ONLY, NONE = "full", "fit_only", "none"


class Cell(msgspec.Struct, frozen=True):
    """One cell of the matrix."""

    name: str
    action: str
    #: Thousands of the priority.
    rank: int


class Matrix(msgspec.Struct, frozen=True):
    """Levels of engagement and the cells."""

    #: Threshold and level, highest threshold first.
    levels: tuple[tuple[float, int], ...]
    #: The level below all thresholds.
    rest: int
    #: The grade below all thresholds.
    rest_grade: str
    #: By grade and level.
    cells: Mapping[tuple[str, int], Cell]


def level_of(matrix: Matrix, engagement: float) -> int:
    """Return the level of an engagement; 1 is the highest."""
    for threshold, level in matrix.levels:
        if engagement >= threshold:
            return level
    return matrix.rest


def score_of(matrix: Matrix, fit: Fit, engagement: float, basis: str) -> Score:
    """Return fit and engagement with what they mean.

    On basis `fit_only` engagement is 0; on `none` nothing is scored and the action is `out`.
    """
    if basis == NONE:
        return _unscored(matrix)
    if basis == FIT_ONLY:
        engagement = 0.0
    level = level_of(matrix, engagement)
    cell = matrix.cells[fit.grade, level]
    return Score(
        fit.points,
        engagement,
        fit.grade,
        level,
        cell.name,
        cell.action,
        whole(1000 * cell.rank + 10 * fit.points + engagement),
        fit.completeness,
        basis,
    )


def priority_of(action: str, fit: float, engagement: float) -> int:
    """Return the number that the CRM sorts by."""
    return whole(1000 * ACTION_RANK[action] + 10 * fit + engagement)


def _unscored(matrix: Matrix) -> Score:
    return Score(
        fit=0.0,
        engagement=0.0,
        grade=matrix.rest_grade,
        level=matrix.rest,
        cell=f"{matrix.rest_grade}{matrix.rest}",
        action="out",
        priority=0,
        completeness=0.0,
        basis=NONE,
    )
