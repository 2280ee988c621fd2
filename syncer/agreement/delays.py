"""The Closed-Other rules as the funnel asks them: conditions compiled, in order."""

from dataclasses import dataclass

from syncer.agreement.outcomes import EffectiveAt, Mode
from syncer.expressions import Condition


@dataclass(frozen=True, kw_only=True, slots=True)
class DelayRule:
    """One rule; `when` reads a deal's facts."""

    id: str
    when: Condition
    mode: Mode
    effective_at: EffectiveAt
    #: Held back by the guards.
    is_guarded: bool

    @property
    def is_explicit(self) -> bool:
        """A person said so: the reason's text does not beat it."""
        return self.id in {"CO1", "CO2"}

    @property
    def looks_at_the_day(self) -> bool:
        """The rule decides as of the day on which it is asked, not from a moment that stands in the facts."""
        return self.mode is Mode.PROPOSE or self.effective_at is EffectiveAt.AS_OF


@dataclass(frozen=True, kw_only=True, slots=True)
class DelayRules:
    """All rules; the first whose condition holds decides."""

    #: Where one holds, the deal is never Closed-Other.
    never: tuple[Condition, ...]
    #: Where one holds, only an explicit rule makes the deal Closed-Other.
    unless_explicit: tuple[Condition, ...]
    rules: tuple[DelayRule, ...]
    #: Where one holds, guarded rules stay silent.
    skip_if: tuple[Condition, ...]
    min_deal_age_days: int

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of the section."""
        return (*self.never, *self.unless_explicit, *self.skip_if, *(rule.when for rule in self.rules))
