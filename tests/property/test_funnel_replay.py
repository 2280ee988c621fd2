"""What holds for every past: causality, order, the state table, and due times that come early enough."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncer.funnel import contacts, decide_contact, decide_deal
from syncer.funnel.facts import (
    ContactDecision,
    ContactFacts,
    DealDecision,
    DealFacts,
    DealSpan,
    Outcome,
    StageEvent,
)
from syncer.funnel.replay import Replay
from syncer.moments import DAY, HOUR, Millis
from syncer.records import Change, ChangeSource, Contact, Deal, Evidence, Kind
from tests.property.histories import FACTS, OFTEN
from tests.unit.funnel.build import COMPANY, contact, rules

_START = 1_767_225_600_000
_SPAN = 400 * DAY
_END = Millis(_START + _SPAN)

#: Facts that mostly happen before a hand-over weigh more.
_facts = st.sampled_from(OFTEN * 4 + FACTS)
_moments = st.integers(0, _SPAN // HOUR).map(lambda hours: _START + hours * HOUR)
_STAGES = ("appointmentscheduled", "qualifiedtobuy", "contractsent", "closedwon", "closedlost")


@st.composite
def _rows(draw: st.DrawFn, most: int = 14) -> list[Evidence]:
    count = draw(st.integers(0, most))
    found = []
    for number in range(count):
        kind, subject, outcome, actor = draw(_facts)
        at = draw(_moments)
        # Two leads at most: a story tells several facts, each under its own moment.
        ident = f"lead:{number % 2}:{number}" if kind == "lead" else f"e:{number}"
        found.append(Evidence(at, 0, ident, kind, subject, subject, actor, outcome, 30.0, at))
    return sorted(found)


@st.composite
def _deals(draw: st.DrawFn) -> list[DealFacts]:
    return [_deal(draw, f"d{number}") for number in range(draw(st.integers(0, 3)))]


@st.composite
def _deals_one_gone(draw: st.DrawFn) -> list[DealFacts]:
    """Deals of which the first was deleted at some time."""
    first, *rest = draw(_deals().filter(bool))
    return [replace(first, deal=msgspec.structs.replace(first.deal, archived_at=draw(_moments))), *rest]


def _deal(draw: st.DrawFn, ident: str) -> DealFacts:
    moments = sorted(draw(st.lists(_moments, min_size=1, max_size=5, unique=True)))
    stages = [draw(st.sampled_from(_STAGES)) for _ in moments]
    reason = draw(st.sampled_from(("zu teuer", "Projekt verschoben", "Testlauf", None)))
    close = draw(st.none() | _moments)
    changes = [
        Change(kind=Kind.DEAL, record_id=ident, property="stage", value=stage, at=Millis(at), source=ChangeSource.USER)
        for at, stage in zip(moments, stages, strict=True)
    ]
    changes += _quotes(draw, ident)
    deal = Deal(
        id=ident,
        pipeline_id="default",
        stage_id=stages[-1],
        created_at=Millis(moments[0]),
        close_date=None if close is None else Millis(close),
        lost_reason=reason,
    )
    return DealFacts(deal=deal, changes=changes, contact_ids=("c",))


def _quotes(draw: st.DrawFn, ident: str) -> list[Change]:
    """One quote's statuses, an expiry that is known beforehand among them."""
    return [
        Change(
            kind=Kind.DEAL, record_id=ident, property="quote:9", value=status, at=Millis(at), source=ChangeSource.USER
        )
        for at in draw(st.lists(_moments, max_size=3, unique=True))
        for status in (draw(st.sampled_from(("DRAFT", "APPROVED", "EXPIRED", None))),)
    ]


#: The profile and the days without activity both take points off.
_PROFILE_TAKES = """
score_model:
  thresholds: {hysteresis: {exit_gap: 3}}
  negative:
    - {id: N4, if: "days_since_last_activity >= 30", engagement: -20, decay: none}
    - {id: N9, if: "contact.seniority == head", engagement: -2}
"""


def _decided(
    rows: Sequence[Evidence], deals: Sequence[DealFacts], as_of: int, who: Contact, text: str | None = None
) -> ContactDecision:
    at = Millis(as_of)
    facts = ContactFacts(
        contact=who,
        company=COMPANY,
        evidence=rows,
        deals=[decide_deal(one, rules=rules(text), as_of=at) for one in deals],
    )
    return decide_contact(facts, rules=rules(text), as_of=at)


_people = st.sampled_from(
    (
        contact(created_at=Millis(_START)),
        contact(created_at=Millis(_START), fields={}),
        contact(created_at=Millis(_START), lifecycle="lead"),
        contact(created_at=Millis(_START), owner_id="o", opted_out=True),
    )
)
_many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_many
@given(_rows(), _deals(), _people, _moments)
def test_what_is_said_about_a_day_does_not_depend_on_later_days(
    rows: list[Evidence], deals: list[DealFacts], who: Contact, day: int
) -> None:
    then = _events(_decided(rows, deals, day, who))
    later = _events(_decided(rows, deals, _END, who))
    assert then == [event for event in later if event.occurred_at <= day]


class _Sleepless(Replay):
    """Looks at the clock at every fact."""

    __slots__ = ()

    @property
    def wake(self) -> int:
        return 0

    @wake.setter
    def wake(self, at: int) -> None:
        pass


@_many
@given(_rows(), _deals() | _deals_one_gone(), _people, _moments, st.sampled_from((None, _PROFILE_TAKES)))
def test_sleeping_through_quiet_times_misses_nothing(
    rows: list[Evidence], deals: list[DealFacts], who: Contact, day: int, text: str | None
) -> None:
    asleep = _decided(rows, deals, day, who, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contacts, "Replay", _Sleepless)
        awake = _decided(rows, deals, day, who, text)
    assert asleep.events == awake.events
    assert (asleep.stage, asleep.score, asleep.cycles) == (awake.stage, awake.score, awake.cycles)


@_many
@given(_rows(), _deals(), _people, _moments)
def test_nothing_changes_before_the_due_time(
    rows: list[Evidence], deals: list[DealFacts], who: Contact, day: int
) -> None:
    known = [row for row in rows if row.occurred_at <= day]
    changes = [replace(one, changes=[c for c in one.changes if c.at <= day or c.value == "EXPIRED"]) for one in deals]
    deals = [one for one in changes if any(c.property == "stage" for c in one.changes)]
    now = _decided(known, deals, day, who)
    dues = [one.due_at for one in (now, *_deal_decisions(deals, day)) if one.due_at is not None]
    until = min([*dues, day + _SPAN])
    if until <= day + HOUR:
        return  # nothing is looked at more often than once an hour
    just_before = _decided(known, deals, max(until - 1, day), who)
    assert (just_before.stage, just_before.score.cell) == (now.stage, now.score.cell)
    assert abs(just_before.score.engagement - now.score.engagement) <= rules().agreement.write_back.score_step + 0.02


@_many
@given(_deals(), _moments)
def test_spans_follow_each_other_without_gap(deals: list[DealFacts], day: int) -> None:
    for decision in _deal_decisions(deals, day):
        for before, after in pairwise(decision.spans):
            assert before.valid_to == after.valid_from
            assert before.valid_from < after.valid_from
        if decision.spans:
            assert decision.spans[-1].valid_to is None
            assert decision.spans[-1].valid_from <= day


@_many
@given(_deals(), _moments)
def test_a_deal_as_of_a_day_does_not_depend_on_later_days(deals: list[DealFacts], day: int) -> None:
    """Proposals are left out: they are questions of the day on which they are asked."""
    for then, later in zip(_deal_decisions(deals, day), _deal_decisions(deals, _END), strict=True):
        assert _history(then.spans) == _history([span for span in later.spans if span.valid_from <= day])


def _deal_decisions(deals: Sequence[DealFacts], day: int) -> list[DealDecision]:
    return [decide_deal(one, rules=rules(), as_of=Millis(day)) for one in deals]


def _history(spans: Sequence[DealSpan]) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for span in spans:
        said = (span.stage_id, span.outcome, span.rule, span.reason, span.offer_at, span.month_pushes)
        if not found or found[-1][1:] != said:
            found.append((span.valid_from, *said))
    return found


def _events(decision: ContactDecision) -> list[StageEvent]:
    return list(decision.events)


def _actor(event: StageEvent) -> str:
    return "user" if event.rule in {"override", "override_expired", "override_cleared"} else "machine"


def _shuffled(changes: Sequence[Change], chance: Random) -> Sequence[Change]:
    found = list(changes)
    chance.shuffle(found)
    return found


def test_an_outcome_is_open_until_a_cycle_ends() -> None:
    assert _decided((), (), _END, contact()).outcome is Outcome.OPEN
