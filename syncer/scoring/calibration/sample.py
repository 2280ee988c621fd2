"""What a number of outcomes allows to be said: the smaller class counts, never the number of rows (domain D6)."""

from enum import IntEnum

#: Won cycles that a test must hold before its AUC and calibration are told.
PUBLISHED = 100

#: Won cycles behind one parameter of a fit.
_EVENTS_A_PARAMETER = 15


class Allowed(IntEnum):
    """What may be done; each includes those before it."""

    #: Counts alone.
    NOTHING = 0
    #: Win rates by rule with intervals; no points are proposed.
    RATES = 20
    #: One line through the whole score: two parameters.
    RESCALE = 50
    #: Whole groups are weighed anew; what is proposed is provisional.
    GROUPS = 100
    #: A scorecard, rule by rule.
    SCORECARD = 200


def allowed(won: int, others: int) -> Allowed:
    """Return what so many outcomes of both classes allow."""
    return max(one for one in Allowed if one <= min(won, others))


def parameters(events: int) -> int:
    """Return how many parameters a fit to so many won cycles may have."""
    return events // _EVENTS_A_PARAMETER


def may_publish(won: int, others: int) -> bool:
    """Return whether a test is large enough for AUC and calibration to be told."""
    return min(won, others) >= PUBLISHED
