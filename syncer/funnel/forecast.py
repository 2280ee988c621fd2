"""The one forecast predicate (domain B4), and a deal's place on the ladder over time."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from syncer.agreement.calendar import Calendar
from syncer.agreement.model import Agreement
from syncer.funnel.facts import DealDecision, DealSpan, Outcome
from syncer.moments import Millis

_IN = frozenset({"COMMIT", "BEST_CASE"})

#: Kinds of pipeline whose deals carry a contact through the funnel; renewals and ignored ones do not (domain R12, R13).
ELIGIBLE = frozenset({"new_business", "expansion", "partner"})

DEAL, OFFER, FORECAST = 6, 7, 8


def in_forecast(span: DealSpan, as_of: int, calendar: Calendar, p_min: float = 0.0) -> bool:
    """Say whether an open deal is forecast for the quarter that contains `as_of`.

    It needs an offer and a close date in that quarter; then the rep's category decides, and without one the
    probability (unknown counts as enough, since nobody said less).
    """
    if not _may_be_forecast(span, p_min) or span.close_date is None:
        return False
    return calendar.quarter_start(as_of) == calendar.quarter_start(span.close_date)


def forecast_rule(agreement: Agreement) -> Callable[[DealSpan, Millis], bool]:
    """Return an agreement's forecast predicate: whether a deal is forecast for the quarter that contains a moment."""
    calendar, p_min = agreement.calendar, agreement.forecast.p_min
    return lambda span, as_of: in_forecast(span, as_of, calendar, p_min)


def is_overdue(span: DealSpan, as_of: int) -> bool:
    """Say whether an open deal's close date has passed."""
    return span.outcome is Outcome.OPEN and span.close_date is not None and span.close_date < as_of


class Place(NamedTuple):
    """Where one deal stands from a moment on."""

    at: Millis
    deal_id: str
    #: 6 deal, 7 offer, 8 forecast; 0 for a deal that is not open.
    rank: int
    span: DealSpan
    decision: DealDecision


def places(decision: DealDecision, calendar: Calendar, p_min: float) -> Iterator[Place]:
    """Yield where a deal stands over time, the future of its last span included."""
    for span in decision.spans:
        for at, rank in _ranks(span, calendar, p_min):
            yield Place(at, decision.deal_id, rank, span, decision)


def _ranks(span: DealSpan, calendar: Calendar, p_min: float) -> Sequence[tuple[Millis, int]]:
    if span.outcome is not Outcome.OPEN:
        return ((span.valid_from, 0),)
    base = DEAL if span.offer_at is None else OFFER
    if span.close_date is None or not _may_be_forecast(span, p_min):
        return ((span.valid_from, base),)
    begins, ends = calendar.quarter_start(span.close_date), calendar.quarter_start(span.close_date, 1)
    inside = begins <= span.valid_from < ends
    found = [(span.valid_from, FORECAST if inside else base)]
    found += [
        (at, rank)
        for at, rank in ((begins, FORECAST), (ends, base))
        if at > span.valid_from and (span.valid_to is None or at < span.valid_to)
    ]
    return found


def _may_be_forecast(span: DealSpan, p_min: float) -> bool:
    if span.outcome is not Outcome.OPEN or span.offer_at is None:
        return False
    if span.forecast_category is not None:
        return span.forecast_category.upper() in _IN
    return span.probability is None or span.probability >= p_min
