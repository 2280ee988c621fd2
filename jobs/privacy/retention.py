"""How long what is kept, as `syncer.yaml` says it: months, None for ever."""

from typing import Annotated

from pydantic import Field

from jobs.access.credentials import Strict

Months = Annotated[int, Field(ge=1, le=240)]


class RetentionFile(Strict):
    """Months after which things are pruned; None never."""

    #: Addresses of pages and names of mails that a contact looked at; the fact and its day stay with the decisions.
    web_events: Months | None = 13
    #: Prospects who did nothing of their own accord, whom nobody sells to and who are no customers.
    inactive_prospects: Months | None = 24
    #: What was written to the CRM and why, beside the latest value of each property.
    explanations: Months | None = 24
    #: Runs and the figures that they kept.
    runs: Months | None = 24
    #: Hour, in the agreement's time zone, at which `syncer run` prunes; None never.
    hour: Annotated[int, Field(ge=0, le=23)] | None = 4
