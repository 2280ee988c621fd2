"""OAuth without I/O, driven by hand."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.exchange import Answer
from connectors.hubspot.oauth import REASONS, App, Grant, authorize_url, redeem, refusal, renew, seed
from connectors.hubspot.tokens import run
from syncer.errors import AuthFailed, BadAnswer, SyncerError, Unavailable
from syncer.moments import MINUTE, SECOND, Millis

APP = App(client_id="app-1", client_secret="s3cret-of-app", redirect_url="http://localhost:8418/oauth/callback")
NOW = Millis(1_795_500_000_000)
REPLY = {
    "token_type": "bearer",
    "access_token": "access-2",
    "refresh_token": "refresh-2",
    "expires_in": 1800,
    "hub_id": 42,
    "scopes": ["crm.objects.contacts.read"],
}


def answer(status: int, body: object) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status=status, headers={}, body=raw)


def granted(reply: Mapping[str, object], before: Grant | None = None) -> Grant:
    return run(renew(APP, before or seed("refresh-1"), NOW), lambda _: answer(200, reply))


def test_a_renewal_asks_once_and_everything_secret_stands_in_the_form() -> None:
    flow = renew(APP, seed("refresh-1"), NOW)
    form = next(flow)
    assert form == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-1",
        "client_id": "app-1",
        "client_secret": "s3cret-of-app",
    }
    with pytest.raises(StopIteration) as done:
        flow.send(answer(200, REPLY))
    grant = done.value.value
    assert (grant.access_token, grant.refresh_token) == ("access-2", "refresh-2")
    assert (grant.portal_id, grant.scopes) == ("42", ("crm.objects.contacts.read",))
    assert grant.expires_at - NOW == 30 * MINUTE
    assert grant.renew_at - NOW == 25 * MINUTE


def test_a_code_is_exchanged_with_the_redirect_address_it_was_given_to() -> None:
    form = next(redeem(APP, "code-1", NOW))
    assert (form["grant_type"], form["code"]) == ("authorization_code", "code-1")
    assert form["redirect_uri"] == APP.redirect_url


def test_a_short_life_is_renewed_before_its_last_sixth() -> None:
    assert granted(REPLY | {"expires_in": 6}).renew_at - NOW == 5 * SECOND


@pytest.mark.parametrize("missing", ["expires_in", "refresh_token", "hub_id", "scopes", "token_type"])
def test_what_an_answer_leaves_out_stays_as_it_was(missing: str) -> None:
    before = granted(REPLY | {"refresh_token": "refresh-1", "hub_id": 7})
    grant = granted({key: value for key, value in REPLY.items() if key != missing}, before)
    assert grant.access_token == "access-2"
    assert grant.refresh_token == ("refresh-1" if missing == "refresh_token" else "refresh-2")
    assert grant.portal_id == ("7" if missing == "hub_id" else "42")
    assert grant.scopes == ("crm.objects.contacts.read",)
    assert grant.expires_at - NOW == 30 * MINUTE


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("1800", 30), (3600.0, 60), (0, 30), (-5, 30), ("soon", 30), (1e300, 30), (40_000_000, 30), ({}, 30), (None, 30)],
)
def test_a_life_that_makes_no_sense_is_half_an_hour(said: object, minutes: int) -> None:
    assert (granted(REPLY | {"expires_in": said}).expires_at - NOW) // MINUTE == minutes


@pytest.mark.parametrize(
    ("reply", "scopes"),
    [
        ({"scopes": "a b"}, ("a", "b")),
        ({"scopes": None, "scope": "a b"}, ("a", "b")),
        ({"scopes": []}, None),
        ({"scopes": 7}, None),
        ({"scopes": None}, None),
    ],
)
def test_scopes_are_taken_as_they_come(reply: Mapping[str, object], scopes: tuple[str, ...] | None) -> None:
    assert granted(REPLY | reply).scopes == scopes


@pytest.mark.parametrize(
    "body",
    [
        b"<html>moment</html>",
        b"",
        b"\xff\xfe",
        b'{"access_token": "to',
        {"refresh_token": "x"},
        REPLY | {"access_token": ""},
        REPLY | {"access_token": "two words"},
        REPLY | {"access_token": None},
        [REPLY],
    ],
)
def test_a_success_that_grants_nothing_is_no_grant(body: object) -> None:
    with pytest.raises(BadAnswer) as caught:
        run(renew(APP, seed("refresh-1"), NOW), lambda _: answer(200, body))
    assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        (400, {"error": "invalid_grant", "status": "BAD_REFRESH_TOKEN"}, AuthFailed, "revoked"),
        (400, {"error": "invalid_grant"}, AuthFailed, "revoked"),
        (400, {"status": "BAD_HUB", "error": "access_denied"}, AuthFailed, "revoked"),
        (400, {"status": "BAD_CLIENT_ID", "error": "invalid_grant"}, AuthFailed, "client id"),
        (401, {"error": "invalid_client"}, AuthFailed, "client id"),
        (400, {"status": "BAD_REDIRECT_URI"}, AuthFailed, "redirect"),
        (400, {"status": "SOMETHING_NEW"}, AuthFailed, "revoked"),
        (400, b"<html>", AuthFailed, "revoked"),
        (429, {"policyName": "SECONDLY"}, Unavailable, ""),
        (503, b"<html>", Unavailable, ""),
        (477, b"", Unavailable, ""),
        (404, b"<html>", BadAnswer, "versions.oauth"),
        (302, b"", BadAnswer, "HUBSPOT_BASE_URL"),
    ],
)
def test_a_refusal_says_what_to_do(status: int, body: object, kind: type[SyncerError], says: str) -> None:
    error = refusal(answer(status, body))
    assert type(error) is kind
    assert says in (error.hint or "")


@pytest.mark.parametrize("key", ["status", "error", "message", "error_description"])
def test_a_refusal_repeats_no_word_that_it_does_not_know(key: str) -> None:
    body = {"status": "BAD_REFRESH_TOKEN", "error": "invalid_grant"} | {key: "s3cret-of-app refresh-1"}
    error = refusal(answer(400, body))
    assert "s3cret" not in f"{error}{error.hint}"
    assert "refresh-1" not in f"{error}{error.hint}"


def test_every_reason_has_words_for_a_person() -> None:
    assert all(len(words) > 20 for words in REASONS.values())


def test_no_repr_shows_a_secret() -> None:
    grant = granted(REPLY)
    for secret in ("s3cret-of-app", "access-2", "refresh-2"):
        assert secret not in f"{APP!r} {grant!r}"


def test_the_address_of_the_consent_names_app_scopes_redirect_and_state_and_no_secret() -> None:
    url = authorize_url(APP, address="https://app.hubspot.com", scopes=("a.b", "c"), optional=("d",), state="st")
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://app.hubspot.com/oauth/authorize"
    assert parse_qs(parts.query) == {
        "client_id": ["app-1"],
        "redirect_uri": [APP.redirect_url],
        "scope": ["a.b c"],
        "optional_scope": ["d"],
        "state": ["st"],
    }
    assert "s3cret" not in url
