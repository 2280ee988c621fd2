"""One measured figure, and how it is put together: status, minimum n, rounding of money."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from syncer.notation import NOTHING

Figure = Decimal | float | int | None

#: Below this many units a rate is shown as `k of n` without a percentage (domain E0).
FEW = 5
#: Below this many units a rate is shown with its interval and greyed.
SMALL = 30
#: A cohort is mature when at most this share of it is still open.
OPEN_SHARE = 0.1


class Status(StrEnum):
    """How far a figure can be trusted. The first that applies stands."""

    #: Nothing to divide by, or an input is unknown: the value is null.
    UNDEFINED = "undefined"
    #: Fewer than five units: `k of n`, the value of a rate is null.
    FEW = "n<5"
    #: More than a tenth of the cohort is open, and its horizon has not passed.
    IMMATURE = "immature"
    #: Fewer than thirty units.
    SMALL_N = "small_n"
    MATURE = "mature"

    @property
    def is_shown(self) -> bool:
        """True when there are units enough for a percentage."""
        return self not in {Status.UNDEFINED, Status.FEW}


class Basis(StrEnum):
    """Which question a figure answers."""

    #: What becomes of the units that entered in the period.
    COHORT = "cohort"
    #: What happened in the period.
    PERIOD = "period"
    #: What stands at as_of.
    SNAPSHOT = "snapshot"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kpi:
    """One figure of one segment."""

    id: str
    name: str
    basis: str
    #: `2026Q2`, `all`, or a range of days.
    period: str
    #: A local date where as_of ends that day, else a local instant.
    as_of: str
    #: Dimension → value as the ledger holds it (owner: id); None is unknown.
    segment: Mapping[str, str | None]
    #: None is unknown or not shown, never zero.
    value: Figure
    #: Units counted.
    n: int | None = None
    #: Of them, those in the numerator.
    k: int | None = None
    #: 95 % interval.
    lo: Figure = None
    hi: Figure = None
    status: Status = Status.MATURE
    #: ratio, days, points, an ISO 4217 currency, or the thing that is counted.
    unit: str = ""
    #: Reason → how many units do not count.
    excluded: Mapping[str, int] = field(default_factory=dict)
    #: What a reader needs besides: bounds of open cases, names behind ids, sums behind a ratio.
    notes: Mapping[str, object] = field(default_factory=dict)

    @property
    def segment_text(self) -> str:
        """The segment with names in place of ids."""
        labels = self.notes.get("labels")
        names = labels if isinstance(labels, Mapping) else {}
        shown = ((dim, names.get(dim, NOTHING if value is None else value)) for dim, value in self.segment.items())
        return ", ".join(f"{dim} {value}" for dim, value in shown)


def unread(row: Kpi, lacks: str = "reading") -> Kpi:
    """Return a row as it stands while nothing was ever read, or known: whatever was counted in an empty ledger."""
    unknown = replace(row, value=None, n=None, k=None, lo=None, hi=None, status=Status.UNDEFINED)
    return replace(unknown, excluded={}, notes={"lacks": lacks})


def too_many_open(value: Figure, n: int) -> Mapping[str, object]:
    """Return the note of a waiting time that none can tell yet: at the longest that was seen, too many still wait."""
    return {"lacks": "too_many_open"} if value is None and n else {}


def size_status(n: int) -> Status:
    """Return what a number of units alone says about a figure."""
    if n == 0:
        return Status.UNDEFINED
    if n < FEW:
        return Status.FEW
    return Status.SMALL_N if n < SMALL else Status.MATURE


def cohort_status(n: int, still_open: int, *, aged: bool) -> Status:
    """Return the status of a cohort's rate; `aged` is true when its horizon has passed."""
    status = size_status(n)
    if status in {Status.UNDEFINED, Status.FEW} or aged or still_open / n <= OPEN_SHARE:
        return status
    return Status.IMMATURE
