"""Public holidays by the code that an agreement gives, such as `DE-BY` or `AT`; the days come from `holidays`."""

from datetime import date
from functools import cache

_ISO_LETTERS = 2


@cache
def in_year(code: str, year: int) -> frozenset[date]:
    """Return the public holidays of a year; `code` is a country's ISO 3166 code, with a subdivision after a dash."""
    from holidays import country_holidays

    country, _, subdivision = code.partition("-")
    return frozenset(country_holidays(country, subdiv=subdivision or None, years=year))


def allowed(code: str) -> str | None:
    """Return None for a code whose holidays are known, else what it may be."""
    from holidays import list_supported_countries

    country, dash, subdivision = code.partition("-")
    subdivisions = list_supported_countries().get(country)
    if subdivisions is None or len(country) != _ISO_LETTERS:
        return "a country such as DE, AT or CH, and its subdivision after a dash, such as DE-BY"
    if not dash or subdivision in subdivisions:
        return None
    return ", ".join([country, *(f"{country}-{one}" for one in subdivisions)])
