"""Rows of figures as pages say them: names, values in their units, intervals, what a value rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.wording.bounds import open_bounds
from jobs.wording.lacks import lacking
from jobs.wording.terms import OF_STAGES, exclusions, member, part, term
from jobs.wording.words import Language, between, number, stage_name
from syncer.funnel import FunnelStage
from syncer.kpis.catalogue import catalogue
from syncer.kpis.rendering.render import figure_text
from syncer.kpis.result import Status
from syncer.store.values import KpiRow

#: Too few units for a firm value: such cells are shaded.
_SMALL = frozenset({Status.FEW.value, Status.SMALL_N.value, Status.IMMATURE.value})


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One figure in a table."""

    value: str
    #: Its 95 % interval, empty where it has none.
    interval: str = ""
    #: What it counts: `k / n` of a rate, else `n`.
    n: str = ""
    #: Whether it rests on few units, or on many that are still open.
    is_small: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A label, its value, and the figure behind it."""

    id: str
    name: str
    cell: Cell


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """One line of a table of figures."""

    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Rows of one measuring in one language."""

    rows: Sequence[KpiRow]
    lang: Language

    def of(self, row_id: str) -> Sequence[KpiRow]:
        """Return the rows of one figure, segment by segment."""
        return [row for row in self.rows if row["id"] == row_id]

    def one(self, row_id: str, **segment: str | None) -> KpiRow | None:
        """Return the row of one segment, None where it was not measured."""
        return next((row for row in self.of(row_id) if segment_of(row) == segment), None)

    def cell(self, row_id: str, **segment: str | None) -> Cell:
        """Return the figure of one segment; a dash where it was not measured."""
        row = self.one(row_id, **segment)
        return Cell(value=figure_text(None, "", self.lang)) if row is None else cell_of(row, self.lang)

    def lines(self, ids: Sequence[str], **segment: str | None) -> Sequence[Line]:
        """Return those figures that were measured, under their names in the catalogue."""
        found = [(id_, self.one(id_, **segment)) for id_ in ids]
        return [
            Line(id=id_, name=name_of(id_, self.lang), cell=cell_of(row, self.lang))
            for id_, row in found
            if row is not None
        ]

    def members(self, row_id: str, dim: str) -> Sequence[tuple[str | None, str]]:
        """Return the values that a dimension takes in a figure, with their names, in its order."""
        rows = [row for row in self.of(row_id) if dim in segment_of(row)]
        return [(segment_of(row)[dim], member_name(row, dim, self.lang)) for row in rows]


def segment_of(row: KpiRow) -> Mapping[str, str | None]:
    """Return the segment of a row."""
    segment = row["segment"]
    return segment if isinstance(segment, Mapping) else {}


def member_name(row: KpiRow, dim: str, lang: Language) -> str:
    """Return how a page names a row's part of a dimension."""
    known, value = _labels(row).get(dim), segment_of(row).get(dim)
    if known:
        return str(known)
    # Reports say a stage's code in English, for who reads on by program; a page says its name.
    return stage_name(value, lang) if dim in OF_STAGES and value in set(FunnelStage) else member(dim, value, lang)


def cell_of(row: KpiRow, lang: Language) -> Cell:
    """Return a row's figure."""
    return Cell(
        value=value_of(row, lang),
        interval=_interval(row, lang),
        n=_counted(row, lang),
        is_small=str(row["status"]) in _SMALL,
    )


def amount_of(row: KpiRow | None) -> float:
    """Return a row's value to draw, 0 for one that is unknown."""
    value = None if row is None else row["value"]
    return float(value) if isinstance(value, int | float) else 0.0


def shown(row: KpiRow, lang: Language) -> Mapping[str, str]:
    """Return a KPI row as text."""
    parts = [part(dim, member_name(row, dim, lang), lang) for dim in segment_of(row)]
    return {
        "id": str(row["id"]),
        "name": name_of(str(row["id"]), lang),
        "segment": ", ".join(parts),
        "value": value_of(row, lang),
        "interval": _interval(row, lang),
        "n": _counted(row, lang),
        "status": _status(row, lang),
        "basis": f"{term(str(row['basis']), lang)} · {term(str(row['period']), lang)}",
        "excluded": exclusions(row["excluded"], lang),
    }


def name_of(row_id: str, lang: Language) -> str:
    """Return a figure's name from the catalogue; the id where an old snapshot has a figure that is no more."""
    declared = catalogue().get(row_id.partition(".")[0])
    found = None if declared is None else declared.rows.get(row_id)
    return row_id if found is None else found.names[lang]


def value_of(row: KpiRow, lang: Language, column: str = "value") -> str:
    """Return a figure of a row in its unit."""
    value = row[column]
    return figure_text(value if isinstance(value, int | float) else None, str(row["unit"]), lang)


def _interval(row: KpiRow, lang: Language) -> str:
    low, high = (value_of(row, lang, bound) for bound in ("lo", "hi"))
    return "" if row["lo"] is None and row["hi"] is None else between(low, high)


def _status(row: KpiRow, lang: Language) -> str:
    """Return what a figure is worth: of an unknown one also what it lacks, of a rate how far open cases move it."""
    notes = row["notes"] if isinstance(row["notes"], Mapping) else {}
    told = lacking(notes, lang), open_bounds(notes, str(row["unit"]), lang)
    why = ", ".join(filter(None, told))
    status = term(str(row["status"]), lang)
    return f"{status}: {why}" if why else status


def _counted(row: KpiRow, lang: Language) -> str:
    n, k = row["n"], row["k"]
    if not isinstance(n, int):
        return ""
    return number(n, lang) if not isinstance(k, int) else f"{number(k, lang)} / {number(n, lang)}"


def _labels(row: KpiRow) -> Mapping[str, object]:
    notes = row["notes"]
    labels = notes.get("labels") if isinstance(notes, Mapping) else None
    return labels if isinstance(labels, Mapping) else {}
