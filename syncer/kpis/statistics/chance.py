"""What chance alone does, for processes that do without a library of statistics: it would hold 70 MB in a daemon."""

from math import erfc, exp, gamma, sqrt


def chi_square_tail(value: float, freedom: int) -> float:
    """Return the probability (0..1) that a chi-square of so many degrees of freedom, at least one, exceeds a value.

    By the recurrence of the incomplete gamma function over whole degrees (DLMF 8.8.6), exact but for rounding.
    """
    half = value / 2
    tail, degrees = (erfc(sqrt(half)), 1) if freedom % 2 else (exp(-half), 2)
    for lower in range(degrees, freedom, 2):
        tail += half ** (lower / 2) * exp(-half) / gamma(lower / 2 + 1)
    return tail
