"""What is known beforehand, such as a planned meeting, brings the contact up when its time comes."""

import pytest

from syncer.funnel import decide_contact
from tests.unit.funnel.build import at, deal_facts, decided_deal, facts, row, rules

#: A Tuesday; the meeting is on the Thursday after it.
_NOW, _MEETING = "2026-11-24T10:00", "2026-11-26T14:00"


@pytest.mark.parametrize("has_deal", [False, True])
def test_a_planned_meeting_is_due_when_it_takes_place(has_deal):
    deals = [decided_deal(deal_facts([("2026-11-20", "closedlost")]), "2026-11-24")] if has_deal else []
    known = facts([row("2026-11-23", "page_view", "/blog"), row(_MEETING, "meeting", "Demo")], deals=deals)
    before = decide_contact(known, rules=rules(), as_of=at(_NOW))
    assert before.due_at is not None
    assert before.due_at <= at(_MEETING)
    after = decide_contact(known, rules=rules(), as_of=at(_MEETING))
    assert len(after.events) > len(before.events)
