"""How a contact's facts read on their page."""

from zoneinfo import ZoneInfo

import pytest

from jobs.web.tales import _written, facts_of
from syncer.records import Evidence


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("https://www.firma.example/preise?utm_source=mail&x=1", "www.firma.example/preise"),
        ("https://www.firma.example/", "www.firma.example"),
        ("Angebot: was kostet das?", "Angebot: was kostet das?"),
        (None, ""),
    ],
)
def test_an_address_stands_without_scheme_and_parameters_and_whole_beside_it(subject, shown):
    row = Evidence(0, 0, "1", "page_view", subject, None, None, None, None, 0)

    [fact] = facts_of([row], ZoneInfo("UTC"), "en")

    assert (fact.subject, fact.whole) == (shown, subject or "")


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        ("2026-10-21T06:11:36.445Z", "2026-10-21 08:11", "21.10.2026 08:11"),
        ("2026-10-21", "2026-10-21", "21.10.2026"),
        ("3824", "3824", "3824"),
        ("+1 (2026-10-21)", "+1 (2026-10-21)", "+1 (2026-10-21)"),
        (None, "–", "–"),
        ("", "–", "–"),
    ],
)
def test_a_moment_that_the_crm_was_told_reads_as_people_write_it(value, english, german):
    berlin = ZoneInfo("Europe/Berlin")
    assert (_written(value, berlin, "en"), _written(value, berlin, "de")) == (english, german)
