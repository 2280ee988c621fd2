"""What every stage of every deal pipeline means, once the CRM's own definition and the agreement are put together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple


class PipelineKind(StrEnum):
    """What a pipeline is for."""

    NEW_BUSINESS = "new_business"
    EXPANSION = "expansion"
    RENEWAL = "renewal"
    PARTNER = "partner"
    #: Its deals do not exist for the funnel.
    IGNORE = "ignore"


class Meaning(StrEnum):
    """What it means that a deal stands in a stage."""

    OPEN = "open"
    WON = "won"
    #: Closed without an order; the reason may still make it Closed-Other.
    LOST = "lost"
    #: Closed as delayed.
    OTHER = "other"
    #: Open, but resting.
    ON_HOLD = "on_hold"
    VOID = "void"
    IGNORE = "ignore"
    #: Nobody said: excluded and reported.
    UNMAPPED = "unmapped"

    @property
    def is_open(self) -> bool:
        """Deals here may still be won."""
        return self in {Meaning.OPEN, Meaning.ON_HOLD}


class StageMeaning(NamedTuple):
    """One stage of one pipeline. `kind` is None for a pipeline that nobody mapped."""

    pipeline_id: str
    stage_id: str
    label: str
    position: int
    kind: PipelineKind | None
    meaning: Meaning
    #: Entering the stage is an offer.
    is_offer: bool = False
    #: An offer stage comes before it in the pipeline's order, or it is one itself.
    past_offer: bool = False
    #: Entering the stage says "delayed" (rule CO1).
    is_closed_other: bool = False
    probability: float | None = None

    @property
    def is_on_hold(self) -> bool:
        """Deals here rest (rule CO5)."""
        return self.meaning is Meaning.ON_HOLD


class StageWarning(NamedTuple):
    """Something about the pipelines that a person should look at."""

    code: str
    message: str
    pipeline_id: str | None = None
    stage_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class PipelineMap:
    """All stages of an account. An unknown pair is `unmapped`, never a guess."""

    stages: Mapping[tuple[str, str], StageMeaning]
    #: Pipeline id to the stage into which a Closed-Other deal is moved, where the agreement names one.
    closed_other_stage: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[StageWarning, ...] = ()
    #: No pipeline has an offer stage: that a deal exists has to stand in for the offer.
    offer_fallback: bool = False

    @cached_property
    def _by_stage(self) -> Mapping[str, StageMeaning]:
        return {stage_id: meaning for (_, stage_id), meaning in self.stages.items()}

    def of(self, pipeline_id: str | None, stage_id: str | None) -> StageMeaning:
        """Return what a stage means; without a pipeline, the stage's id alone decides."""
        if pipeline_id is None and stage_id is not None and stage_id in self._by_stage:
            return self._by_stage[stage_id]
        found = self.stages.get((pipeline_id or "", stage_id or ""))
        return found or StageMeaning(pipeline_id or "", stage_id or "", "", 0, None, Meaning.UNMAPPED)
