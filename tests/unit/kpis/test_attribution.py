"""Models of attribution (domain K28): the worked examples, and that every unit is shared out whole."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.kpis.statistics.attribution import Model, Path, Touch, credits_of, parts_of
from syncer.kpis.touches import EMAIL_SOURCE, Origin, Reaction, origin_rule, visits
from syncer.moments import DAY, MINUTE, Millis
from tests.unit.kpis.ledger import at
from tests.unit.kpis.money_rows import path

FIVE = path("google", "linkedin", "webinar", "email", "demo", lead=2, deal=4)


def weights(one, model):
    parts = parts_of(one, model)
    return [Fraction(part, sum(parts)) for part in parts]


def shared(model, one=FIVE):
    return [float(weight) for weight in weights(one, model)]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (Model.FIRST, [1, 0, 0, 0, 0]),
        (Model.LAST, [0, 0, 0, 0, 1]),
        (Model.LINEAR, [0.2, 0.2, 0.2, 0.2, 0.2]),
        (Model.U, [0.4, 0.2 / 3, 0.4, 0.2 / 3, 0.2 / 3]),
        (Model.W, [0.3, 0.05, 0.3, 0.05, 0.3]),
        (Model.FULL_PATH, [0.225, 0.05, 0.225, 0.05, 0.45]),
    ],
)
def test_a_path_of_five_is_shared_as_in_the_worked_example(model, expected):
    assert shared(model) == pytest.approx(expected)


def test_time_decay_halves_in_a_week():
    moment = at("2026-03-20")
    touches = [Touch(Millis(moment - age * DAY), "x") for age in (14, 7, 0)]
    found = [round(float(one), 4) for one in weights(Path(touches=touches, until=moment), Model.TIME_DECAY)]
    assert found == [0.1429, 0.2857, 0.5714]


def test_time_decay_counts_from_the_last_touch_however_long_ago_it_was():
    touches = [Touch(at("2001-01-01"), "a"), Touch(at("2001-01-08"), "b")]
    found = weights(Path(touches=touches, until=at("2026-01-01")), Model.TIME_DECAY)
    assert [round(float(one), 4) for one in found] == [0.3333, 0.6667]


def test_coinciding_milestones_add_up():
    assert shared(Model.W, path("a", "b", lead=0, deal=0)) == pytest.approx([0.9, 0.1])
    assert shared(Model.U, path("a", lead=0)) == [1.0]


def test_milestones_take_all_where_nobody_stands_between():
    assert shared(Model.W, path("a", "b", "c", lead=1, deal=2)) == pytest.approx([1 / 3, 1 / 3, 1 / 3])


def test_a_milestone_that_was_not_reached_leaves_its_part_to_the_others():
    assert shared(Model.W, path("a", "b", "c", lead=2)) == pytest.approx([3 / 7, 1 / 7, 3 / 7])
    late = Path(touches=path("a", "b").touches, lead_at=at("2027-01-01"), until=at("2026-06-01"))
    assert shared(Model.U, late) == pytest.approx([2 / 3, 1 / 3])


def test_a_milestone_before_the_first_touch_is_the_first_touch():
    early = Path(touches=path("a", "b").touches, lead_at=at("2026-01-01"), until=at("2026-06-01"))
    assert shared(Model.U, early) == pytest.approx([0.8, 0.2])


def test_an_unknown_source_keeps_its_weight():
    found = credits_of(path("google", None), Model.LINEAR)
    assert {credit.source: credit.weight for credit in found} == {"google": Fraction(1, 2), None: Fraction(1, 2)}


def test_without_any_touch_nobody_knows():
    [credit] = credits_of(Path(touches=(), until=at("2026-01-01")), Model.W)
    assert (credit.source, credit.weight) == (None, 1)


TOUCHES = st.lists(st.tuples(st.integers(0, 4_000 * DAY), st.sampled_from(["a", "b", None])), min_size=1, max_size=40)


@given(
    model=st.sampled_from(Model),
    drawn=TOUCHES,
    lead=st.none() | st.integers(0, 4_000 * DAY),
    deal=st.none() | st.integers(0, 4_000 * DAY),
)
def test_attribution_weights_sum_to_one(model, drawn, lead, deal):
    touches = [Touch(Millis(moment), source) for moment, source in sorted(drawn, key=lambda one: one[0])]
    one = Path(touches=touches, lead_at=lead, deal_at=deal, until=touches[-1].at)
    found = weights(one, model)
    assert sum(found) == 1
    assert min(found) >= 0
    assert sum(credit.weight for credit in credits_of(one, model)) == 1


def click(moment, subject=None, kind="page_view", asset=None):
    return Reaction(Millis(moment), kind, subject, asset, None)


@pytest.mark.parametrize(
    ("reaction", "expected"),
    [
        (click(1, "https://example.com/a?utm_source=Google&utm_campaign=Brand"), ("google", "Brand")),
        (click(1, "https://example.com/a?utm_source=news&utm_campaign=brand"), ("paid search", "brand")),
        (click(1, "https://example.com/a?utm_source=li"), ("linkedin", None)),
        (click(1, None, asset="/a?utm_campaign=autumn"), (None, "autumn")),
        (click(1, "https://[broken?utm_source=x"), (None, None)),
        (click(1, "https://example.com/a?utm_=x"), (None, None)),
        (click(1, "Autumn news", kind="email_click"), (EMAIL_SOURCE, None)),
        (click(1, "Webinar", kind="registration"), ("webinar", None)),
        (click(1, "Prices"), (None, None)),
    ],
)
def test_where_a_reaction_came_from(reaction, expected):
    named = {"LI": "linkedin", "brand": "paid search"} if "Google" not in (reaction.subject or "") else {}
    rule = origin_rule(named, {"webinar_attended": "webinar"}, lambda one: f"{one.subject}_attended".lower())
    assert rule(reaction) == expected


def plain(reaction):
    return Origin(reaction.subject, None)


def test_reactions_within_half_an_hour_are_one_visit_and_it_comes_from_where_any_of_them_comes():
    start = at("2026-03-01")
    reactions = [click(start), click(start + 29 * MINUTE, "google"), click(start + 58 * MINUTE)]
    assert visits(None, reactions, plain, Millis(start + DAY)) == [Touch(start, "google")]


def test_reactions_from_different_places_or_later_are_visits_of_their_own():
    start = at("2026-03-01")
    reactions = [click(start, "google"), click(start + MINUTE, "mail"), click(start + 40 * MINUTE, "mail")]
    assert [touch.source for touch in visits(None, reactions, plain, Millis(start + DAY))] == ["google", "mail", "mail"]


def test_touches_begin_with_the_first_contact_and_end_with_the_milestone():
    start = at("2026-03-01")
    first = Touch(start, "outbound")
    reactions = [click(start - DAY, "before"), click(start + DAY, "between"), click(start + 3 * DAY, "after")]
    found = visits(first, reactions, plain, Millis(start + 2 * DAY))
    assert [touch.source for touch in found] == ["outbound", "between"]
    assert visits(first, reactions, plain, Millis(start - DAY)) == []


def test_what_a_contact_does_while_it_first_comes_is_that_visit_and_leaves_its_source_as_told():
    start = at("2026-03-01")
    first = Touch(start, "outbound")
    reactions = [click(start + 20 * MINUTE), click(start + 40 * MINUTE), click(start + 80 * MINUTE)]
    found = visits(first, reactions, plain, Millis(start + DAY))
    assert found == [first, Touch(Millis(start + 80 * MINUTE), None)]


def test_halves_of_money_are_exact():
    [one, other] = credits_of(path("a", "b"), Model.LINEAR)
    assert Decimal(100) * one.weight.numerator / one.weight.denominator == 50
    assert one.weight + other.weight == 1
