import pytest

from syncer.agreement import load_default
from syncer.legible import legible
from syncer.privacy import Told, reduced

EVENTS = load_default().events
PRICES = Told("https://firma.example/de/preise?utm_id=anna@firma.example", "/de/preise")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("page_view", PRICES),
        ("page_view", Told("https://firma.example/blog/anna-und-der-retrofit", "/blog/anna-und-der-retrofit")),
        ("page_view", Told(None, None)),
        ("email_click", Told("Newsletter 11/2026", "70000001")),
    ],
)
def test_it_stays_the_same_event_and_loses_its_text(kind, told):
    left = reduced(EVENTS, kind, told, None)
    assert EVENTS.classify(kind, *left, None) == EVENTS.classify(kind, *told, None)
    assert "firma" not in str(left)
    assert "anna" not in str(left)
    assert [one is None for one in left] == [one is None for one in told]


def test_what_was_reduced_stays_as_it_is():
    once = reduced(EVENTS, "page_view", PRICES, None)
    assert once.subject.startswith("/preise #")
    assert reduced(EVENTS, "page_view", once, None) == once


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/preise #0123456789abcdef", "/preise"),
        ("#0123456789abcdef", ""),
        ("Newsletter #11", "Newsletter #11"),
        ("", ""),
        (None, ""),
    ],
)
def test_people_are_told_the_word_that_is_left_and_no_digest(text, said):
    assert legible(text) == said


def test_different_contents_stay_different_and_equal_ones_equal():
    other = reduced(EVENTS, "page_view", Told("https://firma.example/en/preise", "/en/preise"), None)
    once = reduced(EVENTS, "page_view", PRICES, None)
    assert len({once, other, reduced(EVENTS, "page_view", PRICES, None)}) == 2


def test_where_only_the_whole_text_is_the_event_it_stays():
    events = type(EVENTS).model_validate(
        [
            {"event": "landing", "kinds": ["page_view"], "match": "(?<=//)firma[.]example(?=/preise)"},
            *EVENTS.model_dump(mode="json"),
        ]
    )
    told = Told("https://firma.example/preise", None)
    assert reduced(events, "page_view", told, None) == told
