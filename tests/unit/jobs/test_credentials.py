"""How `.env` and `syncer.yaml` say by what an account is opened."""

import pytest
from cryptography.fernet import Fernet

from jobs.init import write_files
from jobs.settings import load_settings
from syncer.errors import ConfigError

KEY = Fernet.generate_key().decode()
APP = {"HUBSPOT_CLIENT_ID": "app-1", "HUBSPOT_CLIENT_SECRET": "s3cret-of-app"}
REFRESH = {"HUBSPOT_REFRESH_TOKEN": "eu1-refresh"}
TOKEN = {"HUBSPOT_ACCESS_TOKEN": "pat-1"}
NAMES = ("HUBSPOT_ACCESS_TOKEN", *APP, *REFRESH, "SYNCER_ENCRYPTION_KEYS", "B_TOKEN", "B_REFRESH", "HUBSPOT_BASE_URL")


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Return how to load settings from an environment and a file."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)

    def call(environment, text=""):
        (tmp_path / "syncer.yaml").write_text(text or "accounts: {hubspot: {}}\n", encoding="utf-8")
        (tmp_path / ".env").write_text("".join(f"{k}={v}\n" for k, v in environment.items()), encoding="utf-8")
        return load_settings()

    return call


def problems_of(load, environment, text=""):
    with pytest.raises(ConfigError) as caught:
        load(environment, text)
    assert "s3cret" not in str(caught.value)
    assert "eu1-refresh" not in str(caught.value)
    return {one.key: str(one) for one in caught.value.problems}


@pytest.mark.parametrize(
    ("environment", "is_oauth"),
    [
        (TOKEN, False),
        (TOKEN | APP, False),
        (APP, True),
        (APP | REFRESH, True),
        (TOKEN | APP | REFRESH, True),
    ],
)
def test_the_variables_tell_which_kind_of_token_it_is(load, environment, is_oauth):
    account = load(environment).accounts["hubspot"]
    assert (account.oauth is not None) is is_oauth
    assert (account.token is None) is is_oauth


@pytest.mark.parametrize(
    ("text", "is_oauth"),
    [
        ("accounts: {hubspot: {auth: token}}\n", False),
        ("accounts: {hubspot: {auth: oauth}}\n", True),
        ("accounts: {hubspot: {oauth: {}}}\n", True),
        ("accounts: {hubspot: {token_env: B_TOKEN}}\n", False),
    ],
)
def test_the_file_may_say_it_instead(load, text, is_oauth):
    account = load(TOKEN | APP | REFRESH | {"B_TOKEN": "pat-2"}, text).accounts["hubspot"]
    assert (account.oauth is not None) is is_oauth


def test_an_oauth_app_is_read_with_its_redirect_address_and_hides_its_secrets(load):
    text = 'accounts: {hubspot: {oauth: {redirect_url: "https://ops.firma.example/hubspot"}}}\n'
    settings = load(APP | REFRESH | {"SYNCER_ENCRYPTION_KEYS": f"{KEY}, {KEY}"}, text)
    oauth = settings.accounts["hubspot"].oauth
    assert (oauth.client_id, oauth.redirect_url) == ("app-1", "https://ops.firma.example/hubspot")
    assert oauth.refresh_token.get_secret_value() == "eu1-refresh"
    assert [key.get_secret_value() for key in settings.encryption_keys] == [KEY, KEY]
    for secret in ("s3cret-of-app", "eu1-refresh", KEY):
        assert secret not in repr(settings)


@pytest.mark.parametrize(
    ("environment", "text", "tier"),
    [
        (APP, "", "oauth"),
        (TOKEN, "", "professional"),
        (APP, "accounts: {hubspot: {tier: enterprise}}\n", "enterprise"),
    ],
)
def test_an_app_has_the_allowance_of_public_apps_unless_the_file_knows_better(load, environment, text, tier):
    assert load(environment, text).accounts["hubspot"].tier == tier


def test_every_missing_part_of_an_app_is_named_at_once(load):
    found = problems_of(load, REFRESH)
    assert set(found) == {"HUBSPOT_CLIENT_ID", "HUBSPOT_CLIENT_SECRET"}
    assert "Auth page" in found["HUBSPOT_CLIENT_SECRET"]


def test_faults_of_several_accounts_and_of_the_keys_come_together(load):
    text = "accounts: {a: {token_env: B_TOKEN}, b: {auth: oauth}}\n"
    found = problems_of(load, {"SYNCER_ENCRYPTION_KEYS": f"{KEY},short"}, text)
    assert set(found) == {"B_TOKEN", "HUBSPOT_CLIENT_ID", "HUBSPOT_CLIENT_SECRET", "SYNCER_ENCRYPTION_KEYS"}
    assert KEY not in found["SYNCER_ENCRYPTION_KEYS"]
    assert "32 bytes" in found["SYNCER_ENCRYPTION_KEYS"]


def test_one_refresh_token_for_two_accounts_is_refused(load):
    text = "accounts: {a: {auth: oauth}, b: {auth: oauth}}\n"
    found = problems_of(load, APP | REFRESH, text)
    assert "a, b share" in found["HUBSPOT_REFRESH_TOKEN"]
    named = "accounts: {a: {auth: oauth}, b: {oauth: {refresh_token_env: B_REFRESH}}}\n"
    assert set(load(APP | REFRESH | {"B_REFRESH": "eu1-other"}, named).accounts) == {"a", "b"}


@pytest.mark.parametrize(
    "url", ["http://ops.firma.example/x", "ftp://localhost/", "https://a.example/?x=1", "localhost"]
)
def test_a_redirect_address_that_hubspot_would_not_take_is_named_with_its_line(load, url):
    with pytest.raises(ConfigError) as caught:
        load(APP, f'accounts:\n  hubspot:\n    oauth: {{redirect_url: "{url}"}}\n')
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (3, "accounts.hubspot.oauth.redirect_url")
    assert "http://localhost" in problem.message


def test_init_writes_a_key_of_its_own_into_a_new_env(tmp_path):
    keys = set()
    for name in ("a", "b"):
        write_files(tmp_path / name)
        lines = (tmp_path / name / ".env").read_text(encoding="utf-8").splitlines()
        (key,) = [line.partition("=")[2] for line in lines if line.startswith("SYNCER_ENCRYPTION_KEYS=")]
        Fernet(key)
        keys.add(key)
    assert len(keys) == 2
