"""Points held against months that they were not learned from (domain D6)."""

from collections.abc import Sequence
from dataclasses import dataclass

from syncer.agreement.score import ScoreModel
from syncer.kpis.statistics.stats import Interval
from syncer.scoring.calibration.card import Scorecard
from syncer.scoring.calibration.points import engagement_of, groups_of
from syncer.scoring.calibration.proposal import Proposal
from syncer.scoring.calibration.quality import (
    Cut,
    Sharpness,
    Tenth,
    area,
    area_interval,
    at_threshold,
    at_top,
    calibration_line,
    kolmogorov_smirnov,
    sharpness,
    tenths,
)
from syncer.scoring.calibration.regression import fit_logit
from syncer.scoring.calibration.sample import may_publish
from syncer.scoring.calibration.split import Split
from syncer.scoring.calibration.woe import Fate

_TEN = 10.0
_FIFTH = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """How well one set of points ranked and foretold the test's rows."""

    area: float | None
    interval: Interval
    separation: float | None
    sharpness: Sharpness
    #: Intercept and slope; None where no finite line exists.
    line: tuple[float, float] | None
    tenths: Sequence[Tenth]
    #: What the best fifth would have caught.
    top: Cut
    #: What the threshold of level 1 would have caught; None on another scale than the agreement's.
    cut: Cut | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tested:
    """The test's rows, and how good points were on them; None while the test is too small to be told of."""

    fate: Fate
    #: Rows left out because their company was learned from.
    known_companies: int
    today: Quality | None = None
    #: None where nothing would change.
    proposed: Quality | None = None
    card: Quality | None = None


def tested_on(split: Split, model: ScoreModel, proposal: Proposal, card: Scorecard) -> Tested:
    """Return how good today's points, the proposed ones after rounding, and the scorecard itself are on the test."""
    won = [row.is_won for row in split.test]
    fate = Fate(sum(won), len(won) - sum(won))
    if not may_publish(*fate):
        return Tested(fate=fate, known_companies=split.known_companies)
    scores = [card.score(row) for row in split.test]
    today = groups_of(model)
    sides = [
        [[engagement_of(row, groups, model) for row in rows] for rows in (split.train, split.test)]
        for groups in (today, proposal.groups)
    ]
    learned = [row.is_won for row in split.train]
    now, then = (_of_points(side[0], learned, side[1], won, model.thresholds.level[1]) for side in sides)
    return Tested(
        fate=fate,
        known_companies=split.known_companies,
        today=now,
        proposed=then if proposal.changes else None,
        card=_quality(scores, [card.scale.probability(one) for one in scores], won),
    )


def _of_points(
    learned: Sequence[float], train: Sequence[bool], seen: Sequence[float], won: Sequence[bool], threshold: float
) -> Quality:
    """Return the quality of points, whose probabilities come from a line through the rows learned from."""
    line = fit_logit([[one / _TEN] for one in learned], train)
    return _quality(seen, [line.probability([one / _TEN]) for one in seen], won, threshold)


def _quality(
    scores: Sequence[float], chances: Sequence[float], won: Sequence[bool], threshold: float | None = None
) -> Quality:
    return Quality(
        area=area(scores, won),
        interval=area_interval(scores, won),
        separation=kolmogorov_smirnov(scores, won),
        sharpness=sharpness(chances, won),
        line=calibration_line(chances, won),
        tenths=tenths(chances, won),
        top=at_top(scores, won, _FIFTH),
        cut=None if threshold is None else at_threshold(scores, won, threshold),
    )
