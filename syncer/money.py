"""Words of money that every layer shares: kinds of cost, and what a currency was worth on which days."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum

#: Amounts have six decimals at most.
_SMALLEST = Decimal("0.000001")
#: Room for every amount that anybody can mean.
_ROOM = Context(prec=60, rounding=ROUND_HALF_EVEN)
_LARGEST_POWER = 40
_DECIMALS = 6


#: Currencies whose smallest coin is the thousandth part, and those that have no parts (ISO 4217).
_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_WHOLE = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_ONE, _CENT, _MILL = Decimal(1), Decimal("0.01"), Decimal("0.001")


#: The largest amount that is kept: millionths in 64 bits.
LARGEST = Decimal("9223372036854.775807")


def coin(currency: str | None) -> Decimal:
    """Return the part of a currency to which its amounts are shown: cents, thousandths, or the whole unit."""
    if currency in _WHOLE:
        return _ONE
    return _MILL if currency in _THOUSANDTHS else _CENT


def decimals(currency: str | None) -> int:
    """Return how many decimals the amounts of a currency are shown with."""
    return len(f"{coin(currency):f}".partition(".")[2])


def rounded(amount: Decimal) -> Decimal:
    """Return an amount without what lies beyond its sixth decimal: a CRM's own arithmetic leaves traces there."""
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -_DECIMALS or amount.adjusted() > _LARGEST_POWER:
        return amount
    return amount.quantize(_SMALLEST, context=_ROOM)


#: Converted amounts have so many decimals at most: sums of them are then exact, in whatever order they come.
_FINEST = Decimal("1e-12")


def converted(amount: Decimal, rate: Decimal) -> Decimal:
    """Return what an amount is worth at a rate."""
    return _ROOM.multiply(amount, rate).quantize(_FINEST, context=_ROOM)


class CostKind(StrEnum):
    """What money was spent on. The last two are cost of sales, not of marketing (domain K17, K18)."""

    MEDIA = "media"
    AGENCY = "agency"
    TOOLS = "tools"
    CONTENT = "content"
    EVENTS = "events"
    #: Salaries, commissions and travel of the sales team.
    SALES = "sales"
    #: Hours of the company's own people, where they are counted at all.
    INTERNAL = "internal"

    @property
    def is_marketing(self) -> bool:
        """Return whether it belongs to the cost of a lead."""
        return self not in {CostKind.SALES, CostKind.INTERNAL}


class RateOrigin(StrEnum):
    """Who said what a currency is worth, in the order of who is believed."""

    #: A file that a person imported.
    FILE = "file"
    #: The CRM's own table.
    CRM = "crm"


@dataclass(frozen=True, kw_only=True, slots=True)
class RateLine:
    """What one unit of a currency is worth in another, from one local day to another, both included."""

    origin: RateOrigin
    #: ISO 4217.
    currency: str
    into: str
    #: Days since 1970-01-01.
    first_day: int
    #: None: until the next line of the same currencies.
    last_day: int | None
    rate: Decimal
