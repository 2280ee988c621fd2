"""Sums of money by segment in the reporting currency, and what could not be summed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from syncer.funnel.facts import DealSpan, Outcome
from syncer.kpis.question import Ask
from syncer.kpis.rates import missing_text


@dataclass(kw_only=True, slots=True)
class Purse:
    """Units with their amounts; units without a usable amount are excluded with the reason."""

    units: int = 0
    amount: Decimal = Decimal(0)
    excluded: Counter[str] = field(default_factory=Counter)
    #: Foreign currency → days on which a rate was needed and not known.
    missing: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def known(self) -> Decimal | None:
        """The sum; None when units exist and none of their amounts is usable."""
        missing = self.excluded["no_amount"] + self.excluded["no_fx"]
        return None if missing and not self.units else self.amount

    @property
    def notes(self) -> Mapping[str, object]:
        """The days for which a rate is missing, where any is."""
        return {"no_rate": missing_text(self.missing)} if self.missing else {}

    def put(self, ask: Ask, sum_of: Decimal, worth: tuple[str | None, int | None], units: int = 1) -> None:
        """Add units whose amounts sum to `sum_of`, in a currency and at the rate of a local day."""
        currency, day = ask.coded(worth[0]), worth[1]
        amount = ask.convert(sum_of, currency, day)
        if amount is None:
            self.lack_rate(currency, ask.fx_day(day), units)
            return
        self.add(amount, units)

    def add(self, amount: Decimal, units: int = 1) -> None:
        """Add units whose amounts sum to this much in the reporting currency."""
        self.units += units
        self.amount += amount

    def lack(self, units: int = 1) -> None:
        """Count units without an amount."""
        if units:
            self.excluded["no_amount"] += units

    def lack_rate(self, currency: str | None, day: int | None, units: int = 1) -> None:
        """Count units whose currency had no rate on a day."""
        self.excluded["no_fx"] += units
        if currency is not None and day is not None:
            self.missing[currency].add(day)


def rate_day(ask: Ask, span: DealSpan) -> int | None:
    """Return the local day whose rate a deal's amount takes: open deals that of as_of, closed ones that of closing."""
    if span.outcome is Outcome.OPEN:
        return ask.today
    return None if span.close_date is None else ask.question.calendar.day_number(span.close_date)


def fill(purse: Purse, ask: Ask, span: DealSpan) -> None:
    """Put one deal's amount into a purse."""
    if span.amount is None:
        purse.lack()
    else:
        purse.put(ask, span.amount, (span.currency, rate_day(ask, span)))


def merged(purses_to_merge: Iterable[Purse]) -> Purse:
    """Return one purse that holds all."""
    whole = Purse()
    for purse in purses_to_merge:
        whole.units += purse.units
        whole.amount += purse.amount
        whole.excluded += purse.excluded
        for currency, days in purse.missing.items():
            whole.missing[currency] |= days
    return whole
