"""Rows by time into those that are learned from and those that are tested on; a company stands on one side only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from syncer.moments import DAY
from syncer.scoring.calibration.rows import Row

_MONTH = 365 * DAY // 12
_LEARN, _TEST = 24, 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """The two sides."""

    train: Sequence[Row]
    test: Sequence[Row]
    #: Rows of the test's months whose company was learned from.
    known_companies: int


def time_split(rows: Iterable[Row], *, as_of: int, horizon_days: int) -> Split:
    """Return the last six mature months as the test, and what of 24 months lies before them to learn from.

    A company that has been learned from is left out of the test: moving it to one side would break the order of time.
    """
    until = as_of - horizon_days * DAY
    cut, since = until - _TEST * _MONTH, as_of - _LEARN * _MONTH
    found = [row for row in rows if row.t0 <= until]
    train = [row for row in found if since <= row.t0 <= cut]
    companies = {row.company for row in train}
    later = [row for row in found if row.t0 > cut]
    test = [row for row in later if row.company not in companies]
    return Split(train=train, test=test, known_companies=len(later) - len(test))
