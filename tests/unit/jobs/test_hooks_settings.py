"""When an account takes webhooks, and what is said where it cannot."""

import pytest
from pydantic import SecretStr, ValidationError

from jobs.settings import load_settings
from jobs.webhooks.hooks import WebhooksFile, public_address, webhooks_of
from syncer.errors import ConfigError

URL = "https://syncer.firma.example"


def asked(file: WebhooksFile | None, url: str | None, **secrets: str):
    return webhooks_of("one", file, url, lambda name: SecretStr(secrets[name]) if name in secrets else None)


def test_webhooks_are_taken_once_address_and_secret_are_there_and_not_missed_before():
    found, problems = asked(None, URL, HUBSPOT_CLIENT_SECRET="s")
    assert (found.secrets, found.allow_v1, problems) == ((SecretStr("s"),), False, ())
    assert asked(None, None, HUBSPOT_CLIENT_SECRET="s") == (None, ())
    assert asked(None, URL) == (None, ())


def test_who_asks_for_webhooks_is_told_everything_that_lacks():
    file = WebhooksFile(secret_env=["FIRST_APP", "SECOND_APP"], allow_v1=True)
    found, problems = asked(file, None, SECOND_APP="s")
    assert found is None
    assert [one.key for one in problems] == ["FIRST_APP", "SYNCER_PUBLIC_URL"]
    assert all(one.hint for one in problems)
    found, problems = asked(file, URL, FIRST_APP="r", SECOND_APP="s")
    assert ([one.get_secret_value() for one in found.secrets], found.allow_v1, problems) == (["r", "s"], True, ())


def test_a_secret_in_the_place_of_its_variable_is_refused():
    with pytest.raises(ValidationError):
        WebhooksFile(secret_env=["not-a-variable"])
    with pytest.raises(ValidationError):
        WebhooksFile(secret_env=[])


@pytest.mark.parametrize(
    "text",
    ["https://a.example", "https://a.example/crm/", "http://127.0.0.1:8400", "http://localhost", "http://[::1]:1"],
)
def test_addresses_that_can_be_called(text):
    assert public_address(text) == (text.rstrip("/"), ())


@pytest.mark.parametrize(
    "text", ["http://a.example", "a.example", "https://a.example?x=1", "https://a.example/#x", "ftp://x"]
)
def test_addresses_that_cannot(text):
    found, problems = public_address(text)
    assert found is None
    assert [one.key for one in problems] == ["SYNCER_PUBLIC_URL"]


@pytest.mark.parametrize("text", [None, "", "  "])
def test_no_address_is_no_fault(text):
    assert public_address(text) == (None, ())


def test_the_whole_file_says_every_problem_at_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("HUBSPOT_CLIENT_SECRET", "HUBSPOT_CLIENT_ID", "HUBSPOT_REFRESH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-x-1")
    monkeypatch.setenv("SYNCER_PUBLIC_URL", "http://elsewhere.example")
    (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {webhooks: {}}}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_settings()
    assert [one.key for one in raised.value.problems] == [
        "SYNCER_PUBLIC_URL",
        "HUBSPOT_CLIENT_SECRET",
        "SYNCER_PUBLIC_URL",
    ]
    monkeypatch.setenv("SYNCER_PUBLIC_URL", f"{URL}/")
    monkeypatch.setenv("HUBSPOT_CLIENT_SECRET", "s")
    settings = load_settings()
    assert settings.public_url == URL
    assert settings.accounts["hubspot"].webhooks.secrets == (SecretStr("s"),)
