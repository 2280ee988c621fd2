"""Rows as canonical records. Held values are parsed when first asked for: decisions never read them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import TypeVar

import orjson
from sqlalchemy import Column, Table

from syncer.records import Company, Contact, Deal, Value
from syncer.store import tables
from syncer.store.engines.dialect import Row
from syncer.store.rows.refuse import MICRO

V = TypeVar("V")
_NO_FIELDS: Mapping[str, Value] = MappingProxyType({})
_NO_HELD: Mapping[str, str | None] = MappingProxyType({})


def _without(table: Table, *hidden: str) -> tuple[Column[object], ...]:
    return tuple(column for column in table.columns if column.name not in hidden)


_HIDDEN = ("account", "email_key", "more_emails", "merged_into", "gist", "fingerprint", "recorded_at")
CONTACT_COLUMNS = _without(tables.contacts, *_HIDDEN)
COMPANY_COLUMNS = _without(tables.companies, *_HIDDEN)
DEAL_COLUMNS = _without(tables.deals, *_HIDDEN)


class LazyMapping(Mapping[str, V]):
    """A mapping that stands in a JSON text until somebody looks."""

    __slots__ = ("_parsed", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._parsed: dict[str, V] | None = None

    def _mapping(self) -> dict[str, V]:
        if self._parsed is None:
            parsed: dict[str, V] = orjson.loads(self._text)
            self._parsed = parsed
        return self._parsed

    def __getitem__(self, name: str) -> V:
        return self._mapping()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._mapping())

    def __len__(self) -> int:
        return len(self._mapping())

    def __repr__(self) -> str:
        return f"LazyMapping({len(self)} values)"


def contact_of(row: Row) -> Contact:
    """Return the contact in a row of `CONTACT_COLUMNS`."""
    return Contact(
        id=row[0],
        email=row[1],
        first_name=row[2],
        last_name=row[3],
        company_id=row[4],
        owner_id=row[5],
        lifecycle=row[6],
        lead_status=row[7],
        source=row[8],
        campaign=row[9],
        country=row[10],
        opted_out=row[11] == 1,
        bounced=row[12] == 1,
        created_at=row[13],
        updated_at=row[14],
        archived_at=row[15],
        fields=_fields(row[16]),
        held=_held(row[17]),
    )


def company_of(row: Row) -> Company:
    """Return the company in a row of `COMPANY_COLUMNS`."""
    return Company(
        id=row[0],
        name=row[1],
        domain=row[2],
        industry=row[3],
        employees=row[4],
        country=row[5],
        owner_id=row[6],
        lifecycle=row[7],
        created_at=row[8],
        updated_at=row[9],
        archived_at=row[10],
        fields=_fields(row[11]),
        held=_held(row[12]),
    )


def deal_of(row: Row) -> Deal:
    """Return the deal in a row of `DEAL_COLUMNS`."""
    return Deal(
        id=row[0],
        name=row[1],
        pipeline_id=row[2],
        stage_id=row[3],
        amount=amount_of(row[4]),
        currency=row[5],
        close_date=row[6],
        owner_id=row[7],
        deal_type=row[8],
        forecast_category=row[9],
        probability=row[10],
        lost_reason=row[11],
        source=row[12],
        created_at=row[13],
        updated_at=row[14],
        archived_at=row[15],
        fields=_fields(row[16]),
        held=_held(row[17]),
    )


def exact_amount(stored: int) -> Decimal:
    """Return micro-units as an amount without needless zeros."""
    whole, rest = divmod(stored, MICRO)
    return Decimal(whole) if rest == 0 else Decimal(stored) / MICRO


def amount_of(stored: int | None) -> Decimal | None:
    """Return `exact_amount`, or None for an unknown one."""
    return None if stored is None else exact_amount(stored)


def texts_of(stored: str) -> tuple[str, ...]:
    """Return a JSON list of texts."""
    return () if stored == "[]" else tuple(orjson.loads(stored))


def _fields(text: str) -> Mapping[str, Value]:
    if text == "{}":
        return _NO_FIELDS
    parsed: dict[str, Value] = orjson.loads(text)
    return parsed


def _held(text: str) -> Mapping[str, str | None]:
    return _NO_HELD if text == "{}" else LazyMapping(text)
