"""Logistic regression with ridge and, where asked for, no coefficient below zero."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from syncer.scoring.calibration.scaling import logistic

_Floats = NDArray[np.float64]

#: Steps after which the best fit so far is taken; a convex fit of a few parameters needs some dozens.
_STEPS = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Logit:
    """A fitted line: log-odds of a win."""

    intercept: float
    coefficients: tuple[float, ...]

    def probability(self, features: Sequence[float]) -> float:
        """Return how likely a unit with these features is won."""
        return logistic(self.intercept + sum(one * x for one, x in zip(self.coefficients, features, strict=True)))


def fit_logit(
    features: Sequence[Sequence[float]], won: Sequence[bool], *, ridge: float = 1.0, positive: bool = False
) -> Logit:
    """Return the fit that minimises the log-loss plus ridge/2 times the squared coefficients of at least one unit.

    Without ridge both classes must overlap, else no finite fit exists. `positive` keeps coefficients at 0 or above.
    """
    x = np.column_stack([np.ones(len(won)), np.asarray(features, dtype=float).reshape(len(won), len(features[0]))])
    y = np.asarray(won, dtype=float)
    penalty = np.full(x.shape[1], ridge)
    penalty[0] = 0.0

    def loss(beta: _Floats) -> tuple[float, _Floats]:
        line = x @ beta
        value = float(np.logaddexp(0.0, line).sum() - y @ line + penalty @ (beta * beta) / 2)
        share = np.exp(-np.logaddexp(0.0, -line))
        return value, x.T @ (share - y) + penalty * beta

    bounds = [(None, None)] + [(0.0 if positive else None, None)] * (x.shape[1] - 1)
    options = {"maxiter": _STEPS, "ftol": 1e-14, "gtol": 1e-9}
    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    intercept, *rest = (float(one) for one in found.x)
    return Logit(intercept=intercept, coefficients=tuple(rest))
