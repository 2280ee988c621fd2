"""The account's figures on won deals: by month, by stage, on what was won before, whatever order it is told in."""

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from syncer.agreement.calendar import Calendar
from syncer.funnel.facts import DealSpan
from syncer.funnel.stays import LEAST, Figure, Stage, Stay, Stays, figures_of, stays_of
from syncer.moments import DAY
from tests.unit.funnel.build import at, deal_facts, decided_deal

_AS_OF = "2026-11-21"
_QUALIFIED = Stage("default", "qualifiedtobuy")
_OFFERED = Stage("default", "contractsent")


def _spans(*moves: tuple[str, str], as_of: str = _AS_OF) -> Sequence[DealSpan]:
    return decided_deal(deal_facts(moves, close_date=at("2026-09-01")), as_of).spans


def _won(days: int, on: str) -> Stay:
    return Stay(_QUALIFIED, float(days), at(on), None)


def test_a_won_deal_stayed_in_each_stage_for_the_sum_of_its_times_there() -> None:
    moves = [("2026-05-01", "qualifiedtobuy"), ("2026-05-11", "contractsent"), ("2026-05-21", "qualifiedtobuy")]
    stays = list(stays_of(_spans(*moves, ("2026-05-26", "contractsent"), ("2026-06-25", "closedwon"))))
    assert stays == [
        Stay(_QUALIFIED, 15.0, at("2026-06-25"), None),
        Stay(_OFFERED, 40.0, at("2026-06-25"), None),
    ]


def test_what_was_never_won_tells_nothing_and_what_is_no_more_counts_until_then() -> None:
    assert not list(stays_of(_spans(("2026-05-01", "qualifiedtobuy"), ("2026-06-01", "closedlost"))))
    assert not list(stays_of(_spans(("2026-05-01", "qualifiedtobuy"))))
    lost = [("2026-05-01", "qualifiedtobuy"), ("2026-06-01", "closedwon"), ("2026-07-05", "closedlost")]
    (stay,) = stays_of(_spans(*lost))
    assert stay == Stay(_QUALIFIED, 31.0, at("2026-06-01"), at("2026-07-05"))


def test_a_stretch_that_counted_as_postponed_or_lost_is_no_time_in_stage() -> None:
    moves = [("2026-05-01", "qualifiedtobuy"), ("2026-05-11", "closedlost"), ("2026-05-21", "qualifiedtobuy")]
    (stay,) = stays_of(_spans(*moves, ("2026-05-31", "closedwon")))
    assert stay.days == 20.0


def test_figures_hold_from_the_month_after_and_say_how_many_they_stand_on() -> None:
    stays = [_won(days, "2026-03-10") for days in (10, 20, 30, 40)] + [_won(50, "2026-04-20"), _won(60, "2026-11-05")]
    found = figures_of(stays, Calendar(), at(_AS_OF))
    assert found == Stays(
        {_QUALIFIED: [Figure(at("2026-04-01T00:00"), 32.5, 4), Figure(at("2026-05-01T00:00"), 40.0, 5)]}
    )
    assert found.at("default", "qualifiedtobuy", at("2026-04-30")) is None
    assert found.at("default", "qualifiedtobuy", at("2026-05-01T00:00")) == Figure(at("2026-05-01T00:00"), 40.0, 5)
    assert found.at("default", "qualifiedtobuy", at("2026-05-01T00:00") - 1) is None
    assert found.at("default", "qualifiedtobuy", at("2026-03-01")) is None
    assert found.at(None, None, at(_AS_OF)) is None


def test_what_is_won_on_the_first_of_a_month_counts_from_the_next_one_on() -> None:
    found = figures_of([_won(7, "2026-11-01T00:00")] * LEAST, Calendar(), at("2026-11-30"))
    assert found == Stays({_QUALIFIED: []})
    later = figures_of([_won(7, "2026-11-01T00:00")] * LEAST, Calendar(), at("2026-12-01T00:00"))
    assert later.at("default", "qualifiedtobuy", at("2026-12-01T00:00")) == Figure(at("2026-12-01T00:00"), 7.0, LEAST)


def test_a_month_that_changes_no_figure_adds_none() -> None:
    stays = [_won(10, "2026-03-10"), Stay(_QUALIFIED, 10.0, at("2026-03-10"), at("2026-05-05")), _won(10, "2026-05-06")]
    found = figures_of(stays, Calendar(), at(_AS_OF))
    assert [(one.as_of, one.n) for one in found.of("default", "qualifiedtobuy")] == [(at("2026-04-01T00:00"), 2)]


def test_a_deal_that_is_won_no_more_leaves_the_figure() -> None:
    stays = [_won(days, "2026-03-10") for days in (10, 20, 30, 40, 50)]
    gone = Stay(_QUALIFIED, 50.0, at("2026-03-10"), at("2026-05-05"))
    found = figures_of([*stays[:4], gone], Calendar(), at(_AS_OF))
    assert [(one.n, one.p75_days) for one in found.of("default", "qualifiedtobuy")] == [(5, 40.0), (4, 32.5)]
    empty = figures_of([gone], Calendar(), at(_AS_OF))
    assert [(one.n, one.p75_days) for one in empty.of("default", "qualifiedtobuy")] == [(1, 50.0), (0, 0.0)]
    brief = Stay(_QUALIFIED, 50.0, at("2026-03-10"), at("2026-03-12"))
    assert figures_of([brief], Calendar(), at(_AS_OF)) == Stays({_QUALIFIED: []})


_stays = st.lists(
    st.builds(
        lambda days, on, lasts: Stay(
            _QUALIFIED,
            float(days),
            at("2024-01-01") + on * DAY,
            None if lasts is None else at("2026-01-01") + lasts * DAY,
        ),
        st.integers(0, 90),
        st.integers(0, 700),
        st.none() | st.integers(0, 300),
    ),
    max_size=12,
)


@given(_stays, st.randoms(use_true_random=False), st.integers(0, 900))
def test_figures_of_a_day_depend_on_no_order_and_no_later_day(stays: list[Stay], chance: Random, days: int) -> None:
    then = at("2024-01-01") + days * DAY
    shuffled = list(stays)
    chance.shuffle(shuffled)
    whole = figures_of(stays, Calendar(), at(_AS_OF))
    assert figures_of(shuffled, Calendar(), at(_AS_OF)) == whole
    known = [one for one in stays if one.won_at <= then]
    early = [one._replace(until=None) if one.until is not None and one.until > then else one for one in known]
    cut = figures_of(early, Calendar(), then)
    assert cut.at("default", "qualifiedtobuy", then) == whole.at("default", "qualifiedtobuy", then)


def test_a_sale_that_was_undone_in_its_own_month_counts_in_none_and_leaves_the_others() -> None:
    undone = Stay(_QUALIFIED, 99.0, at("2026-03-10"), at("2026-03-20"))
    found = figures_of([undone, *(_won(days, "2026-03-11") for days in (10, 20, 30, 40, 50))], Calendar(), at(_AS_OF))
    assert found == Stays({_QUALIFIED: [Figure(at("2026-04-01T00:00"), 40.0, 5)]})


def test_the_percentile_lies_between_its_neighbours_to_a_hundredth_of_a_day() -> None:
    six = [_won(days, "2026-03-11") for days in (10, 20, 30, 40, 50, 60)]
    assert figures_of(six, Calendar(), at(_AS_OF)).at("default", "qualifiedtobuy", at(_AS_OF)).p75_days == 47.5
    broken = [Stay(_QUALIFIED, days, at("2026-03-11"), None) for days in (1.0, 2.0, 3.0, 40.128, 50.0)]
    assert figures_of(broken, Calendar(), at(_AS_OF)).at("default", "qualifiedtobuy", at(_AS_OF)).p75_days == 40.13
