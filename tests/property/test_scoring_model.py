"""Random rules and histories: the compiled scorer against the plain reading of the same rules."""

from math import fsum

from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.funnel import compile_rules, decide_contact
from syncer.funnel.transitions import is_handover
from syncer.moments import DAY, HOUR, MINUTE
from syncer.records import Company, Evidence
from syncer.scoring import Levels, Scorer, hysteresis
from tests.unit.scoring import reference
from tests.unit.scoring.models import D2, KINDS, MACHINES, NOW, agreement, facts
from tests.unit.scoring.reference import engagement
from tests.unit.scoring.reference import fit as plain_fit

NAMES = ("whitepaper", "pricing_view", "page_view", "webinar_attended")
SPAN = 120 * DAY
START = NOW - SPAN

points = st.integers(-30, 40).filter(bool)
decays = st.one_of(
    st.none(),
    st.just("none"),
    st.fixed_dictionaries({"kind": st.just("exponential"), "half_life_days": st.sampled_from([1, 7, 30, 60])}),
    st.fixed_dictionaries(
        {"kind": st.just("linear"), "rate": st.sampled_from([0.25, 0.5, 1]), "period_days": st.sampled_from([10, 30])}
    ),
)


@st.composite
def event_rules(draw):
    rule = {"event": draw(st.sampled_from(NAMES)), "pts": draw(points)}
    optional = {
        "decay": decays,
        "half_life_days": st.one_of(st.none(), st.sampled_from([3, 45])),
        "max": st.one_of(st.none(), st.integers(1, 4)),
        "per": st.sampled_from([None, "day", "url_day", "week"]),
        "distinct_by": st.sampled_from([None, "asset", "subject"]),
        "if": st.sampled_from([None, "dwell_s >= 10"]),
    }
    for name, strategy in optional.items():
        value = draw(strategy)
        if value is not None:
            rule[name] = value
    return rule


@st.composite
def models(draw):
    groups = draw(st.lists(st.tuples(st.integers(0, 80), st.lists(event_rules(), max_size=3)), min_size=1, max_size=3))
    numbered = iter(range(100))
    made = {
        f"g{index}": {"cap": cap, "rules": [rule | {"id": f"E{next(numbered)}"} for rule in rules]}
        for index, (cap, rules) in enumerate(groups)
    }
    negative = draw(
        st.sampled_from(
            [
                [],
                [{"id": "N3", "event": "unsubscribe", "engagement": -30, "decay": "none"}],
                [{"id": "N4", "if": "days_since_last_activity >= 30", "engagement": -20}],
            ]
        )
    )
    return dict(D2) | {"engagement": {"groups": made}, "negative": negative}


@st.composite
def histories(draw):
    names = st.sampled_from((*NAMES, "unsubscribe", "something else"))
    moments = st.integers(0, 2 * SPAN // MINUTE).map(lambda minute: NOW - 2 * SPAN + minute * MINUTE)
    drawn = draw(
        st.lists(
            st.tuples(moments, names, st.sampled_from([None, "/a", "/b", "/c"]), st.sampled_from([None, 5.0, 10.0])),
            max_size=25,
        )
    )
    rows = [
        Evidence(at, 0, f"t:{number}", KINDS.get(name, "form"), name, asset, None, None, dwell, at)
        for number, (at, name, asset, dwell) in enumerate(drawn)
    ]
    return draw(st.permutations(rows))


def run(one, rows, until=NOW):
    track = one.track(START)
    for row in sorted(rows):
        if row.occurred_at <= until:
            track.add(row)
    return track


@settings(max_examples=60, deadline=None)
@given(models(), histories())
def test_engagement_after_every_event_is_that_of_the_plain_reading(model, rows):
    track = Scorer(agreement(model)).track(START)
    for row in sorted(rows):
        track.add(row)
        if row.occurred_at >= START:
            assert track.at(row.occurred_at) == engagement(model, rows, row.occurred_at, START)
    assert track.at(NOW) == engagement(model, rows, NOW, START)


@settings(max_examples=60, deadline=None)
@given(models(), histories())
def test_contributions_sum_to_score_to_the_last_digit(model, rows):
    one, known = Scorer(agreement(model)), facts(rows, company=MACHINES)
    score = run(one, known.evidence).at(NOW)
    lines = one.engagement_contributions(one.replay(known, as_of=NOW, started_at=START), as_of=NOW)
    assert fsum(line.after_cap for line in lines) == score
    assert {line.detail["axis"] for line in lines} <= {"engagement"}


@settings(max_examples=60, deadline=None)
@given(models(), histories(), st.sampled_from([15.0, 20.0, 40.0]))
def test_no_mark_is_crossed_before_the_next_change(model, rows, mark):
    track = run(Scorer(agreement(model)), rows)
    due = track.next_change_at(NOW, [mark])
    assert due is None or due > NOW
    before, horizon = track.at(NOW), NOW + 60 * DAY
    until = horizon if due is None else min(due, horizon)
    for at in range(NOW, until, 12 * HOUR):
        assert (track.at(at) >= mark) == (before >= mark)
        assert abs(track.at(at) - before) < 5.02


@settings(max_examples=60, deadline=None)
@given(models(), histories(), st.sampled_from([5.0, 15.0, 20.0]))
def test_the_first_day_below_is_the_one_that_counting_days_finds(model, rows, mark):
    one = Scorer(agreement(model))
    track, until = run(one, rows), NOW + 45 * DAY
    day, expected = one.days.next_midnight(NOW), None
    while day <= until and expected is None:
        expected = day if track.at(day) < mark else None
        day = one.days.plus(day, 1)
    assert track.below_from(mark, after=NOW, until=until) == expected


D2_SCORER = Scorer(agreement())
companies = st.one_of(
    st.none(),
    st.builds(
        Company,
        id=st.just("1"),
        employees=st.sampled_from([None, 1, 4, 5, 50, 51, 500, 501]),
        industry=st.sampled_from([None, "MACHINERY", "RETAIL"]),
        country=st.sampled_from([None, "DE", "FR"]),
    ),
)
profiles = st.fixed_dictionaries(
    {},
    optional={
        "seniority": st.sampled_from(["head", "staff", None]),
        "department": st.sampled_from(["procurement", "it"]),
        "type": st.sampled_from(["student", "customer"]),
        "planned_purchase": st.integers(-400, 800).map(lambda days: NOW + days * DAY),
    },
)


@settings(max_examples=60, deadline=None)
@given(companies, profiles, st.sampled_from([None, "a@gmx.de", "a@b.example"]))
def test_fit_is_that_of_the_plain_reading_and_of_its_lines(company, fields, email):
    known = facts(company=company, fields=fields, email=email)
    fit = D2_SCORER.fit(known, NOW)
    assert fit.points == plain_fit(D2, known, NOW)
    lines = D2_SCORER.fit_contributions(known, NOW)
    assert fsum(line.after_cap for line in lines) == fit.points
    assert [line.rule_id for line in lines if line.rule_id[0] in "FN"] == list(fit.hits)


@settings(max_examples=60, deadline=None)
@given(companies, profiles, histories(), st.sampled_from([None, "a@gmx.de", "a@b.example"]))
def test_cell_action_and_priority_are_those_of_the_plain_reading(company, fields, rows, email):
    known = facts(rows, company=company, fields=fields, email=email)
    fit = D2_SCORER.fit(known, NOW)
    points = run(D2_SCORER, known.evidence).at(NOW)
    score = D2_SCORER.score(fit, points, "full")
    expected = reference.cell(D2, plain_fit(D2, known, NOW), engagement(D2, rows, NOW, START))
    assert (score.cell, score.action, score.priority) == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([0.0, 30.0, 44.9, 45.0, 50.0, 59.9, 60.0, 80.0]), max_size=40), st.integers(1, 14))
def test_the_trigger_is_that_of_the_plain_reading(values, dwell):
    found = [one.high for one in hysteresis(values, Levels(60.0, 45.0, dwell))]
    assert found == reference.hysteresis(values, 60.0, 45.0, dwell)


JOURNEY_EVENTS = ("demo_request", "pricing_view", "pricing_view", "whitepaper", "webinar_attended", "newsletter_click")
JOURNEY = compile_rules(agreement(), [])
PEOPLE = (
    {"company": MACHINES, "fields": {"seniority": "head", "department": "procurement"}},
    {"company": MACHINES},
    {"company": None, "fields": {"seniority": "head", "department": "procurement"}},
    {"company": None},
)


@st.composite
def journeys(draw):
    """Events of eighty days at distinct minutes, and rejections by sales between them."""
    count = draw(st.integers(1, 14))
    minutes = draw(st.lists(st.integers(1, 80 * 24 * 60), min_size=count, max_size=count, unique=True))
    names = draw(st.lists(st.sampled_from(JOURNEY_EVENTS), min_size=count, max_size=count))
    rows = [
        Evidence(
            NOW - 80 * DAY + minute * MINUTE,
            0,
            f"j:{minute}",
            KINDS.get(name, "form"),
            name,
            str(minute % 5),
            None,
            None,
            30.0,
            NOW,
        )
        for minute, name in zip(minutes, names, strict=True)
    ]
    said = draw(
        st.lists(
            st.integers(1, 80 * 24 * 60).map(lambda minute: NOW - 80 * DAY + minute * MINUTE + 7),
            max_size=2,
            unique=True,
        )
    )
    return sorted(rows), sorted(said)


@settings(max_examples=150, deadline=None)
@given(journeys(), st.sampled_from(PEOPLE))
def test_hand_overs_with_requests_rejections_and_cool_off_are_those_of_the_plain_reading(journey, who):
    rows, rejections = journey
    refusals = [
        Evidence(at, 1, f"r:{at}", "lead_status", None, None, "user", "NOT_READY", None, at) for at in rejections
    ]
    known = facts([*rows, *refusals], **who)
    decision = decide_contact(known, rules=JOURNEY, as_of=NOW)
    found = [event.occurred_at for event in decision.events if is_handover(event)]
    assert found == [at for at in reference.handovers(D2, rows, plain_fit(D2, known, NOW), rejections) if at <= NOW]
