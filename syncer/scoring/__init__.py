"""Points for who a contact is and for what it does, what they mean, and why. Pure: every moment is an argument."""

from syncer.scoring.explain import Explanation, explain
from syncer.scoring.fit import Fit
from syncer.scoring.hysteresis import Levels, Trigger, hysteresis, step
from syncer.scoring.matrix import ACTION_RANK, FIT_ONLY, FULL, NONE
from syncer.scoring.reasons import same_reasons, short_reasons
from syncer.scoring.scorer import Scorer
from syncer.scoring.telling import BaseRate, Service
from syncer.scoring.track import Track

__all__ = [
    "ACTION_RANK",
    "FIT_ONLY",
    "FULL",
    "NONE",
    "BaseRate",
    "Explanation",
    "Fit",
    "Levels",
    "Scorer",
    "Service",
    "Track",
    "Trigger",
    "explain",
    "hysteresis",
    "same_reasons",
    "short_reasons",
    "step",
]
