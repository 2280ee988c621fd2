"""What became of the rows for which a rule counted, against all rows (domain D7)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from syncer.kpis.statistics.stats import Interval, wilson
from syncer.scoring.calibration.rows import Row
from syncer.scoring.calibration.woe import Fate, Strength, information_value, strength


class Verdict(StrEnum):
    """What a rule's win rate says, where its interval says anything."""

    #: Surely below the rate of all: its points promise too much.
    OVER_SCORED = "over_scored"
    #: Surely above it.
    UNDER_SCORED = "under_scored"


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleRate:
    """One rule's rows."""

    rule: str
    #: What the rule gives; a deduction's are below zero.
    points: float
    hit: Fate
    #: Rows for which it did not count.
    missed: Fate

    @property
    def interval(self) -> Interval:
        """95 % interval of the win rate where the rule counted."""
        return wilson(self.hit.won, self.hit.n)

    @property
    def information(self) -> float:
        """Information value of counting or not."""
        return information_value([self.hit, self.missed])

    @property
    def strength(self) -> Strength:
        """What the information value says."""
        return strength(self.information)

    @property
    def verdict(self) -> Verdict | None:
        """Whether the whole interval lies on one side of the rate of all rows."""
        low, high = self.interval
        overall = (self.hit.won + self.missed.won) / (self.hit.n + self.missed.n)
        if low is None or high is None:
            return None
        # A deduction says itself that fewer are won.
        if high < overall and self.points > 0:
            return Verdict.OVER_SCORED
        return Verdict.UNDER_SCORED if low > overall else None


def rule_rates(rows: Sequence[Row], points: Mapping[str, float]) -> Iterator[RuleRate]:
    """Yield the win rates by rule, in the order of the rules; a rule that never counted has no line."""
    wins = sum(row.is_won for row in rows)
    for rule, given in points.items():
        held = [row.is_won for row in rows if rule in row.hits or rule in row.profile]
        if held:
            won = sum(held)
            hit = Fate(won, len(held) - won)
            missed = Fate(wins - hit.won, len(rows) - wins - hit.others)
            yield RuleRate(rule=rule, points=given, hit=hit, missed=missed)
