"""The funnel strip: how many stand in each stage, how many ever reached it, and the conversion between neighbours."""

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


def funnel_strip(rows: Sequence[Mapping[str, object]]) -> Sequence[Step]:
    """Return the strip from KPI rows K01 and K02 as a snapshot keeps them; empty where there are none."""
    now = {_segment(row, "stage"): _whole(row["value"]) for row in rows if row["id"] == "K01"}
    steps = {_segment(row, "from"): row for row in rows if row["id"] == "K02"}
    if not now:
        return ()
    return [_step(stage, now, steps.get(stage)) for stage in _STAGES]


def _step(stage: FunnelStage, now: Mapping[str, int], row: Mapping[str, object] | None) -> Step:
    standing = now.get(stage, 0)
    if stage is FunnelStage.OPPORTUNITY:
        standing += now.get(FunnelStage.FORECAST, 0)
    return Step(
        stage=stage,
        now=standing,
        entered=None if row is None else _whole(row["n"]),
        onward=None if row is None else _share(row["value"]),
        lo=None if row is None else _share(row["lo"]),
        hi=None if row is None else _share(row["hi"]),
    )


def _segment(row: Mapping[str, object], dim: str) -> str:
    segment = row["segment"]
    return str(segment.get(dim)) if isinstance(segment, Mapping) else ""


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _share(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
