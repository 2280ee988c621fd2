"""What became of comparable hand-overs: mature ones only, by score cell at hand-over (domain D5, D6)."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from syncer.kpis.asked.ports import EXPIRED, Cohort, Cut, Measures, Milestone
from syncer.kpis.figures.durations import Spell, spells
from syncer.kpis.periods import Window
from syncer.kpis.statistics.stats import kaplan_meier, quantile
from syncer.moments import DAY, Millis

#: Where the ledger does not bound it: days after which a cycle that was not won counts as not won.
DEFAULT_HORIZON = 180
#: Months of hand-overs that are looked back on.
MONTHS = 12
_YEAR = 365 * DAY
_STEP = 30
_SHARE = 0.9


class Experience(NamedTuple):
    """Hand-overs that had their whole horizon, and how many of them were won within it."""

    won: int
    n: int


def horizon_days(measures: Measures, cut: Cut) -> int:
    """Return the days by which nine cycles of ten have ended, rounded up to months of thirty (domain D6)."""
    whole = replace(cut, by=())
    found = spells(measures.cycle_days(whole, Cohort(entry=Milestone.FIRST_CONTACT), Milestone.FIRST_CONTACT))
    return horizon_of(found.get((), Spell()))


def horizon_of(spell: Spell) -> int:
    """Return the same of cycles whose lengths are known already."""
    reached = quantile(kaplan_meier(spell.days), _SHARE)
    return DEFAULT_HORIZON if reached is None else max(_STEP, math.ceil(reached / _STEP) * _STEP)


def experience(measures: Measures, cut: Cut, horizon: int) -> Mapping[str, Experience]:
    """Return by cell what became of a year's mature hand-overs; a cycle that silence ended counts as not won."""
    end = cut.as_of - horizon * DAY
    window = Window(start=Millis(end - _YEAR), end=Millis(end))
    cohort = Cohort(entry=Milestone.SALES_READY, window=window, reached=(Milestone.WON,), within=horizon * DAY)
    won: Counter[str] = Counter()
    n: Counter[str] = Counter()
    for row in measures.cycles(replace(cut, by=("cell",)), cohort):
        cell = row.segment[0]
        if cell is None or row.excluded not in (None, EXPIRED):
            continue
        n[cell] += row.units
        won[cell] += row.units if row.reached else 0
    return {cell: Experience(won[cell], units) for cell, units in n.items()}
