"""How far the reps' probabilities were off in the last four quarters, so that the forecast can allow for it (K20 e)."""

from dataclasses import dataclass, replace

from syncer.funnel.facts import Outcome
from syncer.kpis.question import Ask
from syncer.kpis.remembered import closes_inside, days_of, earlier_quarters, remembered
from syncer.kpis.result import SMALL

_QUARTERS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Won deals by the wins that their probabilities promised."""

    expected: float = 0.0
    won: int = 0
    deals: int = 0

    @property
    def factor(self) -> float:
        """What a probability is multiplied by: 1 below thirty deals, where nothing can be said."""
        return self.won / self.expected if self.deals >= SMALL and self.expected else 1.0

    def applied(self, probability: float) -> float:
        """Return a probability allowed for, never above certainty."""
        return min(1.0, probability * self.factor)


def calibration(ask: Ask) -> Calibration:
    """Return what became of deals of the last four quarters, at the same distance from the quarter's beginning."""
    quarter = ask.question.calendar.quarter(ask.question.as_of).window
    age = ask.today - days_of(ask, quarter)[0]
    expected, won, deals = 0.0, 0, 0
    for earlier in earlier_quarters(ask, ask.question.as_of, _QUARTERS):
        for move in remembered(ask, replace(ask.every, by=()), days_of(ask, earlier)[0] + age, earlier).moves:
            before, after = move.before, move.after
            if move.excluded is None and before is not None and before.probability is not None:
                deals += 1
                expected += before.probability
                won += after is not None and after.outcome is Outcome.WON and closes_inside(after, earlier)
    return Calibration(expected=expected, won=won, deals=deals)
