"""Former customers who bought again (K43): found among the deals of those who ever lost a renewal."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from syncer.funnel.facts import Outcome
from syncer.kpis.asked.ports import DealRow
from syncer.kpis.asked.work import Tie
from syncer.moments import Millis

_RENEWAL = "renewal"


def comebacks(ties: Iterable[Tie]) -> Iterable[DealRow]:
    """Yield the deals by which former customers bought again: the first one won after a renewal was lost for good.

    `ties` come customer by customer. A customer who held on to another renewal when one was lost had not left.
    """
    for _, deals in groupby((tie for tie in ties if tie.row.excluded is None), key=lambda tie: tie.customer):
        yield from _returns(list(deals))


def _returns(deals: Sequence[Tie]) -> Iterable[DealRow]:
    partings = sorted(at for tie in deals if (at := _parted_at(tie, deals)) is not None)
    before = Millis(0)
    for at, tie in sorted(((at, tie) for tie in deals if (at := _won_at(tie)) is not None), key=lambda one: one[0]):
        if any(before <= parted < at for parted in partings):
            yield tie.row
        before = at


def _won_at(tie: Tie) -> Millis | None:
    return tie.row.span.close_date if tie.row.span.outcome is Outcome.WON else None


def _parted_at(tie: Tie, deals: Sequence[Tie]) -> Millis | None:
    """Return when a customer left by losing this renewal, None where it was none or others ran on."""
    span = tie.row.span
    at = span.close_date if span.pipeline_kind == _RENEWAL and span.outcome is Outcome.LOST else None
    return None if at is None or any(_runs(other, at) for other in deals) else at


def _runs(tie: Tie, at: Millis) -> bool:
    """Return whether a renewal was there at a moment and not decided yet."""
    span = tie.row.span
    ends = None if span.outcome is Outcome.OPEN else span.close_date
    return span.pipeline_kind == _RENEWAL and tie.created_at <= at and (ends is None or at < ends)
