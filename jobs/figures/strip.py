"""The funnel strip: of each stage volume, conversion to the next with its bounds, time in it, and value in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syncer.funnel import FunnelStage

#: Stages of the strip, in the funnel's order; FORECAST is an overlay on OPPORTUNITY and counted there.
_STAGES = (
    FunnelStage.SUSPECT,
    FunnelStage.INQUIRY,
    FunnelStage.LEAD_MQL,
    FunnelStage.LEAD_SQL,
    FunnelStage.LEAD_SAL,
    FunnelStage.LEAD_DEAL,
    FunnelStage.OPPORTUNITY,
    FunnelStage.CLOSED_WON,
)

Row = Mapping[str, object]

#: Stands for a row that was not measured.
_NOTHING: Row = {"value": None, "n": None, "lo": None, "hi": None, "notes": {}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One stage of the strip."""

    stage: FunnelStage
    #: Contacts that stand here now.
    now: int
    #: Cycles that entered here by evidence of their own; None for the last stage.
    entered: int | None
    #: Share of those that went on to the next stage or further; None where there are too few.
    onward: float | None
    lo: float | None
    hi: float | None
    #: That share if no open cycle goes on, and if all do.
    lower: float | None
    upper: float | None
    #: Median days in the stage; None for stages that end a cycle, and where it is not known.
    days: float | None
    #: What its open deals are worth; None for stages without deals, and where it is not known.
    value: float | None
    #: Of the value, ISO 4217.
    currency: str


def funnel_strip(rows: Sequence[Row]) -> Sequence[Step]:
    """Return the strip from KPI rows K01, K02 and K15 as a snapshot keeps them; empty where there are none."""
    found = _Found(
        now=_by(rows, "K01", "stage"),
        steps=_by(rows, "K02", "from"),
        stays=_by(rows, "K15", "stage"),
        worth=_by(rows, "K01.value", "stage"),
    )
    return [_step(stage, found) for stage in _STAGES] if found.now else ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """Rows by stage."""

    now: Mapping[str, Row]
    steps: Mapping[str, Row]
    stays: Mapping[str, Row]
    worth: Mapping[str, Row]


def _by(rows: Sequence[Row], row_id: str, dim: str) -> Mapping[str, Row]:
    return {_segment(row, dim): row for row in rows if row["id"] == row_id}


def _step(stage: FunnelStage, found: _Found) -> Step:
    row, notes = found.steps.get(stage, _NOTHING), _notes(found.steps.get(stage, _NOTHING))
    # FORECAST is an overlay on OPPORTUNITY.
    both = (stage, FunnelStage.FORECAST) if stage is FunnelStage.OPPORTUNITY else (stage,)
    worth = [found.worth[one] for one in both if one in found.worth]
    values = [value for one in worth if (value := _share(one["value"])) is not None]
    return Step(
        stage=stage,
        now=sum(_whole(found.now.get(one, _NOTHING)["value"]) for one in both),
        entered=_whole(row["n"]) if stage in found.steps else None,
        onward=_share(row["value"]),
        lo=_share(row["lo"]),
        hi=_share(row["hi"]),
        lower=_share(notes.get("lower")),
        upper=_share(notes.get("upper")),
        days=_share(found.stays.get(stage, _NOTHING)["value"]),
        value=sum(values) if values else None,
        currency=str(worth[0]["unit"]) if worth else "",
    )


def _notes(row: Row) -> Row:
    notes = row["notes"]
    return notes if isinstance(notes, Mapping) else {}


def _segment(row: Row, dim: str) -> str:
    segment = row["segment"]
    return str(segment.get(dim)) if isinstance(segment, Mapping) else ""


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _share(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
