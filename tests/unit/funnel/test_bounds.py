"""What a model promises before any event: how fast points can fall, what an event can bring, when silence costs."""

import pytest

from syncer.agreement import parse_agreement
from syncer.funnel.bounds import NEVER, Bounds, bounds_of
from syncer.moments import DAY

_FIVE_DAYS = "{id: M, if: 'days_since_last_activity >= 5', engagement: -3}"
_PLAIN = Bounds(points={}, half_life=30.0 * DAY)


def _of(engagement: str = "{}", negative: str = "[]", scale: str = "[0, 100]") -> Bounds:
    text = f"score_model: {{scale: {{engagement: {scale}}}, engagement: {engagement}, negative: {negative}}}"
    return bounds_of(parse_agreement(text, "agreement.yaml"))


def _rules(*rules: str, decay: str = "{kind: exponential, half_life_days: 30}") -> str:
    groups = (
        f"intent: {{cap: 60, rules: [{', '.join(rules)}]}}, content: {{cap: 0, rules: []}}, web: {{cap: 0, rules: []}}"
    )
    return f"{{default_decay: {decay}, groups: {{{groups}}}}}"


@pytest.mark.parametrize(
    ("threshold", "engagement", "stays"),
    [
        (1, 4.01, 60 * DAY),
        (5, 10.01, 30 * DAY),
        (5, 5.01, 0),
        (5, 5.0, 0),
        (5, 4.0, 0),
        (0, 5.0, None),
        (-1, 5.0, None),
    ],
)
def test_a_score_that_halves_in_thirty_days_stays_above_a_half_of_it_as_long(
    threshold: float, engagement: float, stays: int | None
) -> None:
    assert _PLAIN.stays_above(threshold, engagement, 7) == (NEVER if stays is None else 7 + stays)


def test_what_stays_for_a_century_stays() -> None:
    slow = Bounds(points={}, half_life=36_525.0 * DAY)
    assert slow.stays_above(5, 10.02, 7) == NEVER
    assert slow.stays_above(5, 10.0, 7) < NEVER


@pytest.mark.parametrize(
    ("engagement", "half_life"),
    [
        (_rules("{id: A, event: whitepaper, pts: 0}"), 30.0 * DAY),
        (_rules("{id: A, event: whitepaper, pts: 5, half_life_days: 9}"), 9.0 * DAY),
        (
            _rules("{id: A, event: whitepaper, pts: 5, half_life_days: 40}", "{id: B, event: demo_request, pts: 5}"),
            30.0 * DAY,
        ),
        (_rules("{id: A, event: whitepaper, pts: 5, decay: {kind: exponential, half_life_days: 8}}"), 8.0 * DAY),
        (_rules("{id: A, event: whitepaper, pts: 5, half_life_days: 9}", decay="{kind: linear}"), 9.0 * DAY),
        (_rules("{id: A, event: whitepaper, pts: 5, decay: none}"), float(NEVER)),
        (_rules("{id: A, event: whitepaper, pts: 5, decay: {kind: none}}"), float(NEVER)),
        (_rules("{id: A, event: whitepaper, pts: 5}", decay="{kind: none}"), float(NEVER)),
        (_rules("{id: A, event: whitepaper, pts: 5, decay: none}", "{id: B, event: demo_request, pts: 5}"), 30.0 * DAY),
    ],
)
def test_points_fade_no_faster_than_the_shortest_half_life_of_a_rule(engagement: str, half_life: float) -> None:
    found = _of(engagement)
    assert found.points is not None
    assert found.half_life == half_life


@pytest.mark.parametrize(
    ("engagement", "only_falls"),
    [
        (_rules("{id: A, event: whitepaper, pts: -1}"), False),
        (_rules("{id: A, event: whitepaper, pts: -1, decay: none}"), True),
        (_rules("{id: A, event: whitepaper, pts: 5, decay: {kind: linear, rate: 0.5, period_days: 30}}"), True),
        (_rules("{id: A, event: whitepaper, pts: 5}", decay="{kind: linear, rate: 0.5, period_days: 30}"), True),
    ],
)
def test_points_that_rise_or_run_out_in_a_line_have_no_bound(engagement: str, *, only_falls: bool) -> None:
    assert _of(engagement) == Bounds(points=None, half_life=0.0, idle=0, only_falls=only_falls)


@pytest.mark.parametrize(
    ("negative", "only_falls"),
    [
        ("{id: N, event: unsubscribe, engagement: -3, decay: none}", True),
        ("{id: N, event: unsubscribe, engagement: -3}", False),
        ("{id: N, if: 'days_since_last_activity >= 5', engagement: -3}", True),
        ("{id: N, if: 'days_since_last_activity in [5, 9]', engagement: -3}", False),
        ("{id: N, if: 'contact.type == student', engagement: -3}", False),
    ],
)
def test_what_can_be_given_back_without_an_event_is_known(negative: str, *, only_falls: bool) -> None:
    assert _of(negative=f"[{negative}]").only_falls is only_falls


@pytest.mark.parametrize("fades", [", decay: {kind: exponential, half_life_days: 9}", ", half_life_days: 9", ""])
def test_a_deduction_that_fades_back_leaves_no_bound(fades: str) -> None:
    assert _of(negative=f"[{{id: N, event: unsubscribe, engagement: -3{fades}}}]").points is None


def test_a_scale_that_begins_below_nothing_has_no_bound() -> None:
    assert _of(scale="[-10, 100]").points is None


@pytest.mark.parametrize(
    ("negative", "taking", "idle"),
    [
        ("[{id: N, event: unsubscribe, engagement: -3, decay: none}]", {"unsubscribe"}, NEVER),
        ("[{id: N, event: unsubscribe, engagement: -3, decay: {kind: none}}]", {"unsubscribe"}, NEVER),
        (f"[{_FIVE_DAYS}]", set(), 5 * DAY),
        ("[{id: N, if: 'days_since_last_activity >= 0', engagement: 0}]", set(), 0),
        ("[{id: N, if: 'days_since_last_activity > 3652', engagement: -3}]", set(), NEVER),
        ("[{id: N, if: 'days_since_last_activity >= 3652', engagement: -3}]", set(), 3652 * DAY),
        ("[{id: N, if: 'contact.type == student', fit: -3}]", set(), NEVER),
        (f"[{{id: N, if: 'days_since_last_activity >= 9', engagement: -3}}, {_FIVE_DAYS}]", set(), 5 * DAY),
    ],
)
def test_a_deduction_that_lasts_keeps_the_bound_and_says_what_takes_points(
    negative: str, taking: set[str], idle: int
) -> None:
    found = _of(negative=negative)
    assert found.points is not None
    assert (set(found.taking), found.idle) == (taking, idle)


def test_an_event_brings_the_points_of_all_its_rules_at_most() -> None:
    found = _of(
        _rules(
            "{id: A, event: whitepaper, pts: 5}",
            "{id: B, event: whitepaper, pts: 7}",
            "{id: C, event: demo_request, pts: 1}",
        )
    )
    assert found.points == {"whitepaper": 12, "demo_request": 1}
