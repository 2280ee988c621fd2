import pytest

from syncer.records import Kind
from syncer.writeback import Edit, Verdict, Written, as_it_went, followed, restoring, undo, withheld, without_undone
from tests.unit.writeback.cases import intent

PLACE = (Kind.CONTACT, "1")


def steps(rows, **held):
    return undo(rows, {PLACE: held})


@pytest.mark.parametrize(
    ("held", "verdict"),
    [
        ("80.0", Verdict.RESTORE),
        ("70", Verdict.ALREADY),
        ("75", Verdict.CHANGED),
        (None, Verdict.CHANGED),
    ],
)
def test_only_a_value_that_is_still_ours_is_restored(held, verdict):
    (step,) = steps([intent("fn_fit", "80", "70")], fn_fit=held)
    assert step.verdict is verdict
    assert (step.earlier, step.held) == ("70", held)
    assert step.why


def test_a_record_that_is_gone_is_said_to_be():
    (step,) = undo([intent("fn_fit", "80", "70")], {})
    assert step.verdict is Verdict.GONE


def test_a_value_that_was_blank_is_blanked():
    (step,) = steps([intent("fn_fit", "80", None)], fn_fit="80")
    (row,) = restoring([step], account="a", run="r7")
    assert (row.value, row.previous, row.rule, row.decision) == (None, "80", "undo", "undo.r7")
    assert (row.account, row.kind, row.record_id, row.property) == ("a", Kind.CONTACT, "1", "fn_fit")


def test_two_writes_of_one_run_are_undone_to_before_the_first():
    rows = [intent("fn_fit", "80", "70"), intent("fn_fit", "90", "80.0")]
    (step,) = steps(rows, fn_fit="90")
    assert (step.verdict, step.earlier) == (Verdict.RESTORE, "70")


def test_what_a_person_wrote_between_two_writes_is_what_comes_back():
    rows = [intent("fn_fit", "80", "70"), intent("fn_fit", "90", "75")]
    (step,) = steps(rows, fn_fit="90")
    assert step.earlier == "75"


def test_properties_and_records_are_undone_each_for_itself():
    rows = [intent("fn_fit", "80", "70"), intent("fn_cell", "A1", "A2"), intent("fn_fit", "1", "2", record_id="2")]
    found = undo(rows, {PLACE: {"fn_fit": "80", "fn_cell": "B1"}, (Kind.CONTACT, "2"): {"fn_fit": "1"}})
    assert [step.verdict for step in found] == [Verdict.RESTORE, Verdict.CHANGED, Verdict.RESTORE]
    assert [row.record_id for row in restoring(found, account="a", run="r")] == ["1", "2"]


def taken_back(value, *, rule="undo"):
    return Written(value=None, at=1, rule=rule, previous=value)


def edit(name, value):
    return Edit(property=name, value=value, previous=None, rule="stage", why="why")


UNDONE = {"fn_stage": taken_back("INQUIRY"), "fn_fit": taken_back("80.0"), "fn_engagement": taken_back("12")}


@pytest.mark.parametrize(
    "edits",
    [
        [edit("fn_stage", "INQUIRY")],
        [edit("fn_stage", "INQUIRY"), edit("fn_fit", "80")],
        [edit("fn_stage", "INQUIRY"), edit("fn_engagement", "3.5")],
        [],
    ],
)
def test_what_was_undone_is_not_brought_back_by_the_same_decision_or_by_time_alone(edits):
    assert list(without_undone(edits, UNDONE, {"fn_fit", "fn_engagement"})) == []


@pytest.mark.parametrize("news", [edit("fn_stage", "LEAD_MQL"), edit("fn_accepted_at", "2026-11-21")])
def test_once_something_else_is_decided_the_whole_card_is_written(news):
    edits = [edit("fn_fit", "80"), news]
    assert without_undone(edits, UNDONE, {"fn_fit"}) == edits


def test_what_a_decision_blanked_is_written_again_like_anything_else():
    written = {"fn_stage": taken_back("INQUIRY", rule="stage")}
    edits = [edit("fn_stage", "INQUIRY")]
    assert without_undone(edits, written, set()) == edits


@pytest.mark.parametrize("held", ["80", "90"])
def test_a_survivor_gets_back_what_either_forebear_had_before(held):
    rows = [intent("fn_fit", "80", "70"), intent("fn_fit", "90", "75", record_id="2")]
    found = undo(rows, {place: {"fn_fit": held} for place in (PLACE, (Kind.CONTACT, "2"))})
    (step,) = followed(found, {PLACE: "3", (Kind.CONTACT, "2"): "3"})
    assert (step.record_id, step.verdict) == ("3", Verdict.RESTORE)
    assert step.earlier == {"80": "70", "90": "75"}[held]


def test_what_was_not_written_yet_restores_nothing():
    (step,) = withheld([intent("fn_fit", "80", "70")])
    assert step.verdict is Verdict.WITHHELD
    assert restoring([step], account="a", run="r") == []


def test_what_the_crm_refused_is_not_said_to_be_restored():
    rows = [intent("fn_fit", "80", "70"), intent("fn_cell", "A1", "A2"), intent("fn_stage", "X", "Y")]
    found = steps(rows, fn_fit="80", fn_cell="A1", fn_stage="Z")
    went = {(*PLACE, "fn_fit"): Verdict.REFUSED, (*PLACE, "fn_stage"): Verdict.REFUSED}
    told = {step.property: step for step in as_it_went(found, went)}
    assert [told[name].verdict for name in ("fn_fit", "fn_cell", "fn_stage")] == [
        Verdict.REFUSED,
        Verdict.RESTORE,
        Verdict.CHANGED,
    ]
    assert "dead-letters" in told["fn_fit"].why
