import pytest

from syncer.moments import DAY, MINUTE
from syncer.records import Change, ChangeSource, Kind
from syncer.writeback import Written, is_clearing, is_echo, override_of
from tests.unit.writeback.cases import NOW

OURS = {"lifecyclestage": Written(value="lead", at=NOW)}


def change(value="lead", *, at=NOW, source=ChangeSource.INTEGRATION, name="lifecyclestage"):
    return Change(kind=Kind.CONTACT, record_id="1", property=name, value=value, at=at, source=source, source_id="7")


def test_our_own_value_coming_back_is_an_echo():
    assert is_echo(change(), OURS)
    assert is_echo(change(at=NOW - 5 * MINUTE), OURS), "clocks differ a little"
    assert is_echo(change(at=NOW + DAY), OURS)


@pytest.mark.parametrize(
    "news",
    [
        change("customer"),
        change(source=ChangeSource.USER),
        change(at=NOW - DAY),
        change(name="hs_lead_status"),
    ],
)
def test_another_value_another_writer_or_an_earlier_one_is_news(news):
    assert not is_echo(news, OURS)


@pytest.mark.parametrize(
    ("seen", "ours", "expected"),
    [
        (change(None, at=NOW - MINUTE), "lead", True),
        (change("", at=NOW), "lead", True),
        (change("customer", at=NOW), "lead", False),
        (change(None, at=NOW), None, False),
        (change(None, at=NOW, source=ChangeSource.USER), "lead", False),
        (change(None, at=NOW - DAY), "lead", False),
        (change(None, at=NOW + DAY), "lead", False),
    ],
)
def test_the_blank_between_an_old_value_and_ours_is_our_own(seen, ours, expected):
    assert is_clearing(seen, Written(value=ours, at=NOW)) is expected


def override(*history):
    return override_of(history, OURS, properties=("lifecyclestage", "fn_stage"))


def test_a_persons_newer_edit_is_an_override():
    found = override(change("customer", at=NOW + 1, source=ChangeSource.USER))
    assert (found.property, found.value, found.at, found.by, found.ours) == (
        "lifecyclestage",
        "customer",
        NOW + 1,
        "7",
        "lead",
    )


def test_the_latest_edit_speaks():
    edits = [
        change(value, at=NOW + at, source=ChangeSource.USER) for value, at in (("customer", 2), ("other", 3), ("x", 1))
    ]
    assert override(*edits).value == "other"


@pytest.mark.parametrize(
    "edit",
    [
        change("customer", at=NOW, source=ChangeSource.USER),
        change("lead", at=NOW + 1, source=ChangeSource.USER),
        change("customer", at=NOW + 1, source=ChangeSource.AUTOMATION),
        change("x", at=NOW + 1, source=ChangeSource.USER, name="hs_lead_status"),
    ],
)
def test_older_equal_automatic_or_foreign_edits_are_none(edit):
    assert override(edit) is None


def test_an_edit_where_we_never_wrote_is_an_override_of_nothing():
    found = override(change("OUT", source=ChangeSource.USER, name="fn_stage"))
    assert (found.value, found.ours) == ("OUT", None)


def test_no_history_is_no_override():
    assert override() is None
