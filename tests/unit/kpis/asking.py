"""Asks for figures and gives them by the name of their row or of their segment."""

from collections.abc import Mapping

from syncer.kpis.asked.ports import Cut
from syncer.kpis.asked.work import WorkingMeasures
from syncer.kpis.measure import measure
from syncer.kpis.result import Kpi
from tests.unit.kpis.ledger import question


def rows(measures: WorkingMeasures, *ids: str, **changes: object) -> Mapping[str, Kpi]:
    """The rows of the figures named, by the row's own id."""
    return {row.id: row for row in measure(measures, question(**changes), ids)}


def segments(
    measures: WorkingMeasures, row_id: str, *by: Cut, **changes: object
) -> Mapping[tuple[str | None, ...], object]:
    """The values of one row, by the segment's values in the order of its cuts."""
    found = measure(measures, question(by=by, **changes), [row_id])
    return {tuple(row.segment.values()): row.value for row in found if row.id == row_id}
