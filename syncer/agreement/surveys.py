"""The section `surveys`: which surveys ask the NPS question, on which scale, and whom their answers make a promoter."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from syncer.agreement.base import Rule, Section

Scale = Literal["0-10", "1-10"]


class Surveys(Section):
    """What the answers of surveys are."""

    #: Survey id to the scale of its answers. Those named count as NPS whatever kind the CRM calls them; surveys of kind
    #: NPS that are not named answer from 0 to 10.
    nps: Mapping[str, Scale] = Field(default_factory=dict)
    #: A customer whose latest NPS answer is this or higher recommends.
    promoter_from: Annotated[int, Field(ge=1, le=10)] = 9
    #: What else a promoter has to be; None is nothing.
    promoter_if: Rule | None = "contact.reference"
