"""The worked examples about hand-overs: acceptance, response, too early, leaked."""

import pytest

from syncer.agreement.head import BusinessHours, Sla
from syncer.funnel.facts import Outcome
from syncer.kpis.business import BusinessTime
from syncer.kpis.measure import measure
from syncer.kpis.result import Status
from syncer.kpis.terms import Terms, service_of
from syncer.moments import DAY, MINUTE
from tests.unit.kpis.counts import percent, rows
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import at, question
from tests.unit.kpis.work_fakes import GivenWork, handover

READY = at("2026-10-05")
BERLIN_HOURS = BusinessTime(BusinessHours())


def given(*handovers):
    return Given(work=GivenWork(handed=handovers))


def after(minutes):
    return READY + minutes * MINUTE


# business time


def test_dst_business_minutes_50():
    friday, monday = at("2026-10-23", 17) + 30 * MINUTE, at("2026-10-26", 9) + 20 * MINUTE
    assert BERLIN_HOURS.minutes(friday, monday) == 50
    assert (monday - friday) // MINUTE == 3_890
    november = at("2026-11-13", 17) + 30 * MINUTE, at("2026-11-16", 9) + 20 * MINUTE
    assert BERLIN_HOURS.minutes(*november) == 50
    assert (november[1] - november[0]) // MINUTE == 3_830


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ((8, "2026-10-05"), (9, "2026-10-05"), 0),
        ((8, "2026-10-05"), (10, "2026-10-05"), 60),
        ((17, "2026-10-05"), (23, "2026-10-05"), 60),
        ((10, "2026-10-10"), (10, "2026-10-11"), 0),
        ((10, "2026-10-05"), (9, "2026-10-05"), 0),
        ((10, "2026-10-05"), (10, "2026-10-12"), 5 * 540),
        ((17, "2026-12-31"), (10, "2027-01-01"), 120),
        ((17, "2025-12-31"), (10, "2027-01-01"), 60 + 261 * 540 + 60),
    ],
)
def test_business_minutes_run_in_opening_hours_alone(start, end, minutes):
    (since, first), (until, last) = start, end
    assert BERLIN_HOURS.minutes(at(first, since), at(last, until)) == minutes


def test_years_asked_about_later_are_worked_out_then():
    hours = BusinessTime(BusinessHours())
    spans = (("2026-01-01", "2026-12-31"), ("2010-06-01", "2010-06-02"), ("2040-06-01", "2040-06-04"))
    fresh = [BusinessTime(BusinessHours()).minutes(at(first), at(last)) for first, last in spans]
    assert [hours.minutes(at(first), at(last)) for first, last in spans] == fresh
    assert hours.minutes(at("2010-06-01"), at("2040-06-01")) > 29 * 250 * 540


def test_moments_that_nobody_can_have_meant_are_no_error():
    hours = BusinessTime(BusinessHours())
    year_one, year_9999 = -62_135_596_800_000, 253_402_300_799_999
    assert hours.minutes(year_one, READY) == hours.minutes(0, READY)
    assert hours.minutes(READY, year_9999) > hours.minutes(READY, at("2100-01-01"))


def test_hours_before_the_first_opening_that_was_worked_out_are_closed_ones():
    hours = BusinessTime(BusinessHours(holidays="DE-BY"))
    hours.minutes(at("2026-05-04"), at("2026-05-05"))
    # The new year's first opening is on the second of January 2025 at nine.
    night = at("2025-01-02", 3)
    assert hours.minutes(night, at("2025-01-02", 10)) == 60
    assert hours.minutes(night, at("2025-01-02", 8)) == 0


def test_nothing_lies_between_moments_after_all_that_is_worked_out():
    beyond = 253_402_300_799_998
    assert BusinessTime(BusinessHours()).minutes(beyond, beyond + 1) == 0


def test_a_hand_over_that_was_sent_back_and_whose_cycle_ended_was_over_with_the_first():
    back, ended = after(30), after(600)
    for rejected, over in ((back, ended), (ended, back)):
        one = handover(READY, rejected_at=rejected, ended_at=over, touched_at=after(300))
        assert rows(given(one), "K25")["K25"].excluded == {"decided": 1}


def test_holidays_stop_the_clock():
    bavarian = BusinessTime(BusinessHours(holidays="DE-BY"))
    eve, after_epiphany = at("2026-01-05", 17), at("2026-01-07", 10)
    assert BERLIN_HOURS.minutes(eve, after_epiphany) == 60 + 540 + 60
    assert bavarian.minutes(eve, after_epiphany) == 120


# K08


def test_k08_example():
    accepted = [handover(READY, accepted_at=after(60))] * 6
    rejected = handover(READY, rejected_at=after(90), reject_reason="no_fit")
    found = rows(given(*accepted, rejected, handover(READY)), "K08")
    assert (found["K08"].k, found["K08"].n, found["K08"].value) == (6, 8, 0.75)
    assert [found[f"K08.{name}"].value for name in ("accepted", "overdue", "pending")] == [6, 1, 0]


def test_k08_leaves_out_what_may_still_be_decided_in_time():
    friday = at("2026-11-20", 17)
    found = rows(given(handover(friday)), "K08")
    assert (found["K08"].n, found["K08"].excluded, found["K08.pending"].value) == (0, {"pending": 1}, 1)


def test_k08_names_reasons_the_commonest_first():
    sent_back = [
        handover(READY, rejected_at=after(1), reject_reason=why) for why in ("no_fit", "not_ready", "not_ready", None)
    ]
    found = measure(given(*sent_back), question(), ["K08.rejected"])
    assert [(row.segment.get("reason"), row.value) for row in found] == [
        (None, 4),
        ("not_ready", 2),
        ("no_fit", 1),
        ("unspecified", 1),
    ]


def test_k08_counts_the_first_decision_on_the_first_hand_over():
    sent_back = handover(READY, rejected_at=after(1), accepted_at=after(9 * 24 * 60))
    taken = handover(READY, accepted_at=after(1), rejected_at=after(2))
    found = rows(given(sent_back, taken), "K08")
    assert (found["K08.accepted"].value, found["K08.rejected"].value) == (1, 1)


def test_hand_overs_that_do_not_count_are_counted_by_reason():
    work = given(handover(READY, excluded="void"), handover(READY, excluded="test"))
    for row_id in ("K08", "K25", "K33", "K34"):
        row = rows(work, row_id)[row_id]
        assert (row.n, row.value, row.excluded) == (0, None, {"test": 1, "void": 1})


def test_what_was_done_about_an_erased_person_is_not_judged_and_their_acceptance_is():
    accepted = handover(READY, is_erased=True, accepted_at=after(1))
    work = given(accepted, handover(READY, is_erased=True, excluded="test"))
    assert rows(work, "K08")["K08"].k == 1
    for row_id in ("K25", "K33", "K34"):
        row = rows(work, row_id)[row_id]
        assert (row.n, row.value, row.excluded) == (0, None, {"erased": 1, "test": 1})


# K25


def test_k25_example():
    in_time = [handover(READY, touched_at=after(60))] * 6
    late = [handover(READY, touched_at=after(61))] * 2
    pending = handover(at("2026-11-20", 17) + 30 * MINUTE)
    found = rows(given(*in_time, *late, handover(READY), pending), "K25")
    assert (found["K25"].k, found["K25"].n) == (6, 9)
    assert percent(found["K25"]) == (66.7, 35.4, 87.9)
    assert [found[f"K25.{name}"].value for name in ("in_time", "late", "overdue", "pending")] == [6, 2, 1, 1]
    assert found["K25"].excluded == {"pending": 1}


def test_k25_median_takes_the_untouched_as_still_waiting():
    touched = [handover(READY, touched_at=after(minutes)) for minutes in (3, 12, 45)]
    as_of = at("2026-10-05", 13) + 20 * MINUTE
    found = rows(given(*touched, handover(READY)), "K25", as_of=as_of)
    assert (found["K25.median"].value, found["K25.median"].notes["censored"]) == (12, 1)
    assert found["K25.p95"].value is None


def test_k25_a_score_leaves_eight_business_hours():
    by_score = handover(at("2026-10-05", 17), explicit=False, touched_at=at("2026-10-06", 16))
    found = rows(given(by_score, by_score._replace(touched_at=at("2026-10-06", 17))), "K25")
    assert (found["K25.in_time"].value, found["K25.late"].value) == (1, 1)


def test_k25_what_came_after_the_end_belongs_to_another_passage():
    lost = handover(READY, outcome=Outcome.LOST, ended_at=after(30), touched_at=after(40), spoke_at=after(50))
    overdue = lost._replace(ended_at=after(90), touched_at=after(100), spoke_at=None)
    found = rows(given(lost, overdue), "K25")
    assert (found["K25.in_time"].value, found["K25.overdue"].value) == (0, 1)
    assert found["K25"].excluded == {"decided": 1}
    assert found["K25.two_way_median"].k == 0


def test_k25_bands_take_in_the_untouched_and_make_one_whole():
    touched = [handover(READY, touched_at=after(minutes)) for minutes in (0, 5, 6, 15, 60, 61)]
    found = measure(given(*touched, handover(READY)), question(), ["K25.band"])
    assert {row.segment["band"]: row.k for row in found} == {"0-5": 2, "5-15": 2, "15-60": 1, "60+": 1, "untouched": 1}
    assert sum(row.value for row in found) == pytest.approx(1)


def test_k25_tells_waits_of_more_than_ten_business_days_by_the_hour():
    touched = [handover(at("2026-09-01"), touched_at=at("2026-09-01") + 42 * DAY + 35 * MINUTE)] * 5
    median = rows(given(*touched), "K25")["K25.median"].value
    exact = BERLIN_HOURS.minutes(touched[0].ready_at, touched[0].touched_at)
    assert exact % 60 == 35
    assert median == exact - 35


def test_k25_service_times_are_those_agreed():
    sla = Sla.model_validate({"first_touch": {"explicit_request": "30m"}})
    touched = given(handover(READY, touched_at=after(45)))
    assert rows(touched, "K25")["K25.in_time"].value == 1
    assert rows(touched, "K25", terms=Terms(service=service_of(sla)))["K25.late"].value == 1


# K33, K34


def test_k33_example():
    not_ready = [handover(READY, rejected_at=after(60), reject_reason="not_ready")] * 9
    lost = [handover(READY, outcome=Outcome.LOST, ended_at=READY + 14 * DAY)] * 2
    fine = [handover(READY, outcome=Outcome.WON, ended_at=READY + 5 * DAY)] * 39
    row = rows(given(*not_ready, *lost, *fine), "K33")["K33"]
    assert (row.k, row.n) == (11, 50)
    assert percent(row) == (22.0, 12.8, 35.2)


@pytest.mark.parametrize(
    ("values", "early"),
    [
        ({"outcome": Outcome.LOST, "ended_at": READY + 15 * DAY}, 0),
        ({"outcome": Outcome.LOST, "ended_at": READY + 3 * DAY, "spoke_at": READY + DAY}, 0),
        ({"outcome": Outcome.LOST, "ended_at": READY + 3 * DAY, "spoke_at": READY + 4 * DAY}, 1),
        ({"outcome": Outcome.LOST, "ended_at": None}, 0),
        ({"rejected_at": READY + DAY, "reject_reason": "no_fit"}, 0),
    ],
)
def test_k33_early_is_a_loss_soon_and_without_a_talk(values, early):
    assert rows(given(handover(READY, **values)), "K33")["K33"].k == early


def test_k34_example():
    leaked = [handover(READY)] * 3
    worked = [handover(READY, touched_at=after(5))] * 22
    row = rows(given(*leaked, *worked), "K34")["K34"]
    assert (row.k, row.n) == (3, 25)
    assert percent(row) == (12.0, 4.2, 30.0)


def test_k34_leaks_at_a_time_and_a_late_touch_does_not_undo_it():
    # An explicit request of Monday at ten: 60 minutes and five business days end on the next Monday at eleven.
    edge = at("2026-10-12", 11)
    for touched_at, leaked in ((edge, 0), (edge + MINUTE, 1)):
        assert rows(given(handover(READY, touched_at=touched_at)), "K34")["K34"].k == leaked
    waiting = rows(given(handover(READY)), "K34", as_of=edge)["K34"]
    assert (waiting.k, waiting.notes["open"]) == (0, 1)
    assert rows(given(handover(READY, rejected_at=after(9))), "K34")["K34"].k == 0


def test_k34_of_nothing_is_unknown():
    row = rows(given(), "K34")["K34"]
    assert (row.value, row.status) == (None, Status.UNDEFINED)
