"""A scorecard: what each rule's count says about winning, on a scale of points of its own (domain D6)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from syncer.scoring.calibration.classes import Band, coarse_classes, is_enough
from syncer.scoring.calibration.regression import Logit, fit_logit
from syncer.scoring.calibration.rows import Row
from syncer.scoring.calibration.scaling import Scale
from syncer.scoring.calibration.woe import Fate, Strength, information_value, strength, weights


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
    #: Rules that counted often enough to be judged and part nobody: no characteristics.
    idle: Sequence[str]
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
    found = characteristics(rows, rules)
    named = {one.rule for one in found}
    idle = [rule for rule in rules if rule not in named and _is_judged(rows, rule)]
    kept = [one for one in found if one.strength is not Strength.SUSPICIOUS]
    won = [row.is_won for row in rows]
    fit = fit_logit([[one.of(row) for one in kept] for row in rows], won, positive=True)
    return Scorecard(characteristics=kept, idle=idle, fit=fit, scale=scale or Scale())


def _is_judged(rows: Sequence[Row], rule: str) -> bool:
    """Return whether counting and not counting are both large enough to be classes of their own."""
    hit = [row.is_won for row in rows if rule in row.hits]
    wins, missed = sum(row.is_won for row in rows), len(rows) - len(hit)
    return is_enough(Fate(sum(hit), len(hit) - sum(hit)), len(rows)) and is_enough(
        Fate(wins - sum(hit), missed - wins + sum(hit)), len(rows)
    )
