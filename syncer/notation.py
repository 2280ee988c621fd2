"""How figures read in English and German: numbers, shares, bounds, amounts, days, moments. No other place knows."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from syncer.money import decimals

Lang = Literal["en", "de"]

#: What stands where nothing is known: unknown is never zero.
NOTHING = "\N{EN DASH}"

MINUS = "\N{MINUS SIGN}"
#: Of what Python writes: English separators stay, German ones change places; minus is minus in both.
_SIGNS = {"en": str.maketrans({"-": MINUS}), "de": str.maketrans({",": ".", ".": ",", "-": MINUS})}
_PERCENT = {"en": "%", "de": " %"}
_DAY = {"en": "%Y-%m-%d", "de": "%d.%m.%Y"}


def number(value: float | Decimal | None, lang: Lang, *, digits: int = 0, is_signed: bool = False) -> str:
    """Return a number with its thousands parted, a dash for None; nothing below its last digit leaves a minus."""
    if value is None:
        return NOTHING
    return f"{value:{'+' if is_signed else ''}z,.{digits}f}".translate(_SIGNS[lang])


def exact(value: float | Decimal, lang: Lang) -> str:
    """Return a number with as many decimals as it has."""
    return f"{Decimal(str(value)).normalize():,f}".translate(_SIGNS[lang])


def percent(value: float | Decimal | None, lang: Lang, *, digits: int = 1) -> str:
    """Return a share of one as a percentage, a dash for None."""
    return NOTHING if value is None else f"{number(value * 100, lang, digits=digits)}{_PERCENT[lang]}"


def between(low: str, high: str) -> str:
    """Return two written bounds as one interval; one that nobody knows leaves it open on that side."""
    if NOTHING in {low, high}:
        return f"\N{LESS-THAN OR EQUAL TO} {high}" if low == NOTHING else f"\N{GREATER-THAN OR EQUAL TO} {low}"
    return f"{low} \N{EN DASH} {high}"


def money(amount: float | Decimal | None, currency: str | None, lang: Lang) -> str:
    """Return an amount to the coin of its currency, a dash for None."""
    text = number(amount, lang, digits=decimals(currency))
    return f"{text} {currency}" if currency and amount is not None else text


def date_text(day: date, lang: Lang) -> str:
    """Return a day."""
    return day.strftime(_DAY[lang])


def clock_text(local: datetime) -> str:
    """Return the time of day of a moment, in the time zone that it has, to the minute."""
    return local.strftime("%H:%M")


def minute_text(local: datetime, lang: Lang) -> str:
    """Return a moment, in the time zone that it has, to the minute."""
    return f"{date_text(local, lang)} {clock_text(local)}"
