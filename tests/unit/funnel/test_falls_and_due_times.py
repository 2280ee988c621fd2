"""To the evening: when a lead falls, what interrupts the days below its exit, and when somebody has to look again.

One white paper gives 20 points, of which 5 are left after 60 days: the first evening below the exit of an inquiry is
the 61st, and the 14th in a row takes the lead down.
"""

from collections.abc import Sequence
from math import log2

import pytest

from syncer.funnel import decide_contact
from syncer.funnel.facts import ContactDecision, ContactFacts, FunnelStage
from syncer.moments import DAY, HOUR, MINUTE
from syncer.records import ChangeSource, Evidence
from tests.unit.funnel.build import COMPANY, at, contact, day, path, row, rules

_FIRST_BELOW, _FALLS = "2026-08-01T00:00", "2026-08-14T00:00"
#: Nobody of the market's choice: never more than an inquiry.
_UNFIT: dict[str, object] = {"country": None, "fields": {}}


def _decide(
    evidence: Sequence[Evidence], as_of: str | int, text: str | None = None, *, firm: bool = False, **who: object
) -> ContactDecision:
    known = ContactFacts(contact=contact(**who), company=COMPANY if firm else None, evidence=sorted(evidence))
    return decide_contact(known, rules=rules(text), as_of=at(as_of) if isinstance(as_of, str) else as_of)


def _paper(when: str = "2026-06-01", asset: str = "a") -> Evidence:
    return row(when, "form", f"Whitepaper {asset}", asset=asset)


def _glance(when: str) -> Evidence:
    """Return a visit too short to score."""
    return row(when, "page_view", "/blog", value=2.0)


def _model(groups: str, negative: str, decay: str) -> str:
    return f"score_model: {{engagement: {{default_decay: {decay}, groups: {groups}}}, negative: [{negative}]}}"


# --- falls


@pytest.mark.parametrize(
    "glances",
    [
        [],
        ["2026-08-05T00:30"],
        [_FIRST_BELOW],
        ["2026-07-31T23:59", _FIRST_BELOW],
        ["2026-07-31T23:59", "2026-08-12"],
    ],
)
def test_a_lead_falls_on_the_fourteenth_evening_below_its_exit_whoever_looks_meanwhile(glances: Sequence[str]) -> None:
    evidence = [_paper(), *(_glance(when) for when in glances)]
    assert _decide(evidence, at(_FALLS) - 1).stage is FunnelStage.INQUIRY
    fallen = _decide(evidence, _FALLS)
    assert (fallen.stage, fallen.since, fallen.events[-1].rule) == (FunnelStage.SUSPECT, at(_FALLS), "hysteresis")


@pytest.mark.parametrize("glances", [[], ["2026-08-09T11:00"]])
def test_hours_above_the_exit_between_two_evenings_below_it_interrupt_nothing(glances: Sequence[str]) -> None:
    """4.06 and a page of 1 are above 5 at ten, and below it by midnight: every evening was below (domain D4)."""
    page = row("2026-08-09", "page_view", "/blog", asset="/blog")
    evidence = [_paper(), page, *(_glance(when) for when in glances)]
    assert _decide(evidence, page.occurred_at).score.engagement == 5.06
    assert _decide(evidence, "2026-08-10T00:00").score.engagement == 4.99
    assert _decide(evidence, _FALLS).stage is FunnelStage.SUSPECT


def test_an_evening_above_the_exit_interrupts_the_days_below() -> None:
    evidence = [_paper(), _paper("2026-08-09", "b")]
    for glances in ([], [_glance("2026-08-09T11:00")], [_glance("2026-08-10T11:00")]):
        assert _decide([*evidence, *glances], "2026-08-20").stage is FunnelStage.INQUIRY


@pytest.mark.parametrize("glances", [[], ["2026-08-10T00:10"], ["2026-08-11T11:00"]])
def test_one_evening_above_the_exit_interrupts_though_it_follows_within_the_hour(glances: Sequence[str]) -> None:
    page = row("2026-08-09T23:30", "page_view", "/blog", asset="/blog")
    evidence = [_paper(), page, *(_glance(when) for when in glances)]
    assert _decide(evidence, "2026-08-10T00:00").score.engagement == 5.01
    assert _decide(evidence, "2026-08-11T00:00").score.engagement < 5
    assert _decide(evidence, at("2026-08-24T00:00") - 1).stage is FunnelStage.INQUIRY
    assert _decide(evidence, "2026-08-24T00:00").stage is FunnelStage.SUSPECT


@pytest.mark.parametrize("glances", [[], ["2026-07-24T12:00"], ["2026-07-24T12:00", "2026-08-01T12:00"]])
def test_evenings_above_the_exit_interrupt_though_somebody_looks_just_after_they_are_over(
    glances: Sequence[str],
) -> None:
    """A newsletter gives no points: 15 of the sixth of June are 5 on the 24th of July at a quarter past seven."""
    evidence = [row("2026-06-01", "form", "Newsletter"), row("2026-06-06T18:00", "page_view", "/preise")]
    evidence += [_glance(when) for when in glances]
    assert _decide(evidence, at("2026-08-07T00:00") - 1).stage is FunnelStage.INQUIRY
    assert _decide(evidence, "2026-08-07T00:00").stage is FunnelStage.SUSPECT


def test_a_request_that_gives_no_points_does_not_begin_the_days_below_anew() -> None:
    evidence = [_paper(), row("2026-08-05", "form", "Angebot anfordern")]
    found = _decide(evidence, _FALLS, **_UNFIT)
    assert (found.stage, found.flags) == (FunnelStage.SUSPECT, ("review_request",))


def test_an_evening_at_the_exit_is_not_below_it_and_interrupts_the_days() -> None:
    text = _model(
        "{intent: {cap: 60, rules: [{id: E3, event: whitepaper, pts: 5}]}}",
        "{id: N4, if: 'days_since_last_activity >= 10', engagement: -3}",
        "{kind: none}",
    )
    # 5 points are the exit; 2 from the tenth idle day, until somebody comes by.
    evidence = [_paper(), _glance("2026-06-16"), _glance("2026-06-20")]
    assert _decide(evidence, "2026-06-28", text).stage is FunnelStage.INQUIRY
    assert _decide(evidence[:1], "2026-06-24T23:59", text).stage is FunnelStage.INQUIRY
    assert _decide(evidence[:1], "2026-06-25T00:00", text).stage is FunnelStage.SUSPECT


def test_points_taken_off_for_silence_count_from_their_own_evening() -> None:
    """60 points would stay above the exit for 107 days; 20 are taken off after 90."""
    papers = [_paper(asset=asset) for asset in "abc"]
    assert _decide(papers, at("2026-09-13T00:00") - 1, **_UNFIT).stage is FunnelStage.INQUIRY
    fallen = _decide(papers, "2026-09-13T00:00", **_UNFIT)
    assert path(fallen)[-2:] == ["SUSPECT 2026-09-13", "TAM 2026-09-13"]


def test_points_taken_off_for_silence_at_midnight_count_from_that_evening() -> None:
    papers = [_paper("2026-06-01T00:00", asset) for asset in "abc"]
    assert _decide(papers, at("2026-09-12T00:00") - 1, **_UNFIT).stage is FunnelStage.INQUIRY
    assert path(_decide(papers, "2026-09-12T00:00", **_UNFIT))[-2:] == ["SUSPECT 2026-09-12", "TAM 2026-09-12"]


def test_points_that_stay_are_taken_off_for_silence_at_midnight_all_the_same() -> None:
    text = _model(
        "{intent: {cap: 60, rules: [{id: E3, event: whitepaper, pts: 20}]}}",
        "{id: N4, if: 'days_since_last_activity >= 30', engagement: -16}",
        "{kind: exponential, half_life_days: 1000}",
    )
    paper = [_paper("2026-06-01T00:00")]
    assert _decide(paper, at("2026-07-14T00:00") - 1, text).stage is FunnelStage.INQUIRY
    assert path(_decide(paper, "2026-07-14T00:00", text))[-1] == "SUSPECT 2026-07-14"


def test_what_is_left_after_points_were_taken_off_for_silence_fades_faster_than_its_half_life() -> None:
    """20 points halve in 100 days and lose 5 after 30: 5 are left after 100 days, though 11 halved are more then."""
    text = _model(
        "{intent: {cap: 60, rules: [{id: E3, event: whitepaper, pts: 20}]}}",
        "{id: N4, if: 'days_since_last_activity >= 30', engagement: -5}",
        "{kind: exponential, half_life_days: 100}",
    )
    assert _decide([_paper()], at("2026-09-23T00:00") - 1, text).stage is FunnelStage.INQUIRY
    fallen = _decide([_paper()], "2026-09-24", text)
    assert path(fallen)[-2:] == ["SUSPECT 2026-09-23", "TAM 2026-09-23"]


def test_points_taken_off_for_good_bring_the_fall_forward_whoever_looks_meanwhile() -> None:
    """60 less 30 are 5 when 35 of the 60 are left, after 23.3 days."""
    papers = [_paper(asset=asset) for asset in "abc"]
    evidence = [*papers, row("2026-06-02", "unsubscribe", "Newsletter"), _glance("2026-06-10")]
    assert _decide(evidence, at("2026-07-08T00:00") - 1, **_UNFIT).stage is FunnelStage.INQUIRY
    assert _decide(evidence, "2026-07-08T00:00", **_UNFIT).stage is FunnelStage.SUSPECT


def test_who_comes_back_in_the_moment_in_which_silence_would_cost_points_is_measured_with_all_of_them() -> None:
    text = _model(
        "{intent: {cap: 99, rules: [{id: E3, event: whitepaper, pts: 35}, {id: E2, event: pricing_view, pts: 5}]}}",
        "{id: N4, if: 'days_since_last_activity >= 30', engagement: -20}",
        "{kind: none}",
    )
    back = row("2026-07-01", "page_view", "/preise", asset="/preise")
    assert back.occurred_at - _paper().occurred_at == 30 * DAY
    found = _decide([_paper(), back], "2026-07-02", text, firm=True)
    assert (found.score.engagement, found.stage) == (40, FunnelStage.LEAD_MQL)


def test_points_with_a_half_life_of_their_own_fade_where_others_stay() -> None:
    """20 points are 5 after 60 days: the first evening below is the 61st, the 14th the 74th."""
    rule = "{id: E3, event: whitepaper, pts: 20, half_life_days: 30}"
    text = _model(f"{{intent: {{cap: 60, rules: [{rule}]}}}}", "", "{kind: none}")
    assert _decide([_paper()], at(_FALLS) - 1, text).stage is FunnelStage.INQUIRY
    for looked_at in (_FALLS, "2026-12-01"):
        assert path(_decide([_paper()], looked_at, text))[2:3] == ["SUSPECT 2026-08-14"]


@pytest.mark.parametrize("points", [-30, -20.73], ids=["for thirty evenings", "for fourteen evenings"])
def test_evenings_below_the_exit_count_though_points_come_back_by_themselves(points: float) -> None:
    """A visit to the careers' page costs more than 15 of 20 points for so long, and none a year later."""
    rules_ = (
        f"{{id: E3, event: whitepaper, pts: 20}}, {{id: E7, event: careers_view, pts: {points}, half_life_days: 30}}"
    )
    text = _model(f"{{intent: {{cap: 60, rules: [{rules_}]}}}}", "", "{kind: none}")
    evidence = [_paper(), row("2026-06-10T12:00", "page_view", "/karriere")]
    for looked_at in ("2026-06-24T00:00", "2027-06-01"):
        fallen = _decide(evidence, looked_at, text)
        assert [step for step in path(fallen) if "TAM" not in step][-1] == "SUSPECT 2026-06-24"
    assert _decide(evidence, at("2026-06-24T00:00") - 1, text).stage is FunnelStage.INQUIRY


def test_an_evening_at_the_exit_is_not_below_it_where_points_come_back_by_themselves() -> None:
    rules_ = "{id: E3, event: whitepaper, pts: 5}, {id: E7, event: careers_view, pts: -30, half_life_days: 30}"
    text = _model(f"{{intent: {{cap: 60, rules: [{rules_}]}}}}", "", "{kind: none}")
    assert _decide([_paper()], "2026-08-01", text).stage is FunnelStage.INQUIRY


def test_the_evening_of_a_look_counts_where_points_come_back_by_themselves() -> None:
    rules_ = "{id: E3, event: whitepaper, pts: 4}, {id: E7, event: careers_view, pts: -30, half_life_days: 30}"
    text = _model(f"{{intent: {{cap: 60, rules: [{rules_}]}}}}", "", "{kind: none}")
    text = text.removesuffix("}") + ", thresholds: {hysteresis: {dwell_days: 1}}}"
    assert _decide([_paper()], at("2026-06-02T00:00") - 1, text).stage is FunnelStage.INQUIRY
    assert _decide([_paper()], "2026-06-02T00:00", text).stage is FunnelStage.SUSPECT


def test_evenings_above_the_exit_interrupt_where_points_come_back_by_themselves() -> None:
    """Four evenings are below the exit, then a second white paper comes; nothing is taken off a year later."""
    rules_ = "{id: E3, event: whitepaper, pts: 20}, {id: E7, event: careers_view, pts: -30, half_life_days: 30}"
    text = _model(f"{{intent: {{cap: 60, rules: [{rules_}]}}}}", "", "{kind: none}")
    evidence = [_paper(), row("2026-06-10T12:00", "page_view", "/karriere")]
    evidence.append(_paper("2026-06-14", "b"))
    for looked_at in ("2026-06-30", "2026-08-01", "2027-06-01"):
        assert _decide(evidence, looked_at, text).stage is FunnelStage.INQUIRY


_SILENT = "{id: N4, if: 'days_since_last_activity >= 30', engagement: -30}"


@pytest.mark.parametrize("decay", ["{kind: none}", "{kind: linear, rate: 0.01, period_days: 300}"])
def test_a_word_that_gives_no_points_gives_back_what_silence_took_and_lifts_the_lead(decay: str) -> None:
    text = _model("{intent: {cap: 99, rules: [{id: E3, event: whitepaper, pts: 45}]}}", _SILENT, decay)
    back = row("2026-07-20", "email_in", "Re")
    found = _decide([_paper(), back], back.occurred_at, text, firm=True)
    assert path(found)[-2:] == ["INQUIRY 2026-07-15", "LEAD_MQL 2026-07-20"]
    assert found.score.engagement > 44
    assert found.score == _decide([_paper(), back], back.occurred_at + 1, text, firm=True).score


def test_an_override_that_ends_in_the_moment_in_which_a_suspect_expires_shows_nothing_in_between() -> None:
    said = row("2026-07-31", "stage", outcome="INQUIRY", actor=ChangeSource.USER.value)
    found = _decide([row("2026-06-01", "page_view", "/blog"), said], "2026-08-31", created_at=at("2026-01-01"))
    assert path(found) == ["SUSPECT 2026-06-01", "INQUIRY 2026-07-31", "TAM 2026-08-30"]


# --- when to look again


def test_below_the_exit_the_fall_is_what_is_due() -> None:
    for as_of in (_FIRST_BELOW, "2026-08-05", "2026-08-13T22:00"):
        assert _decide([_paper()], as_of).due_at == at(_FALLS)


def test_a_step_that_the_crm_should_see_is_due_to_the_moment() -> None:
    # 10 are left after 30 days and show less than 5 when 4.995 are.
    due = _decide([_paper()], "2026-07-01").due_at
    assert due is not None
    assert due - at("2026-07-01") == pytest.approx(30 * log2(10 / 4.995) * DAY, abs=MINUTE)


def test_points_that_fade_slowly_are_not_looked_at_at_the_pace_of_the_fastest() -> None:
    # 40 points of a demo halve in 60 days: as a level, 40 is left at once, and 35 next.
    asked = [row("2026-06-01", "form", "Demo anfordern")]
    later = _decide(asked, "2026-06-02")
    assert later.score.engagement == 39.54
    assert later.due_at == pytest.approx(at("2026-06-01") + 60 * log2(40 / 34.535) * DAY, abs=MINUTE)


def test_points_taken_off_for_good_are_due_sooner_than_their_half_life_says() -> None:
    papers = [_paper(asset=asset) for asset in "abc"]
    evidence = [*papers, row("2026-06-02", "unsubscribe", "Newsletter")]
    now = _decide(evidence, "2026-06-10", **_UNFIT)
    assert now.due_at is not None
    at_due = _decide(evidence, now.due_at, **_UNFIT).score.engagement
    assert 0 <= at_due - (now.score.engagement - 5) < 0.5


def test_of_a_score_under_nothing_that_stays_there_only_the_fall_is_due() -> None:
    evidence = [_paper(), row("2026-06-02", "unsubscribe", "Newsletter")]
    found = _decide(evidence, "2026-06-03")
    assert (found.score.engagement, found.due_at) == (0, at("2026-06-16T00:00"))


def test_a_score_that_comes_back_from_under_nothing_is_due() -> None:
    text = _model(
        "{intent: {cap: 60, rules: [{id: E3, event: whitepaper, pts: 30}]}}",
        "{id: N3, event: unsubscribe, engagement: -30, half_life_days: 30}",
        "{kind: none}",
    )
    found = _decide([_paper(), row("2026-06-01T11:00", "unsubscribe", "Newsletter")], "2026-06-01T11:00", text)
    assert (found.score.engagement, found.stage) == (0, FunnelStage.INQUIRY)
    # Half of the thirty points taken come back in 30 days, ln 2 a day at first: 4.995 after 7.2 days.
    assert found.due_at is not None
    assert 7 * DAY < found.due_at - at("2026-06-01T11:00") < 7.3 * DAY


def test_a_lead_above_its_exit_is_not_looked_at_every_hour_because_its_bound_is_past() -> None:
    """With points taken off for good there is no bound: no fall comes before the 13th evening from today."""
    text = "score_model: {thresholds: {hysteresis: {exit_gap: 18}}}"
    evidence = [*(_paper(asset=asset) for asset in "abc"), row("2026-06-02", "unsubscribe", "Newsletter")]
    found = _decide(evidence, "2026-06-26", text, **_UNFIT)
    assert (found.stage, 2 < found.score.engagement < 5) == (FunnelStage.INQUIRY, True)
    assert found.due_at == at("2026-07-09T00:00")


def test_after_the_agreed_silence_a_score_is_not_looked_at_every_hour() -> None:
    text = _model(
        "{intent: {cap: 60, rules: [{id: E3, event: whitepaper, pts: 40}]}}",
        "{id: N4, if: 'days_since_last_activity >= 30', engagement: -5}",
        "{kind: exponential, half_life_days: 400}",
    )
    found = _decide([_paper()], "2026-07-15", text, **_UNFIT)
    assert found.due_at is not None
    assert found.due_at - at("2026-07-15") > 7 * DAY


def test_nobody_is_looked_at_more_often_than_once_an_hour() -> None:
    now = at("2026-06-01")
    assert _decide([_paper()], now).due_at == now + HOUR
    assert day(_decide([_paper()], now + HOUR).due_at) == "2026-06-13"
