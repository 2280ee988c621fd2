"""What a column cannot hold exactly, said by field and reason and never by value."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from math import isfinite
from typing import Protocol, TypeVar

import msgspec

from syncer.errors import InvalidRecord
from syncer.store.engines.dialect import Row

MICRO = 1_000_000

_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])
_LARGEST = 2**63 - 1
#: Beyond this power of ten no amount fits, and writing it out could take all memory.
_LARGEST_POWER = 13
#: What encoding a value that does not fit raises: no UTF-8, no 64 bits, no number, an endless fraction.
_UNFIT = (TypeError, ValueError, OverflowError, ArithmeticError)


class Identified(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """Return the id."""
        ...


R = TypeVar("R", bound=Identified)


def micros(amount: Decimal) -> int:
    """Return an amount in micro-units. ValueError where it has more than six decimals or does not fit 64 bits."""
    if not amount.is_finite() or amount.adjusted() > _LARGEST_POWER:
        raise ValueError("is no amount that fits")
    scaled = _EXACT.multiply(amount, Decimal(MICRO))
    whole = int(scaled)
    if whole != scaled:
        raise ValueError("has more than six decimals")
    if abs(whole) > _LARGEST:
        raise ValueError("is no amount that fits")
    return whole


def encoded(
    encode: Callable[[str, R, int], Row], account: str, records: Iterable[R], now: int
) -> tuple[list[Row], list[InvalidRecord]]:
    """Return the rows of the records that fit and one error for each that does not."""
    rows: list[Row] = []
    refused: list[InvalidRecord] = []
    for record in records:
        try:
            rows.append(encode(account, record, now))
        except InvalidRecord as error:
            refused.append(InvalidRecord(error.problems, stream=error.stream, record=record.id))
        except _UNFIT:
            problems = faults_of(record) or ("a value does not fit its column",)
            refused.append(InvalidRecord(problems, record=record.id))
    return rows, refused


def faults_of(record: object) -> tuple[str, ...]:
    """Return `field: reason` for every value of a record that no column can hold."""
    named = ((name, getattr(record, name)) for name in _names(record))
    return tuple(f"{name}: {reason}" for name, value in named for reason in _reasons(value))


def _names(record: object) -> Iterable[str]:
    if isinstance(record, msgspec.Struct):
        return record.__struct_fields__
    return [field.name for field in fields(record)] if is_dataclass(record) else ()


def _reasons(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from _text_reasons(value)
    elif isinstance(value, Decimal):
        yield from _amount_reasons(value)
    elif (isinstance(value, int) and abs(value) > _LARGEST) or (isinstance(value, float) and not isfinite(value)):
        yield "is no number that fits"
    elif isinstance(value, Mapping):
        yield from (reason for pair in value.items() for part in pair for reason in _reasons(part))
    elif isinstance(value, Sequence):
        yield from (reason for part in value for reason in _reasons(part))


def _text_reasons(value: str) -> Iterator[str]:
    if "\0" in value:
        yield "holds a NUL character"
    try:
        value.encode()
    except UnicodeEncodeError:
        yield "is no valid Unicode"


def _amount_reasons(value: Decimal) -> Iterator[str]:
    try:
        micros(value)
    except (ValueError, ArithmeticError) as error:
        # Decimal's own signals carry no sentence.
        yield str(error) if isinstance(error, ValueError) else "has more than six decimals"
