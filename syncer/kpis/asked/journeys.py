"""What led to a cycle's milestone or to an order: rows that the store answers with. Plain values."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from syncer.kpis.touches import Reaction
from syncer.moments import Millis


class Journey(NamedTuple):
    """One cycle or one won deal, with the way of its primary contact up to it."""

    #: `contact#cycle`, or the deal's id.
    unit: str
    #: Why it does not count, None when it does.
    excluded: str | None
    #: Those of the cycle at its entry; a deal without a contact has its own source.
    source: str | None
    campaign: str | None
    #: acquisition, expansion, winback; None without a cycle.
    cycle_type: str | None
    outcome: str
    first_at: Millis | None
    lead_at: Millis | None
    deal_at: Millis | None
    #: When the milestone was reached; None where its date is missing.
    until: Millis | None
    #: Of a deal.
    amount: Decimal | None = None
    currency: str | None = None
    #: The local day whose rate a foreign amount takes.
    day: int | None = None
    #: Of the primary contact, ascending; empty where they were not asked for.
    reactions: Sequence[Reaction] = ()
