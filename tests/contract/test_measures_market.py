"""The market, new contacts, gaps in the data, renewals and visits, counted on both databases."""

import json
from functools import partial

import pytest

from syncer.funnel.facts import CycleType, FunnelStage, Outcome
from syncer.kpis.asked.ports import Cut
from syncer.kpis.measure import explain
from syncer.kpis.periods import parse_as_of, parse_period
from syncer.moments import DAY
from syncer.records import ActivityKind
from tests.unit.kpis.asking import rows, segments
from tests.unit.kpis.ledger import ACCOUNT, BERLIN, Ledger, at, question, span, won
from tests.unit.kpis.ledger_rows import measuring, new_store
from tests.unit.kpis.work_ledger import activity, fact, in_market, mirrored_deal, state

READY = at("2026-10-05")
CALL, MAIL, MEETING = ActivityKind.CALL, ActivityKind.EMAIL_OUT, ActivityKind.MEETING


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request):
    with new_store(request, "measures_market") as store:
        yield store


@pytest.fixture
def open_ledger(database):
    return partial(measuring, database)


def ready(ledger, contact, **values):
    ledger.cycle(contact, sales_ready_at=READY, **values)


# K36, K30


def test_k36_consent_is_the_contacts_own_word_and_an_address_that_works(open_ledger):
    ledger = Ledger()
    given = json.dumps({"consent": "Freely given consent from contact"})
    people = {
        "yes": {"fields": given},
        "bounced": {"fields": given, "bounced": True},
        "left": {"fields": given, "opted_out": True},
        "interest": {"fields": json.dumps({"consent": "Legitimate interest - other"})},
        "unknown": {},
        "merged": {"merged_into": "yes"},
        "gone": {"archived_at": 1},
        "later": {"created_at": at("2027-01-01")},
        "tester": {},
    }
    for name, values in people.items():
        ledger.contacts[name] = {"email": f"{name}@firma.example"} | values
    ledger.contacts["mute"] = {}
    ledger.out_states["tester"] = '["is_test"]'
    with open_ledger(ledger) as measures:
        found = rows(measures, "K36")
        why = {one.kpi.id: one for one in explain(measures, question(), "K36")}
    assert (found["K36"].k, found["K36"].n, found["K36"].excluded) == (1, 6, {"test": 1})
    assert why["K36.reachable"].numerator == ["interest", "unknown", "yes"]


def test_k36_click_rate_adds_up_what_the_crm_counts_of_each_contact(open_ledger):
    ledger = Ledger()
    counts = {
        "reader": {"mails_delivered": 30, "mails_clicked": 12},
        "sleeper": {"mails_delivered": 30},
        "stranger": {"mails_delivered": 0},
        "moved": {"mails_delivered": 1, "mails_clicked": 2},
        "unsent": {"mails_clicked": 1},
        "tester": {"mails_delivered": 500},
        "merged": {"mails_delivered": 700},
        "bare": {},
    }
    for name, fields in counts.items():
        ledger.contacts[name] = {"fields": json.dumps(fields), "source": "fair" if name == "reader" else None}
    ledger.contacts["merged"]["merged_into"] = "reader"
    ledger.out_states["tester"] = '["is_test"]'
    with open_ledger(ledger) as measures:
        row = rows(measures, "K36.click_rate")["K36.click_rate"]
        [why] = explain(measures, question(), "K36.click_rate")
        by_source = segments(measures, "K36.click_rate", "source")
    assert (row.value, row.k, row.n, row.notes["recipients"]) == (0.2, 12, 60, 2)
    assert row.excluded == {"more_clicks": 2, "test": 1}
    assert (why.denominator, why.numerator) == (["reader", "sleeper"], ["reader"])
    assert why.excluded == {"more_clicks": ["moved", "unsent"], "test": ["tester"]}
    assert by_source == {("fair",): 0.4, (None,): 0.0}


def test_k30_companies_of_the_market(open_ledger):
    ledger = Ledger()
    for name in ("cold", "warm", "bought", "billed", "empty"):
        in_market(ledger, name)
    in_market(ledger, "outside", inside=False)
    in_market(ledger, "later", created_at=at("2027-01-01"))
    for contact, company in (("a", "cold"), ("b", "warm"), ("c", "bought")):
        ledger.contacts[contact] = {"company_id": company}
    ledger.event("b", FunnelStage.SUSPECT, "2026-05-01")
    ledger.cycle("c", outcome=Outcome.WON, ended_at=at("2026-06-01"))
    ledger.contacts["c"] = {"company_id": "bought"}
    ledger.event("c", FunnelStage.CLOSED_WON, "2026-06-01")
    won(ledger, "d", company_id="billed")
    with open_ledger(ledger) as measures:
        why = {one.kpi.id: one for one in explain(measures, question(), "K30")}
    assert why["K30"].denominator == ["billed", "bought", "cold", "empty", "warm"]
    assert why["K30"].numerator == ["bought", "warm"]
    assert why["K30.customers"].numerator == ["billed", "bought"]
    assert why["K30.with_contact"].numerator == ["bought", "cold", "warm"]


# K41


def test_k41_advancing_is_coming_further_than_where_one_began(open_ledger):
    ledger = Ledger()
    start = at("2026-02-01")
    begun = {"started_at": start, "suspect_at": start}
    ledger.cycle("up", **begun, inquiry_at=start + 30 * DAY)
    ledger.cycle("late", **begun, inquiry_at=start + 31 * DAY)
    ledger.cycle("high", **begun, inquiry_at=start, mql_at=start)
    ledger.cycle("back", started_at=start, mql_at=start, inquiry_at=start + DAY)
    ledger.cycle("bought", **begun, outcome=Outcome.WON, ended_at=start + 2 * DAY)
    ledger.cycle("again", started_at=at("2025-01-01"))
    ledger.cycle("again", **begun, inquiry_at=start + DAY)
    ledger.cycle("customer", **begun, type=CycleType.EXPANSION)
    ledger.cycle("fresh", started_at=at("2026-11-10"))
    with open_ledger(ledger) as measures:
        [why] = explain(measures, question(period=parse_period("2026", BERLIN)), "K41")
    assert why.numerator == ["bought#1", "up#1"]
    assert why.denominator == ["back#1", "bought#1", "fresh#1", "high#1", "late#1", "up#1"]
    assert why.kpi.notes["open"] == 1


# K42, K43, K10


def test_k42_gaps_of_open_deals(open_ledger):
    ledger = Ledger()
    sound = {"amount": 5, "close_date": at("2026-12-01")}
    ledger.deal("sound", span("sound", "2026-01-01", **sound), contact_id="c")
    ledger.deal("dated", span("dated", "2026-01-01", amount=5, close_date=at("2026-11-20")), contact_id="c")
    ledger.deal("today", span("today", "2026-01-01", amount=5, close_date=at("2026-11-21", 0)), contact_id="c")
    ledger.deal("bare", span("bare", "2026-01-01"))
    ledger.deal("renewal", span("renewal", "2026-01-01", pipeline_kind="renewal"))
    fact(ledger, "c", MEETING, at("2026-11-30"))
    fact(ledger, "c", ActivityKind.TASK, at("2026-11-30"), outcome="COMPLETED")
    with open_ledger(ledger) as measures:
        why = {one.kpi.id: one for one in explain(measures, question(), "K42")}
        september = rows(measures, "K42", as_of=parse_as_of("2026-09-01", BERLIN))
    assert why["K42"].numerator == ["bare", "dated"]
    assert why["K42"].excluded == {"renewal": ["renewal"]}
    assert why["K42.overdue"].numerator == ["dated"]
    assert why["K42.no_next_step"].numerator == ["bare"]
    assert why["K42.no_contact"].numerator == ["bare"]
    assert september["K42.overdue"].k == 0


def test_k42_losses_leads_overrides_and_dates_ahead(open_ledger):
    ledger = Ledger()
    for name, reason in (("a", None), ("b", "unspecified"), ("c", "price")):
        won(ledger, name, outcome=Outcome.LOST, reason=reason)
    won(ledger, "strange", pipeline_kind=None)
    for contact, owner in (("owned", "7"), ("alone", None)):
        ledger.event(contact, FunnelStage.LEAD_SQL, "2026-05-01")
        ledger.contacts[contact] = {"owner_id": owner}
        state(ledger, contact, overridden_until=at("2026-12-01") if owner else None)
    ledger.contacts["cold"] = {}
    activity(ledger, CALL, at("2027-01-01"))
    activity(ledger, MEETING, at("2027-01-01"))
    activity(ledger, CALL, at("2026-01-01"))
    activity(ledger, CALL, at("2027-01-01"), archived_at=1)
    with open_ledger(ledger) as measures:
        found = rows(measures, "K42")
    counts = {row_id: (row.k, row.n) for row_id, row in found.items()}
    assert counts["K42.no_reason"] == (2, 3)
    assert counts["K42.unmapped"] == (1, 4)
    assert counts["K42.no_owner"] == (1, 2)
    assert counts["K42.overridden"] == (1, 2)
    assert counts["K42.future"] == (1, 3)


def test_k42_losses_without_a_date_belong_to_no_period(open_ledger):
    ledger = Ledger()
    won(ledger, "silent", outcome=Outcome.LOST)
    won(ledger, "undated", outcome=Outcome.LOST, close_date=None)
    with open_ledger(ledger) as measures:
        ever = rows(measures, "K42.no_reason")["K42.no_reason"]
        june = rows(measures, "K42.no_reason", period=parse_period("2026-06", BERLIN))["K42.no_reason"]
    assert (ever.n, ever.excluded) == (2, {})
    assert (june.n, june.excluded) == (1, {"no_date": 1})


def test_k43_counts_renewal_pipelines_alone(open_ledger):
    ledger = Ledger()
    for name in ("kept", "kept2", "kept3", "kept4"):
        won(ledger, name, pipeline_kind="renewal", amount=20)
    won(ledger, "lost", pipeline_kind="renewal", outcome=Outcome.LOST, amount=20)
    won(ledger, "new", amount=999)
    ledger.deal("ahead", span("ahead", "2026-01-01", pipeline_kind="renewal", close_date=at("2027-01-01")))
    with open_ledger(ledger) as measures:
        found = rows(measures, "K43")
    assert (found["K43"].value, found["K43.due"].value, found["K43.count"].n) == (0.8, 100, 5)
    assert found["K43"].excluded == {}


def test_k43_former_customers_who_bought_again(open_ledger):
    ledger = Ledger()
    early = {"close_date": at("2026-02-01"), "outcome": Outcome.LOST, "pipeline_kind": "renewal"}
    late = {"close_date": at("2026-08-01"), "outcome": Outcome.WON, "amount": 70}
    for firm in ("back", "loyal", "gone", "tester"):
        ledger.deal(f"{firm} 1", span(f"{firm} 1", "2026-01-01", **early), company_id=firm)
    ledger.deal("back 2", span("back 2", "2026-06-01", **late), company_id="back", owner_id="7")
    ledger.deal("loyal 2", span("loyal 2", "2026-01-01", **late, pipeline_kind="renewal"), company_id="loyal")
    ledger.deal("alone 1", span("alone 1", "2026-01-01", **early), contact_id="alone")
    ledger.deal("alone 2", span("alone 2", "2026-06-01", **late, pipeline_kind="renewal"), contact_id="alone")
    ledger.deal("test 2", span("test 2", "2026-06-01", **late), company_id="tester", contact_id="tester")
    ledger.deal("new", span("new", "2026-06-01", **late), company_id="new")
    ledger.out_states["tester"] = '["is_test"]'
    with open_ledger(ledger) as measures:
        found = rows(measures, "K43")
        earlier = rows(measures, "K43", as_of=parse_as_of("2026-05-01", BERLIN))
        why = {one.kpi.id: one for one in explain(measures, question(), "K43.reactivated")}
        by_owner = segments(measures, "K43.reactivated", "owner")
    assert (found["K43.reactivated"].value, found["K43.reactivated_value"].value) == (2, 140)
    assert why["K43.reactivated"].denominator == ["alone 2", "back 2"]
    assert by_owner == {("7",): 1, (None,): 1}
    assert earlier["K43.reactivated"].value == 0


def test_deals_are_cut_by_product_competitor_size_and_persona(open_ledger):
    ledger = Ledger()
    won(ledger, "d", company_id="f", contact_id="c")
    won(ledger, "bare")
    mirrored_deal(ledger, "d", product="Ünit", competitor="Rival")
    ledger.companies["f"] = {"employees": 1_000}
    ledger.contacts["c"] = {"fields": json.dumps({"persona": "buyer"})}
    with open_ledger(ledger) as measures:
        found = segments(measures, "K10.won", "product", "competitor", "size", "persona")
    assert found == {("Ünit", "Rival", "1000+", "buyer"): 1, (None, None, None, None): 1}


# visits


def test_visits_of_no_known_source_stand_beside_contacts_without_one(open_ledger):
    ledger = Ledger()
    for number, source in enumerate(("google", None, None, "radio")):
        ledger.contacts[f"c{number}"] = {"created_at": at("2026-05-01"), "source": source}
    day = {"day": 20_574, "definition": "GA4"}
    for source, sessions in (("google", 100), ("", 50)):
        ledger.further.append(("visits", day | {"source": source, "sessions": sessions, "bounced": sessions // 2}))
    with open_ledger(ledger) as measures:
        whole = rows(measures, "K12", "K29")
        shares = segments(measures, "K12", "source")
        visits = segments(measures, "K12.visits", "source")
        bounced = segments(measures, "K29", "source")
    assert (whole["K12"].k, whole["K12"].n, whole["K29"].value) == (3, 150, 0.5)
    assert shares == {("google",): 0.01, (None,): 0.04, ("radio",): None}
    assert visits == {("google",): 100, (None,): 50, ("radio",): None}
    assert bounced == {("google",): 0.5, (None,): 0.5}


def test_visits_count_on_days_of_the_period_up_to_as_of(open_ledger):
    ledger = Ledger()
    for day, source, sessions, bounced in (
        ("2026-05-01", "google", 10, 4),
        ("2026-06-30", "google", 30, 6),
        ("2026-07-01", "google", 500, 1),
        ("2026-06-01", "direct", 60, None),
        ("2026-12-01", "google", 7_000, 1),
    ):
        row = {"day": BERLIN.day_number(at(day)), "source": source, "definition": "ga4"}
        ledger.further.append(("visits", row | {"sessions": sessions, "bounced": bounced}))
    for contact, source in (("a", "google"), ("b", "fair")):
        ledger.contacts[contact] = {"source": source, "created_at": at("2026-05-02")}
    q2 = {"period": parse_period("2026Q2", BERLIN)}
    with open_ledger(ledger) as measures:
        found = rows(measures, "K12", "K29", **q2)
        by_source = segments(measures, "K29", "source", **q2)
        every = rows(measures, "K12")
        counted = measures.work.visits(
            Cut(account=ACCOUNT, as_of=at("2026-05-01"), known_at=READY, calendar=BERLIN),
            parse_period("all", BERLIN).window,
        )
        [why] = [one for one in explain(measures, question(**q2), "K12") if one.kpi.id == "K12"]
    assert (found["K12"].k, found["K12"].n) == (1, 100)
    assert found["K29"].notes == {"lacks": "visits"}
    assert by_source == {("direct",): None, ("google",): 0.25}
    assert every["K12.visits"].value == 600
    assert [(row.source, row.sessions, row.timed) for row in counted] == [("google", 10, None)]
    assert why.numerator == ["a"]
