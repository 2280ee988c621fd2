"""Whatever is wanted and held: one round settles it, a second writes nothing, and undoing brings everything back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.funnel.facts import FunnelStage, Outcome, Relationship
from syncer.records import Kind
from syncer.writeback import Shown, Verdict, Wanted, Written, desired_contact, diff, intents, restoring, undo
from syncer.writeback.rules import DEFAULT_ORDER
from syncer.writeback.values import same_value
from tests.unit.writeback.cases import LEAD_STATUSES, NOW, RULES, SINCE, score, standing

texts = st.one_of(
    st.none(),
    st.sampled_from(["", "5", "5.0", "A2", "true", "2026-11-21", "2026-11-21T07:00:00Z", "1795244400000"]),
    st.text(max_size=5),
)
records = st.dictionaries(st.sampled_from(["a", "b", "c"]), texts)
basis = st.sampled_from(["full", "fit_only", "none"])
cells = st.sampled_from(["A1", "A2", "B3", "D4"])
scores = st.builds(
    score,
    fit=st.floats(0, 100).map(lambda value: round(value, 2)),
    engagement=st.floats(0, 100).map(lambda value: round(value, 2)),
    cell=cells,
    basis=basis,
)
standings = st.builds(
    lambda stage, outcome, relationship, made, reasons: standing(
        stage, outcome=outcome, relationship=relationship, score=made, reasons=reasons
    ),
    st.sampled_from([stage.value for stage in FunnelStage]),
    st.sampled_from([outcome.value for outcome in Outcome if outcome is not Outcome.UNMAPPED]),
    st.sampled_from([relationship.value for relationship in Relationship]),
    scores,
    st.sampled_from(["", "+5 x"]),
)
held = st.fixed_dictionaries(
    {},
    optional={
        "lifecyclestage": st.sampled_from([*DEFAULT_ORDER, "", "51439524"]),
        "hs_lead_status": st.sampled_from([*LEAD_STATUSES, ""]),
        "fn_engagement": st.sampled_from(["", "12.5", "51.99", "nonsense"]),
        "fn_cell": cells,
    },
)


def applied(edits, before):
    return dict(before) | {edit.property: edit.value for edit in edits}


@given(records, records)
def test_one_round_settles_everything(wanted, before):
    wishes = {name: Wanted(value, "r", "w") for name, value in wanted.items()}
    edits = diff(wishes, before)
    after = applied(edits, before)
    assert diff(wishes, after) == []
    assert all(same_value(after.get(name), value) for name, value in wanted.items())
    assert {edit.property for edit in edits} <= set(wanted)


@settings(max_examples=200)
@given(standings, held)
def test_a_second_round_writes_nothing(who, before):
    first = diff(desired_contact(who, Shown(held=before), RULES).values, before)
    after = applied(first, before)
    written = {edit.property: Written(value=edit.value, at=NOW) for edit in first}
    assert diff(desired_contact(who, Shown(held=after, written=written), RULES).values, after) == []


@settings(max_examples=200)
@given(standings, held, st.sampled_from(LEAD_STATUSES), st.sampled_from(DEFAULT_ORDER))
def test_a_person_who_changes_a_value_back_is_not_fought(who, before, status, stage):
    first = diff(desired_contact(who, Shown(held=before), RULES).values, before)
    written = {edit.property: Written(value=edit.value, at=SINCE) for edit in first}
    theirs = applied(first, before) | {"hs_lead_status": status, "lifecyclestage": stage}
    again = diff(desired_contact(who, Shown(held=theirs, written=written), RULES).values, theirs)
    fought = {edit.property for edit in again if edit.property in written}
    assert fought.isdisjoint({"hs_lead_status", "lifecyclestage"})


@given(records, records)
def test_undoing_brings_everything_back(wanted, before):
    edits = diff({name: Wanted(value, "r", "w") for name, value in wanted.items()}, before)
    rows = intents(edits, account="a", kind=Kind.CONTACT, record_id="1", decided_at=1)
    after = applied(edits, before)
    steps = undo(rows, {(Kind.CONTACT, "1"): after})
    assert all(step.verdict is Verdict.RESTORE for step in steps)
    restored = after | {row.property: row.value for row in restoring(steps, account="a", run="r")}
    assert all(same_value(restored.get(name), before.get(name)) for name in restored)


@given(texts, texts, texts)
def test_being_the_same_is_an_equivalence(one, two, three):
    assert same_value(one, one)
    assert same_value(one, two) == same_value(two, one)
    assert not (same_value(one, two) and same_value(two, three)) or same_value(one, three)
