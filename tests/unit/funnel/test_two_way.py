"""Which activities show that both sides spoke."""

import pytest

from syncer.funnel.two_way import is_two_way


@pytest.mark.parametrize(
    ("kind", "outcome", "spoke"),
    [
        ("email_in", None, True),
        ("email_out", None, False),
        ("call", "CONNECTED", True),
        ("call", "COMPLETED", True),
        ("call", "NO_ANSWER", False),
        ("call", "LEFT_VOICEMAIL", False),
        ("call", None, False),
        ("meeting", "COMPLETED", True),
        ("meeting", None, True),
        ("meeting", "NO_SHOW", False),
        ("meeting", "CANCELED", False),
        ("note", None, False),
        ("form", "COMPLETED", False),
    ],
)
def test_mail_from_the_contact_an_answered_call_and_a_meeting_that_was_held(
    kind: str, outcome: str | None, *, spoke: bool
) -> None:
    assert is_two_way(kind, outcome) is spoke
