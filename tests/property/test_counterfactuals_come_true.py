"""What an explanation says would change a contact is applied, and changes it: silence, and a request (domain D5)."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as replaced

from syncer.funnel import decide_counted
from syncer.funnel.facts import ContactFacts, DealFacts, FunnelStage
from syncer.moments import DAY, Millis
from syncer.records import Evidence
from syncer.scoring import explain
from syncer.scoring.counterfactuals import NO_ACTIVITY, Counterfactual
from tests.property.histories import RULES, SPAN, START, Decided, History, decided, history
from tests.unit.funnel.build import COMPANY

_EACH = 15
_SOON = "sofort sales-ready"


def _known(past: History, at: Millis) -> History:
    """Return what is known of a past at a moment; a delay by a planned date counts from the day it is decided on."""
    deals = [_deal_known(one, at) for one in past.deals if not one.deal.fields and (one.deal.created_at or 0) <= at]
    return History(past.person, [row for row in past.rows if row.occurred_at <= at], deals)


def _deal_known(facts: DealFacts, at: Millis) -> DealFacts:
    gone = facts.deal.archived_at
    if gone is None or gone <= at:
        return replace(facts, changes=[one for one in facts.changes if one.at <= at])
    deal = replaced(facts.deal, archived_at=None)
    return replace(facts, deal=deal, gone_at=None, changes=[one for one in facts.changes if one.at <= at])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1_000_000).map(lambda seed: seed * _EACH), st.floats(0, 1))
def test_what_would_change_a_contact_does(first: int, share: float) -> None:
    at = Millis(START + int(SPAN * share))
    for seed in range(first, first + _EACH):
        past = _known(history(seed), at)
        now = decided(past, at)
        facts = ContactFacts(contact=past.person, company=COMPANY, evidence=sorted(past.rows), deals=now.deals)
        track = decide_counted(facts, rules=RULES, as_of=at)[1]
        found = explain(RULES.scorer, facts, now.contact, track=track, as_of=at, lang="de")
        assert len(found.lines) <= 7
        for one in found.counterfactuals:
            if one.change == NO_ACTIVITY:
                _falls_asleep(past, now, one, at)
            else:
                _asks(past, now, one, at, says_soon=any(_SOON in line for line in found.lines))


def _falls_asleep(past: History, now: Decided, one: Counterfactual, at: Millis) -> None:
    assert one.at is not None
    evening_before = decided(past, max(at, one.at - DAY)).contact
    assert evening_before.score.level <= now.contact.score.level
    assert decided(past, one.at).contact.score.cell == one.new_cell != now.contact.score.cell


def _asks(past: History, now: Decided, one: Counterfactual, at: Millis, *, says_soon: bool) -> None:
    asked = Evidence(at, 0, "zzz", "form", "Demo anfordern", "Demo anfordern", None, None, 30.0, at)
    after = decided(History(past.person, [*past.rows, asked], past.deals), at).contact
    if _has_just_ended(now, at):
        return  # what comes in the very moment of an end belongs to what ended
    assert after.score.cell == one.new_cell
    if one.action != "sales_ready":
        assert "review_request" in after.flags
    elif says_soon:
        assert after.stage is FunnelStage.LEAD_SQL


def _has_just_ended(now: Decided, at: Millis) -> bool:
    return bool(now.contact.cycles) and now.contact.cycles[-1].ended_at == at
