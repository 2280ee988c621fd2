"""Lists that people leaf through, the same on both databases."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from msgspec.structs import replace
from sqlalchemy import event

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.moments import Millis
from syncer.records import Change, ChangeSource, Company, Contact, Deal, Kind
from syncer.store import Store, Unit
from syncer.store.reports.browse import ContactsAsked
from syncer.store.reports.browse_deals import DealView
from tests.contract.store_build import ACCOUNT, deal_decision, decision, put, save, score, span

SQL, INQUIRY = FunnelStage.LEAD_SQL, FunnelStage.INQUIRY


def ranked(contact_id: str, priority: int, stage: FunnelStage = INQUIRY, due: int | None = None):
    decided = decision(contact_id, stage)
    return replace(decided, score=replace_priority(priority), sla_due_at=None if due is None else Millis(due))


def replace_priority(priority: int):
    return replace(score(), priority=priority)


@pytest.fixture
def filled(store: Store) -> Store:
    put(store, 1, "companies", Company(id="10", name="Firma"))
    put(
        store,
        1,
        "contacts",
        Contact(id="1", first_name="Anna", last_name="Muster", company_id="10", owner_id="7"),
        *[Contact(id=id_) for id_ in ("2", "3", "4", "5")],
    )
    save(
        store,
        2,
        ranked("1", 20, SQL, due=50),
        ranked("2", 30),
        ranked("3", 20),
        ranked("4", 90),
        ranked("5", 10, SQL, due=40),
    )
    with store.commit() as unit:
        unit.mirror.archive(ACCOUNT, Kind.CONTACT, ["4"], Millis(3))
    return store


def ids(store: Store, asked: ContactsAsked) -> list[str]:
    with store.snapshot() as unit:
        return [one.id for one in unit.browse.contacts(ACCOUNT, asked)]


def test_live_contacts_come_by_priority_and_page_after_page_without_gap_or_repeat(filled: Store) -> None:
    assert ids(filled, ContactsAsked()) == ["2", "1", "3", "5"]
    assert ids(filled, ContactsAsked(limit=2)) == ["2", "1"]
    assert ids(filled, ContactsAsked(limit=2, after=(20, "1"))) == ["3", "5"]


def test_contacts_are_narrowed_by_stage_owner_and_running_clock(filled: Store) -> None:
    assert ids(filled, ContactsAsked(stages=[SQL])) == ["1", "5"]
    assert ids(filled, ContactsAsked(owner_id="7")) == ["1"]
    assert ids(filled, ContactsAsked(with_clock=True)) == ["5", "1"]


def test_a_line_names_person_and_company_and_an_id_where_there_is_no_name(filled: Store) -> None:
    with filled.snapshot() as unit:
        lines = {one.id: one for one in unit.browse.contacts(ACCOUNT, ContactsAsked())}
        assert unit.browse.stage_counts(ACCOUNT) == unit.browse.few_stages(ACCOUNT, 5) == {INQUIRY: 3, SQL: 2}
        assert unit.browse.few_stages(ACCOUNT, 4) is None
    assert (lines["1"].name, lines["1"].company, lines["1"].owner_id) == ("Anna Muster", "Firma", "7")
    assert (lines["3"].name, lines["3"].company) == ("3", None)


def test_deals_stand_in_the_view_of_their_latest_span(store: Store) -> None:
    put(store, 1, "deals", *[Deal(id=id_, name=f"Deal {id_}") for id_ in ("1", "2", "3", "4")])
    made = [
        deal_decision("1", span("1", 1, 50), span("1", 50, None, outcome=Outcome.OTHER, resume_at=Millis(900))),
        deal_decision("2", span("2", 1, None, proposal="CO6", amount=Decimal("12.50"), close_date=Millis(70))),
        deal_decision("3", span("3", 1, None, close_date=Millis(60))),
        deal_decision("4", span("4", 1, None, outcome=Outcome.OTHER, resume_at=Millis(800))),
    ]
    with store.commit() as unit:
        unit.ledger.save_deals(ACCOUNT, made, now=Millis(5), agreement="1")
    with store.snapshot() as unit:
        views = {view: [one.id for one in unit.browse.deals(ACCOUNT, view)] for view in ("open", "proposed", "other")}
        [proposed] = unit.browse.deals(ACCOUNT, "proposed")
        assert unit.browse.deals(ACCOUNT, "open", owner_id="nobody") == []
        counts = {(one.pipeline_id, one.stage_id, one.outcome): one.deals for one in unit.browse.outcomes(ACCOUNT)}
    assert sorted((outcome.value, deals) for (_, _, outcome), deals in counts.items()) == [("open", 2), ("other", 2)]
    assert views == {"open": ["3", "2"], "proposed": ["2"], "other": ["4", "1"]}
    assert (proposed.name, proposed.proposal, proposed.amount) == ("Deal 2", "CO6", Decimal("12.5"))


def test_a_deal_that_names_no_currency_is_worth_the_accounts_own(store: Store) -> None:
    put(store, 1, "deals", *[Deal(id=id_, name=f"Deal {id_}") for id_ in ("1", "2", "3")])
    spans = {id_: span(id_, 1, None, currency=named) for id_, named in (("1", None), ("2", "CHF"), ("3", None))}
    closed = {"outcome": Outcome.OTHER, "amount": Decimal(7), "resume_at": Millis(50)}
    made = [deal_decision(id_, replace(one, **closed)) for id_, one in spans.items()]
    with store.commit() as unit:
        unit.ledger.save_deals(ACCOUNT, made, now=Millis(5), agreement="1")
        before = unit.browse.deals_named(ACCOUNT, ["1"])
        unit.desk.keep_account(ACCOUNT, portal_id=None, time_zone=None, currency="EUR", account_type=None)
    with store.snapshot() as unit:
        named = {one.id: one.currency for one in unit.browse.deals(ACCOUNT, "other")}
        back = unit.news.resumes(ACCOUNT, Millis(1), Millis(90))
    assert [one.currency for one in before] == [None]
    assert named == {"1": "EUR", "2": "CHF", "3": "EUR"}
    assert back.worth == {"EUR": Decimal(14), "CHF": Decimal(7)}


def said(at: int, value: str, source_id: str | None, name: str = "lead_status", record_id: str = "1") -> Change:
    return Change(
        kind=Kind.CONTACT,
        record_id=record_id,
        property=name,
        value=value,
        at=Millis(at),
        source=ChangeSource.USER,
        source_id=source_id,
    )


def test_answers_given_here_wait_until_a_derive_has_seen_them(filled: Store) -> None:
    with filled.commit() as unit:
        unit.mirror.add_changes(ACCOUNT, [said(10, "OPEN", "us:Vera")], Millis(10))
        unit.mirror.add_changes(ACCOUNT, [said(20, "BUSY", "userId:7", record_id="2")], Millis(20))
        unit.mirror.add_changes(ACCOUNT, [said(30, "NOT_READY", "us"), said(30, "x", "us", "email")], Millis(30))
    with filled.snapshot() as unit:
        asked = partial(unit.browse.judged, ACCOUNT, Kind.CONTACT, "lead_status", ["1", "2"], by="us")
        assert asked(after=Millis(9)) == {"1": "NOT_READY"}
        assert asked(after=Millis(30)) == {}


def test_whoever_owns_thousands_gets_the_same_order_as_everybody(store: Store) -> None:
    many = [Contact(id=f"{number:05d}", owner_id="7") for number in range(2_010)]
    put(store, 1, "contacts", Contact(id="other", owner_id="8"), *many)
    save(store, 2, ranked("other", 99), *(ranked(one.id, number % 5) for number, one in enumerate(many)))
    asked = ContactsAsked(owner_id="7", limit=3)
    assert ids(store, asked) == ["00004", "00009", "00014"]
    assert ids(store, ContactsAsked(owner_id="8")) == ["other"]


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (ContactsAsked(), "ix_contact_states_priority"),
        (ContactsAsked(after=(20, "1")), "ix_contact_states_priority"),
        (ContactsAsked(stages=[INQUIRY]), "ix_contact_states_stage"),
        (ContactsAsked(stages=[SQL], with_clock=True), "ix_contact_states_clock"),
    ],
)
def test_a_list_of_contacts_is_read_in_its_order(sqlite_store: Store, asked: ContactsAsked, index: str) -> None:
    steps = planned(sqlite_store, lambda unit: unit.browse.contacts(ACCOUNT, asked))
    assert index in steps
    assert "TEMP B-TREE" not in steps


@pytest.mark.parametrize(
    ("view", "index"),
    [
        ("open", "ix_deal_spans_close"),
        ("proposed", "ix_deal_spans_proposed"),
        ("other", "ix_deal_spans_resume"),
        ("won", "ix_deal_spans_turned"),
    ],
)
def test_a_list_of_deals_is_read_in_its_order(sqlite_store: Store, view: DealView, index: str) -> None:
    steps = planned(sqlite_store, lambda unit: unit.browse.deals(ACCOUNT, view))
    assert index in steps
    assert "TEMP B-TREE" not in steps


def planned(store: Store, read: Callable[[Unit], object]) -> str:
    """Return how SQLite goes about the last statement of a reading."""
    seen: list[tuple[str, tuple[object, ...]]] = []
    with store.snapshot() as unit:
        event.listen(unit.connection, "before_cursor_execute", lambda *given: seen.append((given[2], given[3])))
        read(unit)
        statement, values = seen[-1]
        return str(unit.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(values)).all())
