"""Sums of money by segment in the reporting currency, and what could not be summed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from syncer.kpis.question import Ask


@dataclass(kw_only=True, slots=True)
class Purse:
    """Units with their amounts; units without a usable amount are excluded with the reason."""

    units: int = 0
    amount: Decimal = Decimal(0)
    excluded: Counter[str] = field(default_factory=Counter)

    @property
    def known(self) -> Decimal | None:
        """The sum; None when units exist and none of their amounts is usable."""
        missing = self.excluded["no_amount"] + self.excluded["no_fx"]
        return None if missing and not self.units else self.amount

    def put(self, amount: Decimal | None, units: int = 1) -> None:
        """Add units whose amounts sum to `amount` in the reporting currency; None is an amount without a rate."""
        if amount is None:
            self.excluded["no_fx"] += units
            return
        self.units += units
        self.amount += amount

    def lack(self, units: int = 1) -> None:
        """Count units without an amount."""
        if units:
            self.excluded["no_amount"] += units


def fill(purse: Purse, ask: Ask, amount: Decimal | None, currency: str | None) -> None:
    """Put one deal's amount into a purse."""
    if amount is None:
        purse.lack()
    else:
        purse.put(ask.convert(amount, currency))


def merged(purses_to_merge: Iterable[Purse]) -> Purse:
    """Return one purse that holds all."""
    whole = Purse()
    for purse in purses_to_merge:
        whole.units += purse.units
        whole.amount += purse.amount
        whole.excluded += purse.excluded
    return whole
