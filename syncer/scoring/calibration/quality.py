"""How good scores and probabilities were, once outcomes are known (domain D6)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from syncer.kpis.statistics.ranking import auc
from syncer.kpis.statistics.stats import Interval, wilson
from syncer.scoring.calibration.regression import fit_logit
from syncer.scoring.calibration.scaling import logit
from syncer.scoring.calibration.woe import Fate

_RESAMPLES = 1_000
#: Resamples drawn at once: bounded memory.
_PORTION = 100
_SEED = 20_261
_TAILS = (0.025, 0.975)
_TENTHS = 10


def by_score(scores: Sequence[float], won: Sequence[bool]) -> Sequence[tuple[float, Fate]]:
    """Return what became of each score, the best first."""
    good, bad = (
        Counter(score for score, one in zip(scores, won, strict=True) if one is side) for side in (True, False)
    )
    return [(score, Fate(good[score], bad[score])) for score in sorted({*good, *bad}, reverse=True)]


def area(scores: Sequence[float], won: Sequence[bool]) -> float | None:
    """Return the AUC; None without won or without others."""
    return auc([fate for _, fate in by_score(scores, won)])


def area_interval(scores: Sequence[float], won: Sequence[bool]) -> Interval:
    """Return the bootstrap interval of the AUC, both classes drawn at their own size; unbounded below two of each."""
    fates = [fate for _, fate in by_score(scores, won)]
    good, bad = np.array([one.won for one in fates]), np.array([one.others for one in fates])
    if min(good.sum(), bad.sum()) <= 1:
        return Interval(None, None)
    generator = np.random.default_rng(_SEED)
    areas = []
    for _ in range(_RESAMPLES // _PORTION):
        wins = generator.multinomial(good.sum(), good / good.sum(), size=_PORTION)
        rest = generator.multinomial(bad.sum(), bad / bad.sum(), size=_PORTION)
        below = bad.sum() - rest.cumsum(axis=1)
        areas.append((wins * (below + rest / 2)).sum(axis=1) / (good.sum() * bad.sum()))
    low, high = np.quantile(np.concatenate(areas), _TAILS)
    return Interval(float(low), float(high))


def kolmogorov_smirnov(scores: Sequence[float], won: Sequence[bool]) -> float | None:
    """Return the widest gap between the shares of won and of others above a score; None without one of them."""
    fates = [fate for _, fate in by_score(scores, won)]
    whole = Fate(sum(one.won for one in fates), sum(one.others for one in fates))
    if not whole.won or not whole.others:
        return None
    good = bad = 0
    widest = 0.0
    for one in fates:
        good, bad = good + one.won, bad + one.others
        widest = max(widest, abs(good / whole.won - bad / whole.others))
    return widest


@dataclass(frozen=True, kw_only=True, slots=True)
class Sharpness:
    """How near probabilities came to what happened."""

    brier: float
    #: Brier of always saying the base rate.
    reference: float
    #: Expected by observed wins; None without a win.
    expected_by_observed: float | None

    @property
    def skill(self) -> float | None:
        """Share of the reference's error that was saved; None where everything or nothing was won."""
        return 1 - self.brier / self.reference if self.reference else None


def sharpness(probabilities: Sequence[float], won: Sequence[bool]) -> Sharpness:
    """Return Brier score, its reference and E/O of at least one unit."""
    base = sum(won) / len(won)
    squares = sum((p - y) ** 2 for p, y in zip(probabilities, won, strict=True))
    expected = sum(probabilities) / sum(won) if any(won) else None
    return Sharpness(brier=squares / len(won), reference=base * (1 - base), expected_by_observed=expected)


def calibration_line(probabilities: Sequence[float], won: Sequence[bool]) -> tuple[float, float] | None:
    """Return intercept and slope of the outcomes on the log-odds said, all inside 0..1; (0, 1) is perfect.

    None where no finite line exists: one class is empty, or a cut parts the two.
    """
    good = [p for p, one in zip(probabilities, won, strict=True) if one]
    bad = [p for p, one in zip(probabilities, won, strict=True) if not one]
    if not good or not bad or max(bad) <= min(good) or max(good) <= min(bad):
        return None
    found = fit_logit([[logit(p)] for p in probabilities], won, ridge=0.0)
    return found.intercept, found.coefficients[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tenth:
    """A tenth of the units by probability."""

    expected: float
    fate: Fate


def tenths(probabilities: Sequence[float], won: Sequence[bool]) -> Sequence[Tenth]:
    """Return what was expected and what happened in tenths, the most likely first; fewer than ten units give fewer."""
    ranked = sorted(zip(probabilities, won, strict=True), key=lambda one: -one[0])
    parts = groupby(enumerate(ranked), key=lambda one: one[0] * _TENTHS // len(ranked))
    found = []
    for _, part in parts:
        units = [unit for _, unit in part]
        wins = sum(one for _, one in units)
        found.append(Tenth(expected=sum(p for p, _ in units) / len(units), fate=Fate(wins, len(units) - wins)))
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """What a threshold would have caught."""

    flagged: int
    hits: int
    wins: int
    units: int

    @property
    def precision(self) -> float | None:
        """Share of the flagged that were won; None of nobody."""
        return self.hits / self.flagged if self.flagged else None

    @property
    def interval(self) -> Interval:
        """95 % interval of the precision."""
        return wilson(self.hits, self.flagged)

    @property
    def recall(self) -> float | None:
        """Share of the won that were flagged; None without any."""
        return self.hits / self.wins if self.wins else None

    @property
    def lift(self) -> float | None:
        """Precision by base rate; None where either is unknown or nothing was won."""
        return self.precision * self.units / self.wins if self.precision is not None and self.wins else None


def at_threshold(scores: Sequence[float], won: Sequence[bool], threshold: float) -> Cut:
    """Return what a threshold would have caught; who reaches it is flagged."""
    flagged = [one for score, one in zip(scores, won, strict=True) if score >= threshold]
    return Cut(flagged=len(flagged), hits=sum(flagged), wins=sum(won), units=len(won))


def at_top(scores: Sequence[float], won: Sequence[bool], share: float) -> Cut:
    """Return what the best share of the units would have caught, ties with the last one included."""
    ranked = sorted(scores, reverse=True)
    return at_threshold(scores, won, ranked[max(1, round(share * len(ranked))) - 1])
