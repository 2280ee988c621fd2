import pytest

from syncer.records import Kind
from syncer.writeback import Edit, Move, Wanted, diff, intents, move_of
from syncer.writeback.rules import DEFAULT_ORDER


def wanted(**values):
    return {name: Wanted(value, "rule", "why") for name, value in values.items()}


def test_only_what_differs_is_an_edit():
    edits = diff(wanted(fn_fit="80", fn_stage="LEAD_SQL"), {"fn_fit": "80.0", "fn_stage": "INQUIRY", "other": "x"})
    assert edits == [Edit("fn_stage", "LEAD_SQL", "INQUIRY", "rule", "why")]


def test_blank_wanted_clears_a_value_and_leaves_a_blank_alone():
    edits = diff(wanted(fn_fit=None, fn_cell=None, fn_stage=""), {"fn_fit": "80", "fn_cell": ""})
    assert edits == [Edit("fn_fit", None, "80", "rule", "why")]


def test_a_property_never_read_counts_as_blank():
    assert diff(wanted(fn_fit="1"), {}) == [Edit("fn_fit", "1", None, "rule", "why")]


def test_the_same_wish_of_the_same_decision_has_the_same_key():
    def keys(value, decided_at):
        edits = diff(wanted(fn_fit=value), {})
        rows = intents(edits, account="a", kind=Kind.CONTACT, record_id="1", decided_at=decided_at)
        return [row.decision for row in rows]

    assert keys("1", 7) == keys("1", 7)
    assert keys("1", 7) != keys("2", 7)
    assert keys("1", 7) != keys("1", 8)


def test_intents_carry_everything_an_outbox_row_needs():
    (row,) = intents(
        diff(wanted(fn_fit="1"), {"fn_fit": "2"}), account="a", kind=Kind.DEAL, record_id="9", decided_at=7
    )
    assert (row.account, row.kind, row.record_id, row.property) == ("a", Kind.DEAL, "9", "fn_fit")
    assert (row.value, row.previous, row.rule, row.why) == ("1", "2", "rule", "why")


@pytest.mark.parametrize(
    ("held", "value", "move"),
    [
        (None, "lead", Move.SET),
        ("", "lead", Move.SET),
        ("lead", "lead", Move.NONE),
        ("lead", None, Move.CLEAR),
        (None, "", Move.NONE),
        ("lead", "customer", Move.FORWARD),
        ("customer", "lead", Move.BACKWARD),
        ("other", "customer", Move.BACKWARD),
        ("51439524", "lead", Move.UNKNOWN),
        ("lead", "51439524", Move.UNKNOWN),
    ],
)
def test_a_move_is_told_by_display_order(held, value, move):
    assert move_of(held, value, DEFAULT_ORDER) is move
