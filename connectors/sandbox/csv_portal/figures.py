"""Numbers as files write them: grouped, with units beside them, negative by a sign, a sign behind or brackets. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from connectors.sandbox.csv_portal.faults import NUMBERS, CellError
from connectors.sandbox.csv_portal.spec import TableSpec

#: Where a sign may stand: one alone, before or behind a unit.
_MINUS: Final = ("before", "inner", "after", "behind")

_POINT: Final = re.compile(r"[0-9]\.[0-9]")
#: One to three digits, a point, three digits: one thousand in one country and one in another.
_UNSURE: Final = re.compile(r"(?<![0-9.])[1-9][0-9]{0,2}\.[0-9]{3}(?![0-9])")

#: Signs that spreadsheets of some countries write instead of a space, an apostrophe and a minus.
_ALIKE: Final = {0x00A0: " ", 0x2009: " ", 0x202F: " ", 0x2019: "'", 0x2212: "-"}


def plain_number(text: str, form: TableSpec, units: Sequence[str]) -> str:
    """Return a number with a point and nothing else in it; raises CellError, since nothing is guessed at."""
    bare = text.translate(_ALIKE)
    found = _form(form.decimal, form.thousands, tuple(units)).fullmatch(bare)
    if found is None or not _is_signed_once(found):
        raise CellError(_refusal(form, bare), NUMBERS)
    sign = "".join(one for one in found.group(*_MINUS) if one)
    whole = found["whole"].replace(form.thousands, "") if form.thousands else found["whole"]
    return f"{'-' if found['open'] else sign}{whole}{'.' + found['part'] if found['part'] else ''}"


def is_unsure(text: str) -> bool:
    """Return whether a number may be grouped by its point, or have three decimals."""
    return _UNSURE.search(text) is not None


def shows_decimals(text: str) -> bool:
    """Return whether a number can have its point for decimals alone."""
    return _POINT.search(text) is not None and not is_unsure(text)


def _is_signed_once(found: re.Match[str]) -> bool:
    signs = [one for one in found.group("open", *_MINUS) if one]
    return len(signs) <= 1 and bool(found["open"]) is bool(found["close"])


def _refusal(form: TableSpec, bare: str) -> str:
    if form.thousands and form.thousands in bare:
        return f"is not a number whose thousands are grouped by {form.thousands!r}"
    return f"is not a number with the decimal sign {form.decimal}"


@lru_cache(maxsize=16)
def _form(decimal: str, thousands: str, units: tuple[str, ...]) -> re.Pattern[str]:
    grouped = rf"[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+|" if thousands else ""
    known = "|".join(re.escape(unit.translate(_ALIKE)) for unit in units)
    unit = rf"(?:\s*(?:{known})\s*)?" if known else ""
    return re.compile(
        rf"(?P<open>\()?(?P<before>[+-])?{unit}(?P<inner>[+-])?"
        rf"(?P<whole>{grouped}[0-9]+)(?:{re.escape(decimal)}(?P<part>[0-9]+))?"
        rf"(?P<after>-)?{unit}(?P<behind>-)?(?:(?P<close>\)){unit})?"
    )
