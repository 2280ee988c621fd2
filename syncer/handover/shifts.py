"""Whether recent hand-overs come from other cells of the matrix than those before them (domain D6, D7)."""

from collections.abc import Mapping
from typing import NamedTuple

from syncer.kpis.result import SMALL
from syncer.kpis.statistics import ranking
from syncer.kpis.statistics.chance import chi_square_tail
from syncer.moments import DAY
from syncer.scoring.calibration.drift import Drift, drift

#: Hand-overs of so many last milliseconds are held against those before.
RECENT = 90 * DAY
#: What two draws from the same cells do once in twenty times.
_SELDOM = 0.05


class Shift(NamedTuple):
    """Hand-overs by cell: the earlier ones and the recent ones."""

    before: Mapping[str, int]
    recent: Mapping[str, int]

    @property
    def psi(self) -> float | None:
        """How far the cells differ (PSI); None below 30 hand-overs on either side."""
        enough = min(sum(self.before.values()), sum(self.recent.values())) >= SMALL
        return ranking.psi(self.before, self.recent) if enough else None

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the cells differ by more than two draws from the same ones do nineteen times of twenty."""
        value, cells = self.psi, len({*self.before, *self.recent})
        if value is None or cells == 1:
            return False
        spread = 1 / sum(self.before.values()) + 1 / sum(self.recent.values())
        return chi_square_tail(value / spread, cells - 1) < _SELDOM

    @property
    def calls_for_review(self) -> bool:
        """Whether both teams should look at the score before its monthly date."""
        return self.is_beyond_chance and drift(self.psi or 0.0) is Drift.SHIFTED
