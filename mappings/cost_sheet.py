"""A sheet of costs into cost lines: what was spent on what, and an identity that does not hang on the file."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from mappings.cells import Cell, Days, Mark, Unreadable, Value, amount, decimal_mark, signs
from mappings.columns import Reader, Sheet, reader
from mappings.convert import currency, slug
from syncer.errors import ConfigError
from syncer.money import LARGEST, CostKind, rounded

#: Column → further headings that mean it.
HEADINGS: Mapping[str, Sequence[str]] = {
    "date": ("datum", "tag", "day", "monat", "month"),
    "from": ("von", "start", "beginn", "first day"),
    "to": ("bis", "ende", "end", "last day"),
    "source": ("quelle", "kanal", "channel"),
    "campaign": ("kampagne",),
    "kind": ("art", "kostenart", "kind of cost", "typ", "type"),
    "amount": ("betrag", "kosten", "cost", "costs", "spend", "ausgaben"),
    "currency": ("währung", "waehrung", "currency code", "währungscode"),
}
#: Headings of the template.
GERMAN: Mapping[str, str] = {
    "from": "von",
    "to": "bis",
    "source": "Quelle",
    "campaign": "Kampagne",
    "kind": "Art",
    "amount": "Betrag",
    "currency": "Währung",
}
_NEEDED = (("date", "from"), ("amount",))

_KINDS: Mapping[CostKind, Sequence[str]] = {
    CostKind.MEDIA: ("werbung", "anzeigen", "ads", "mediakosten"),
    CostKind.AGENCY: ("agentur",),
    CostKind.TOOLS: ("software", "werkzeuge", "tool"),
    CostKind.CONTENT: ("inhalte",),
    CostKind.EVENTS: ("event", "messe", "veranstaltung", "veranstaltungen"),
    CostKind.SALES: ("vertrieb", "verkauf"),
    CostKind.INTERNAL: ("intern", "eigenleistung"),
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in (kind.value, *words)}
_DIGEST = 16

_ONCE = "the same in both, or in one of them"
#: Signs that stand for a currency, each for all that use it.
_SIGNS: Mapping[str, frozenset[str]] = {
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"}),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetCost:
    """One line of a sheet of costs."""

    #: Of what the line is about: days, source, campaign, kind and currency; a corrected amount keeps it.
    key: str
    #: Place among the sheet's lines of the same key.
    number: int
    first: date
    last: date
    source: str | None
    campaign: str | None
    kind: CostKind
    amount: Decimal
    currency: str | None


class _Names(NamedTuple):
    """What a line is called after."""

    source: str | None
    campaign: str | None


def cost_lines(sheet: Sheet, own: str | None = None) -> Sequence[SheetCost]:
    """Return the lines of a sheet. Raises ConfigError that lists every problem with its row and column.

    `own` is the currency of the account, None where it is not known: a sign that several currencies have means it.
    """
    read = reader(sheet, HEADINGS, _NEEDED)
    if read.problems:
        raise ConfigError(read.problems)
    mark = decimal_mark(cell for _, row in sheet.rows if (cell := read.cell(row, "amount")) is not None)
    seen: Counter[str] = Counter()
    lines = []
    for number, row in sheet.rows:
        read.check_width(number, row)
        spent = read.read(number, row, "amount", lambda cell: _spent(cell, mark), "1.234,56 or 1234.56")
        stretch, kind, told = read.stretch(number, row), _kind(read, number, row), _currency(read, number, row)
        names = _Names(*(read.title(number, row, name) for name in _Names._fields))
        if spent is not None and stretch is not None and kind is not None:
            shown = _shown(read, number, row, told, own)
            lines.append(replace(_line((stretch, kind, spent, told), names, seen), currency=shown))
    if read.problems:
        raise ConfigError(read.problems)
    return lines


def _line(told: tuple[Days, CostKind, Decimal, str | None], names: _Names, seen: Counter[str]) -> SheetCost:
    stretch, kind, spent, code = told
    source, campaign = slug(names.source) if names.source else None, names.campaign
    about = (stretch.first.isoformat(), stretch.last.isoformat(), source or "", campaign or "", kind.value, code or "")
    key = hashlib.sha256("\x1f".join(about).encode()).hexdigest()[:_DIGEST]
    seen[key] += 1
    return SheetCost(
        key=key,
        number=seen[key],
        first=stretch.first,
        last=stretch.last,
        source=source,
        campaign=campaign,
        kind=kind,
        amount=spent,
        currency=code,
    )


def _spent(cell: Value, mark: Mark | None) -> Decimal:
    """Return an amount to six decimals: a spreadsheet's own arithmetic leaves traces behind them."""
    found = rounded(amount(cell, mark))
    if abs(found) > LARGEST:
        raise ValueError("is no amount that fits")
    return found


def _kind(read: Reader, number: int, row: Sequence[Cell]) -> CostKind | None:
    word = read.text(number, row, "kind")
    if word is None:
        return CostKind.MEDIA
    found = _KIND_OF.get(word.casefold())
    if found is None:
        read.refuse(number, "kind", "is no kind of cost", f"allowed: {', '.join(CostKind)}")
    return found


def _currency(read: Reader, number: int, row: Sequence[Cell]) -> str | None:
    word = read.text(number, row, "currency")
    if word is None:
        return None
    try:
        return "EUR" if word == "€" else currency(word)
    except ValueError as error:
        read.refuse(number, "currency", str(error), "EUR, CHF, USD, …")
        return None


def _shown(read: Reader, number: int, row: Sequence[Cell], told: str | None, own: str | None) -> str | None:
    """Return the currency of an amount: the one that its row names, else the one whose sign stands beside it."""
    cell = read.cell(row, "amount")
    beside = frozenset() if cell is None or isinstance(cell, Unreadable) else signs(cell)
    meant = [_SIGNS.get(sign, frozenset({sign})) for sign in beside]
    either = frozenset.intersection(*meant) if meant else frozenset()
    if not meant or told in either:
        return told
    if told is not None or not either:
        read.refuse(number, "amount", "shows another currency than its row names", _ONCE)
        return None
    if own in either or len(either) == 1:
        return own if own in either else next(iter(either))
    read.refuse(number, "amount", "shows a sign that several currencies have", "a column currency: USD, CAD, …")
    return None
