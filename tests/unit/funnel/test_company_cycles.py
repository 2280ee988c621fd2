"""Cycles in a company's name: those of its deals without a contact (domain R15)."""

from syncer.funnel.company_cycles import company_of, cycles_of_company, holder_of
from syncer.funnel.facts import Cycle, CycleType, DealDecision, Origin, Outcome
from tests.unit.funnel.build import at, day, deal_facts, decided_deal, rules

_AS_OF = "2026-11-21"


def _deal(ident: str, *moves: tuple[str, str], contacts: tuple[str, ...] = (), **values: object) -> DealDecision:
    return decided_deal(deal_facts(moves, ident=ident, contact_ids=contacts, **values), _AS_OF)


def _cycles(*deals: DealDecision) -> list[Cycle]:
    return list(cycles_of_company("co", deals, rules=rules(), as_of=at(_AS_OF)))


def test_a_deal_without_a_contact_has_a_cycle_of_its_company() -> None:
    won = _deal("d1", ("2026-06-01", "contractsent"), ("2026-08-01", "closedwon"), owner_id="7", source="webinar")
    [cycle] = _cycles(won)
    assert (cycle.type, cycle.origin, cycle.outcome, cycle.deal_id) == (
        CycleType.ACQUISITION,
        Origin.OUTBOUND,
        Outcome.WON,
        "d1",
    )
    assert [day(one) for one in (cycle.started_at, cycle.deal_at, cycle.offer_at, cycle.ended_at)] == [
        "2026-06-01",
        "2026-06-01",
        "2026-06-01",
        "2026-08-01",
    ]
    assert (cycle.source, cycle.owner_id) == ("webinar", "7")
    assert holder_of("co") == "company:co"


def test_nobody_was_contacted_first_and_nobody_has_a_grade() -> None:
    [cycle] = _cycles(_deal("d1", ("2026-06-01", "qualifiedtobuy")))
    milestones = (cycle.first_contact_at, cycle.suspect_at, cycle.inquiry_at, cycle.sales_ready_at, cycle.accepted_at)
    assert milestones == (None,) * 5
    assert (cycle.grade, cycle.cell, cycle.outcome) == (None, None, Outcome.OPEN)


def test_several_deals_of_one_company_share_a_cycle_and_won_beats_other_beats_lost() -> None:
    lost = _deal("d1", ("2026-06-01", "qualifiedtobuy"), ("2026-08-01", "closedlost"))
    other = _deal(
        "d2", ("2026-06-10", "qualifiedtobuy"), ("2026-09-01", "closedlost"), lost_reason="Projekt verschoben"
    )
    [cycle] = _cycles(lost, other)
    assert (cycle.outcome, cycle.reason, day(cycle.ended_at)) == (Outcome.OTHER, "project_postponed", "2026-09-01")


def test_after_a_won_deal_the_next_one_is_an_expansion() -> None:
    won = _deal("d1", ("2026-06-01", "contractsent"), ("2026-08-01", "closedwon"))
    more = _deal("d2", ("2026-10-01", "qualifiedtobuy"))
    assert [(one.cycle_no, one.type) for one in _cycles(won, more)] == [
        (1, CycleType.ACQUISITION),
        (2, CycleType.EXPANSION),
    ]


def test_a_deal_with_a_contact_is_none_of_the_companys_own_and_a_deleted_one_was_none() -> None:
    theirs = _deal("d1", ("2026-06-01", "qualifiedtobuy"), contacts=("c",))
    gone = _deal("d2", ("2026-06-01", "qualifiedtobuy"), archived_at=at("2026-07-01"))
    assert _cycles(theirs) == []
    [void] = _cycles(theirs, gone)
    assert (void.outcome, void.source) == (Outcome.VOID, None)


def test_a_holder_names_its_company() -> None:
    assert [company_of(holder_of(one)) for one in ("7", "company:7")] == ["7", "company:7"]
