"""What the stages of the vendor's lead pipelines mean: its own state first, then what their labels say. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from syncer.tellings import LeadState

#: HubSpot's state of a lead stage; work in progress is told apart by label and order.
_STATES: Mapping[str, LeadState] = {
    "NEW": LeadState.NEW,
    "QUALIFIED": LeadState.QUALIFIED,
    "UNQUALIFIED": LeadState.DISQUALIFIED,
}
_IN_PROGRESS = "IN_PROGRESS"
#: Labels in English and German, in the order in which they are tried.
_LABELS: Sequence[tuple[LeadState, re.Pattern[str]]] = tuple(
    (state, re.compile(text, re.IGNORECASE))
    for state, text in (
        (
            LeadState.DISQUALIFIED,
            r"disqualif|unqualif|not qualif|nicht qualif|verloren|\blost\b|abgelehnt|ausgeschieden",
        ),
        (LeadState.QUALIFIED, r"qualif"),
        (LeadState.CONNECTED, r"connect|engaged|verbunden|erreicht|im gespräch|im kontakt|meeting|termin|demo"),
        (LeadState.ATTEMPTING, r"attempt|kontaktversuch|versuch|in bearbeitung|outreach|reaching"),
        (LeadState.NEW, r"\bnew\b|\bneu"),
    )
)
_NOT_REACHED = re.compile(r"nicht erreicht|not (connected|reached)|no contact", re.IGNORECASE)


class LeadStage(Protocol):
    """One stage of a lead pipeline, as mappings read it."""

    @property
    def pipeline_id(self) -> str:
        """The pipeline's id."""
        ...

    @property
    def stage_id(self) -> str:
        """The stage's id."""
        ...

    @property
    def label(self) -> str:
        """What people call it."""
        ...

    @property
    def position(self) -> int:
        """Its place in the pipeline."""
        ...

    @property
    def state(self) -> str | None:
        """The vendor's own word for how far a lead in it is."""
        ...


def lead_states(stages: Iterable[LeadStage]) -> Mapping[str, LeadState]:
    """Return what each stage means; a stage that neither state nor label explains is absent.

    From the first stage in which a lead is connected on, work in progress is work with somebody who was reached.
    """
    found: dict[str, LeadState] = {}
    ordered = sorted(stages, key=lambda stage: (stage.pipeline_id, stage.position))
    for _, pipeline in groupby(ordered, key=lambda stage: stage.pipeline_id):
        is_connected = False
        for stage in pipeline:
            state = _state(stage, is_connected=is_connected)
            is_connected = is_connected or state is LeadState.CONNECTED
            if state is not None:
                found[stage.stage_id] = state
    return found


def _state(stage: LeadStage, *, is_connected: bool) -> LeadState | None:
    own = (stage.state or "").upper()
    if own in _STATES:
        return _STATES[own]
    if own != _IN_PROGRESS:
        return _labelled(stage.label)
    reached = is_connected or _labelled(stage.label) is LeadState.CONNECTED
    return LeadState.CONNECTED if reached else LeadState.ATTEMPTING


def _labelled(label: str) -> LeadState | None:
    if _NOT_REACHED.search(label):
        return LeadState.ATTEMPTING
    return next((state for state, pattern in _LABELS if pattern.search(label)), None)
