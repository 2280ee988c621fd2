"""Status and body to error, as a table; and what of a body may be repeated to a person."""

import json

import pytest

from connectors.facts import facts_of, scrubbed
from connectors.limits import Bucket
from connectors.statuses import ERRORS, Case, Effect, Errand, Meaning, error_of, item_case, meaning_of
from syncer.errors import (
    AlreadyExists,
    AuthFailed,
    BadAnswer,
    Bug,
    Missing,
    MissingScope,
    RateLimited,
    Rejected,
    SchemaChanged,
    SyncerError,
    Unavailable,
    UnknownOutcome,
)

READ = Errand(stream="contacts")
SEARCH = Errand(stream="contacts", bucket=Bucket.SEARCH)
FEED = Errand(stream="page_views", tiered=True)
WRITE = Errand(stream="contacts", effect=Effect.REPEATABLE)
HTML = b"<html><title>Error 404 Not Found</title></html>"
NO_PROPERTY = {"category": "VALIDATION_ERROR", "errors": [{"code": "PROPERTY_DOESNT_EXIST", "message": "x"}]}


@pytest.mark.parametrize(
    ("status", "body", "errand", "meaning", "error"),
    [
        (429, {"policyName": "DAILY"}, READ, Meaning.DAY_SPENT, RateLimited),
        (429, {"policyName": "DAILY"}, SEARCH, Meaning.DAY_SPENT, RateLimited),
        (429, {"policyName": "TEN_SECONDLY_ROLLING"}, READ, Meaning.BURST_LIMIT, RateLimited),
        (429, {"policyName": "TEN_SECONDLY_ROLLING"}, SEARCH, Meaning.BURST_LIMIT, RateLimited),
        (429, {"policyName": "SECONDLY"}, READ, Meaning.SEARCH_LIMIT, RateLimited),
        (429, {"message": "You have reached your daily limit."}, READ, Meaning.DAY_SPENT, RateLimited),
        (429, {"message": "You reached your ten_secondly_rolling limit"}, SEARCH, Meaning.BURST_LIMIT, RateLimited),
        (429, {"message": "You have reached your secondly limit."}, READ, Meaning.SEARCH_LIMIT, RateLimited),
        (429, {"category": "RATE_LIMITS"}, SEARCH, Meaning.SEARCH_LIMIT, RateLimited),
        (429, {}, READ, Meaning.BURST_LIMIT, RateLimited),
        (429, HTML, WRITE, Meaning.BURST_LIMIT, RateLimited),
        (423, {}, WRITE, Meaning.LOCKED, RateLimited),
        (477, {}, READ, Meaning.MIGRATING, RateLimited),
        (500, HTML, READ, Meaning.FAILED, Unavailable),
        (500, HTML, WRITE, Meaning.FAILED, UnknownOutcome),
        (525, {}, READ, Meaning.FAILED, Unavailable),
        (524, HTML, READ, Meaning.OVERDUE, Unavailable),
        (524, HTML, WRITE, Meaning.OVERDUE, UnknownOutcome),
        (401, {"category": "EXPIRED_AUTHENTICATION"}, READ, Meaning.UNAUTHORISED, AuthFailed),
        (403, {"category": "MISSING_SCOPES"}, READ, Meaning.SCOPE, MissingScope),
        (403, {"message": "You do not have permissions"}, WRITE, Meaning.SCOPE, MissingScope),
        (403, HTML, READ, Meaning.ELSEWHERE, BadAnswer),
        (404, {"category": "OBJECT_NOT_FOUND"}, READ, Meaning.ABSENT, Missing),
        (404, HTML, READ, Meaning.ELSEWHERE, BadAnswer),
        (404, HTML, FEED, Meaning.SCOPE, MissingScope),
        (410, HTML, FEED, Meaning.SCOPE, MissingScope),
        (410, HTML, READ, Meaning.ELSEWHERE, BadAnswer),
        (404, {"category": "OBJECT_NOT_FOUND"}, FEED, Meaning.SCOPE, MissingScope),
        (409, {"category": "CONFLICT"}, WRITE, Meaning.EXISTS, AlreadyExists),
        (400, NO_PROPERTY, READ, Meaning.NO_PROPERTY, SchemaChanged),
        (400, NO_PROPERTY, WRITE, Meaning.NO_PROPERTY, SchemaChanged),
        (400, {"category": "VALIDATION_ERROR"}, WRITE, Meaning.REFUSED, Rejected),
        (400, {"category": "VALIDATION_ERROR"}, READ, Meaning.REFUSED, BadAnswer),
        (414, HTML, READ, Meaning.OURS, Bug),
        (405, HTML, WRITE, Meaning.ELSEWHERE, BadAnswer),
        (301, b"", READ, Meaning.ELSEWHERE, BadAnswer),
        (999, b"", READ, Meaning.ELSEWHERE, BadAnswer),
    ],
)
def test_the_table(status: int, body: object, errand: Errand, meaning: Meaning, error: type[SyncerError]) -> None:
    facts = facts_of(body if isinstance(body, bytes) else json.dumps(body).encode())
    assert meaning_of(status, facts, errand) is meaning
    assert type(error_of(Case(meaning=meaning, errand=errand, facts=facts, status=status))) is error


def test_every_meaning_has_an_error() -> None:
    assert set(ERRORS) == set(Meaning)


@pytest.mark.parametrize(
    ("category", "meaning"),
    [
        ("OBJECT_NOT_FOUND", Meaning.ABSENT),
        ("VALIDATION_ERROR", Meaning.REFUSED),
        ("CONFLICT", Meaning.REFUSED),
        ("RATE_LIMITS", Meaning.BURST_LIMIT),
        ("INTERNAL_ERROR", Meaning.FAILED),
        ("SOMETHING_NEW", Meaning.REFUSED),
        (None, Meaning.REFUSED),
    ],
)
def test_the_items_of_a_207(category: str | None, meaning: Meaning) -> None:
    case = item_case({"status": "error", "category": category, "context": {"ids": ["7", "8"]}}, WRITE)
    assert case.meaning is meaning
    assert case.facts.ids == ("7", "8")


def test_an_item_that_is_no_object_is_still_an_error() -> None:
    assert item_case("oops", WRITE).meaning is Meaning.REFUSED


def test_details_embedded_in_the_message_count_like_those_beside_it() -> None:
    inner = '[{"isValid":false,"message":"p","error":"INVALID_OPTION","name":"lifecyclestage"}]'
    facts = facts_of(json.dumps({"message": f"Property values were not valid: {inner}"}).encode())
    assert facts.codes == ("INVALID_OPTION",)
    assert facts.properties == ("lifecyclestage",)


def test_half_an_embedded_list_is_ignored() -> None:
    assert facts_of(b'{"message": "not valid: [{\\"name\\": "}').codes == ()
    assert facts_of(b'{"message": "not valid: [{\\"name\\": ]"}').codes == ()


def test_the_error_names_codes_properties_and_correlation_but_no_value() -> None:
    body = {
        "message": "anna.huber@example.com was not one of the allowed options",
        "correlationId": "c0-11",
        "category": "VALIDATION_ERROR",
        "errors": [
            {
                "code": "INVALID_OPTION",
                "message": "anna.huber@example.com was not one of",
                "context": {"propertyName": ["hs_lead_status"]},
            }
        ],
    }
    facts = facts_of(json.dumps(body).encode())
    error = error_of(Case(meaning=Meaning.REFUSED, errand=WRITE, facts=facts, status=400))
    for part in ("400", "VALIDATION_ERROR", "INVALID_OPTION", "hs_lead_status", "c0-11"):
        assert part in error.message
    assert "anna" not in error.message
    assert isinstance(error, Rejected)
    assert (error.status, error.correlation_id) == (400, "c0-11")


@pytest.mark.parametrize(
    ("message", "kept", "gone"),
    [
        ("Contact already exists. Existing ID: 512159482605", ["512159482605"], []),
        (
            "value=someone@example.com} on 552000000001. 552000000002 has it",
            ["552000000001", "552000000002"],
            ["someone"],
        ),
        ("value=Anna Huber} on 12", ["12"], ["Anna", "Huber"]),
        ("'Anna' and \"Huber\" are not valid", ["are not valid"], ["Anna", "Huber"]),
        ("call +49 170 1234567 now", ["call", "now"], ["1234567"]),
    ],
)
def test_messages_keep_ids_and_lose_people(message: str, kept: list[str], gone: list[str]) -> None:
    text = scrubbed(message)
    assert all(part in text for part in kept)
    assert not any(part in text for part in gone)


def test_a_long_message_is_cut() -> None:
    assert len(scrubbed("x" * 5000)) == 200


def test_the_known_scope_beats_the_long_list_of_the_answer() -> None:
    body = {"category": "MISSING_SCOPES", "errors": [{"context": {"requiredGranularScopes": ["a", "b", "c", "d"]}}]}
    facts = facts_of(json.dumps(body).encode())
    known = error_of(Case(meaning=Meaning.SCOPE, errand=Errand(scope="forms"), facts=facts, status=403))
    unknown = error_of(Case(meaning=Meaning.SCOPE, errand=Errand(), facts=facts, status=403))
    assert known.hint == "grant the token the scope forms"
    assert unknown.hint == "grant the token the scope a, b, c"
