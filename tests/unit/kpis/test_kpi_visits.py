"""The worked examples about visits: contacts, bounces, dwell, social media."""

from syncer.funnel.facts import FunnelStage
from syncer.kpis.asked.ports import CycleCount, Milestone
from syncer.kpis.asked.work import Share
from syncer.kpis.measure import measure
from syncer.kpis.result import Status
from tests.unit.kpis.counts import OPEN, percent, rows
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import question
from tests.unit.kpis.work_fakes import GivenWork, seen

TAM, SUSPECT, WON = FunnelStage.TAM, FunnelStage.SUSPECT, FunnelStage.CLOSED_WON


# K12, K29, K40


def test_k12_example():
    work = GivenWork(
        seen=[seen("google", 4_800)],
        created=[Share(("google",), None, 0, 36), Share(("fair",), None, 0, 9), Share(("google",), "test", 0, 5)],
    )
    found = rows(Given(work=work), "K12")
    assert (found["K12"].value, found["K12"].k, found["K12"].n) == (0.0075, 36, 4_800)
    assert found["K12.visits"].value == 4_800
    by_source = measure(
        Given(work=GivenWork(seen=work.seen, created=[Share(("google", "google"), None, 0, 36)])),
        question(by=("source",)),
        ["K12"],
    )
    assert {row.id: row.value for row in by_source if row.segment["source"] == "google"}["K12"] == 0.0075


def test_more_contacts_than_visits_are_a_quotient_above_one_and_no_share():
    created = [Share(("google",), None, 0, 9)]
    found = rows(Given(work=GivenWork(seen=[seen("google", 6)], created=created)), "K12")
    assert (found["K12"].value, found["K12"].k, found["K12"].n) == (1.5, 9, 6)
    assert (found["K12"].lo, found["K12"].hi, found["K12"].status) == (None, None, Status.SMALL_N)
    found = rows(Given(work=GivenWork(seen=[seen("google", 4)], created=created)), "K12")
    assert (found["K12"].value, found["K12"].status) == (None, Status.FEW)


def test_without_visits_their_figures_are_unknown_and_say_what_they_lack():
    found = rows(Given(), "K12", "K29", "K40")
    unknown = {row_id for row_id, row in found.items() if row.value is None}
    assert unknown == set(found)
    assert {found[row_id].notes.get("lacks") for row_id in unknown - {"K40.inquiry_share"}} == {"visits"}


def test_k29_example():
    found = rows(Given(work=GivenWork(seen=[seen("google", 120, bounced=45)])), "K29")
    assert found["K29"].value == 0.375
    assert (found["K29.dwell"].value, found["K29.dwell"].notes) == (None, {"lacks": "visits"})
    found = rows(Given(work=GivenWork(seen=[seen("a", 5, bounced=2, timed=3, seconds=360)])), "K29")
    assert (found["K29.dwell"].value, found["K29.measured"].value, found["K29.dwell_all"].value) == (120, 0.6, 72)


def test_k29_definitions_of_a_session_are_never_put_together():
    visits = [seen("google", 50, bounced=5, timed=9, seconds=9), seen("google", 50, definition="ga4", bounced=9)]
    found = rows(Given(work=GivenWork(seen=visits)), "K29")
    assert (found["K29"].value, found["K29"].notes) == (None, {"lacks": "one_definition", "definition": "ga4, matomo"})
    assert found["K29.dwell_all"].value is None


def test_k40_example():
    given = Given(
        by_entry={
            Milestone.INQUIRY: [
                CycleCount(("linkedin",), None, OPEN, False, 2),
                CycleCount(("google",), None, OPEN, False, 18),
                CycleCount((None,), "void", OPEN, False, 1),
            ]
        },
        work=GivenWork(
            seen=[
                seen("linkedin", 30, impressions=40, clicks=2, likes=7),
                seen("paid_social", 20, impressions=10, clicks=0, likes=0),
                seen("google", 900),
            ]
        ),
    )
    found = rows(given, "K40")
    assert percent(found["K40"]) == (4.0, 1.1, 13.5)
    assert (found["K40.sessions"].value, found["K40.likes"].value) == (50, 7)
    assert percent(found["K40.inquiry_rate"]) == (4.0, 1.1, 13.5)
    assert (found["K40.inquiry_share"].value, found["K40.inquiry_share"].excluded) == (0.1, {"void": 1})


def test_k40_by_source_each_social_one_has_its_share_of_all_inquiries():
    entered = [("linkedin", 2), ("xing", 3), ("google", 15)]
    given = Given(
        by_entry={Milestone.INQUIRY: [CycleCount((name, name), None, OPEN, False, units) for name, units in entered]},
        work=GivenWork(seen=[seen("linkedin", 30), seen("tiktok", 5), seen("google", 900)]),
    )
    found = measure(given, question(by=("source",)), ["K40"])
    shares = {row.segment["source"]: (row.k, row.n, row.value) for row in found if row.id == "K40.inquiry_share"}
    assert shares == {"linkedin": (2, 20, 0.1), "tiktok": (0, 20, 0.0), "xing": (3, 20, 0.15)}
