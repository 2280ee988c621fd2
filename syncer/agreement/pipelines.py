"""The section `pipelines`: what every stage of every deal pipeline means (domain B6-R12)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Annotated, Literal

from pydantic import RootModel, StringConstraints

from syncer.agreement.base import Section
from syncer.agreement.stage_map import Meaning, PipelineKind, PipelineMap, StageMeaning, StageWarning
from syncer.records import Stage

_Id = Annotated[str, StringConstraints(min_length=1)]
_Auto = Literal["auto"]
_StageList = _Auto | tuple[_Id, ...]

#: The entry for pipelines that have none of their own.
ANY = "*"

#: The offer stage of the pipeline that every HubSpot portal starts with.
_HUBSPOT_OFFER_STAGE = "contractsent"
_OFFER = re.compile(r"angebot|offerte|quote|proposal|vertrag|contract", re.IGNORECASE)
_ON_HOLD = re.compile(r"on.?hold|zurückgestellt|pausiert|ruhend|geparkt|parked", re.IGNORECASE)
_CLOSED_OTHER = re.compile(r"closed.?other|verschoben|vertagt|zurückgestellt|postponed|delayed|on.?hold", re.IGNORECASE)
_RENEWAL = re.compile(r"renewal|verlängerung", re.IGNORECASE)
_EXPANSION = re.compile(
    r"upsell|cross.?sell|expansion|erweiterung|bestandskund|existing.?(customer|business)", re.IGNORECASE
)
_CERTAIN = 1.0


class GivenMeaning(StrEnum):
    """What a person may say that a stage means."""

    OPEN = Meaning.OPEN.value
    WON = Meaning.WON.value
    LOST = Meaning.LOST.value
    OTHER = Meaning.OTHER.value
    ON_HOLD = Meaning.ON_HOLD.value
    VOID = Meaning.VOID.value
    IGNORE = Meaning.IGNORE.value


class Pipeline(Section):
    """One pipeline. `auto` reads the CRM's own definition: closed or not, probability, labels."""

    kind: PipelineKind | _Auto = "auto"
    #: Stage id to meaning; a stage that is not listed is unmapped.
    stages: _Auto | Mapping[_Id, GivenMeaning] = "auto"
    offer_stages: _StageList = "auto"
    on_hold_stages: _StageList = "auto"
    closed_other_stages: _StageList = "auto"
    #: Where a deal goes when it becomes Closed-Other; None leaves it where it is.
    closed_other_stage: _Id | None = None

    def named_stages(self) -> Iterator[tuple[str, str]]:
        """Yield every stage id that the entry names, with the key it stands under."""
        if self.stages != "auto":
            yield from (("stages", stage_id) for stage_id in self.stages)
        for key, listed in self._lists():
            yield from ((key, stage_id) for stage_id in listed)
        if self.closed_other_stage is not None:
            yield "closed_other_stage", self.closed_other_stage

    def _lists(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for key, listed in (
            ("offer_stages", self.offer_stages),
            ("on_hold_stages", self.on_hold_stages),
            ("closed_other_stages", self.closed_other_stages),
        ):
            if listed != "auto":
                yield key, listed

    def meaning(self, stage: Stage) -> Meaning:
        """Return what a stage of this pipeline means."""
        meaning = _natural(stage) if self.stages == "auto" else self._given(stage.stage_id)
        if self._is_closed_other(stage, meaning):
            return Meaning.OTHER
        if meaning is Meaning.OPEN and _listed(self.on_hold_stages, stage.stage_id, _ON_HOLD, stage.label):
            return Meaning.ON_HOLD
        return meaning

    def is_offer(self, stage: Stage, meaning: Meaning) -> bool:
        """Say whether entering the stage is an offer."""
        if self.offer_stages != "auto":
            return stage.stage_id in self.offer_stages
        is_named = stage.stage_id == _HUBSPOT_OFFER_STAGE or _OFFER.search(stage.label) is not None
        return meaning.is_open and is_named

    def _given(self, stage_id: str) -> Meaning:
        given = {} if self.stages == "auto" else self.stages
        return Meaning(given[stage_id].value) if stage_id in given else Meaning.UNMAPPED

    def _is_closed_other(self, stage: Stage, meaning: Meaning) -> bool:
        if self.closed_other_stages != "auto":
            return stage.stage_id in self.closed_other_stages
        by_label = self.stages == "auto" and meaning is Meaning.LOST and _CLOSED_OTHER.search(stage.label)
        return bool(by_label) or stage.stage_id == self.closed_other_stage


class Pipelines(RootModel[Mapping[_Id, Pipeline]]):
    """Pipeline id to its entry; `*` speaks for pipelines without one. Without `*` they are unmapped."""

    model_config = {"frozen": True}

    def resolve(self, stages: Sequence[Stage]) -> PipelineMap:
        """Return what every stage that the CRM has means, with warnings on what a person should look at."""
        ordered = sorted(stages, key=lambda stage: (stage.pipeline_id, stage.position, stage.stage_id))
        meanings = [
            meaning
            for pipeline_id, members in groupby(ordered, key=lambda stage: stage.pipeline_id)
            for meaning in _pipeline(self._entry(pipeline_id), tuple(members))
        ]
        offer_fallback = not any(meaning.is_offer for meaning in meanings)
        return PipelineMap(
            stages={(meaning.pipeline_id, meaning.stage_id): meaning for meaning in meanings},
            closed_other_stage={
                stage.pipeline_id: stage.stage_id
                for stage in ordered
                if (entry := self._entry(stage.pipeline_id)) and entry.closed_other_stage == stage.stage_id
            },
            warnings=(*_fallback(offer=offer_fallback), *_unmapped(meanings), *self._gone(stages)),
            offer_fallback=offer_fallback,
        )

    def _entry(self, pipeline_id: str) -> Pipeline | None:
        return self.root.get(pipeline_id) or self.root.get(ANY)

    def _gone(self, stages: Sequence[Stage]) -> Iterator[StageWarning]:
        """Yield what the agreement names and the CRM does not have."""
        pipelines = {stage.pipeline_id for stage in stages}
        pairs = {(stage.pipeline_id, stage.stage_id) for stage in stages}
        for pipeline_id, entry in self.root.items():
            if pipeline_id == ANY:
                continue
            if pipeline_id not in pipelines:
                yield StageWarning("W-PIPELINE-GONE", f"the CRM has no pipeline {pipeline_id}", pipeline_id)
                continue
            for key, stage_id in entry.named_stages():
                if (pipeline_id, stage_id) not in pairs:
                    message = f"pipelines.{pipeline_id}.{key} names {stage_id}, which the CRM does not have"
                    yield StageWarning("W-STAGE-GONE", message, pipeline_id, stage_id)


def _pipeline(entry: Pipeline | None, stages: Sequence[Stage]) -> Iterator[StageMeaning]:
    kind = None if entry is None else _kind(entry, stages[0].pipeline_label)
    is_past_offer = False
    for stage in stages:
        meaning = _meaning(entry, kind, stage)
        is_offer = entry is not None and entry.is_offer(stage, meaning)
        is_past_offer = is_past_offer or is_offer
        yield StageMeaning(
            pipeline_id=stage.pipeline_id,
            stage_id=stage.stage_id,
            label=stage.label,
            position=stage.position,
            kind=kind,
            meaning=meaning,
            is_offer=is_offer,
            past_offer=is_past_offer and meaning in {Meaning.OPEN, Meaning.WON},
            is_closed_other=meaning is Meaning.OTHER,
            probability=stage.probability,
        )


def _meaning(entry: Pipeline | None, kind: PipelineKind | None, stage: Stage) -> Meaning:
    if entry is None:
        return Meaning.UNMAPPED
    return Meaning.IGNORE if kind is PipelineKind.IGNORE else entry.meaning(stage)


def _natural(stage: Stage) -> Meaning:
    if not stage.is_closed:
        return Meaning.OPEN
    if stage.probability == _CERTAIN:
        return Meaning.WON
    return Meaning.LOST if stage.probability == 0 else Meaning.UNMAPPED


def _kind(entry: Pipeline, label: str) -> PipelineKind:
    if entry.kind != "auto":
        return entry.kind
    if _RENEWAL.search(label):
        return PipelineKind.RENEWAL
    return PipelineKind.EXPANSION if _EXPANSION.search(label) else PipelineKind.NEW_BUSINESS


def _listed(listed: _StageList, stage_id: str, pattern: re.Pattern[str], label: str) -> bool:
    return pattern.search(label) is not None if listed == "auto" else stage_id in listed


def _fallback(*, offer: bool) -> Iterator[StageWarning]:
    if offer:
        yield StageWarning(
            "W-OFFER-FALLBACK",
            "no pipeline has an offer stage: where there are no quotes either, a deal counts as an offer",
        )


def _unmapped(meanings: Sequence[StageMeaning]) -> Iterator[StageWarning]:
    for meaning in meanings:
        if meaning.meaning is Meaning.UNMAPPED:
            message = f"nobody says what stage {meaning.stage_id} of pipeline {meaning.pipeline_id} means"
            yield StageWarning("W-UNMAPPED-STAGE", message, meaning.pipeline_id, meaning.stage_id)
