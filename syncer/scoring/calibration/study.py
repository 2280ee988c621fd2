"""Everything that a number of closed outcomes allows to be said about a score model, and no more (domain D6)."""

from collections.abc import Sequence
from dataclasses import dataclass

from syncer.agreement.model import Agreement
from syncer.kpis.stats import Interval
from syncer.scoring.calibration.leakage import Suspicion, suspicions
from syncer.scoring.calibration.points import Group, engagement_of, groups_of, points_of
from syncer.scoring.calibration.proposal import Change, Proposal, regroup, repoint, rescale, scorecard
from syncer.scoring.calibration.quality import (
    Sharpness,
    area,
    area_interval,
    calibration_line,
    kolmogorov_smirnov,
    sharpness,
)
from syncer.scoring.calibration.rates import RuleRate, rule_rates
from syncer.scoring.calibration.regression import Logit, fit_logit
from syncer.scoring.calibration.rows import Row
from syncer.scoring.calibration.sample import Allowed, allowed, may_publish
from syncer.scoring.calibration.split import time_split
from syncer.scoring.calibration.woe import Fate

_TEN = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """How well one set of points ranked and foretold the test's rows."""

    area: float | None
    interval: Interval
    separation: float | None
    sharpness: Sharpness
    #: Intercept and slope; None where no finite line exists.
    line: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tested:
    """The test's rows, and how good today's points and the proposed ones were on them."""

    fate: Fate
    #: None while the test is too small to be told of.
    today: Quality | None
    proposed: Quality | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """What outcomes say. What the sample does not allow is empty or None."""

    #: Of hand-overs, and of cycles by their first entry.
    handed: Fate
    entered: Fate
    rates: Sequence[RuleRate]
    suspicions: Sequence[Suspicion]
    #: From tens of engagement to the odds of a win.
    line: Logit | None
    proposal: Proposal | None
    tested: Tested | None

    @property
    def rates_allowed(self) -> Allowed:
        """What hand-overs allow."""
        return allowed(*self.handed)

    @property
    def points_allowed(self) -> Allowed:
        """What cycles by their first entry allow."""
        return allowed(*self.entered)

    @property
    def changes(self) -> Sequence[Change]:
        """What would change in the score model."""
        return self.proposal.changes if self.proposal is not None else ()

    @property
    def is_provisional(self) -> bool:
        """Whether the sample allows whole groups only."""
        return self.points_allowed is Allowed.GROUPS


def study(
    agreement: Agreement, handed: Sequence[Row], entered: Sequence[Row], *, as_of: int, horizon_days: int
) -> Study:
    """Return what hand-overs say about rules, and cycles by their first entry about points."""
    model = agreement.score_model
    fates, groups = (_fate(handed), _fate(entered)), groups_of(model)
    may = [allowed(*one) for one in fates]
    points = points_of(model)
    rates = list(rule_rates(handed, points)) if may[0] >= Allowed.RATES else []
    learned = list(rule_rates(entered, points)) if may[1] >= Allowed.RATES else []
    found = list(suspicions(agreement, [*rates, *learned]))
    doubtful = {one.rule for one in found}
    proposal, tested = None, None
    if may[1] >= Allowed.SCORECARD:
        split = time_split(entered, as_of=as_of, horizon_days=horizon_days)
        rules = [rule for one in groups.values() for rule in one.points if rule not in doubtful]
        proposal = repoint(split.train, groups, scorecard(split.train, rules)) if split.train else None
        tested = _tested(agreement, split.train, split.test, proposal)
    elif may[1] >= Allowed.GROUPS:
        proposal = regroup(entered, groups, doubtful)
    return Study(
        handed=fates[0],
        entered=fates[1],
        rates=rates,
        suspicions=found,
        line=rescale(entered) if may[1] >= Allowed.RESCALE else None,
        proposal=proposal,
        tested=tested,
    )


def _fate(rows: Sequence[Row]) -> Fate:
    won = sum(row.is_won for row in rows)
    return Fate(won, len(rows) - won)


def _tested(agreement: Agreement, train: Sequence[Row], test: Sequence[Row], proposal: Proposal | None) -> Tested:
    fate, model = _fate(test), agreement.score_model
    if not train or not may_publish(*fate):
        return Tested(fate=fate, today=None, proposed=None)
    sets: list[dict[str, Group]] = [dict(groups_of(model))]
    if proposal is not None and proposal.changes:
        sets.append(dict(proposal.groups))
    scores = [[[engagement_of(row, one, model) for row in side] for side in (train, test)] for one in sets]
    found = [
        _quality(learned, [row.is_won for row in train], seen, [row.is_won for row in test]) for learned, seen in scores
    ]
    return Tested(fate=fate, today=found[0], proposed=found[1] if len(found) > 1 else None)


def _quality(learned: Sequence[float], train: Sequence[bool], seen: Sequence[float], test: Sequence[bool]) -> Quality:
    line = fit_logit([[one / _TEN] for one in learned], train)
    chances = [line.probability([one / _TEN]) for one in seen]
    return Quality(
        area=area(seen, test),
        interval=area_interval(seen, test),
        separation=kolmogorov_smirnov(seen, test),
        sharpness=sharpness(chances, test),
        line=calibration_line(chances, test),
    )
