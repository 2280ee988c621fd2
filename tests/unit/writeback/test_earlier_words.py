"""Whose words versions are, where no ledger says so."""

import pytest

from syncer.moments import MINUTE, Millis
from syncer.records import Change, ChangeSource, Kind
from syncer.writeback import earlier_words

_INTEGRATION, _USER = ChangeSource.INTEGRATION, ChangeSource.USER


def change(name: str, at: int, source: ChangeSource = _INTEGRATION, by: str | None = "7") -> Change:
    return Change(
        kind=Kind.CONTACT, record_id="1", property=name, value="x", at=Millis(at), source=source, source_id=by
    )


def test_what_the_author_of_our_own_property_wrote_besides_is_ours():
    stage, status = change("stage", 50), change("lead_status", 10)
    assert earlier_words([stage, status], "stage", before=None) == [stage, status]


@pytest.mark.parametrize(
    "other",
    [
        change("lead_status", 50, by="8"),
        change("lead_status", 50, by=None),
        change("lead_status", 50, _USER),
        change("lead_status", 50, ChangeSource.AUTOMATION),
    ],
)
def test_another_author_speaks_for_themselves(other):
    stage = change("stage", 50)
    assert earlier_words([stage, other], "stage", before=None) == [stage]


def test_a_persons_edit_of_our_property_makes_nobody_one_of_us():
    assert earlier_words([change("stage", 50, _USER), change("lead_status", 50)], "stage", before=None) == []


def test_of_an_author_without_a_name_only_what_was_written_beside_it_counts():
    stage, near = change("stage", 50, by=None), change("lifecycle", 50 + MINUTE, by=None)
    far = change("lifecycle", 50 + 60 * MINUTE, by=None)
    assert earlier_words([stage, near, far], "stage", before=None) == [stage, near]


def test_what_this_databases_own_ledger_covers_is_left_to_it():
    early, late = change("stage", 50), change("lead_status", 90 * MINUTE)
    assert earlier_words([early, late], "stage", before=90 * MINUTE) == [early]


def test_what_the_crm_dates_just_before_we_settled_it_is_in_the_ledger():
    stage = change("stage", 90 * MINUTE - 1_500)
    assert earlier_words([stage], "stage", before=90 * MINUTE) == []
