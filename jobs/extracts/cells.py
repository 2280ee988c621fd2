"""From the store's values to cells: typed for Parquet, text for CSV."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from syncer.extracts.declared import Type
from syncer.kpis.periods import day_of
from syncer.moments import iso
from syncer.store import amount_of

#: What spreadsheets take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

_Cell = Callable[[object], object]


def typed(kind: Type) -> _Cell | None:
    """Return what makes a value of a column's type, or None where the store's value is one."""
    return _TYPED.get(kind)


def written(kind: Type) -> _Cell:
    """Return what makes the text of a cell; null is the empty one."""
    make = _WRITTEN[kind]
    return lambda value: "" if value is None else make(value)


def harmless(value: object) -> str:
    """Return text that no spreadsheet runs: an apostrophe in front of what looks like a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _money(value: object) -> Decimal | None:
    return amount_of(int(str(value)))


def _flag(value: object) -> bool:
    return bool(value)


def _number(value: object) -> float:
    return float(str(value))


_TYPED: Mapping[Type, _Cell] = {Type.MONEY: _money, Type.FLAG: _flag, Type.NUMBER: _number}

_WRITTEN: Mapping[Type, _Cell] = {
    Type.TEXT: harmless,
    Type.JSON: harmless,
    Type.RATE: str,
    Type.WHOLE: str,
    Type.NUMBER: lambda value: repr(_number(value)),
    Type.FLAG: lambda value: "true" if value else "false",
    Type.MOMENT: lambda value: iso(int(str(value))) or "",
    Type.DAY: lambda value: day_of(int(str(value))).isoformat(),
    Type.MONEY: lambda value: f"{_money(value):f}",
}
