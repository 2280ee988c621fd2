"""A portal that is connected by OAuth, from the consent to a backfill that outlives its tokens."""

import json
import logging
import os
import re
import socket
import sqlite3
import subprocess
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from structlog.testing import capture_logs

from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.grants import OAuthApp
from jobs.access.connect import ask_consent, code_of, connect
from jobs.access.credentials import OAuthAccess
from jobs.access.scopes import asked_scopes
from jobs.bootstrap import opened_desk
from jobs.rounds import backfill_round, sync_round
from syncer.errors import AuthFailed, ConfigError
from tests.databases import new_store
from tests.e2e.conftest import at_once, settings_for
from tests.processes import SYNCER, Child, call

SECRET = "s3cret-of-app"
KEY = Fernet.generate_key().decode()
PIPES = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)


@pytest.fixture
def other_store(tmp_path):
    """Return a second store, to compare with."""
    with new_store(tmp_path / "other.db") as opened:
        yield opened


def oauth_settings(crm, folder, *, refresh_token=None, keys=(KEY,), redirect="http://localhost:8418/oauth/callback"):
    plain = settings_for(crm.server.base_url, folder)
    access = OAuthAccess(
        client_id="app-1",
        client_secret=SecretStr(SECRET),
        refresh_token=SecretStr(refresh_token) if refresh_token else None,
        redirect_url=redirect,
    )
    account = plain.accounts["hubspot"].model_copy(update={"token": None, "oauth": access})
    update = {"accounts": {"hubspot": account}, "encryption_keys": tuple(map(SecretStr, keys))}
    return plain.model_copy(update=update)


def installed(crm, settings):
    """Let the app in and return settings that begin with its refresh token."""
    required, optional = asked_scopes(settings.accounts["hubspot"])
    refresh_token = crm.portal.oauth.install("app-1", [*required, *optional])
    account = settings.accounts["hubspot"]
    access = account.oauth.model_copy(update={"refresh_token": SecretStr(refresh_token)})
    return settings.model_copy(update={"accounts": {"hubspot": account.model_copy(update={"oauth": access})}})


def agreed(consent):
    """Return the code that HubSpot sends the person back with."""
    answer = httpx.get(consent.url)
    assert answer.status_code == 302
    return code_of(answer.headers["location"], consent.state)


def consented(settings, store, crm):
    """Agree as a person does in the browser and keep what comes back."""
    consent = ask_consent(settings.accounts["hubspot"])
    return connect(settings, store, consent, agreed(consent), clock=crm.clock)


@asynccontextmanager
async def at_work(settings, store, crm):
    async with opened_desk(settings, store, "hubspot", clock=crm.clock, sleep=at_once) as desk:
        yield desk


def mirrored(store):
    with store.snapshot() as unit:
        return dict(unit.mirror.counts("hubspot"))


async def test_a_backfill_outlives_its_tokens_and_reads_what_one_with_a_lasting_token_reads(
    serve, open_desk, sqlite_store, other_store, tmp_path
):
    slow = Faults(rules=[Fault(trouble=Trouble.LATENCY, probability=1.0, seconds=0.12)])
    crm = serve(contacts=60, faults=slow)
    crm.portal.oauth.seconds = 1
    crm.portal.oauth.rotates = True
    settings = installed(crm, oauth_settings(crm, tmp_path))
    async with at_work(settings, sqlite_store, crm) as desk:
        result = await backfill_round(desk)
    assert result.failed == 0
    assert crm.portal.oauth.issued >= 3
    async with open_desk(crm, store=other_store) as desk:
        await backfill_round(desk)
    assert mirrored(sqlite_store) == mirrored(other_store)


async def test_access_tokens_that_are_taken_back_in_the_middle_stop_nothing(serve, sqlite_store, tmp_path):
    crm = serve(contacts=40)
    settings = installed(crm, oauth_settings(crm, tmp_path))
    async with at_work(settings, sqlite_store, crm) as desk:
        await backfill_round(desk)
        for token in list(crm.portal.tokens):
            del crm.portal.tokens[token]
        result = await sync_round(desk)
    assert result.failed == 0
    assert crm.portal.oauth.issued == 2


async def test_a_consent_connects_and_the_kept_grant_serves_the_next_process(serve, sqlite_store, tmp_path):
    crm = serve(contacts=20)
    crm.portal.oauth.apps["app-1"] = OAuthApp(
        client_id="app-1", client_secret=SECRET, redirects=("http://localhost:8418/oauth/callback",)
    )
    crm.portal.oauth.withheld = {"business-intelligence"}
    settings = oauth_settings(crm, tmp_path)
    grant = consented(settings, sqlite_store, crm)
    assert grant.portal_id == str(crm.portal.account.portal_id)
    assert "business-intelligence" not in grant.scopes
    async with at_work(settings, sqlite_store, crm) as desk:
        await backfill_round(desk)
    assert crm.portal.oauth.issued == 1


async def test_a_new_refresh_token_in_the_environment_begins_anew_and_an_old_one_does_not(
    serve, sqlite_store, tmp_path
):
    crm = serve(contacts=20)
    crm.portal.oauth.rotates = True
    first = installed(crm, oauth_settings(crm, tmp_path))
    for _ in range(2):
        # The configured token was spent by the first renewal; the chain that began with it goes on.
        async with at_work(first, sqlite_store, crm) as desk:
            await desk.source.account()
            crm.portal.tokens.clear()
            await desk.source.account()
    second = installed(crm, oauth_settings(crm, tmp_path))
    async with at_work(second, sqlite_store, crm) as desk:
        await desk.source.account()
    assert crm.portal.oauth.issued == 4


async def test_a_token_is_never_sent_to_another_address(serve, sqlite_store, tmp_path):
    crm, other = serve(contacts=20), serve(contacts=20, seed=4)
    consented(oauth_settings(crm, tmp_path), sqlite_store, crm)
    async with at_work(oauth_settings(other, tmp_path), sqlite_store, other) as desk:
        with pytest.raises(AuthFailed, match="not connected"):
            await desk.source.account()
    assert other.portal.oauth.issued == 0


async def test_an_app_that_was_removed_halts_and_goes_on_where_it_stopped_once_connected_again(
    serve, sqlite_store, tmp_path
):
    crm = serve(contacts=40)
    settings = oauth_settings(crm, tmp_path)
    consented(settings, sqlite_store, crm)
    async with at_work(settings, sqlite_store, crm) as desk:
        await backfill_round(desk)
    before = mirrored(sqlite_store)
    crm.portal.oauth.uninstall("app-1")
    crm.portal.edit_as_user(
        "contacts", next(iter(crm.portal.tables["contacts"].rows)), {"firstname": "Neu"}, user_id="9"
    )
    async with at_work(settings, sqlite_store, crm) as desk:
        with pytest.raises(AuthFailed) as caught:
            await sync_round(desk)
    assert "removed from the portal" in caught.value.hint
    assert "syncer connect --account hubspot" in caught.value.hint
    assert mirrored(sqlite_store) == before
    consented(settings, sqlite_store, crm)
    async with at_work(settings, sqlite_store, crm) as desk:
        result = await sync_round(desk)
    assert result.streams["contacts"].updated >= 1


async def test_another_portal_is_refused(serve, sqlite_store, tmp_path):
    crm = serve(contacts=20)
    settings = oauth_settings(crm, tmp_path)
    with sqlite_store.commit() as unit:
        unit.desk.keep_account("hubspot", portal_id="1", time_zone=None, currency=None, account_type=None)
    with pytest.raises(ConfigError, match="portal 1"):
        consented(settings, sqlite_store, crm)
    with sqlite_store.snapshot() as unit:
        assert unit.desk.grant("hubspot") is None


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("code=abc&state=other", "no answer to this question"),
        ("code=abc", "no answer to this question"),
        ("error=access_denied&state={state}", "did not agree"),
        ("state={state}", "no code"),
        ("", "no answer to this question"),
    ],
)
def test_what_is_no_answer_to_the_consent_is_refused_without_being_repeated(serve, tmp_path, query, says):
    consent = ask_consent(oauth_settings(serve(contacts=1), tmp_path).accounts["hubspot"])
    with pytest.raises(ConfigError, match=says) as caught:
        code_of(query.format(state=consent.state), consent.state)
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize(
    ("base_url", "asks_at"),
    [
        ("https://api.hubapi.com", "https://app.hubspot.com/oauth/authorize?"),
        ("https://api.hubspot.com", "https://app.hubspot.com/oauth/authorize?"),
        ("http://127.0.0.1:8700", "http://127.0.0.1:8700/oauth/authorize?"),
    ],
)
def test_people_are_asked_where_hubspot_or_the_stand_in_asks_them(serve, tmp_path, base_url, asks_at):
    account = oauth_settings(serve(contacts=1), tmp_path).accounts["hubspot"].model_copy(update={"base_url": base_url})
    assert ask_consent(account).url.startswith(asks_at)


async def test_a_code_works_once(serve, sqlite_store, tmp_path):
    crm = serve(contacts=1)
    settings = oauth_settings(crm, tmp_path)
    consent = ask_consent(settings.accounts["hubspot"])
    code = agreed(consent)
    connect(settings, sqlite_store, consent, code, clock=crm.clock)
    with pytest.raises(AuthFailed) as caught:
        connect(settings, sqlite_store, consent, code, clock=crm.clock)
    assert "works once" in caught.value.hint
    assert code not in f"{caught.value}{caught.value.hint}"


async def test_no_secret_is_in_any_log_error_or_unsealed_in_the_database(serve, sqlite_store, tmp_path, caplog, capfd):
    crm = serve(contacts=20)
    crm.portal.oauth.rotates = True
    settings = oauth_settings(crm, tmp_path)
    caplog.set_level(logging.DEBUG)
    secrets, said = {SECRET, KEY}, []
    with capture_logs() as events:
        consent = ask_consent(settings.accounts["hubspot"])
        code = agreed(consent)
        caplog.clear()
        secrets.add(code)
        grant = connect(settings, sqlite_store, consent, code, clock=crm.clock)
        secrets |= {grant.access_token, grant.refresh_token}
        async with at_work(settings, sqlite_store, crm) as desk:
            await backfill_round(desk)
            secrets |= set(crm.portal.tokens)
            crm.portal.tokens.clear()
            await sync_round(desk)
            secrets |= set(crm.portal.tokens)
        crm.portal.oauth.uninstall("app-1")
        async with at_work(settings, sqlite_store, crm) as desk:
            result = await sync_round(desk)
            assert "contacts" in result.halted
            said.append(str(result.as_dict()))
            for again in (desk.source.account, desk.source.owners):
                with pytest.raises(AuthFailed) as caught:
                    await again()
                error = caught.value
                said += [repr(error), str(error.hint), repr(error.__cause__), repr(error.__context__)]
    text = "\n".join([*map(str, events), caplog.text, *said, *capfd.readouterr()])
    assert "account" in text
    assert [secret for secret in secrets if secret in text] == []
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert [secret for secret in secrets if secret.encode() in raw] == []


RENEW = """
import asyncio, os, sys
from jobs.bootstrap import opened_store, opened_desk
from jobs.access.grants import StoreVault
from jobs.settings import load_settings

if sys.argv[1] == "die":
    StoreVault.save = lambda *_: os.kill(os.getpid(), 9)

async def main():
    settings = load_settings()
    with opened_store(settings) as store:
        async with opened_desk(settings, store, "hubspot") as desk:
            print("ready", flush=True)
            sys.stdin.readline()
            print((await desk.source.account()).portal_id)

asyncio.run(main())
"""


@pytest.fixture
def environment(tmp_path):
    def call(crm, **more):
        (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {tier: unlimited}}\n", encoding="utf-8")
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path.cwd()),
            "SYNCER_DATABASE_URL": f"sqlite:///{tmp_path / 'syncer.db'}",
            "SYNCER_CONFIG": str(tmp_path / "syncer.yaml"),
            "SYNCER_AGREEMENT": str(tmp_path / "agreement.yaml"),
            "SYNCER_LOG": "json",
            "SYNCER_ENCRYPTION_KEYS": KEY,
            "HUBSPOT_CLIENT_ID": "app-1",
            "HUBSPOT_CLIENT_SECRET": SECRET,
            "HUBSPOT_BASE_URL": crm.server.base_url,
            **more,
        }

    return call


def renewing(environment, folder, how):
    return Child(RENEW, how, env=environment, cwd=folder, **PIPES)


def test_processes_share_one_renewal_of_a_refresh_token_that_works_once(serve, environment, database_url, tmp_path):
    crm = serve(contacts=1)
    crm.portal.oauth.rotates = True
    first = crm.portal.oauth.install("app-1", ["oauth"])
    chosen = environment(crm, HUBSPOT_REFRESH_TOKEN=first, SYNCER_DATABASE_URL=database_url)
    processes = [renewing(chosen, tmp_path, "live") for _ in range(4)]
    for one in processes:
        assert one.stdout.readline() == "ready\n"
    for one in processes:
        one.stdin.write("go\n")
        one.stdin.flush()
    answers = [one.communicate(timeout=60) for one in processes]
    assert [out.strip() for out, _ in answers] == [str(crm.portal.account.portal_id)] * 4
    assert crm.portal.oauth.issued == 1


@pytest.mark.parametrize("rotates", [False, True])
def test_killed_between_the_answer_and_the_store_it_recovers_or_asks_to_be_connected_again(
    serve, environment, tmp_path, rotates
):
    crm = serve(contacts=1)
    crm.portal.oauth.rotates = rotates
    chosen = environment(crm, HUBSPOT_REFRESH_TOKEN=crm.portal.oauth.install("app-1", ["oauth"]))
    dying = renewing(chosen, tmp_path, "die")
    dying.communicate("go\n", timeout=60)
    assert dying.returncode == -9
    assert crm.portal.oauth.issued == 1
    out, err = renewing(chosen, tmp_path, "live").communicate("go\n", timeout=60)
    if rotates:
        assert "HubSpot refuses the token request (400, BAD_REFRESH_TOKEN, invalid_grant)" in err
    else:
        assert str(crm.portal.account.portal_id) in out


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def command(environment, folder, *arguments):
    return call(SYNCER, *arguments, env=environment, cwd=folder)


def line_of(process, text):
    """Return the next line that holds some text; the process must not end before."""
    for line in process.stdout:
        if text in line:
            return line
    pytest.fail(f"no line with {text}: {process.stderr.read()}")


@pytest.mark.parametrize("paste", [False, True])
def test_connect_as_a_person_types_it(serve, environment, tmp_path, paste):
    crm = serve(contacts=20)
    chosen = environment(crm)
    redirect = f"http://localhost:{_free_port()}/back"
    text = f'accounts: {{hubspot: {{tier: unlimited, oauth: {{redirect_url: "{redirect}"}}}}}}\n'
    (tmp_path / "syncer.yaml").write_text(text, encoding="utf-8")
    arguments = ["connect", *(["--paste"] if paste else [])]
    process = Child(SYNCER, *arguments, env=chosen, cwd=tmp_path, **PIPES)
    url = line_of(process, "/oauth/authorize").strip()
    back = httpx.get(url).headers["location"]
    if paste:
        out, err = process.communicate(f"{back}\n", timeout=60)
    else:
        line_of(process, "Waiting")
        local = back.replace("localhost", "127.0.0.1")
        transport = httpx.HTTPTransport(retries=5)
        with httpx.Client(transport=transport) as browser:
            assert browser.get(local.replace("state=", "state=x")).status_code == 400
            assert "close this page" in browser.get(local).text
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert f"connected to portal {crm.portal.account.portal_id}" in out
    secrets = {SECRET, KEY, *crm.portal.tokens, *re.findall(r"code=([^&]+)", back)}
    assert [secret for secret in secrets if secret in out + err] == []


def test_check_names_the_way_to_connect_and_then_how_the_token_lies_and_a_backfill_runs(
    serve, environment, sqlite_store, tmp_path
):
    crm = serve(contacts=20)
    chosen = environment(crm)
    early = command(chosen, tmp_path, "check")
    assert early.returncode == 1
    assert "syncer connect" in early.stdout.replace("\n", " ")
    consented(oauth_settings(crm, tmp_path), sqlite_store, crm)
    findings = json.loads(command(chosen, tmp_path, "check", "--json").stdout)
    sealed = [one for one in findings if "OAuth token" in one["finding"]]
    assert [(one["level"], "newest key" in one["finding"]) for one in sealed] == [("ok", True)]
    done = command(chosen, tmp_path, "backfill", "--json")
    assert json.loads(done.stdout)["failed"] == 0
    with closing(sqlite3.connect(tmp_path / "syncer.db")) as database, database:
        (sealed,) = database.execute("select sealed from oauth_grants").fetchone()
    secrets = {SECRET, KEY, sealed, *crm.portal.tokens}
    printed = done.stdout + done.stderr + early.stdout + early.stderr
    assert [secret for secret in secrets if secret in printed] == []


def test_a_port_that_is_taken_is_said_so(serve, environment, tmp_path):
    chosen = environment(serve(contacts=1))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        redirect = f"http://localhost:{taken.getsockname()[1]}/"
        text = f'accounts: {{hubspot: {{oauth: {{redirect_url: "{redirect}"}}}}}}\n'
        (tmp_path / "syncer.yaml").write_text(text, encoding="utf-8")
        done = command(chosen, tmp_path, "connect")
    assert done.returncode == 2
    assert "--paste" in done.stderr
