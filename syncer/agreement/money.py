"""The section `money`: currency, margin, which campaign is which source, and what sources cost."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from syncer.agreement.base import Ident, Section
from syncer.agreement.forms import CURRENCY
from syncer.money import CostKind

CurrencyCode = Annotated[str, StringConstraints(pattern=CURRENCY)]


class Cost(Section):
    """What one source cost over some days. A recorded zero is zero; no line means unknown."""

    source: str
    campaign: str | None = None
    kind: CostKind = CostKind.MEDIA
    amount: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
    #: None is the reporting currency.
    currency: CurrencyCode | None = None
    #: First and last day, both included; the amount spreads evenly over them.
    first_day: date = Field(validation_alias="from", serialization_alias="from")
    last_day: date = Field(validation_alias="to", serialization_alias="to")


class Money(Section):
    """How amounts are counted."""

    #: None is the account's own currency.
    reporting_currency: CurrencyCode | None = None
    #: Share of revenue that remains after direct cost, 0..1; None leaves return on investment unknown.
    gross_margin: Annotated[Decimal, Field(ge=0, le=1)] | None = None
    #: UTM source or campaign, as the CRM shows it, to the source that reports name.
    sources: Mapping[str, str] = Field(default_factory=dict)
    #: Event of the agreement to the source that it comes from, where its address names none: webinar_attended: webinar.
    events: Mapping[Ident, str] = Field(default_factory=dict)
    costs: tuple[Cost, ...] = ()
