"""The section `surveys`: which surveys ask the NPS question, and on which scale."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from syncer.agreement.base import Section

Scale = Literal["0-10", "1-10"]


class Surveys(Section):
    """What the answers of surveys are."""

    #: Survey id to the scale of its answers. Those named count as NPS whatever kind the CRM calls them; surveys of kind
    #: NPS that are not named answer from 0 to 10.
    nps: Mapping[str, Scale] = Field(default_factory=dict)
