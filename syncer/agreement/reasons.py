"""The sections `reasons` and `reason_tests`: free text of salespeople into a closed list of reasons (domain C3)."""

import re
import unicodedata
from enum import StrEnum
from functools import cached_property
from typing import Annotated, NamedTuple

from pydantic import Field, RootModel

from syncer.agreement import patterns
from syncer.agreement.base import Ident, Section

#: What a reason means that no rule knows: lost, and reported as missing data.
UNSPECIFIED = "unspecified"

_REMEMBERED = 50_000


class ReasonOutcome(StrEnum):
    """What a deal closed for this reason is."""

    LOST = "lost"
    OTHER = "other"
    VOID = "void"
    #: Other when both sides had spoken before, else lost.
    OTHER_IF_TWO_WAY_ELSE_LOST = "other_if_two_way_else_lost"


class Reason(NamedTuple):
    """A reason as reports count it."""

    code: str
    outcome: ReasonOutcome


class ReasonRule(Section):
    """One reason and how people write it."""

    code: Ident
    outcome: ReasonOutcome
    #: Regular expression, case ignored, searched in the NFC-normalised, trimmed text; empty always hits.
    match: str = Field(validation_alias="re", serialization_alias="re")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled expression."""
        return patterns.compiled(self.match)


class Reasons(RootModel[Annotated[tuple[ReasonRule, ...], Field(min_length=1)]]):
    """Reason rules in order; the first hit wins."""

    model_config = {"frozen": True}

    @cached_property
    def _known(self) -> dict[str, Reason]:
        return {}

    @cached_property
    def codes(self) -> frozenset[str]:
        """Every reason that can be the answer."""
        return frozenset(rule.code for rule in self.root) | {UNSPECIFIED}

    @cached_property
    def other_codes(self) -> frozenset[str]:
        """Reasons that postpone instead of ending (domain C2, `other_reasons`)."""
        late = {ReasonOutcome.OTHER, ReasonOutcome.OTHER_IF_TWO_WAY_ELSE_LOST}
        return frozenset(rule.code for rule in self.root if rule.outcome in late)

    def normalise(self, text: str | None) -> Reason:
        """Return the reason behind a free text; no text and an unknown one are `unspecified`."""
        written = text or ""
        reason = self._known.get(written)
        if reason is None:
            reason = self._first_hit(unicodedata.normalize("NFC", written).strip())
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            if len(written) <= patterns.READ:
                self._known[written] = reason
        return reason

    def _first_hit(self, text: str) -> Reason:
        # A portal whose reason is a list of options may use our codes as its values.
        named = next((rule for rule in self.root if rule.code == text), None)
        rule = named or next((rule for rule in self.root if patterns.search(rule.pattern, text)), None)
        if rule is not None:
            return Reason(rule.code, rule.outcome)
        return Reason(UNSPECIFIED, ReasonOutcome.LOST)
