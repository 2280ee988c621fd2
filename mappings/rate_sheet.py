"""A sheet of exchange rates into rate lines."""

from collections.abc import Mapping, Sequence
from datetime import date

from mappings.cells import Cell, Days, Value, rate
from mappings.columns import Reader, Sheet, reader
from mappings.convert import currency
from syncer.errors import ConfigError
from syncer.money import RateLine, RateOrigin

#: Column → further headings that mean it.
HEADINGS: Mapping[str, Sequence[str]] = {
    "date": ("datum", "tag", "day", "monat", "month"),
    "from": ("von", "start", "gültig ab", "valid from"),
    "to": ("bis", "ende", "end", "gültig bis", "valid to"),
    "currency": ("währung", "waehrung", "von währung", "from currency"),
    "into": ("in", "zielwährung", "to currency"),
    "rate": ("kurs", "wechselkurs", "exchange rate"),
}
_NEEDED = (("date", "from"), ("currency",), ("rate",))

#: A rate of one day holds until the next line, and this many days at most: a file that ends does not reign for ever.
HOLDS_DAYS = 31

_EPOCH_DAY = date(1970, 1, 1).toordinal()


def rate_lines(sheet: Sheet, into: str | None) -> Sequence[RateLine]:
    """Return the rates of a sheet: what one unit of `currency` is worth in `into`, the reporting currency by default.

    Raises ConfigError that lists every problem with its row and column.
    """
    read = reader(sheet, HEADINGS, _NEEDED)
    if read.problems:
        raise ConfigError(read.problems)
    lines: dict[tuple[str, str, int], RateLine] = {}
    for number, row in sheet.rows:
        line = _line(read, number, row, into)
        if line is None:
            continue
        key = (line.currency, line.into, line.first_day)
        if lines.setdefault(key, line) != line:
            read.refuse(number, "rate", "another row says otherwise for the same day")
    if read.problems:
        raise ConfigError(read.problems)
    return list(lines.values())


def _line(read: Reader, number: int, row: Sequence[Cell], into: str | None) -> RateLine | None:
    read.check_width(number, row)
    worth = read.read(number, row, "rate", rate, "0,9234 or 0.9234")
    stretch = read.stretch(number, row)
    code = read.read(number, row, "currency", _code, "USD, CHF, …")
    if read.cell(row, "into") is None and into is not None:
        target: str | None = into
    else:
        target = read.read(number, row, "into", _code, "the currency in which the rate is given")
    if worth is None or stretch is None or code is None or target is None:
        return None
    if code == target:
        read.refuse(number, "currency", "is the currency in which the rate is given")
        return None
    first = stretch.first.toordinal() - _EPOCH_DAY
    return RateLine(
        origin=RateOrigin.FILE,
        currency=code,
        into=target,
        first_day=first,
        last_day=_last(read, row, stretch, first),
        rate=worth,
    )


def _last(read: Reader, row: Sequence[Cell], stretch: Days, first: int) -> int:
    """Return the last day: as stated, the end of the month named, else as long as a rate of one day holds."""
    if read.cell(row, "to") is not None or stretch.last != stretch.first:
        return stretch.last.toordinal() - _EPOCH_DAY
    return first + HOLDS_DAYS - 1


def _code(cell: Value) -> str:
    return currency(str(cell))
