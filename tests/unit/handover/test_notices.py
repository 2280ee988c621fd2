from dataclasses import replace

import pytest

from mappings.notices import body_property, values_of
from syncer.handover.notices import (
    Form,
    Notice,
    Purpose,
    body_of,
    escalation_key,
    handover_key,
    is_told,
    lead_resume_key,
    marker,
    proposal_key,
    resume_key,
    rung_of,
)
from syncer.moments import DAY, HOUR, Millis, iso
from syncer.records import Kind

AT = Millis(1_795_244_400_000)
CARD = Notice(
    key=handover_key("12", 2, 1), form=Form.TASK, purpose=Purpose.HANDOVER, kind=Kind.CONTACT, record_id="12", at=AT
)
QUESTION = replace(CARD, key=proposal_key("8", AT), purpose=Purpose.PROPOSAL, kind=Kind.DEAL, record_id="8")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], False),
        ([CARD], True),
        # Another number of the cycle, as later knowledge has it, of the same hand-over.
        ([replace(CARD, key=handover_key("12", 3, 1), at=Millis(AT - HOUR))], True),
        # A hand-over of its own, a week earlier.
        ([replace(CARD, key=handover_key("12", 1, 1), at=Millis(AT - 7 * DAY))], False),
        # The same number of the cycle, whatever its moment is now.
        ([replace(CARD, at=Millis(AT - 40 * DAY))], True),
        ([replace(CARD, purpose=Purpose.PROPOSAL)], False),
    ],
)
def test_an_occasion_is_told_once_also_where_knowledge_has_moved_it(told, expected):
    assert is_told(CARD, told) is expected


def test_a_deals_owner_is_asked_once_a_month():
    earlier = replace(QUESTION, key=proposal_key("8", AT - 29 * DAY), at=Millis(AT - 29 * DAY))
    assert is_told(QUESTION, [earlier])
    assert not is_told(QUESTION, [replace(earlier, at=Millis(AT - 31 * DAY))])


def test_a_lead_and_a_deal_of_one_id_come_back_each_by_itself():
    keys = [make("8", AT) for make in (lead_resume_key, resume_key)]
    assert len({marker(key) for key in keys}) == 2
    assert lead_resume_key("8", AT) != lead_resume_key("8", AT + DAY)


def test_a_return_is_told_once_though_its_date_moves_a_little():
    back = replace(QUESTION, key=resume_key("8", AT), purpose=Purpose.RESUME)
    earlier = replace(back, key=resume_key("8", AT - 20 * DAY), at=Millis(AT - 20 * DAY))
    assert is_told(back, [earlier])
    assert not is_told(back, [replace(earlier, at=Millis(AT - 31 * DAY))])
    assert not is_told(back, [replace(earlier, purpose=Purpose.PROPOSAL)])


def test_each_rung_of_an_escalation_is_an_occasion_of_its_own():
    owner = replace(CARD, key=escalation_key("12", 2, 1, "1x-owner"), purpose=Purpose.ESCALATION)
    lead = replace(owner, key=escalation_key("12", 2, 1, "2x-owner.72"))
    assert [rung_of(one) for one in (owner, lead, CARD)] == ["1x-owner", "2x-owner-72", ""]
    assert not is_told(lead, [owner])
    moved = replace(lead, key=escalation_key("12", 3, 1, "2x-owner.72"), at=Millis(AT - HOUR))
    assert is_told(lead, [owner, moved])
    assert not is_told(lead, [replace(moved, at=Millis(AT - 2 * DAY))])


def test_the_marker_ends_the_text_and_holds_nothing_that_a_crm_would_change():
    assert marker("handover.12.2.1") == "[syncer handover.12.2.1]"
    assert marker("handover.<a&b>.1.1") == "[syncer handover.-a-b-.1.1]"
    assert body_of(["A < B & C", "two"], "k.1") == "A &lt; B &amp; C<br>two<br>[syncer k.1]"


def test_a_task_is_due_when_it_was_agreed_and_a_note_stands_at_the_present():
    task = values_of(CARD, title="T", body="B", owner_id="71", due_at=Millis(AT + HOUR), now=AT)
    assert task == {
        "hs_timestamp": iso(AT + HOUR),
        "hs_task_subject": "T",
        "hs_task_body": "B",
        "hs_task_status": "NOT_STARTED",
        "hs_task_priority": "HIGH",
        "hs_task_type": "TODO",
        "hubspot_owner_id": "71",
    }
    note = values_of(replace(CARD, form=Form.NOTE), title="T <1>", body="B", owner_id=None, due_at=None, now=AT)
    assert note == {"hs_timestamp": iso(AT), "hs_note_body": "<b>T &lt;1&gt;</b><br>B"}
    question = values_of(QUESTION, title="T", body="B", owner_id=None, due_at=None, now=AT)
    assert (question["hs_timestamp"], question["hs_task_priority"]) == (iso(AT), "MEDIUM")
    assert [body_property(form) for form in Form] == ["hs_note_body", "hs_task_body"]
