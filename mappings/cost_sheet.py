"""A sheet of costs into cost lines: what was spent on what, and an identity that does not hang on the file."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mappings.cells import Cell, Days, amount, decimal_mark
from mappings.columns import Reader, Sheet, reader
from mappings.convert import currency, slug
from syncer.errors import ConfigError
from syncer.money import CostKind

#: Column → further headings that mean it.
HEADINGS: Mapping[str, Sequence[str]] = {
    "date": ("datum", "tag", "day", "monat", "month"),
    "from": ("von", "start", "beginn", "first day"),
    "to": ("bis", "ende", "end", "last day"),
    "source": ("quelle", "kanal", "channel"),
    "campaign": ("kampagne",),
    "kind": ("art", "kostenart", "kind of cost", "typ", "type"),
    "amount": ("betrag", "kosten", "cost", "costs", "spend", "ausgaben"),
    "currency": ("währung", "waehrung"),
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


def cost_lines(sheet: Sheet) -> Sequence[SheetCost]:
    """Return the lines of a sheet. Raises ConfigError that lists every problem with its row and column."""
    read = reader(sheet, HEADINGS, _NEEDED)
    if read.problems:
        raise ConfigError(read.problems)
    mark = decimal_mark(cell for _, row in sheet.rows if (cell := read.cell(row, "amount")) is not None)
    seen: Counter[str] = Counter()
    lines = []
    for number, row in sheet.rows:
        spent = read.read(number, row, "amount", lambda cell: amount(cell, mark), "1.234,56 or 1234.56")
        stretch, kind, code = read.stretch(number, row), _kind(read, number, row), _currency(read, number, row)
        if spent is not None and stretch is not None and kind is not None:
            lines.append(_line(read, row, (stretch, kind, spent, code), seen))
    if read.problems:
        raise ConfigError(read.problems)
    return lines


def _line(
    read: Reader, row: Sequence[Cell], told: tuple[Days, CostKind, Decimal, str | None], seen: Counter[str]
) -> SheetCost:
    stretch, kind, spent, code = told
    source, campaign = read.text(row, "source"), read.text(row, "campaign")
    source = slug(source) if source else None
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


def _kind(read: Reader, number: int, row: Sequence[Cell]) -> CostKind | None:
    word = read.text(row, "kind")
    if word is None:
        return CostKind.MEDIA
    found = _KIND_OF.get(word.casefold())
    if found is None:
        read.refuse(number, "kind", "is no kind of cost", f"allowed: {', '.join(CostKind)}")
    return found


def _currency(read: Reader, number: int, row: Sequence[Cell]) -> str | None:
    word = read.text(row, "currency")
    if word is None:
        return None
    try:
        return "EUR" if word == "€" else currency(word)
    except ValueError as error:
        read.refuse(number, "currency", str(error), "EUR, CHF, USD, …")
        return None
