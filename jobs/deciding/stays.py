"""The figures on how long won deals stayed in each stage: fixed by month, computed anew only where they can differ."""

from collections.abc import Iterable

from jobs.desk import Seat
from syncer.funnel.facts import DealDecision, Outcome
from syncer.funnel.stays import Stay, figures_of, stays_of
from syncer.moments import Millis
from syncer.store import Unit
from syncer.store.values import Dirty

_CURSOR = "stays"


def can_move_figures(desk: Seat, decisions: Iterable[DealDecision], as_of: Millis) -> bool:
    """Say whether any of these deals was won before this month: only then does it count in a figure that holds."""
    month = desk.agreement.agreement.calendar.month_start(as_of)
    return any(span.outcome is Outcome.WON and span.valid_from < month for one in decisions for span in one.spans)


def is_new_month(reading: Unit, desk: Seat, as_of: Millis) -> bool:
    """Say whether the figures of this month were not computed yet."""
    return reading.desk.cursor(desk.name, "account", _CURSOR) != _month(desk, as_of)


def refresh_stays(desk: Seat, as_of: Millis, generation: int) -> Dirty:
    """Compute the figures; where they differ from those kept, keep them and return whom they may concern.

    Those stay marked, by the generation given, until they are cleared.
    """
    calendar = desk.agreement.agreement.calendar
    with desk.store.snapshot() as reading:
        known: list[Stay] = [stay for spans in reading.ledger.won_spans(desk.name) for stay in stays_of(spans)]
        found = figures_of(known, calendar, as_of)
        differs = found != reading.ledger.stays(desk.name)
        deals = reading.ledger.open_deals(desk.name) if differs else ()
        people = reading.facts.contacts_of(desk.name, deals)
    concerned = Dirty(deal_ids=sorted(deals), contact_ids=sorted(people), generation=generation)
    with desk.store.commit() as unit:
        if differs:
            unit.ledger.keep_stays(desk.name, found)
            unit.ledger.hold_dirty(desk.name, concerned)
        unit.desk.keep_cursor(desk.name, "account", _CURSOR, _month(desk, as_of))
    return concerned


def _month(desk: Seat, as_of: Millis) -> str:
    return str(desk.agreement.agreement.calendar.month_start(as_of))
