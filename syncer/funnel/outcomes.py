"""What one stretch of a deal's past means: won, lost, other, void or open, by which rule and for which reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from syncer.agreement.delays import DelayRule
from syncer.agreement.outcomes import ResumeFrom
from syncer.agreement.reasons import UNSPECIFIED, ReasonOutcome
from syncer.agreement.stage_map import Meaning, StageMeaning
from syncer.funnel.facts import ContactFacts, DealFacts, Outcome
from syncer.funnel.pushes import Pushes
from syncer.funnel.resuming import resume_at
from syncer.funnel.rules import Rules
from syncer.moments import DAY, Millis
from syncer.records import Contact, Value


class Reading(NamedTuple):
    """Everything about a deal that stands still over one stretch."""

    meaning: StageMeaning
    stage_id: str | None
    #: When the deal came to this stage.
    entered_at: Millis
    lost_reason: str | None
    #: Our own outcome property, where a person set it in this stage; any value but `other` until the close date moves.
    chosen: str | None
    #: When they set it; None where nobody did.
    chosen_at: Millis | None
    amount: Decimal | None
    close_date: Millis | None
    forecast_category: str | None
    pushes: Pushes


class Verdict(NamedTuple):
    """The outcome of one stretch."""

    outcome: Outcome
    rule: str
    #: Normalised reason of a deal that is not open.
    reason: str | None = None


class _Reason(NamedTuple):
    code: str | None
    outcome: ReasonOutcome


#: Stages that no rule can make Closed-Other.
_PLAIN: Mapping[Meaning, Verdict] = {
    Meaning.WON: Verdict(Outcome.WON, "won_stage"),
    Meaning.UNMAPPED: Verdict(Outcome.UNMAPPED, "unmapped_stage"),
    Meaning.VOID: Verdict(Outcome.VOID, "void_stage"),
    Meaning.IGNORE: Verdict(Outcome.VOID, "ignore_stage"),
}


#: Stands for a deal's contact where it has none.
_NOBODY = Contact(id="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Judge:
    """One deal before the rules."""

    facts: DealFacts
    rules: Rules
    created_at: Millis
    primary_id: str | None = None
    #: What stands still over a stretch, worked out once.
    _known: dict[object, Mapping[str, Value]] = field(default_factory=dict)

    def verdict(self, reading: Reading, at: Millis) -> Verdict:
        """Return what a stretch that begins at a moment means. First match decides (domain C2)."""
        meaning = reading.meaning.meaning
        if meaning in _PLAIN:
            return _PLAIN[meaning]
        reason = self._reason(reading)
        rule = self._first(reading, at, reason)
        if rule is not None and not rule.looks_at_the_day:
            return Verdict(Outcome.OTHER, rule.id, _told(reason))
        if meaning is Meaning.OTHER:
            return Verdict(Outcome.OTHER, "other_stage", _told(reason))
        if meaning is not Meaning.LOST:
            return Verdict(Outcome.OPEN, "open_stage")
        if reason.outcome is ReasonOutcome.VOID:
            return Verdict(Outcome.VOID, "void_reason", reason.code)
        return Verdict(Outcome.LOST, "lost_stage", reason.code)

    def delay(self, reading: Reading, at: Millis) -> DelayRule | None:
        """Return the rule by which an open deal counts as delayed at a moment, or asks whether it is (CO4 to CO8).

        Where a person said in this stage, for this close date, that it is not delayed, none does (domain R11).
        """
        if reading.chosen_at is not None and reading.chosen != Outcome.OTHER.value:
            return None
        rule = self._first(reading, at, _Reason(None, ReasonOutcome.LOST))
        return rule if rule is not None and rule.looks_at_the_day else None

    def edges(self, reading: Reading) -> Iterator[int]:
        """Yield the moments between which only conditions that time makes true, or only ones that it ends, can turn."""
        yield from self.facts.two_way
        meets = self.facts.next_meeting_at
        if meets is not None:
            yield meets + 1
        yield from (one.as_of for one in self.rules.stays.of(reading.meaning.pipeline_id, reading.stage_id))
        values = self._values(reading, reading.entered_at, _Reason(None, ReasonOutcome.LOST))
        names, days = self.rules.delay_dates
        known = {value for name in names if isinstance(value := values.get(name), int)}
        # A limit that is included is passed a moment later.
        yield from (int(at + sign * span * DAY) + 1 for at in known for span in days for sign in (-1, 1))

    def anchors(self, reading: Reading, at: int) -> Sequence[int]:
        """Return the moments from which conditions count whole days from `at` on, up to the next edge."""
        return (self.created_at, reading.entered_at, self._spoke(at))

    def known_at(self, rule: DelayRule, as_of: Millis) -> int:
        """Return when the record facts of a rule were known at the latest: nobody tells since when they stand."""
        profile = self._profile
        asked = [(name, read) for name, read in self.rules.delay_profile if name in rule.when.names]
        told = {name.partition(".")[0] for name, read in asked if read(profile, as_of) is not None}
        records = [self.facts.deal.updated_at]
        # A name without a prefix (`competitor`) may be told by either.
        if told - {"company"}:
            records.append(profile.contact.updated_at)
        if told - {"contact"} and profile.company is not None:
            records.append(profile.company.updated_at)
        return max(as_of if at is None else at for at in records)

    def resume_at(self, reason: str | None, since: Millis) -> Millis:
        """Return when to come back to a delayed sale."""
        deal = self.facts.deal.fields
        stated = deal.get("planned_purchase")
        known = {
            ResumeFrom.STATED_DATE: self._profile.contact.fields.get("planned_purchase") if stated is None else stated,
            ResumeFrom.CONTRACT_END: deal.get("contract_end"),
        }
        return resume_at(self.rules.agreement, reason, since, known)

    def _reason(self, reading: Reading) -> _Reason:
        if reading.meaning.meaning.is_open:
            return _Reason(None, ReasonOutcome.LOST)
        code, outcome = self.rules.agreement.reasons.normalise(reading.lost_reason)
        if outcome is ReasonOutcome.OTHER_IF_TWO_WAY_ELSE_LOST:
            # Words after the closing were no interest in it, whenever the deal is edited next.
            spoke = any(moment <= reading.entered_at for moment in self.facts.two_way)
            outcome = ReasonOutcome.OTHER if spoke else ReasonOutcome.LOST
        return _Reason(code, outcome)

    def _first(self, reading: Reading, at: Millis, reason: _Reason) -> DelayRule | None:
        delays = self.rules.agreement.delays
        values = self._values(reading, at, reason)
        if any(condition(values) for condition in delays.never):
            return None
        barred = any(condition(values) for condition in delays.unless_explicit)
        for rule in delays.rules:
            if (barred and not rule.is_explicit) or (rule.is_guarded and self._is_held_back(values, at)):
                continue
            if rule.when(values):
                return rule
        return None

    def _is_held_back(self, values: Mapping[str, Value], at: Millis) -> bool:
        delays = self.rules.agreement.delays
        is_young = at - self.created_at < delays.min_deal_age_days * DAY
        return is_young or any(condition(values) for condition in delays.skip_if)

    def _values(self, reading: Reading, at: Millis, reason: _Reason) -> Mapping[str, Value]:
        """Return the deal's facts at a moment by the names that conditions use."""
        key = (reading, reason)
        still = self._known.get(key)
        if still is None:
            still = self._known[key] = self._still(reading, reason)
        meets = self.facts.next_meeting_at
        ahead = meets if meets is not None and meets >= at else None
        figure = self.rules.stays.at(reading.meaning.pipeline_id, reading.stage_id, at)
        return {
            **still,
            "as_of": at,
            "days_in_stage": (at - reading.entered_at) // DAY,
            "days_since_two_way_activity": (at - self._spoke(at)) // DAY,
            "no_future_activity": ahead is None,
            "next_meeting": ahead,
            "p75_time_in_stage_of_won(stage)": None if figure is None else figure.p75_days,
        }

    def _spoke(self, at: int) -> int:
        return max((moment for moment in self.facts.two_way if moment <= at), default=self.created_at)

    def _still(self, reading: Reading, reason: _Reason) -> Mapping[str, Value]:
        """Return those facts that stand still over a stretch."""
        deal, meaning = self.facts.deal, reading.meaning.meaning
        own = {f"deal.{name}": value for name, value in deal.fields.items()}
        profile = self._profile
        # A reason that says "later" only with earlier contact is, without it, one of those that say "no".
        code = UNSPECIFIED if reason.code is not None and self._is_refuted(reason) else reason.code
        return {
            **{name: self._told(name, read(profile, reading.entered_at)) for name, read in self.rules.delay_profile},
            **{name: self._told(name, value) for name, value in own.items()},
            "deal.pipeline_id": reading.meaning.pipeline_id,
            "deal.stage_id": reading.stage_id,
            "deal.is_open": meaning.is_open,
            "deal.is_closed": not meaning.is_open,
            "deal.is_won": meaning is Meaning.WON,
            "deal.normalized_reason": code,
            "deal.outcome": reading.chosen,
            "changed_by_user": reading.chosen is not None,
            "deal.amount": None if reading.amount is None else float(reading.amount),
            "deal.close_date": reading.close_date,
            "deal.created_at": self.created_at,
            "deal.deal_type": deal.deal_type,
            "deal.forecast_category": reading.forecast_category,
            "deal.probability": deal.probability,
            "deal.owner_id": deal.owner_id,
            "deal.in_closed_other_stages": reading.meaning.is_closed_other,
            "deal.in_on_hold_stages": reading.meaning.is_on_hold,
            "month_pushes": reading.pushes.month,
            "quarter_pushes": reading.pushes.quarter,
            "slip_days": reading.pushes.slip_days,
            "stage_changed": reading.entered_at,
            "vip_amount": self.rules.agreement.closed_other.guards.vip_amount,
        }

    def _told(self, name: str, value: Value) -> Value:
        """Return a value as told; a date without a time as that day in the calendar's zone."""
        if isinstance(value, int) and name in self.rules.delay_dates[0]:
            return self.rules.agreement.calendar.dated(value)
        return value

    @property
    def _profile(self) -> ContactFacts:
        person = self.facts.people.get(self.primary_id or "", _NOBODY)
        return ContactFacts(contact=person, company=self.facts.company)

    def _is_refuted(self, reason: _Reason) -> bool:
        return reason.outcome is ReasonOutcome.LOST and reason.code in self.rules.agreement.other_reasons


def _told(reason: _Reason) -> str | None:
    """Return a reason that somebody gave."""
    return None if reason.code == UNSPECIFIED else reason.code
