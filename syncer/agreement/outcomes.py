"""The section `closed_other`: when a sale counts as delayed, and when to come back to it (domain C2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import Field, StringConstraints

from syncer.agreement.base import Days, Ident, Rule, Section
from syncer.agreement.forms import RETURN


class Mode(StrEnum):
    """What happens when a rule fires."""

    #: The outcome is decided.
    AUTO = "auto"
    #: The owner is asked.
    PROPOSE = "propose"


class EffectiveAt(StrEnum):
    """From when the outcome counts."""

    STAGE_ENTERED = "date_entered(dealstage)"
    CHANGED = "changed_at"
    #: The moment of deciding: past forecasts do not change.
    AS_OF = "as_of"


class ResumeFrom(StrEnum):
    """What the date of a return counts from."""

    EFFECTIVE = "effective"
    STATED_DATE = "stated_date"
    CONTRACT_END = "contract_end"
    NEXT_FISCAL_YEAR = "start_of_next_fiscal_year"


@dataclass(frozen=True, kw_only=True, slots=True)
class Resume:
    """When to come back: an anchor plus days; days after the decision where the anchor is unknown."""

    anchor: ResumeFrom
    #: Added to the anchor; may be negative.
    days: int
    #: Days after the decision, where the anchor is unknown; None leaves it to the default.
    fallback_days: int | None = None


ResumeText = Annotated[str, StringConstraints(strip_whitespace=True, pattern=RETURN)]


def parse_resume(text: str) -> Resume:
    """Return the typed form of `+90d`, `stated_date | +90d`, `contract_end - 120d`, `start_of_next_fiscal_year`."""
    found = re.match(RETURN, text.strip())
    if found is None:
        raise ValueError("is no date of return")
    anchor, shift, fallback, plain = found.groups()
    if plain:
        return Resume(anchor=ResumeFrom.EFFECTIVE, days=int(plain))
    return Resume(
        anchor=ResumeFrom(anchor),
        days=int(shift.replace(" ", "")) if shift else 0,
        fallback_days=int(fallback) if fallback else None,
    )


class Never(Section):
    """What keeps a deal from being Closed-Other."""

    always: tuple[Rule, ...] = ("deal.is_closed_won",)
    #: As `always`, but a rule that a person triggered (CO1, CO2) beats it.
    unless_explicit: tuple[Rule, ...] = Field(
        default=(), validation_alias="except_CO1_CO2", serialization_alias="except_CO1_CO2"
    )


class OtherRule(Section):
    """One way in which a sale shows that it is delayed."""

    id: Ident
    when: Rule
    mode: Mode
    effective_at: EffectiveAt = EffectiveAt.AS_OF


class Propose(Section):
    """How the owner is asked."""

    task_to: str = "deal.owner"
    #: Days that the owner has for an answer.
    grace_days: Days = 14
    #: An unanswered proposal decides the delay when the grace is over; else only a person does.
    auto_apply_after_grace: bool = False


class Guards(Section):
    """What holds rules CO4 to CO8 back."""

    rules: tuple[Ident, ...] = ("CO4", "CO5", "CO6", "CO7", "CO8")
    min_deal_age_days: Days = 14
    skip_if: tuple[Rule, ...] = ()
    #: Amount from which only a person decides; None is no such amount.
    vip_amount: Annotated[float, Field(gt=0)] | None = None


_DEFAULT_RESUME = Resume(anchor=ResumeFrom.EFFECTIVE, days=90)


class ClosedOther(Section):
    """Delayed sales: rules in order, first match decides."""

    version: Annotated[int, Field(ge=1)] = 1
    never: Never = Field(default_factory=Never)
    rules: tuple[OtherRule, ...] = ()
    propose: Propose = Field(default_factory=Propose)
    guards: Guards = Field(default_factory=Guards)
    #: Reason to date of return; `default` for every other reason.
    resume_at: Mapping[Ident, ResumeText] = Field(default_factory=lambda: {"default": "+90d"})

    @cached_property
    def _resumes(self) -> dict[str, Resume]:
        return {reason: parse_resume(text) for reason, text in self.resume_at.items()}

    @cached_property
    def default_resume(self) -> Resume:
        """When to come back for a reason without a line of its own."""
        return self._resumes.get("default", _DEFAULT_RESUME)

    def resume(self, reason: str | None) -> Resume:
        """Return when to come back after a delay for `reason`."""
        return self._resumes.get(reason or "", self.default_resume)
