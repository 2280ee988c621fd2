import pytest

from syncer.agreement import load_default
from syncer.privacy import consent_test
from syncer.records import Contact


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({"consent": "Freely given consent from contact"}, True),
        ({"consent": "Legitimate interest – prospect/lead"}, False),
        ({}, False),
    ],
)
def test_consent_is_what_the_agreement_says_and_nothing_where_it_is_unknown(fields, holds):
    assert consent_test(load_default())(Contact(id="1", fields=fields), 0) is holds
