"""What holds for every deal: until it is due, time alone says nothing new about it."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from syncer.funnel import decide_deal
from syncer.funnel.facts import DealFacts
from syncer.moments import DAY, HOUR, Millis
from syncer.records import Change, ChangeSource, Contact, Deal, Kind
from tests.unit.funnel.build import rules

_START = 1_767_225_600_000
_SPAN = 500 * DAY
_HOURS = st.integers(0, _SPAN // HOUR).map(lambda hours: Millis(_START + hours * HOUR))
#: Moments to the millisecond: nothing stands on a full hour.
_MOMENTS = st.integers(0, _SPAN).map(lambda at: Millis(_START + at))
_STAGES = ("appointmentscheduled", "qualifiedtobuy", "contractsent", "closedwon", "closedlost")
_REASONS = ("zu teuer", "Projekt verschoben", None)


@st.composite
def _deals(draw: st.DrawFn) -> DealFacts:
    moments = sorted(draw(st.lists(_MOMENTS, min_size=1, max_size=4, unique=True)))
    stages = [(at, "stage", draw(st.sampled_from(_STAGES))) for at in moments]
    dates = [(at, "close_date", str(draw(_HOURS))) for at in draw(st.lists(_MOMENTS, max_size=5, unique=True))]
    said = {"planned_purchase": draw(_HOURS)} if draw(st.booleans()) else {}
    deal = Deal(
        id="d",
        pipeline_id="default",
        stage_id=stages[-1][2],
        created_at=moments[0],
        updated_at=max(moments),
        close_date=draw(_HOURS),
        lost_reason=draw(st.sampled_from(_REASONS)),
        fields=said,
    )
    return DealFacts(
        deal=deal,
        changes=[_change(*one) for one in (*stages, *dates)],
        contact_ids=("c",),
        two_way=sorted(draw(st.lists(_MOMENTS, max_size=4, unique=True))),
        next_meeting_at=draw(st.none() | _MOMENTS),
        people={"c": Contact(id="c", updated_at=moments[0])},
    )


def _change(at: Millis, name: str, value: str) -> Change:
    return Change(kind=Kind.DEAL, record_id="d", property=name, value=value, at=at, source=ChangeSource.USER)


#: A question stands, is answered by a talk a moment later, and would stand again three weeks after it.
_ASKED_AGAIN = DealFacts(
    deal=Deal(
        id="d",
        pipeline_id="default",
        stage_id="appointmentscheduled",
        created_at=_START,
        updated_at=_START,
        close_date=_START,
    ),
    changes=[_change(_START, "stage", "appointmentscheduled")],
    contact_ids=("c",),
    two_way=[_START + 21 * DAY + 1],
    people={"c": Contact(id="c", updated_at=_START)},
)


@settings(max_examples=250, deadline=None)
@example(_ASKED_AGAIN, _START + 21 * DAY, 0.0)
@given(_deals(), _MOMENTS, st.floats(0, 1, exclude_max=True))
def test_until_a_deal_is_due_its_decision_stands_bit_for_bit(deal: DealFacts, at: Millis, share: float) -> None:
    now = decide_deal(deal, rules=rules(), as_of=at)
    until = _START + 3 * _SPAN if now.due_at is None else now.due_at
    later = decide_deal(deal, rules=rules(), as_of=Millis(at + int((until - at) * share)))
    just_before = decide_deal(deal, rules=rules(), as_of=Millis(max(at, until - 1)))
    assert (now.spans, now.flags) == (later.spans, later.flags) == (just_before.spans, just_before.flags)
