"""What rules remember, on both databases: figures of won deals, choices, delays, deals that stay away, answers."""

from msgspec.structs import replace

from syncer.funnel.facts import DealDecision, DealSpan, Outcome
from syncer.funnel.kept import Delay, Kept, PrimaryBy
from syncer.funnel.stays import Figure, Stage, Stays
from syncer.moments import Millis
from syncer.records import Answer, Company, Contact, Deal, Kind, Link
from syncer.store import Store
from tests.contract.store_build import ACCOUNT, clean, connect, contact_facts, deal_facts, dirty, link, put

_STAYS = Stays(
    {
        Stage("default", "contractsent"): [Figure(Millis(100), 4.5, 6), Figure(Millis(200), 4.75, 7)],
        Stage("default", "qualifiedtobuy"): [Figure(Millis(100), 12.25, 6)],
    }
)


def _kept(store: Store) -> Stays:
    with store.snapshot() as unit:
        return unit.ledger.stays(ACCOUNT)


def test_figures_are_kept_whole_and_replaced_whole(store: Store) -> None:
    assert _kept(store) == Stays()
    for stays in (_STAYS, Stays({Stage("p", "s"): [Figure(Millis(5), 1.0, 5)]}), Stays()):
        with store.commit() as unit:
            unit.ledger.keep_stays(ACCOUNT, stays)
            unit.ledger.keep_stays("another", _STAYS)
        assert _kept(store) == stays


def _span(deal_id: str, valid_from: int, valid_to: int | None, outcome: Outcome, rule: str = "open_stage") -> DealSpan:
    return DealSpan(
        deal_id=deal_id,
        valid_from=Millis(valid_from),
        valid_to=None if valid_to is None else Millis(valid_to),
        pipeline_id="default",
        pipeline_kind="new_business",
        stage_id="s",
        outcome=outcome,
        rule=rule,
        reason=None,
        amount=None,
        currency=None,
        close_date=None,
        forecast_category=None,
        probability=None,
        offer_at=None,
    )


def _decide(store: Store, now: int, deal_id: str, *spans: DealSpan, **more: object) -> None:
    given = {"primary_contact_id": "1", "primary_by": PrimaryBy.EARLIEST, "contact_ids": ("1",), **more}
    decision = DealDecision(
        deal_id=deal_id,
        created_at=Millis(1),
        company_id=None,
        owner_id=None,
        deal_type=None,
        source=None,
        spans=spans,
        **given,
    )
    with store.commit() as unit:
        unit.ledger.save_deals(ACCOUNT, [decision], now=Millis(now), agreement="v1")


def test_spans_of_won_deals_and_open_deals_are_found(store: Store) -> None:
    _decide(store, 1, "7", _span("7", 1, 5, Outcome.OPEN), _span("7", 5, None, Outcome.WON, "won_stage"))
    _decide(store, 1, "8", _span("8", 1, None, Outcome.OPEN))
    _decide(store, 1, "9", _span("9", 1, 5, Outcome.WON, "won_stage"), _span("9", 5, None, Outcome.LOST, "lost_stage"))
    _decide(store, 1, "10", _span("10", 1, None, Outcome.OTHER, "CO4"))
    _decide(store, 1, "11", _span("11", 1, None, Outcome.WON, "won_stage"))
    _decide(store, 2, "11", _span("11", 1, None, Outcome.LOST, "lost_stage"))
    with store.snapshot() as unit:
        won = [[(span.deal_id, span.outcome) for span in spans] for spans in unit.ledger.won_spans(ACCOUNT)]
        assert sorted(unit.ledger.open_deals(ACCOUNT)) == ["10", "8"]
        assert list(unit.ledger.won_spans("another")) == []
    assert won == [
        [("7", Outcome.OPEN), ("7", Outcome.WON)],
        [("9", Outcome.WON), ("9", Outcome.LOST)],
    ]


def test_two_delays_that_resume_at_other_dates_are_two(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    put(store, 1, "deals", Deal(id="7"))
    first, second = (_span("7", begin, end, Outcome.OTHER, "CO4") for begin, end in ((1, 3), (3, None)))
    _decide(store, 1, "7", first, replace(second, resume_at=Millis(9)))
    kept = deal_facts(store)["7"].kept
    assert kept is not None
    assert kept.delays == [Delay("CO4", Millis(1), Millis(3)), Delay("CO4", Millis(3), None)]


def test_a_choice_and_delays_come_back_as_facts(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    put(store, 1, "deals", Deal(id="7"), Deal(id="8"))
    assert deal_facts(store)["7"].kept is None
    spans = (
        _span("7", 1, 3, Outcome.OTHER, "CO4"),
        _span("7", 3, 4, Outcome.OTHER, "CO4"),
        _span("7", 4, 6, Outcome.OPEN),
        _span("7", 6, 7, Outcome.OTHER, "CO4"),
        _span("7", 7, None, Outcome.OTHER, "X1"),
    )
    _decide(store, 1, "7", *spans, primary_by=PrimaryBy.SALES_READY)
    _decide(store, 1, "8", _span("8", 1, None, Outcome.OPEN), primary_contact_id=None, primary_by=None)
    found = deal_facts(store)
    assert found["7"].kept == Kept(
        "1",
        PrimaryBy.SALES_READY,
        [Delay("CO4", Millis(1), Millis(4)), Delay("CO4", Millis(6), Millis(7)), Delay("X1", Millis(7), None)],
    )
    assert found["8"].kept == Kept()
    with store.snapshot() as unit:
        (decided,) = unit.ledger.deal_decisions(ACCOUNT, ["7"])
    assert (decided.primary_contact_id, decided.primary_by) == ("1", PrimaryBy.SALES_READY)
    put(store, 2, "contacts", Contact(id="2", merged_ids=("1",)))
    kept = deal_facts(store)["7"].kept
    assert kept is not None
    assert kept.primary_contact_id == "2"


def test_another_reason_for_the_same_choice_is_a_change(store: Store) -> None:
    _decide(store, 1, "7", _span("7", 1, None, Outcome.OPEN))
    _decide(store, 2, "7", _span("7", 1, None, Outcome.OPEN), primary_by=PrimaryBy.LABEL)
    with store.snapshot() as unit:
        assert list(unit.ledger.decided_since(ACCOUNT, Kind.DEAL, Millis(2))) == ["7"]
        assert next(iter(unit.ledger.deal_states(ACCOUNT))).changed_at == 2


def test_a_deal_comes_with_its_people_and_its_company(store: Store) -> None:
    put(store, 1, "companies", Company(id="10", name="Muster"))
    put(store, 1, "contacts", Contact(id="1", fields={"planned_purchase": 99}), Contact(id="2"))
    put(store, 1, "deals", Deal(id="7"))
    connect(store, 1, link(Kind.DEAL, "7", Kind.CONTACT, "1"), link(Kind.DEAL, "7", Kind.CONTACT, "2"))
    connect(store, 1, link(Kind.DEAL, "7", Kind.COMPANY, "10"))
    facts = deal_facts(store)["7"]
    assert sorted(facts.people) == ["1", "2"]
    assert facts.people["1"].fields["planned_purchase"] == 99
    assert facts.company is not None
    assert facts.company.name == "Muster"


def test_a_company_knows_what_went_into_it(store: Store) -> None:
    put(store, 1, "companies", Company(id="10"), Company(id="11"), Company(id="12"))
    put(store, 1, "contacts", Contact(id="1", company_id="10"), Contact(id="2", company_id="12"))
    put(store, 2, "companies", Company(id="10", merged_ids=("11", "9")))
    found = contact_facts(store)
    assert found["1"].company is not None
    assert found["1"].company.merged_ids == ("11", "9")
    assert found["2"].company is not None
    assert found["2"].company.merged_ids == ()


# --- deals that stay away


def _note(store: Store, now: int, *but: str) -> list[str]:
    with store.commit() as unit:
        return list(unit.reconcile.note_absent_deals(ACCOUNT, Millis(now), but=but))


def _away(store: Store) -> list[str]:
    with store.snapshot() as unit:
        return unit.reconcile.absent_deals(ACCOUNT)


def _archive(store: Store, now: int, *ids: str) -> None:
    with store.commit() as unit:
        unit.mirror.archive(ACCOUNT, Kind.DEAL, ids, Millis(now))


def test_two_full_compares_in_a_row_make_an_absence_final(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    put(store, 1, "deals", Deal(id="7"), Deal(id="8"))
    connect(store, 1, link(Kind.DEAL, "7", Kind.CONTACT, "1"))
    _archive(store, 5, "7")
    assert _away(store) == ["7"]
    assert _note(store, 10) == []
    clean(store)
    assert deal_facts(store)["7"].gone_at is None
    assert _note(store, 20) == ["7"]
    assert dirty(store) == (["1"], ["7"])
    assert (deal_facts(store)["7"].gone_at, deal_facts(store)["8"].gone_at) == (20, None)
    assert deal_facts(store, known_at=19)["7"].gone_at is None
    assert (_away(store), _note(store, 30)) == ([], [])
    assert deal_facts(store)["7"].gone_at == 20


def test_a_deal_that_is_there_after_all_is_counted_anew(store: Store) -> None:
    put(store, 1, "deals", Deal(id="7"))
    _archive(store, 5, "7")
    assert _note(store, 10) == []
    assert _note(store, 20, "7") == []
    assert _note(store, 30) == []
    assert _note(store, 40) == ["7"]


def test_a_deal_that_came_back_and_went_again_is_counted_anew(store: Store) -> None:
    put(store, 1, "deals", Deal(id="7"))
    _archive(store, 5, "7")
    assert (_note(store, 10), _note(store, 20)) == ([], ["7"])
    put(store, 25, "deals", Deal(id="7"))
    assert deal_facts(store)["7"].gone_at is None
    _archive(store, 30, "7")
    assert deal_facts(store)["7"].gone_at is None
    assert (_note(store, 40), _note(store, 50)) == ([], ["7"])
    assert deal_facts(store)["7"].gone_at == 50
    put(store, 55, "deals", Deal(id="7"))
    assert (_note(store, 60), _away(store)) == ([], [])


def test_a_merged_deal_is_not_absent(store: Store) -> None:
    put(store, 1, "deals", Deal(id="7"), Deal(id="8"))
    put(store, 2, "deals", Deal(id="8", merged_ids=("7",)))
    assert (_away(store), _note(store, 10), _note(store, 20)) == ([], [], [])


# --- answers


def _answer(id_: str, contact_id: str | None, at: int, value: int = 9) -> Answer:
    return Answer(id=id_, contact_id=contact_id, survey_id="s", survey_type="NPS", value=value, answered_at=Millis(at))


def test_answers_come_with_their_contact_and_make_it_dirty(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    clean(store)
    with store.commit() as unit:
        answers = [_answer("a", "1", 20), _answer("b", "1", 10, 3), _answer("c", None, 30)]
        unit.mirror.upsert_answers(ACCOUNT, answers, Millis(5))
    assert dirty(store) == (["1"], [])
    found = contact_facts(store)
    assert [(one.id, one.value, one.answered_at) for one in found["1"].answers] == [("b", 3, 10), ("a", 9, 20)]
    assert found["2"].answers == ()
    clean(store)
    with store.commit() as unit:
        unit.mirror.upsert_answers(ACCOUNT, answers, Millis(6))
    assert dirty(store) == ([], [])


def test_a_contact_or_company_that_changes_concerns_its_deals(store: Store) -> None:
    put(store, 1, "companies", Company(id="10"))
    put(store, 1, "contacts", Contact(id="1", company_id="10"))
    put(store, 1, "deals", Deal(id="7"))
    connect(store, 1, Link(from_kind=Kind.DEAL, from_id="7", to_kind=Kind.CONTACT, to_id="1"))
    clean(store)
    put(store, 2, "contacts", Contact(id="1", company_id="10", fields={"planned_purchase": 99}))
    assert dirty(store) == (["1"], ["7"])
    clean(store)
    put(store, 3, "companies", Company(id="10", country="DE"))
    assert dirty(store) == (["1"], ["7"])
