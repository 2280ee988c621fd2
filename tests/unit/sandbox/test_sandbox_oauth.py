"""OAuth as the sandbox plays it."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from connectors.sandbox.grants import OAuthApp
from connectors.sandbox.state import Portal
from syncer.moments import MINUTE
from tests.unit.sandbox.rig import Clock, Crm, Open

BACK = "http://localhost:8418/back"
APP = {"client_id": "app-1", "client_secret": "s3cret"}
PATH = "/oauth/2026-09/token"


@pytest.fixture
def anyone(portal: Portal, open_client: Open) -> Crm:
    """Return a client without a token."""
    return open_client(portal, token=None)


def post(crm: Crm, path: str = PATH, **form: str):
    return crm.request("POST", path, content=urlencode(APP | form).encode())


def code(crm: Crm, **more: str) -> str:
    query = {"client_id": "app-1", "redirect_uri": BACK, "scope": "oauth a", "optional_scope": "b c", "state": "x"}
    answer = crm.get("/oauth/authorize", query | more)
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["location"])
    given = parse_qs(parts.query)
    assert given["state"] == ["x"]
    return given["code"][0]


@pytest.mark.parametrize("path", ["/oauth/v3/token", PATH, "/oauth/2026-03/token"])
def test_a_code_brings_both_tokens_once_and_the_portal_keeps_what_it_lacks(
    portal: Portal, anyone: Crm, path: str
) -> None:
    portal.oauth.withheld = {"c"}
    form = {"grant_type": "authorization_code", "code": code(anyone), "redirect_uri": BACK}
    body = post(anyone, path, **form).json()
    assert (body["token_type"], body["expires_in"], body["hub_id"]) == ("bearer", 1800, portal.account.portal_id)
    assert body["scopes"] == ["a", "b", "oauth"]
    assert {"access_token", "refresh_token"} <= set(body)
    again = post(anyone, path, **form)
    assert (again.status_code, again.json()["status"]) == (400, "BAD_AUTH_CODE")


def test_an_access_token_ends_on_its_time_and_says_so(
    portal: Portal, anyone: Crm, clock: Clock, open_client: Open
) -> None:
    refresh = portal.oauth.install("app-1", ["oauth"])
    body = post(anyone, grant_type="refresh_token", refresh_token=refresh).json()
    crm = open_client(portal, token=body["access_token"])
    clock.pass_(30 * MINUTE - 1)
    assert crm.get("/account-info/v3/details").status_code == 200
    clock.pass_(1)
    answer = crm.get("/account-info/v3/details")
    assert (answer.status_code, answer.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")


@pytest.mark.parametrize("rotates", [False, True])
def test_a_refresh_token_stays_or_is_replaced_as_asked(portal: Portal, anyone: Crm, rotates: bool) -> None:
    portal.oauth.rotates = rotates
    first = portal.oauth.install("app-1", ["oauth"])
    second = post(anyone, grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    assert (first != second) is rotates
    assert post(anyone, grant_type="refresh_token", refresh_token=first).status_code == (400 if rotates else 200)
    assert post(anyone, grant_type="refresh_token", refresh_token=second).status_code == 200


def test_an_app_that_was_removed_gets_nothing_more(portal: Portal, anyone: Crm, open_client: Open) -> None:
    refresh = portal.oauth.install("app-1", ["oauth"])
    access = post(anyone, grant_type="refresh_token", refresh_token=refresh).json()["access_token"]
    portal.oauth.uninstall("app-1")
    answer = post(anyone, grant_type="refresh_token", refresh_token=refresh)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert open_client(portal, token=access).get("/account-info/v3/details").status_code == 401


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"client_secret": "other"}, "BAD_CLIENT_SECRET"),
        ({"client_id": "other"}, "BAD_CLIENT_ID"),
        ({"redirect_uri": f"{BACK}/x"}, "BAD_REDIRECT_URI"),
        ({"code": "x"}, "BAD_AUTH_CODE"),
        ({"grant_type": "password"}, "BAD_GRANT_TYPE"),
    ],
)
def test_a_registered_app_must_say_everything_right(
    portal: Portal, anyone: Crm, form: dict[str, str], status: str
) -> None:
    portal.oauth.apps["app-1"] = OAuthApp(client_id="app-1", client_secret="s3cret", redirects=(BACK,))
    right = {"grant_type": "authorization_code", "code": code(anyone), "redirect_uri": BACK}
    answer = post(anyone, **(right | form))
    assert (answer.status_code, answer.json()["status"]) == (400, status)


def test_a_code_that_waits_too_long_is_over(anyone: Crm, clock: Clock) -> None:
    form = {"grant_type": "authorization_code", "code": code(anyone), "redirect_uri": BACK}
    clock.pass_(10 * MINUTE)
    assert post(anyone, **form).json()["status"] == "EXPIRED_AUTH_CODE"


def test_credentials_in_the_address_and_the_first_version_are_refused(portal: Portal, anyone: Crm) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": portal.oauth.install("app-1", ["oauth"])}
    assert post(anyone, f"{PATH}?{urlencode(APP | form)}", **form).status_code == 400
    assert post(anyone, "/oauth/v1/token", **form).status_code == 404


def test_tokens_cost_no_call(portal: Portal, anyone: Crm) -> None:
    refresh = portal.oauth.install("app-1", ["oauth"])
    answer = post(anyone, grant_type="refresh_token", refresh_token=refresh)
    assert "X-HubSpot-RateLimit-Remaining" not in answer.headers
