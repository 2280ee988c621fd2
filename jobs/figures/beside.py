"""What pages show beside the figures: counted with them, since a page would count millions of rows each time."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import msgspec

from syncer.kpis.asked.ports import Cut
from syncer.kpis.figures.experience import Experience, experience, horizon_days
from syncer.kpis.question import Question
from syncer.moments import Millis
from syncer.store import Unit
from syncer.store.reports.browse_deals import StageOutcome
from syncer.store.values import KpiRow

#: What became of comparable hand-overs, our outcomes by the CRM's stages, contacts by stage, rows of every table.
CELLS, OUTCOMES, STAGES, STOCK = "cells", "outcomes", "stages", "stock"

#: Rows up to which pages count a table each time.
FEW = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Stock:
    """How many live rows each table had, and how many values of the outbox each status."""

    counted_at: Millis
    records: Mapping[str, int]
    outbox: Mapping[str, int]


def count_beside(unit: Unit, asked: Question) -> Mapping[str, Sequence[KpiRow]]:
    """Return what a snapshot keeps beside figures; outcomes and rows are those of this moment."""
    cut = Cut(account=asked.account, as_of=asked.as_of, known_at=asked.known_at, calendar=asked.calendar)
    found = experience(unit.measures, cut, horizon_days(unit.measures, cut))
    return {
        CELLS: [{cell: list(one) for cell, one in found.items()}],
        OUTCOMES: [asdict(one) for one in unit.browse.outcomes(asked.account)],
        STAGES: [dict(unit.browse.stage_counts(asked.account))],
        STOCK: [asdict(_stock(unit, asked))],
    }


def _stock(unit: Unit, asked: Question) -> Stock:
    return Stock(
        counted_at=asked.known_at,
        records=dict(unit.mirror.counts(asked.account)),
        outbox=dict(unit.desk.outbox_counts(asked.account)),
    )


def kept_experience(unit: Unit, account: str) -> Mapping[str, Experience] | None:
    """Return by cell what became of hand-overs as the last snapshot has it, None where none has."""
    rows = _rows(unit, account, CELLS)
    return msgspec.convert(rows[0], dict[str, Experience]) if rows else None


def kept_outcomes(unit: Unit, account: str) -> Sequence[StageOutcome]:
    """Return how our outcomes spread over the CRM's stages as of the last snapshot, as of now where none has it."""
    rows = _rows(unit, account, OUTCOMES)
    if not rows:
        return unit.browse.outcomes(account)
    return msgspec.convert(rows, list[StageOutcome])


def last_stages(unit: Unit, account: str) -> Mapping[str, int]:
    """Return how many contacts stand in each stage: of many as the last snapshot has it, where one has."""
    few = unit.browse.few_stages(account, FEW)
    if few is not None:
        return few
    rows = _rows(unit, account, STAGES)
    return msgspec.convert(rows[0], dict[str, int]) if rows else unit.browse.stage_counts(account)


def kept_stock(unit: Unit, account: str) -> Stock | None:
    """Return how many rows there were at the last snapshot, None where none has it."""
    rows = _rows(unit, account, STOCK)
    return msgspec.convert(rows[0], Stock) if rows else None


def _rows(unit: Unit, account: str, split: str) -> Sequence[KpiRow]:
    kept = unit.desk.last_snapshot(account)
    return () if kept is None else unit.desk.snapshot(account, kept.run, split)
