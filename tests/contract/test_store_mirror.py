from dataclasses import replace
from decimal import Decimal

import pytest

from syncer.errors import InvalidRecord
from syncer.moments import Millis
from syncer.records import Answer, Company, Contact, CostLine, Deal, Kind, Owner, Stage
from syncer.store import Store, Upserted
from tests.contract.store_build import ACCOUNT, clean, connect, contact_facts, dirty, link, put


def totals(upserted: object) -> tuple[int, int, int]:
    assert isinstance(upserted, Upserted)
    return upserted.created, upserted.updated, upserted.unchanged


def test_second_upsert_of_the_same_page_changes_nothing(store: Store) -> None:
    page = [Contact(id="1", email="a@b.de", fields={"x": 1, "y": "z"}, held={"p": None}), Contact(id="2")]
    first = put(store, 1, "contacts", *page)
    clean(store)
    second = put(store, 2, "contacts", *page)
    assert totals(first) == (2, 0, 0)
    assert totals(second) == (0, 0, 2)
    assert dirty(store) == ([], [])


def test_one_changed_record_of_a_page_is_the_only_one_rewritten(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    changed = put(store, 2, "contacts", Contact(id="1"), Contact(id="2", country="AT"), Contact(id="3"))
    assert totals(changed) == (1, 1, 1)
    assert isinstance(changed, Upserted)
    assert sorted(changed.changed_ids) == ["2", "3"]


def test_a_page_with_one_id_twice_keeps_the_later_record(store: Store) -> None:
    upserted = put(store, 1, "contacts", Contact(id="1", country="DE"), Contact(id="1", country="AT"))
    assert totals(upserted) == (1, 0, 0)
    with store.snapshot() as unit:
        assert unit.mirror.contact(ACCOUNT, "1") == Contact(id="1", country="AT")


FULL_CONTACT = Contact(
    id="1",
    email="Ä@Firma.de",
    first_name="Jörg",
    last_name="Müller",
    company_id="9",
    owner_id="3",
    lifecycle="lead",
    lead_status="NEW",
    source="organic_search",
    campaign="q1",
    country="DE",
    opted_out=True,
    bounced=True,
    created_at=Millis(1),
    updated_at=Millis(2),
    fields={"seniority": "head", "n": 3, "share": 0.1, "flag": True, "none": None},
    held={"fn_stage": "TAM", "gone": None},
)
FULL_COMPANY = Company(
    id="9",
    name="Firma",
    domain="firma.de",
    industry="machinery",
    employees=120,
    country="DE",
    owner_id="3",
    lifecycle="lead",
    created_at=Millis(1),
    updated_at=Millis(2),
    fields={"a": "b"},
    held={"fn_in_tam": "true"},
)
FULL_DEAL = Deal(
    id="7",
    name="Angebot",
    pipeline_id="default",
    stage_id="won",
    amount=Decimal("-9223372036854.775807"),
    currency="CHF",
    close_date=Millis(5),
    owner_id="3",
    deal_type="newbusiness",
    forecast_category="COMMIT",
    probability=0.35,
    lost_reason="zu teuer",
    source="paid_social",
    created_at=Millis(1),
    updated_at=Millis(2),
    fields={"a": "b"},
    held={"fn_outcome": "won"},
)


def test_records_come_back_as_they_went_in(store: Store) -> None:
    put(store, 1, "companies", FULL_COMPANY)
    put(store, 1, "contacts", FULL_CONTACT)
    put(store, 1, "deals", FULL_DEAL)
    with store.snapshot() as unit:
        contact = unit.mirror.contact(ACCOUNT, "1")
        company = unit.mirror.company(ACCOUNT, "9")
        deal = unit.mirror.deal(ACCOUNT, "7")
    assert contact == FULL_CONTACT
    assert company == FULL_COMPANY
    assert deal == FULL_DEAL


def test_a_contact_is_found_by_its_address_in_any_case(store: Store) -> None:
    put(store, 1, "contacts", FULL_CONTACT)
    with store.snapshot() as unit:
        found = unit.mirror.contact(ACCOUNT, " ä@FIRMA.de ")
        assert found is not None
        assert found.id == "1"
        assert unit.mirror.contact(ACCOUNT, "nobody@firma.de") is None


def test_accounts_do_not_see_each_other(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    with store.snapshot() as unit:
        assert unit.mirror.contact("another", "1") is None
        assert unit.mirror.counts("another")["contacts"] == 0
        assert list(unit.facts.contacts("another", None, Millis(9), lambda _ids: {})) == []


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ("1.1234567", "amount: has more than six decimals"),
        ("1.00000000000000000000000000000000001", "amount: has more than six decimals"),
        ("9223372036854.775808", "amount: is no amount that fits"),
        ("1e1000000", "amount: is no amount that fits"),
        ("NaN", "amount: is no amount that fits"),
        ("Infinity", "amount: is no amount that fits"),
    ],
)
def test_an_amount_that_does_not_fit_is_refused_by_name_and_the_rest_is_written(
    sqlite_store: Store, amount: str, reason: str
) -> None:
    upserted = put(
        sqlite_store, 1, "deals", Deal(id="1", amount=Decimal(amount)), Deal(id="2", amount=Decimal("0.000001"))
    )
    assert isinstance(upserted, Upserted)
    assert upserted.created == 1
    [refused] = upserted.refused
    assert isinstance(refused, InvalidRecord)
    assert (refused.problems, refused.record) == ((reason,), "1")


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (Contact(id="1", first_name="a\0b"), "first_name: holds a NUL character"),
        (Contact(id="1", fields={"x": "\ud800"}), "fields: is no valid Unicode"),
        (Contact(id="1", held={"x": "\0"}), "held: holds a NUL character"),
        (Contact(id="1", created_at=Millis(2**63)), "created_at: is no number that fits"),
    ],
)
def test_text_and_numbers_that_no_column_holds_are_refused(store: Store, record: Contact, problem: str) -> None:
    upserted = put(store, 1, "contacts", record, Contact(id="2"))
    assert isinstance(upserted, Upserted)
    assert upserted.created == 1
    assert [error.problems for error in upserted.refused] == [(problem,)]


def test_a_backslash_before_u0000_is_text_like_any_other(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1", first_name="\\u0000"))
    with store.snapshot() as unit:
        found = unit.mirror.contact(ACCOUNT, "1")
    assert found is not None
    assert found.first_name == "\\u0000"


def test_counts_that_figures_alone_read_are_kept_and_make_nobody_dirty(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1", fields={"persona": "buyer", "mails_delivered": 4}))
    clean(store)
    more = Contact(id="1", fields={"persona": "buyer", "mails_delivered": 5, "mails_clicked": 1})
    assert put(store, 2, "contacts", more).updated == 1
    assert dirty(store) == ([], [])
    assert put(store, 3, "contacts", more).unchanged == 1
    with store.snapshot() as unit:
        assert unit.mirror.contact(ACCOUNT, "1") == more
    put(store, 4, "contacts", Contact(id="1", fields={"persona": "user", "mails_delivered": 5, "mails_clicked": 1}))
    assert dirty(store) == (["1"], [])


def test_a_change_of_update_time_or_held_values_alone_makes_nobody_dirty(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1", updated_at=Millis(1), held={"fn_stage": None}))
    clean(store)
    upserted = put(store, 2, "contacts", Contact(id="1", updated_at=Millis(2), held={"fn_stage": "TAM"}))
    assert totals(upserted) == (0, 1, 0)
    assert dirty(store) == ([], [])


def test_a_settled_write_is_noted_and_its_echo_is_unchanged(store: Store) -> None:
    before = Contact(id="1", updated_at=Millis(1), held={"fn_stage": None, "fn_fit": "3"})
    put(store, 1, "contacts", before)
    with store.commit() as unit:
        unit.mirror.set_held(ACCOUNT, Kind.CONTACT, {"1": {"fn_stage": "TAM"}, "absent": {"fn_stage": "x"}}, Millis(2))
    with store.snapshot() as unit:
        held = unit.mirror.held(ACCOUNT, Kind.CONTACT, ["1", "absent"])
    assert held == {"1": {"fn_stage": "TAM", "fn_fit": "3"}}
    echo = Contact(id="1", updated_at=Millis(1), held={"fn_stage": "TAM", "fn_fit": "3"})
    assert totals(put(store, 3, "contacts", echo)) == (0, 0, 1)


def test_archived_records_are_not_counted_and_an_upsert_brings_them_back(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"))
    clean(store)
    with store.commit() as unit:
        assert unit.mirror.archive(ACCOUNT, Kind.CONTACT, ["1", "unknown"], Millis(5)) == 1
        assert unit.mirror.archive(ACCOUNT, Kind.CONTACT, ["1"], Millis(6)) == 0
    with store.snapshot() as unit:
        assert unit.mirror.counts(ACCOUNT)["contacts"] == 1
    assert dirty(store) == (["1"], [])
    assert contact_facts(store)["1"].contact.archived_at == 5
    assert totals(put(store, 7, "contacts", Contact(id="1"))) == (0, 1, 0)
    assert contact_facts(store)["1"].contact.archived_at is None


def test_restore_takes_the_mark_back(store: Store) -> None:
    put(store, 1, "deals", Deal(id="1"))
    with store.commit() as unit:
        unit.mirror.archive(ACCOUNT, Kind.DEAL, ["1"], Millis(5))
        assert unit.mirror.restore(ACCOUNT, Kind.DEAL, ["1"], Millis(6)) == 1
        assert unit.mirror.restore(ACCOUNT, Kind.DEAL, ["1"], Millis(6)) == 0
    with store.snapshot() as unit:
        assert unit.mirror.deal(ACCOUNT, "1") == Deal(id="1")


def test_owners_and_stages_are_replaced_as_a_whole(store: Store) -> None:
    owner = Owner(id="1", email="o@f.de", first_name="O", last_name="W", user_id="77", team="Nord", archived=True)
    stage = Stage(
        pipeline_id="p", pipeline_label="P", stage_id="s", label="S", position=2, is_closed=True, probability=1.0
    )
    first = Stage(
        pipeline_id="p", pipeline_label="P", stage_id="t", label="T", position=1, is_closed=False, probability=None
    )
    with store.commit() as unit:
        unit.mirror.replace_owners(ACCOUNT, [Owner(id="old"), owner])
        unit.mirror.replace_owners(ACCOUNT, [owner])
        unit.mirror.replace_stages(ACCOUNT, [stage, first])
    with store.snapshot() as unit:
        assert unit.mirror.owners(ACCOUNT) == [owner]
        assert unit.mirror.stages(ACCOUNT) == [first, stage]


def test_other_stages_than_before_ask_for_everything_to_be_decided_anew(store: Store) -> None:
    stage = Stage(
        pipeline_id="p", pipeline_label="P", stage_id="s", label="S", position=0, is_closed=True, probability=1.0
    )
    asked = []
    for known in ([stage], [stage], [replace(stage, probability=0.0)], [replace(stage, probability=0.0)], []):
        clean(store)
        with store.commit() as unit:
            unit.mirror.replace_stages(ACCOUNT, known)
        with store.snapshot() as unit:
            asked.append(unit.facts.dirty(ACCOUNT, Millis(0)).full)
    assert asked == [False, False, True, False, True]


def test_costs_and_answers_are_written_once(store: Store) -> None:
    cost = CostLine(
        id="1",
        source="paid_search",
        campaign=None,
        amount=Decimal("12.5"),
        currency="EUR",
        starts_at=Millis(1),
        ends_at=None,
    )
    answer = Answer(id="1", contact_id="1", survey_id=None, survey_type="NPS", value=9, answered_at=Millis(3))
    with store.commit() as unit:
        assert totals(unit.mirror.upsert_costs(ACCOUNT, [cost], Millis(1))) == (1, 0, 0)
        assert totals(unit.mirror.upsert_costs(ACCOUNT, [cost], Millis(2))) == (0, 0, 1)
        assert totals(unit.mirror.upsert_answers(ACCOUNT, [answer], Millis(1))) == (1, 0, 0)
        assert totals(unit.mirror.upsert_answers(ACCOUNT, [answer], Millis(2))) == (0, 0, 1)
    with store.snapshot() as unit:
        assert unit.mirror.costs(ACCOUNT) == [cost]
        assert unit.mirror.answers(ACCOUNT) == [answer]


@pytest.mark.parametrize("links_first", [True, False])
def test_a_contact_takes_the_company_of_its_primary_link_in_either_order(store: Store, links_first: bool) -> None:
    links = [
        link(Kind.CONTACT, "1", Kind.COMPANY, "30"),
        link(Kind.CONTACT, "1", Kind.COMPANY, "20", primary=True),
        link(Kind.CONTACT, "1", Kind.COMPANY, "10", label="Partner"),
    ]
    steps = [lambda: connect(store, 1, *links), lambda: put(store, 1, "contacts", Contact(id="1"))]
    for step in steps if links_first else reversed(steps):
        step()
    assert contact_facts(store)["1"].contact.company_id == "20"
    put(store, 2, "contacts", Contact(id="1", country="DE"))
    assert contact_facts(store)["1"].contact.company_id == "20"


def test_without_a_primary_link_the_lowest_company_id_counts_and_without_links_none(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"))
    connect(store, 1, link(Kind.CONTACT, "1", Kind.COMPANY, "30"), link(Kind.CONTACT, "1", Kind.COMPANY, "4"))
    assert contact_facts(store)["1"].contact.company_id == "4"
    with store.commit() as unit:
        assert unit.mirror.replace_links(ACCOUNT, Kind.CONTACT, Kind.COMPANY, {"1": []}, Millis(2)) == {"1"}
    assert contact_facts(store)["1"].contact.company_id is None


def test_without_a_primary_link_the_linked_company_that_the_record_names_counts(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1", company_id="30"))
    connect(store, 1, link(Kind.CONTACT, "1", Kind.COMPANY, "30"), link(Kind.CONTACT, "1", Kind.COMPANY, "4"))
    assert contact_facts(store)["1"].contact.company_id == "30"


def test_which_company_a_contact_has_is_said_by_links_given_or_held_before_its_record(store: Store) -> None:
    put(store, 1, "contacts", Contact(id="1"), Contact(id="2"), Contact(id="3"))
    connect(store, 1, link(Kind.CONTACT, "1", Kind.COMPANY, "20", primary=True))
    given = {"2": [link(Kind.CONTACT, "2", Kind.COMPANY, "7"), link(Kind.CONTACT, "2", Kind.COMPANY, "8")], "3": []}
    with store.snapshot() as unit:
        found = unit.mirror.linked_companies(ACCOUNT, {"1": "99", "2": "8", "3": "5"}, given)
    assert found == {"1": "20", "2": "8", "3": "5"}


def test_links_are_replaced_as_a_set_and_the_same_set_changes_nothing(store: Store) -> None:
    first = link(Kind.DEAL, "7", Kind.CONTACT, "1", label="Decision maker")
    second = link(Kind.DEAL, "7", Kind.CONTACT, "2")
    assert connect(store, 1, first, second) == {"7"}
    clean(store)
    assert connect(store, 2, second, first) == set()
    assert dirty(store) == ([], [])
    assert connect(store, 3, second) == {"7"}
    assert dirty(store) == (["1", "2"], ["7"])


def test_links_to_other_kinds_are_left_alone(store: Store) -> None:
    connect(store, 1, link(Kind.DEAL, "7", Kind.COMPANY, "5"))
    connect(store, 1, link(Kind.DEAL, "7", Kind.CONTACT, "1"))
    with store.snapshot() as unit:
        assert unit.mirror.counts(ACCOUNT)["links"] == 2
        assert unit.facts.companies_of(ACCOUNT, [], ["7"]) == {"5"}
        assert unit.facts.deals_of(ACCOUNT, ["1", "2"]) == {"1": ["7"]}


def test_a_page_larger_than_any_parameter_limit_goes_through(sqlite_store: Store) -> None:
    page = [Contact(id=str(number)) for number in range(40_000)]
    assert totals(put(sqlite_store, 1, "contacts", *page)) == (40_000, 0, 0)
    assert totals(put(sqlite_store, 2, "contacts", *page)) == (0, 0, 40_000)


def test_only_tables_with_few_rows_are_counted_and_of_them_live_rows_alone(store: Store) -> None:
    put(store, 1, "contacts", *(Contact(id=str(number)) for number in range(4)))
    put(store, 1, "companies", Company(id="1"), Company(id="2"))
    with store.commit() as unit:
        unit.mirror.archive(ACCOUNT, Kind.COMPANY, ["2"], Millis(2))
        few = unit.mirror.few(ACCOUNT, 3)
        assert "contacts" not in few
        assert few["companies"] == 1
        assert unit.mirror.few(ACCOUNT, 4) == unit.mirror.counts(ACCOUNT)
