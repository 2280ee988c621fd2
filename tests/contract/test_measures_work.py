"""The work behind the stages, counted on both databases."""

import json
from functools import partial

import pytest
from msgspec.structs import replace

from syncer.funnel.facts import FunnelStage, Outcome
from syncer.kpis.measure import explain, measure
from syncer.kpis.periods import parse_as_of, parse_period
from syncer.kpis.terms import Terms
from syncer.moments import DAY, HOUR, MINUTE
from syncer.records import ActivityKind
from tests.unit.kpis.asking import rows, segments
from tests.unit.kpis.ledger import BERLIN, Ledger, at, g12, question
from tests.unit.kpis.ledger_rows import measuring, new_store
from tests.unit.kpis.work_ledger import fact

READY = at("2026-10-05")
CALL, MAIL, MEETING = ActivityKind.CALL, ActivityKind.EMAIL_OUT, ActivityKind.MEETING


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request):
    with new_store(request, "measures_work") as store:
        yield store


@pytest.fixture
def open_ledger(database):
    return partial(measuring, database)


def ready(ledger, contact, **values):
    ledger.cycle(contact, sales_ready_at=READY, **values)


# G12


def test_g12_all_values(open_ledger):
    ledger = g12()
    ledger.cycles["c4"] = [replace(ledger.cycles["c4"][0], rejected_at=at("2026-06-18"), reject_reason="not_ready")]
    with open_ledger(ledger) as measures:
        found = rows(measures, "K04", "K05", "K08", "K09", "K11")
        why = next(one for one in explain(measures, question(), "K08") if one.kpi.id == "K08")
    counts = {row_id: (row.k, row.n) for row_id, row in found.items()}
    assert (counts["K04"], counts["K04.bofu"]) == ((11, 12), (9, 11))
    assert [round(100 * found[row].value, 1) for row in ("K04", "K04.bofu")] == [91.7, 81.8]
    assert (counts["K05"], counts["K05.filled"]) == ((9, 10), (10, 11))
    assert (counts["K08"], found["K08"].value) == ((6, 8), 0.75)
    assert [found[f"K08.{name}"].value for name in ("accepted", "rejected", "overdue", "pending")] == [6, 1, 1, 0]
    assert (counts["K09"], found["K09"].value) == ((7, 10), 0.7)
    assert (counts["K11"], round(found["K11"].value, 2)) == ((3, 10), 3.33)
    assert set(why.denominator) - set(why.numerator) == {"c4#1", "c12#1"}


def test_g12_filled_entries_fall_where_the_next_stage_was_reached(open_ledger):
    with open_ledger(g12()) as measures:
        by_quarter = measure(measures, question(by=("quarter",)), ["K09"])
        assert {row.segment["quarter"]: (row.k, row.n) for row in by_quarter} == {"2026Q2": (5, 6), "2026Q3": (2, 4)}
        assert rows(measures, "K05.filled", period=parse_period("2026Q2", BERLIN))["K05.filled"].n == 9


# touches


def test_what_happened_in_the_very_moment_of_the_handover_led_to_it_and_answers_nothing(open_ledger):
    ledger = Ledger()
    for contact, after in (("at once", 0), ("next", 1)):
        ready(ledger, contact)
        fact(ledger, contact, MEETING, READY + after, outcome="COMPLETED")
    with open_ledger(ledger) as measures:
        found = rows(measures, "K25", "K34")
        (spoke,) = measure(measures, question(), ["K25.two_way_median"])
    assert [found[f"K25.{name}"].value for name in ("in_time", "late", "overdue", "pending")] == [1, 0, 1, 0]
    assert (found["K34"].k, found["K34"].n) == (1, 2)
    assert (spoke.n, spoke.notes["censored"]) == (2, 1)


def test_a_touch_is_human_and_begun_by_a_rep(open_ledger):
    ledger = Ledger()
    for contact in ("called", "automatic", "planned", "bounced", "before", "note", "voided", "later"):
        ready(ledger, contact)
    fact(ledger, "called", CALL, READY + 20 * MINUTE, outcome="NO_ANSWER")
    fact(ledger, "automatic", MAIL, READY + MINUTE, owner=None)
    fact(ledger, "planned", MEETING, READY + MINUTE, outcome="CANCELED")
    fact(ledger, "bounced", MAIL, READY + MINUTE, outcome="BOUNCED")
    fact(ledger, "before", CALL, READY - MINUTE)
    fact(ledger, "note", ActivityKind.NOTE, READY + MINUTE)
    fact(ledger, "voided", CALL, READY + MINUTE, voided_at=5)
    fact(ledger, "later", CALL, READY + DAY)
    with open_ledger(ledger) as measures:
        found = rows(measures, "K25")
        whys = {why.kpi.id: why for why in explain(measures, question(), "K25")}
    assert [found[f"K25.{name}"].value for name in ("in_time", "late", "overdue")] == [1, 1, 6]
    assert len(whys["K25"].denominator) == 8
    assert whys["K25"].numerator == ["called#1"]


def test_what_is_agreed_is_over_with_its_last_minute(open_ledger):
    ledger, hour = Ledger(), 60 * MINUTE
    for contact, waited in (("just", hour), ("late", hour + 1), ("quick", 5 * MINUTE), ("slower", 5 * MINUTE + 1)):
        ready(ledger, contact)
        ledger.event(contact, FunnelStage.LEAD_SQL, "2026-10-05", rule="explicit_request")
        fact(ledger, contact, CALL, READY + waited)
    ready(ledger, "untouched")
    ledger.event("untouched", FunnelStage.LEAD_SQL, "2026-10-05", rule="explicit_request")
    with open_ledger(ledger) as measures:
        found = rows(measures, "K25")
        bands = segments(measures, "K25.band")
        soon = rows(measures, "K25", as_of=READY + hour)
        past = rows(measures, "K25", as_of=READY + hour + 1)
        undecided = [
            rows(measures, "K08", as_of=READY + days * DAY + rest)["K08.overdue"].value
            for days, rest in ((2, 0), (2, 1))
        ]
    assert [found[f"K25.{name}"].value for name in ("in_time", "late", "overdue")] == [3, 1, 1]
    assert [bands[(name,)] for name in ("0-5", "5-15", "15-60", "60+")] == [0.2, 0.2, 0.2, 0.2]
    assert (soon["K25.pending"].value, past["K25.overdue"].value) == (2, 1)
    assert undecided == [0, 5]


def test_a_message_and_a_missed_meeting_are_touches_and_no_talk(open_ledger):
    ledger = Ledger()
    for contact in ("written", "missed", "answered", "met"):
        ready(ledger, contact)
    fact(ledger, "written", ActivityKind.MESSAGE, READY + 5 * MINUTE)
    fact(ledger, "missed", MEETING, READY + 5 * MINUTE, outcome="NO_SHOW")
    fact(ledger, "answered", ActivityKind.EMAIL_IN, READY + 9 * MINUTE, owner=None)
    fact(ledger, "met", MEETING, READY + 9 * MINUTE)
    with open_ledger(ledger) as measures:
        found = rows(measures, "K25")
    assert (found["K25.in_time"].value, found["K25.overdue"].value) == (3, 1)
    assert (found["K25.two_way_median"].value, found["K25.two_way_median"].k) == (9, 2)


def test_what_is_not_known_or_not_past_yet_is_no_touch(open_ledger):
    ledger = Ledger()
    ready(ledger, "c")
    fact(ledger, "c", CALL, READY + 20 * MINUTE)
    with open_ledger(ledger) as measures:
        assert rows(measures, "K25")["K25.in_time"].value == 1
        assert rows(measures, "K25", as_of=READY + 10 * MINUTE)["K25.pending"].value == 1
        assert rows(measures, "K25", known_at=0)["K25"].n == 0


def test_an_explicit_request_has_its_own_time(open_ledger):
    ledger = Ledger()
    for contact, rule in (("asked", "explicit_request"), ("scored", "score_sales_ready")):
        ready(ledger, contact)
        ledger.event(contact, FunnelStage.LEAD_SQL, "2026-10-05", rule=rule)
        fact(ledger, contact, CALL, READY + 3 * HOUR)
    with open_ledger(ledger) as measures:
        assert segments(measures, "K25.in_time", "id") == {("asked#1",): 0, ("scored#1",): 1}


def test_hand_overs_are_cut_by_the_local_hour_and_by_what_the_mirror_knows(open_ledger):
    ledger = Ledger()
    ledger.cycle("summer", sales_ready_at=at("2026-10-24", 9))
    ledger.cycle("winter", sales_ready_at=at("2026-10-25", 9))
    ledger.contacts["summer"] = {"company_id": "f", "fields": json.dumps({"persona": "buyer"})}
    ledger.companies["f"] = {"employees": 249}
    with open_ledger(ledger) as measures:
        found = segments(measures, "K08.overdue", "hour", "size", "persona", as_of=parse_as_of("2026-11-21", BERLIN))
    assert found == {("09", "50-249", "buyer"): 1, ("09", None, None): 1}


def test_rejections_after_as_of_have_not_happened(open_ledger):
    ledger = Ledger()
    ready(ledger, "c", rejected_at=READY + 9 * DAY, reject_reason="not_ready")
    with open_ledger(ledger) as measures:
        assert rows(measures, "K33")["K33"].k == 1
        early = rows(measures, "K33", as_of=READY + 2 * DAY)["K33"]
    assert (early.k, early.notes["open"]) == (0, 1)


# K03


def moved(measures, **changes):
    found = measure(measures, question(**changes), ["K03"])
    return {(row.segment["from"], row.segment["to"]): row.value for row in found if "from" in row.segment}


def test_k03_passes_over_stages_that_were_merely_passed_through(open_ledger):
    ledger = Ledger()
    ledger.cycle("c", source="google")
    for stage, day, values in (
        (FunnelStage.SUSPECT, "2026-02-01", {}),
        (FunnelStage.INQUIRY, "2026-03-01", {"virtual": True, "from_stage": FunnelStage.SUSPECT}),
        (FunnelStage.LEAD_MQL, "2026-03-01", {"from_stage": FunnelStage.INQUIRY}),
        (FunnelStage.INQUIRY, "2026-04-01", {"from_stage": FunnelStage.LEAD_MQL}),
    ):
        ledger.event("c", stage, day, **values)
    ledger.event("boot", FunnelStage.SUSPECT, "2026-02-01", virtual=True, from_stage=FunnelStage.TAM)
    ledger.event("boot", FunnelStage.TAM, "2026-05-01", from_stage=FunnelStage.SUSPECT)
    ledger.event("tester", FunnelStage.SUSPECT, "2026-02-01")
    ledger.out_states["tester"] = '["is_test"]'
    with open_ledger(ledger) as measures:
        assert moved(measures) == {
            ("TAM", "SUSPECT"): 1,
            ("SUSPECT", "LEAD_MQL"): 1,
            ("LEAD_MQL", "INQUIRY"): 1,
            ("SUSPECT", "TAM"): 1,
        }
        whole = measure(measures, question(), ["K03"])[0]
        assert (whole.value, whole.excluded) == (4, {"test": 1, "virtual": 2})
        assert moved(measures, period=parse_period("2026-03", BERLIN)) == {("SUSPECT", "LEAD_MQL"): 1}
        assert moved(measures, as_of=parse_as_of("2026-02-02", BERLIN)) == {("TAM", "SUSPECT"): 1}
        by_source = measure(measures, question(by=("source",)), ["K03"])
    wholes = {row.segment["source"]: row.value for row in by_source if row.id == "K03" and "from" not in row.segment}
    assert wholes == {"google": 3, None: 1}


# K15


def test_k15_stays_end_with_the_next_entry_or_with_the_cycle(open_ledger):
    ledger = Ledger()
    ledger.cycle("c", outcome=Outcome.WON, ended_at=at("2026-03-01"))
    ledger.event("c", FunnelStage.INQUIRY, "2026-02-01")
    ledger.event("c", FunnelStage.LEAD_MQL, "2026-02-11", virtual=True)
    ledger.event("c", FunnelStage.LEAD_SQL, "2026-02-11")
    ledger.cycle("d")
    ledger.event("d", FunnelStage.INQUIRY, "2026-11-01")
    ledger.event("d", FunnelStage.LEAD_SQL, "2026-12-24")
    with open_ledger(ledger) as measures:
        found = {(row.id, row.segment["stage"]): row for row in measure(measures, question(), ["K15"])}
    inquiry, mql, sql = (found["K15", stage] for stage in ("INQUIRY", "LEAD_MQL", "LEAD_SQL"))
    assert (inquiry.value, inquiry.n, inquiry.k) == (10, 2, 1)
    assert mql.n == 0
    assert (sql.value, sql.n) == (18, 1)
    assert found["K15.overdue", "INQUIRY"].value == 1


# K32


def test_k32_counts_effort_on_lost_cycles_too_and_a_shared_meeting_once(open_ledger):
    ledger = Ledger()
    ended = {"ended_at": at("2026-06-01"), "first_contact_at": at("2026-01-01")}
    ledger.cycle("won", outcome=Outcome.WON, **ended)
    ledger.cycle("colleague", outcome=Outcome.WON, **ended)
    ledger.cycle("lost", outcome=Outcome.LOST, **ended)
    ledger.cycle("open")
    ledger.cycle("void", outcome=Outcome.VOID, **ended)
    for contact in ("won", "colleague"):
        fact(ledger, contact, MEETING, at("2026-02-01"), ident="meetings:1")
    fact(ledger, "won", CALL, at("2026-01-02"))
    fact(ledger, "won", CALL, at("2026-06-02"))
    fact(ledger, "lost", CALL, at("2026-05-02"))
    fact(ledger, "open", CALL, at("2026-05-02"))
    fact(ledger, "void", CALL, at("2026-05-02"))
    with open_ledger(ledger) as measures:
        found = rows(measures, "K32")
        [why] = [one for one in explain(measures, question(), "K32") if one.kpi.id == "K32"]
    assert (found["K32"].value, found["K32"].n, found["K32"].excluded) == (1.5, 2, {"void": 1})
    assert found["K32.minutes"].value == (15 + 60 + 15) / 2
    assert why.denominator == ["colleague#1", "won#1"]
    assert why.numerator == ["meetings:1", "s:2", "s:4"]


# K35


def test_k35_reads_facts_as_the_rules_name_them(open_ledger):
    ledger = Ledger()
    ready(ledger, "full")
    ready(ledger, "empty")
    ledger.contacts["full"] = {
        "company_id": "f",
        "country": "DE",
        "email": "a@b.example",
        "fields": json.dumps({"seniority": "director", "empty": None}),
    }
    ledger.companies["f"] = {"industry": "it", "fields": json.dumps({"revenue": 5})}
    names = (
        "contact.country",
        "contact.seniority",
        "contact.empty",
        "company.industry",
        "company.revenue",
        "company.employees",
        "email_domain",
        "country",
        "revenue",
        "opted_out",
    )
    with open_ledger(ledger) as measures:
        found = measure(measures, question(terms=Terms(profile=names)), ["K35"])
    assert found[0].value == pytest.approx((8 / 10 + 1 / 10) / 2)
    counts = {row.segment["property"]: row.k for row in found[1:]}
    assert counts == dict.fromkeys(names, 1) | {"contact.empty": 0, "company.employees": 0, "opted_out": 2}
