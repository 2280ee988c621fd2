import pytest

from syncer.records import Kind
from syncer.writeback import Verdict, restoring, undo
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
