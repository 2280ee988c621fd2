"""HubSpot's signatures: its own examples, and everything that somebody else could try."""

import pytest
from pydantic import SecretStr

from connectors.hubspot.signatures import Refusal, Signed, decoded, signer, signer_v1, v1_signature, v3_signature

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
ADDRESS = "https://www.example.com/webhook_uri"
BODY = b"{'example_field':'example_value'}"
NOW = 1_693_657_560_000
SIGNED = "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="
ESCAPED = "https://example.com/api/hubspot/webhooks?src=hs%3Aapp%2Fv3&x=%28a%29"
V1_BODY = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
    b'"changeFlag":"NEW","appId":54321}]'
)


def request(signature: str | None = SIGNED, timestamp: str | None = str(NOW), **changes: object) -> Signed:
    headers = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": timestamp}
    given = {"method": "POST", "uri": ADDRESS, "body": BODY, **changes}
    return Signed(headers={name: value for name, value in headers.items() if value is not None}, **given)


def verdict(signed: Signed, *secrets: str, now: int = NOW) -> SecretStr | Refusal:
    return signer(signed, [SecretStr(one) for one in secrets or (SECRET,)], now)


@pytest.mark.parametrize(
    ("uri", "body", "timestamp", "expected"),
    [
        (ADDRESS, BODY, str(NOW), SIGNED),
        (ADDRESS, BODY, "1700000300000", "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="),
        (ESCAPED, b"[]", "1790000000000", "LJkqxGGUJmcqTlAg5p1vyOdEQ50FR+g/qg8cFTzFD0s="),
    ],
)
def test_the_published_examples_come_out(uri, body, timestamp, expected):
    assert v3_signature(SECRET, method="POST", uri=uri, body=body, timestamp=timestamp) == expected
    assert verdict(request(expected, timestamp, uri=uri, body=body), now=int(timestamp)) == SecretStr(SECRET)


def test_the_older_example_comes_out():
    assert v1_signature(SECRET, V1_BODY) == "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"


def test_only_twelve_escapes_are_undone_and_only_once():
    assert decoded("%3a%2F%3f%40%21%24%27%28%29%2A%2c%3B") == ":/?@!$'()*,;"
    assert decoded("%20%25%3D%26%23%2B%5B") == "%20%25%3D%26%23%2B%5B"
    assert decoded("%253A") == "%253A"


@pytest.mark.parametrize(
    "changes",
    [{"method": "PUT"}, {"uri": f"{ADDRESS}/"}, {"uri": f"{ADDRESS}?a=1"}, {"body": BODY + b" "}, {"body": b""}],
)
def test_a_signature_over_anything_else_is_refused(changes):
    assert verdict(request(**changes)) is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize("given", ["", "x", SIGNED[:-1], SIGNED.lower(), SIGNED + "=", "é" * 44])
def test_what_is_no_signature_is_refused(given):
    assert verdict(request(given)) is Refusal.BAD_SIGNATURE


def test_one_moment_cannot_be_exchanged_for_another():
    assert verdict(request(timestamp=str(NOW + 1))) is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(("away", "is_stale"), [(300_000, False), (300_001, True), (-300_000, False), (-300_001, True)])
def test_five_minutes_both_ways_are_the_limit(away, is_stale):
    assert (verdict(request(), now=NOW + away) is Refusal.STALE) is is_stale


@pytest.mark.parametrize("timestamp", [None, "", "-1", "1e12", "٣", "9" * 5_000, f" {NOW}", "0x1"])
def test_a_moment_that_is_none_makes_no_signature(timestamp):
    assert verdict(request(timestamp=timestamp)) is Refusal.UNSIGNED


def test_without_the_header_there_is_no_signature():
    assert verdict(request(None)) is Refusal.UNSIGNED


def test_any_of_several_apps_may_have_signed_and_the_answer_says_which():
    assert verdict(request(), "other", SECRET) == SecretStr(SECRET)
    assert verdict(request(), "other") is Refusal.BAD_SIGNATURE
    assert signer(request(), [], NOW) is Refusal.BAD_SIGNATURE


def older(signature: str, **more: str) -> SecretStr | Refusal:
    headers = {"x-hubspot-signature": signature, **{name.replace("_", "-"): value for name, value in more.items()}}
    return signer_v1(Signed(method="POST", uri=ADDRESS, body=BODY, headers=headers), [SecretStr(SECRET)])


def test_the_older_signature_is_taken_alone_and_never_beside_a_newer_one():
    right = v1_signature(SECRET, BODY)
    assert older(right) == SecretStr(SECRET)
    assert older(right, x_hubspot_signature_version="v1") == SecretStr(SECRET)
    assert older(right.upper()) is Refusal.BAD_SIGNATURE
    assert older(right, x_hubspot_signature_version="v2") is Refusal.UNSIGNED
    assert older(right, x_hubspot_signature_v3="wrong") is Refusal.UNSIGNED
    assert signer_v1(request(None), [SecretStr(SECRET)]) is Refusal.UNSIGNED
