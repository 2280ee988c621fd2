"""What the CRM's own stage words do: a person's edit is an override (domain R11), anything else a hint (domain B7)."""

from collections.abc import Mapping

from syncer.funnel.facts import ContactFacts, FunnelStage, Origin, Outcome, Relationship
from syncer.funnel.passage import Passage
from syncer.funnel.replay import Replay
from syncer.funnel.standing import ACCEPTED, INQUIRY, MQL, NOWHERE, SALES_READY, SUSPECT
from syncer.moments import DAY, MINUTE, Millis
from syncer.records import ChangeSource, Evidence

#: Stages that the CRM's word alone can give.
WORDS: Mapping[FunnelStage, int] = {
    FunnelStage.SUSPECT: SUSPECT,
    FunnelStage.INQUIRY: INQUIRY,
    FunnelStage.LEAD_MQL: MQL,
    FunnelStage.LEAD_SQL: SALES_READY,
    FunnelStage.LEAD_SAL: ACCEPTED,
}
#: The CRM's mark of present customers.
_CURRENT = "current_customer"
_UNPROVEN = "customer_without_deal"
_NEED_DEALS = frozenset({FunnelStage.LEAD_DEAL, FunnelStage.OPPORTUNITY, FunnelStage.FORECAST})


def lifecycle(replay: Replay, row: Evidence) -> None:
    """Take a person's edit of the lifecycle as an override, any other as the CRM's word where nothing is known."""
    at, value = Millis(row.occurred_at), row.outcome
    created = replay.facts.contact.created_at
    # The CRM gives every new record a lifecycle in the name of whoever created it.
    at_creation = created is not None and at - created <= MINUTE
    if row.actor == ChangeSource.USER and not at_creation:
        _overridden(replay, row, None if value is None else replay.rules.lifecycles.get(value))
    elif value is not None and not replay.cycles:
        expect(replay, at, value)
    elif value is not None and replay.held:
        _raise_on_word(replay, at, value)


def stage(replay: Replay, row: Evidence) -> None:
    """Take a person's edit of our own stage property as an override; our own writes are not evidence."""
    if row.actor == ChangeSource.USER:
        value = row.outcome
        known = FunnelStage(value) if value is not None and value in FunnelStage.__members__ else None
        _overridden(replay, row, known)


def expect(replay: Replay, at: Millis, value: str) -> None:
    """Take the CRM's lifecycle as the truth a day after the record came, unless evidence is there by then."""
    created = replay.facts.contact.created_at
    # A form creates a record with a lifecycle moments before the form itself is told.
    due = at if created is None else Millis(max(at, created + DAY))
    replay.expected_at, replay.expected = due, value
    replay.wake_by(due)


def _overridden(replay: Replay, row: Evidence, wanted: FunnelStage | None) -> None:
    at = Millis(row.occurred_at)
    if row.kind == "lifecycle" and wanted is not FunnelStage.CLOSED_WON:
        _take_back(replay)
    if wanted is None:
        end_override(replay, at, "override_cleared")
    elif wanted is FunnelStage.CLOSED_WON:
        call_customer(replay, at, row.id)
    elif not (row.kind == "lifecycle" and replay.rules.lifecycle_of.get(replay.stage) == row.outcome):
        if wanted in _NEED_DEALS and not replay.open_deals:
            replay.flag("opportunity_without_deal")
            wanted = FunnelStage.LEAD_SQL
        elif wanted is FunnelStage.CLOSED_OTHER:
            # What is postponed is back in the market at once (domain B2).
            wanted = FunnelStage.TAM
        if wanted is not replay.stage:
            replay.force(wanted, Millis(at + replay.rules.override), at, row.id)


def call_customer(replay: Replay, at: Millis, evidence: str) -> None:
    """Take a word for a customer; where no deal proves it, the CRM's own mark of present customers may (domain B7)."""
    if any(one.outcome is Outcome.WON for one in replay.cycles):
        _relate_by_word(replay)
    elif not _is_current(replay.facts):
        _relate_by_word(replay)
        replay.flag(_UNPROVEN)
    elif replay.passage is None and not replay.facts.deals:
        replay.begin(at, Origin.IMPORT, None)
        replay.end(at, Outcome.WON, "bootstrap", (evidence,), actor="crm")
    else:
        _relate_by_word(replay)


def _relate_by_word(replay: Replay) -> None:
    if replay.relationship is not Relationship.CUSTOMER:
        replay.unsaid, replay.relationship = replay.relationship, Relationship.CUSTOMER


def _is_current(facts: ContactFacts) -> bool:
    """Say whether the CRM counts a contact, or its company, among its present customers."""
    company = facts.company
    return bool(facts.contact.fields.get(_CURRENT) or (company is not None and company.fields.get(_CURRENT)))


def _take_back(replay: Replay) -> None:
    """Let a person correct what only a word had made a customer."""
    if replay.unsaid is not None:
        replay.relate(replay.unsaid)
        replay.flags.pop(_UNPROVEN, None)


def end_override(replay: Replay, at: Millis, rule: str) -> None:
    """Let facts speak again; a passage that they know nothing of, or that fell asleep meanwhile, ends."""
    if replay.overridden_until is None:
        return
    replay.overridden_until = None
    replay.wake_by(at)
    passage = None if replay.open_deals else replay.passage
    if passage is not None and (replay.lead == NOWHERE or _is_asleep(replay, passage, at)):
        replay.end(at, Outcome.VOID, rule)
    else:
        replay.restore(at, rule)


def _is_asleep(replay: Replay, passage: Passage, at: Millis) -> bool:
    return replay.lead == SUSPECT and asleep_from(replay, passage) <= at


def asleep_from(replay: Replay, passage: Passage) -> int:
    """Return from when a suspect counts as asleep: nothing was heard of them for so long."""
    return max(replay.last_activity or 0, passage.started_at) + replay.rules.suspect_expiry


def _raise_on_word(replay: Replay, at: Millis, value: str) -> None:
    rank = WORDS.get(replay.rules.lifecycles.get(value, FunnelStage.TAM), NOWHERE)
    if rank > replay.lead and not replay.open_deals:
        replay.lead = rank
        replay.stand(rank, at, "bootstrap", (f"lifecycle:{value}",), actor="crm", virtual=True)
