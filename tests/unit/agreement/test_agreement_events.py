import pytest

from syncer.agreement import UNCLASSIFIED, load_default, parse_agreement
from syncer.records import ActivityKind

EVENTS = load_default().events


@pytest.mark.parametrize(
    ("kind", "subject", "event"),
    [
        ("form", "Demo anfragen", "demo_request"),
        ("form", "demo_request_2024", "demo_request"),
        ("form", "DemoRequest EN", "demo_request"),
        ("form", "Produktvorführung vereinbaren", "demo_request"),
        ("form", "Demographic survey", UNCLASSIFIED),
        ("form", "Request a quote", "offer_request"),
        ("form", "Angebot anfordern", "offer_request"),
        ("form", "Stellenangebot: Bewerbung", UNCLASSIFIED),
        ("form", "Wunschtermin buchen", "meeting_booked"),
        ("form", "Terminal settings", UNCLASSIFIED),
        ("form", "Book a call", "meeting_booked"),
        ("form", "Whitepaper TCO Download", "whitepaper"),
        ("form", "E-Book: Einkauf 2026", "whitepaper"),
        ("form", "Studie zur Beschaffung", "whitepaper"),
        ("form", "Webinar: live demo", "webinar_registered"),
        ("form", "GoToWebinar attended", "webinar_attended"),
        ("form", "Newsletter", "newsletter_optin"),
        ("form", "Newsletter abbestellen", "unsubscribe"),
        ("form", "Kontaktformular", "contact_request"),
        ("form", "Free trial", "trial_request"),
        ("form", "Footer 7", UNCLASSIFIED),
        ("form", None, UNCLASSIFIED),
        ("page_view", "https://example.test/de/preise", "pricing_view"),
        ("page_view", "https://example.test/pricing/", "pricing_view"),
        ("page_view", "https://example.test/preisverleihung", "page_view"),
        ("page_view", "https://example.test/karriere/offen", "careers_view"),
        ("page_view", "https://example.test/blog", "page_view"),
        ("email_click", "Newsletter Mai", "newsletter_click"),
        ("email_in", "Re: Angebot", "email_reply"),
        ("unsubscribe", None, "unsubscribe"),
        ("registration", "Hausmesse", "event_registered"),
        ("call", "Demo call", ""),
        ("email_out", "Angebot", ""),
        ("note", "Whitepaper", ""),
        ("lifecycle", "lead", ""),
    ],
)
def test_default_events_know_german_and_english_names(kind: str, subject: str | None, event: str) -> None:
    assert EVENTS.classify(kind, subject, None, None) == event


@pytest.mark.parametrize(
    ("outcome", "event"),
    [
        ("COMPLETED", "meeting_booked"),
        ("SCHEDULED", "meeting_booked"),
        (None, "meeting_booked"),
        ("CANCELED", ""),
        ("no_show", ""),
    ],
)
def test_meeting_counts_unless_it_fell_through(outcome: str | None, event: str) -> None:
    assert EVENTS.classify("meeting", "Kick-off", None, outcome) == event


@pytest.mark.parametrize(
    ("outcome", "event"),
    [("ATTENDED", "webinar_attended"), ("NO_SHOW", "webinar_registered"), (None, "webinar_registered")],
)
def test_webinar_counts_as_attended_only_with_that_outcome(outcome: str | None, event: str) -> None:
    assert EVENTS.classify("registration", "Webinar TCO", None, outcome) == event


def test_asset_is_searched_as_well_as_the_subject() -> None:
    assert EVENTS.classify("page_view", "Unsere Tarife", "/preise", None) == "pricing_view"
    assert EVENTS.classify("form", "Formular 3", "white-paper-tco", None) == "whitepaper"


def test_first_rule_that_hits_wins() -> None:
    text = "events: [{event: one, kinds: [form], match: a}, {event: two, kinds: [form], match: ab}]\n"
    events = parse_agreement(text, "agreement.yaml").events
    assert events.classify("form", "AB", None, None) == "one"
    assert events.names == {"one", "two", UNCLASSIFIED}


def test_every_kind_that_a_contact_starts_is_classified() -> None:
    own = [kind for kind in ActivityKind if EVENTS.classify(kind.value, "x", None, None)]
    assert own == [
        ActivityKind.FORM,
        ActivityKind.EMAIL_CLICK,
        ActivityKind.PAGE_VIEW,
        ActivityKind.EMAIL_IN,
        ActivityKind.REGISTRATION,
        ActivityKind.UNSUBSCRIBE,
        ActivityKind.MEETING,
    ]


def test_same_activity_is_the_same_event_every_time() -> None:
    assert [EVENTS.classify("form", "Demo", "f1", None) for _ in range(3)] == ["demo_request"] * 3


def test_many_distinct_activities_keep_the_memory_bounded() -> None:
    events = parse_agreement("agreement: {version: 2}\n", "agreement.yaml").events
    for number in range(50_010):
        events.classify("page_view", f"/page/{number}", None, None)
    assert len(events._known) <= 50_000
    assert events.classify("page_view", "/page/1", None, None) == "page_view"
