"""How right forecasts were, quarter by quarter and rep by rep, and what slipped: as bars and as tables."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jobs.web.figure_rows import Cell, Figures, Named, amount_of, cell_of, segment_of
from jobs.web.waterfall import Chart, level_chart
from syncer.kpis.result import Status
from syncer.store.values import KpiRow

#: The age at which a forecast is judged first: on the eve of its quarter.
_START = "quarter_start"


class Column(NamedTuple):
    """A figure, and the age of the forecast that it judges where it has one."""

    row_id: str
    age: str | None


#: Columns of both tables, by the word of their heads.
COLUMNS: Mapping[str, Column] = {
    "wape_start": Column("K21", _START),
    "wape_week_5": Column("K21", "week_5"),
    "wape_week_9": Column("K21", "week_9"),
    "bias_start": Column("K21.bias", _START),
    "commit_start": Column("K21.commit_hits", _START),
    "slip": Column("K24", None),
}


def trend_chart(figures: Figures) -> Chart | None:
    """Return the error at the start of each quarter as bars; None where no quarter has one."""
    rows = [(period, _row(figures, "K21", period=period, age=_START)) for period in _periods(figures)]
    known = [(period, row) for period, row in rows if row is not None and row["status"] != Status.UNDEFINED]
    if not known:
        return None
    return level_chart([(period, cell_of(row, figures.lang), amount_of(row)) for period, row in known])


def by_quarter(figures: Figures) -> Sequence[Named]:
    """Return the table, quarter by quarter."""
    return [Named(name=period, cells=_cells(figures, period=period)) for period in _periods(figures)]


def by_rep(figures: Figures) -> Sequence[Named]:
    """Return the table of the last quarter, rep by rep."""
    found = dict(figures.members("K21", "owner"))
    return [Named(name=name, cells=_cells(figures, owner=owner)) for owner, name in found.items()]


def _periods(figures: Figures) -> Sequence[str]:
    return list(dict.fromkeys(str(row["period"]) for row in figures.of("K21")))


def _cells(figures: Figures, *, period: str | None = None, **segment: str | None) -> Sequence[Cell]:
    found = []
    for row_id, age in COLUMNS.values():
        aged = {} if age is None else {"age": age}
        row = _row(figures, row_id, period=period, **segment, **aged)
        found.append(figures.cell("") if row is None else cell_of(row, figures.lang))
    return found


def _row(figures: Figures, row_id: str, *, period: str | None = None, **segment: str | None) -> KpiRow | None:
    rows = (row for row in figures.of(row_id) if period is None or row["period"] == period)
    return next((row for row in rows if segment_of(row) == segment), None)
