"""Rounding of scores: half-up to two decimals, the same for a running sum and for one taken afresh."""

from math import floor

#: What a sum of points may be off by; less is nothing.
NOISE = 1e-9

#: What two decimals show as nothing.
NOTHING = 0.005

#: Two sums of the same terms in another order differ by less than this; a half is never decided by that noise.
_TIE = 1e-7
#: Added to hundredfold points before the fraction is cut off.
HALF_CENT = 0.5 + _TIE


def half_up(value: float) -> float:
    """Return a value rounded half-up to two decimals."""
    return floor(value * 100.0 + HALF_CENT) / 100.0


def whole(value: float) -> int:
    """Return a value rounded half-up to an integer."""
    return floor(value + HALF_CENT)
