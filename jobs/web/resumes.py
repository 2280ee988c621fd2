"""The resume calendar: delayed sales and leads by the quarter in which they come back, with what they are worth."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from jobs.web.rows import day_text
from jobs.wording.words import Language, money, number
from syncer.agreement.calendar import Calendar
from syncer.moments import Millis
from syncer.store.ledger.lead_returns import LeadReturn
from syncer.store.reports.browse_deals import DealLine


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarter:
    """One fiscal quarter of the calendar."""

    #: Its first day.
    begins: str
    deals: str
    leads: str
    #: One sum a currency: rates between them are not ours to guess.
    worth: Sequence[str]
    #: Share of the fullest quarter, 0 to 100.
    width: float


def resume_calendar(
    lines: Sequence[DealLine], leads: Sequence[LeadReturn], calendar: Calendar, lang: Language
) -> Sequence[Quarter]:
    """Return the quarters in which deals and leads come back, soonest first; a deal without a date adds nothing."""
    counts: Counter[Millis] = Counter()
    without_deal = Counter(calendar.quarter_start(one.resume_at) for one in leads)
    sums: defaultdict[Millis, defaultdict[str | None, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in lines:
        if line.resume_at is None:
            continue
        quarter = calendar.quarter_start(line.resume_at)
        counts[quarter] += 1
        if line.amount is not None:
            sums[quarter][line.currency] += line.amount
    every = counts + without_deal
    widest = max(every.values(), default=1)
    return [
        Quarter(
            begins=day_text(quarter, calendar.zone, lang),
            deals=number(counts[quarter], lang),
            leads=number(without_deal[quarter], lang),
            worth=[money(amount, currency, lang) for currency, amount in sorted(sums[quarter].items(), key=str)],
            width=round(100 * count / widest, 1),
        )
        for quarter, count in sorted(every.items())
    ]
