"""The write-back switches of an account in `syncer.yaml`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import Field

from jobs.access.credentials import Strict


class HandoverForm(StrEnum):
    """What sales gets at a hand-over, in the CRM."""

    NONE = "none"
    NOTE = "note"
    TASK = "task"


class WriteBackFile(Strict):
    """What is written to the CRM beside stage, score, outcome and the other properties."""

    handover: HandoverForm = HandoverForm.NONE
    #: Whether a deal's owner is asked about Closed-Other candidates.
    proposals: Literal["none", "task"] = "none"
    #: Whether a deal's owner gets a task when a delayed sale comes back.
    resumes: Literal["none", "task"] = "none"
    #: Whether people get a task when nobody touched a lead in the agreed time.
    escalations: Literal["none", "task"] = "none"
    #: Whom the agreement's escalation means: its word to an owner's id or e-mail address in the CRM.
    people: Mapping[str, str] = Field(default_factory=dict)


def switched(said: object) -> object:
    """Take `write_back: true` for a section that adds nothing, and `false` for none."""
    if isinstance(said, bool):
        return WriteBackFile() if said else None
    if isinstance(said, Mapping | WriteBackFile):
        return said
    raise ValueError("should be true or false, or a section: {handover: task, proposals: task, resumes: task}")
