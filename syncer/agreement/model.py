"""The agreement as a whole: what marketing and sales signed, typed, frozen, with its conditions compiled on demand."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cached_property

from pydantic import Field

from syncer.agreement.base import Ident, Section
from syncer.agreement.calendar import Calendar
from syncer.agreement.consent import Consent
from syncer.agreement.delays import DelayRule, DelayRules
from syncer.agreement.events import Events
from syncer.agreement.head import Head, Role, Signature
from syncer.agreement.money import Money
from syncer.agreement.names import DEAL_SETS, Ground, names_for
from syncer.agreement.outcomes import ClosedOther
from syncer.agreement.pipelines import ANY, Pipeline, Pipelines
from syncer.agreement.reasons import Reasons
from syncer.agreement.score import ScoreModel
from syncer.agreement.stages import Fields, Forecast, Icp, OfferEvidence, Overrides, Stages, Tam
from syncer.agreement.surveys import Surveys
from syncer.agreement.writing import LifecycleMap, WriteBack
from syncer.expressions import Condition, Vocabulary, compile_condition
from syncer.funnel.facts import FunnelStage
from syncer.moments import Millis

_FINGERPRINT_LENGTH = 16
_SHORT = 8


class Agreement(Section):
    """One version of the agreement. Every decision names it by `label`."""

    agreement: Head = Field(default_factory=Head)
    calendar: Calendar = Field(default_factory=Calendar)
    money: Money = Field(default_factory=Money)
    tam: Tam = Field(default_factory=Tam)
    icp: Icp = Field(default_factory=Icp)
    stages: Stages = Field(default_factory=Stages)
    events: Events
    #: Lists that conditions name (`company.industry in target_industries`).
    sets: Mapping[Ident, tuple[str, ...]] = Field(default_factory=dict)
    fields: Fields = Field(default_factory=Fields)
    score_model: ScoreModel
    closed_other: ClosedOther = Field(default_factory=ClosedOther)
    reasons: Reasons
    #: Free text to the reason that it must give; checked whenever the file is read.
    reason_tests: Mapping[str, str] = Field(default_factory=dict)
    offer_evidence: OfferEvidence = Field(default_factory=OfferEvidence)
    forecast: Forecast = Field(default_factory=Forecast)
    pipelines: Pipelines = Field(default_factory=lambda: Pipelines({ANY: Pipeline()}))
    lifecycle_map: LifecycleMap = Field(default_factory=LifecycleMap)
    #: The portal's own lifecycle values to canonical stages.
    custom_lifecycle: Mapping[str, FunnelStage] = Field(default_factory=dict)
    write_back: WriteBack = Field(default_factory=WriteBack)
    overrides: Overrides = Field(default_factory=Overrides)
    surveys: Surveys = Field(default_factory=Surveys)
    consent: Consent = Field(default_factory=Consent)

    @cached_property
    def _conditions(self) -> dict[tuple[str, Ground], Condition]:
        return {}

    @cached_property
    def _vocabularies(self) -> dict[Ground, Vocabulary]:
        return {}

    @property
    def version(self) -> int:
        """The number that both teams gave this content."""
        return self.agreement.version

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the content without its signatures; comments, order of keys and spelling of numbers do not count."""
        content = self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"agreement": {"signed"}})
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:_FINGERPRINT_LENGTH]

    @property
    def label(self) -> str:
        """Version and content, as decisions and reports name it: `v7-1f3a09bc`."""
        return f"v{self.version}-{self.fingerprint[:_SHORT]}"

    @property
    def missing_signatures(self) -> tuple[Role, ...]:
        """Roles that have not signed this very content."""
        valid = {signature.role for signature in self.agreement.signed if signature.content == self.fingerprint}
        return tuple(role for role in Role if role not in valid)

    @property
    def signed_at(self) -> Millis:
        """The day on which the last of both teams signed, or from which the content holds; 0 for no signature."""
        days = [one.at for one in self.agreement.signed if one.content == self.fingerprint]
        if self.agreement.valid_from is not None:
            days.append(self.agreement.valid_from)
        return max((self.calendar.midnight(day) for day in days), default=Millis(0))

    def as_signed_on(self, day: date) -> "Agreement":
        """Return this very content as it holds where both teams sign it on a day."""
        signed = tuple(Signature(role=role, by=role, at=day, content=self.fingerprint) for role in Role)
        return self.model_copy(update={"agreement": self.agreement.model_copy(update={"signed": signed})})

    @cached_property
    def other_reasons(self) -> frozenset[str]:
        """Reasons that postpone a sale instead of ending it (domain C2)."""
        return self.reasons.other_codes

    def vocabulary(self, ground: Ground) -> Vocabulary:
        """Return what conditions on this ground may speak of."""
        if ground not in self._vocabularies:
            self._vocabularies[ground] = Vocabulary(
                names=names_for(ground, self.fields),
                sets={**self.sets, "other_reasons": self.other_reasons},
                answered_sets=DEAL_SETS if ground is Ground.DEAL else {},
                moments={"end_of_quarter": self.calendar.quarter_end},
            )
        return self._vocabularies[ground]

    def condition(self, text: str, ground: Ground) -> Condition:
        """Return a condition of this agreement, compiled once; ExpressionError where it cannot be read."""
        key = (text, ground)
        if key not in self._conditions:
            self._conditions[key] = compile_condition(text, self.vocabulary(ground))
        return self._conditions[key]

    @cached_property
    def tam_rule(self) -> Condition | None:
        """Who belongs to the market; None is everybody whom no gate keeps out."""
        return None if self.tam.rule is None else self.condition(self.tam.rule, Ground.PROFILE)

    @cached_property
    def promoter_rule(self) -> Condition | None:
        """What a customer has to be to recommend, besides the answer to a survey; None is nothing."""
        rule = self.surveys.promoter_if
        return None if rule is None else self.condition(rule, Ground.PROFILE)

    @cached_property
    def delays(self) -> DelayRules:
        """The Closed-Other rules in order, compiled."""
        section = self.closed_other
        return DelayRules(
            never=tuple(self.condition(text, Ground.DEAL) for text in section.never.always),
            unless_explicit=tuple(self.condition(text, Ground.DEAL) for text in section.never.unless_explicit),
            rules=tuple(
                DelayRule(
                    id=rule.id,
                    when=self.condition(rule.when, Ground.DEAL),
                    mode=rule.mode,
                    effective_at=rule.effective_at,
                    is_guarded=rule.id in section.guards.rules,
                )
                for rule in section.rules
            ),
            skip_if=tuple(self.condition(text, Ground.DEAL) for text in section.guards.skip_if),
            min_deal_age_days=section.guards.min_deal_age_days,
        )
