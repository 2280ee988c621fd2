"""Closed outcomes in a few words: rows that a calibration is tested with."""

import math
import random
from dataclasses import replace

from syncer.agreement import load_default
from syncer.moments import DAY, Millis
from syncer.scoring.calibration.points import engagement_of, groups_of
from syncer.scoring.calibration.rows import Hit, Row

MODEL = load_default().score_model
AS_OF = Millis(720 * DAY)
HORIZON = 180

#: How often each rule counts, and at most how many times.
_CHANCES = {"E1": (0.3, 1), "E2": (0.4, 3), "E3": (0.5, 3), "E4": (0.3, 3), "E5": (0.5, 3), "E6": (0.6, 3)}


def row(number: int, won: bool, hits: dict[str, Hit] | None = None, *, day: float = 100, company: str | None = None):
    """One row; its company is its own unless told otherwise."""
    made = Row(
        contact_id=str(number),
        company=company or f"company:{number}",
        t0=Millis(int(day * DAY)),
        is_won=won,
        engagement=0.0,
        profile=frozenset(),
        hits=hits or {},
    )
    return replace(made, engagement=engagement_of(made, groups_of(MODEL), MODEL))


def drawn(count: int, effects: dict[str, float], *, seed: int = 1, base: float = -2.0):
    """Rows whose odds of a win rise by an effect for every time a rule counts."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        hits = {}
        for rule, (chance, most) in _CHANCES.items():
            times = sum(draw.random() < chance for _ in range(most))
            if times:
                hits[rule] = Hit(times, times * draw.uniform(0.5, 1.0))
        odds = base + sum(effect * hits[rule].times for rule, effect in effects.items() if rule in hits)
        won = draw.random() < 1 / (1 + math.exp(-odds))
        rows.append(row(number, won, hits, day=draw.uniform(0, 540), company=f"company:{number % (count * 19 // 20)}"))
    return rows
