"""How a contact's facts read on their page."""

from zoneinfo import ZoneInfo

import pytest

from jobs.web.tales import facts_of
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
