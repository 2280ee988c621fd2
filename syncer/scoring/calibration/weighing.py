"""Whether outcomes ask for other weights at all, or today's describe them as well as chance allows to tell."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import chi2

from syncer.scoring.calibration.regression import Logit, fit_logit

#: Keeps fits finite where a cut parts won from others.
FAINT = 0.01
#: How often weights that are right may be called wrong.
_CHANCE = 0.05


def asks_for_weights(parts: Sequence[Sequence[float]], won: Sequence[bool]) -> bool:
    """Return whether parts of a score want other weights than each other, by a likelihood-ratio test.

    One line through their sum is today's weighing; a slope for each part is any other. No slope is below zero, as none
    would be proposed: that makes the test cautious.
    """
    others = len(parts[0]) - 1
    if not others:
        return False
    whole = [[sum(one)] for one in parts]
    today, other = (fit_logit(x, won, ridge=FAINT, positive=True) for x in (whole, parts))
    gain = 2 * (_likelihood(other, parts, won) - _likelihood(today, whole, won))
    return float(chi2.sf(gain, others)) < _CHANCE


def _likelihood(fit: Logit, features: Sequence[Sequence[float]], won: Sequence[bool]) -> float:
    line = fit.intercept + np.asarray(features, dtype=float) @ np.asarray(fit.coefficients)
    return -float(np.logaddexp(0.0, np.where(won, -line, line)).sum())
