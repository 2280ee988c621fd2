"""The section `agreement`: version, signatures, both teams' goals, service levels, rejections, routing (domain D8)."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from syncer.agreement.base import Days, Rule, Section
from syncer.agreement.forms import BUSINESS_TIME, CLOSING, MULTIPLE, OPENING, WEEKDAYS

_MINUTES_PER_HOUR = 60

#: Business time: `60m` minutes, `8h` hours, `2bd` business days.
BusinessTime = Annotated[str, StringConstraints(pattern=BUSINESS_TIME)]
TimeOfDay = Annotated[str, StringConstraints(pattern=OPENING)]
#: `24:00` is the end of the day.
Closing = Annotated[str, StringConstraints(pattern=CLOSING)]
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Role(StrEnum):
    """Who has to sign."""

    MARKETING = "marketing"
    SALES = "sales"


class RejectTarget(StrEnum):
    """Where a rejected lead goes."""

    INQUIRY = "INQUIRY"
    CLOSED_OTHER = "CLOSED_OTHER"
    CLOSED_LOST = "CLOSED_LOST"
    VOID = "VOID"


class Signature(Section):
    """One team's consent to one content of the file."""

    role: Role
    by: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    at: date
    #: Fingerprint of what was signed; None was written by hand and covers nothing.
    content: str | None = None


class Goal(Section):
    """What a team promises per period."""

    metric: str
    per: Literal["month", "quarter", "year"] = "quarter"
    value: Annotated[float, Field(ge=0)]
    #: Shares of the value, by source.
    by_source: Mapping[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)


class BusinessHours(Section):
    """When the service clock runs."""

    tz: str = "Europe/Berlin"
    days: Annotated[str, StringConstraints(pattern=WEEKDAYS)] = "Mon-Fri"
    opens: TimeOfDay = Field(default="09:00", validation_alias="from", serialization_alias="from")
    closes: Closing = Field(default="18:00", validation_alias="to", serialization_alias="to")
    #: Calendar of public holidays (`DE-BY`), or None.
    holidays: str | None = None

    @property
    def weekdays(self) -> frozenset[int]:
        """Days on which the clock runs, Monday is 0."""
        days: set[int] = set()
        for part in self.days.split(","):
            first, _, last = part.partition("-")
            start, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
            days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
        return frozenset(days)

    @property
    def open_minute(self) -> int:
        """Minute of the day at which the clock starts."""
        return _minute(self.opens)

    @property
    def close_minute(self) -> int:
        """Minute of the day at which the clock stops."""
        return _minute(self.closes)

    def minutes(self, span: BusinessTime) -> int:
        """Return business time in minutes; a business day is one opening."""
        if span.endswith("bd"):
            return int(span[:-2]) * (self.close_minute - self.open_minute)
        return int(span[:-1]) * (_MINUTES_PER_HOUR if span.endswith("h") else 1)


class FirstTouch(Section):
    """Until when somebody contacts the lead, by the way it became sales-ready."""

    explicit_request: BusinessTime = "60m"
    score_sales_ready: BusinessTime = "8h"


class DecisionTime(Section):
    """Until when sales accepts or rejects."""

    accept_or_reject: BusinessTime = "2bd"


class Attempts(Section):
    """How often sales tries before it gives up."""

    min_attempts: Annotated[int, Field(ge=1)] = 5
    over_days: Annotated[Days, Field(ge=1)] = 10


class Escalation(Section):
    """Who hears of a missed time, after so many times the agreed span."""

    after: Annotated[str, StringConstraints(pattern=MULTIPLE)]
    to: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

    @property
    def times(self) -> int:
        """Multiple of the agreed span."""
        return int(self.after[:-1])


class Sla(Section):
    """How fast sales takes care of a hand-over."""

    business_hours: BusinessHours = Field(default_factory=BusinessHours)
    first_touch: FirstTouch = Field(default_factory=FirstTouch)
    decision: DecisionTime = Field(default_factory=DecisionTime)
    attempts_before_give_up: Attempts = Field(default_factory=Attempts)
    escalation: tuple[Escalation, ...] = (Escalation(after="1x", to="owner"), Escalation(after="2x", to="team_lead"))


class Route(Section):
    """Who gets a lead: the first route whose condition holds."""

    when: Rule | None = Field(default=None, validation_alias="if", serialization_alias="if")
    to: str | None = None
    #: Target of the last route, which has no condition.
    otherwise: str | None = Field(default=None, validation_alias="else", serialization_alias="else")

    @property
    def target(self) -> str:
        """`owner(company)`, `owner(contact)`, `team.<name>`, `queue.<name>`."""
        return self.to or self.otherwise or ""


_REJECT_REASONS: Mapping[str, RejectTarget] = {
    "not_ready": RejectTarget.INQUIRY,
    "bad_timing": RejectTarget.CLOSED_OTHER,
    "no_fit": RejectTarget.CLOSED_LOST,
    "invalid": RejectTarget.VOID,
    "duplicate": RejectTarget.VOID,
}
_ROUTING = (
    Route(when="owner(contact) exists", to="owner(contact)"),
    Route(when="owner(company) exists", to="owner(company)"),
    Route(otherwise="queue.default"),
)


class Head(Section):
    """Version, signatures and what both teams owe each other."""

    version: Annotated[int, Field(ge=1)] = 1
    valid_from: date | None = None
    signed: Annotated[tuple[Signature, ...], BeforeValidator(lambda value: () if value is None else value)] = ()
    marketing_goal: Goal | None = None
    sales_goal: Goal | None = None
    sla: Sla = Field(default_factory=Sla)
    reject_reasons: Mapping[str, RejectTarget] = Field(default_factory=lambda: dict(_REJECT_REASONS))
    routing: tuple[Route, ...] = _ROUTING


def _minute(text: TimeOfDay | Closing) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * _MINUTES_PER_HOUR + int(minutes)
