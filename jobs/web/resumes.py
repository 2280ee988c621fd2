"""The resume calendar: delayed sales by the quarter in which they come back, with what they are worth."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from jobs.web.rows import day_text
from jobs.words import Language, money, number
from syncer.agreement.calendar import Calendar
from syncer.moments import Millis
from syncer.store.browse_deals import DealLine


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarter:
    """One fiscal quarter of the calendar."""

    #: Its first day.
    begins: str
    deals: str
    #: One sum a currency: rates between them are not ours to guess.
    worth: Sequence[str]
    #: Share of the fullest quarter, 0 to 100.
    width: float


def resume_calendar(lines: Sequence[DealLine], calendar: Calendar, lang: Language) -> Sequence[Quarter]:
    """Return the quarters in which deals come back, soonest first; deals without a date or an amount add nothing."""
    counts: Counter[Millis] = Counter()
    sums: defaultdict[Millis, defaultdict[str | None, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in lines:
        if line.resume_at is None:
            continue
        quarter = calendar.quarter_start(line.resume_at)
        counts[quarter] += 1
        if line.amount is not None:
            sums[quarter][line.currency] += line.amount
    widest = max(counts.values(), default=1)
    return [
        Quarter(
            begins=day_text(quarter, calendar.zone, lang),
            deals=number(count, lang),
            worth=[money(amount, currency, lang) for currency, amount in sorted(sums[quarter].items(), key=str)],
            width=round(100 * count / widest, 1),
        )
        for quarter, count in sorted(counts.items())
    ]
