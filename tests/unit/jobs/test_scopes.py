"""Which scopes a configuration asks for, and what its users are told they lose without each."""

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from connectors.hubspot.scopes import READS
from connectors.hubspot.source import STREAMS
from connectors.sandbox.generate import generate_portal
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.records import Token
from connectors.sandbox.server import running
from connectors.sandbox.state import Habits, Portal
from jobs.access.scopes import LOST, asked_scopes, lacking, wanted_scopes
from jobs.bootstrap import system_clock
from jobs.health.check import check_all
from jobs.health.findings import Level
from jobs.settings import Account
from jobs.settings_file import Limits
from jobs.switches import HandoverForm

TOKEN = "pat-test-1"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
VARIABLES = ("HUBSPOT_ACCESS_TOKEN", "HUBSPOT_REFRESH_TOKEN", "SYNCER_ENCRYPTION_KEYS", "SYNCER_LOG")


def account(**more):
    base = {
        "name": "hubspot",
        "connector": "hubspot",
        "token": SecretStr("pat-x"),
        "base_url": "https://crm.test",
        "tier": "professional",
        "limits": Limits(),
        "versions": {},
        "streams": (),
        "write_back": True,
        "fields": {},
    }
    return Account(**(base | more))


def test_every_stream_has_its_scopes_and_words_for_what_is_lost():
    streams = {*STREAMS.objects, *STREAMS.events, "owners", "pipelines", "exchange_rates"}
    assert streams == set(READS) == set(LOST)


def test_a_consent_asks_for_what_is_needed_and_lets_the_portal_lack_the_rest():
    required, optional = asked_scopes(account())
    kinds = ("contacts", "companies", "deals")
    assert set(required) == {
        "oauth",
        "crm.objects.owners.read",
        *(f"crm.objects.{kind}.{mode}" for kind in kinds for mode in ("read", "write")),
        *(f"crm.schemas.{kind}.write" for kind in kinds),
    }
    assert set(optional) == {
        "sales-email-read",
        "crm.objects.feedback_submissions.read",
        "crm.objects.leads.read",
        "crm.objects.quotes.read",
        "marketing.campaigns.read",
        "settings.currencies.read",
        "forms",
        "content",
        "business-intelligence",
    }


def test_what_is_not_read_or_written_is_not_asked_for():
    required, optional = asked_scopes(account(write_back=False, streams=("contacts", "deals", "form_submissions")))
    assert not [scope for scope in required if "write" in scope or "companies" in scope]
    assert optional == ["forms"]
    without_deals, _ = asked_scopes(account(streams=("contacts", "companies")))
    assert not [scope for scope in without_deals if "deals" in scope]


def test_cards_and_questions_need_a_scope_and_say_what_is_lost_without_it():
    bare = [one for one in wanted_scopes(account()) if "hand-over" in one.purpose or "proposals" in one.purpose]
    assert bare == []
    telling = account(handover=HandoverForm.TASK, proposals=True, resumes=True, escalations=True)
    found = {one.purpose: one for one in lacking(telling, {"crm.objects.contacts.read"})}
    card, question = found["create a task at each hand-over"], found["create tasks for proposals"]
    assert {card.scope, question.scope} == {"crm.objects.contacts.write"}
    later = [found["create tasks for returning sales"], found["create tasks for missed times"]]
    assert [one.scope for one in later] == ["crm.objects.contacts.write"] * 2
    assert "comes back" in later[0].lost
    assert "touched in time" in later[1].lost
    assert card.is_required
    assert card.lost == "sales gets no hand-over card"


def test_a_grant_is_held_against_what_is_wanted_with_the_loss_of_each():
    granted = {one.scope for one in wanted_scopes(account())} - {"crm.objects.deals.write", "crm.objects.owners.read"}
    found = {one.scope: one.lost for one in lacking(account(), granted)}
    assert set(found) == {"crm.objects.deals.write", "crm.objects.owners.read"}
    assert "do not reach the deals" in found["crm.objects.deals.write"]


@pytest.fixture
def portal():
    portal = Portal(habits=Habits(index_lag=0))
    portal.load(generate_portal(contacts=10, seed=3, today=system_clock()))
    return portal


@pytest.fixture
def checked(tmp_path, monkeypatch, portal):
    """Return how to check an account on the portal under some environment."""
    monkeypatch.chdir(tmp_path)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SYNCER_DATABASE_URL", f"sqlite:///{tmp_path / 'syncer.db'}")
    (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {tier: unlimited}}\n", encoding="utf-8")

    with running(portal, limits=UNLIMITED) as server:
        monkeypatch.setenv("HUBSPOT_BASE_URL", server.base_url)

        async def call(**environment):
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            return [one for one in await check_all(None) if one.area == "hubspot"]

        yield call


async def test_everything_that_no_account_is_read_without_is_named_at_once_with_what_is_lost(checked, portal):
    portal.tokens[TOKEN] = Token(app_id="1", scopes=frozenset({"oauth", "crm.objects.companies.read"}))
    found = {one.what: one for one in await checked(HUBSPOT_ACCESS_TOKEN=TOKEN)}
    assert set(found) == {"may not read owners", "may not read pipelines", "may not read contacts"}
    assert {one.level for one in found.values()} == {Level.PROBLEM}
    remedy = found["may not read owners"].remedy
    assert "crm.objects.owners.read" in remedy
    assert LOST["owners"] in remedy
    assert "syncer connect" not in remedy


async def test_a_stream_that_is_left_out_says_what_is_lost(checked, portal):
    scopes = {one.scope for one in wanted_scopes(account())} - {"forms"}
    portal.tokens[TOKEN] = Token(app_id="1", scopes=frozenset(scopes))
    (found,) = [one for one in await checked(HUBSPOT_ACCESS_TOKEN=TOKEN) if one.what.startswith("leaves out")]
    assert found.what == "leaves out form_submissions"
    assert "grant the token the scope forms" in found.remedy
    assert LOST["form_submissions"] in found.remedy


@pytest.fixture
def app(portal):
    """Return how to let an app in, without some scopes."""

    def call(*without):
        scopes = {one.scope for one in wanted_scopes(account())} - set(without)
        return {
            "HUBSPOT_CLIENT_ID": "app-1",
            "HUBSPOT_CLIENT_SECRET": "s3cret",
            "HUBSPOT_REFRESH_TOKEN": portal.oauth.install("app-1", scopes),
        }

    return call


async def test_a_grant_without_write_scopes_is_a_problem_before_anything_is_written(checked, app):
    lost = ("crm.objects.deals.write", "crm.schemas.contacts.write", "forms")
    found = await checked(**app(*lost), SYNCER_ENCRYPTION_KEYS=NEW)
    about = {one.what: one.remedy for one in found if one.what.startswith("the app was not granted")}
    assert set(about) == {
        "the app was not granted crm.objects.deals.write, to write deals",
        "the app was not granted crm.schemas.contacts.write, to create properties of contacts",
    }
    assert all("syncer connect --account hubspot" in remedy for remedy in about.values())
    (left_out,) = [one for one in found if one.what.startswith("leaves out")]
    assert "then: syncer connect --account hubspot; without it" in left_out.remedy


async def test_how_the_token_lies_in_the_database_is_said_until_the_newest_key_seals_it(checked, app, portal):
    environment, said = app(), []
    for keys in ("", OLD, f"{NEW},{OLD}"):
        for is_renewed in (False, True):
            if is_renewed:
                portal.tokens.clear()
            found = await checked(**environment, SYNCER_ENCRYPTION_KEYS=keys)
            said += [(one.level, one.what.partition("database ")[2]) for one in found if "OAuth token" in one.what]
    assert said == [
        (Level.NOTE, "in clear"),
        (Level.NOTE, "in clear"),
        (Level.NOTE, "in clear"),
        (Level.FINE, "sealed with the newest key"),
        (Level.NOTE, "sealed with an older key"),
        (Level.FINE, "sealed with the newest key"),
    ]


async def test_a_lost_key_is_a_problem_with_both_ways_out(checked, app):
    environment = app()
    await checked(**environment, SYNCER_ENCRYPTION_KEYS=OLD)
    (found,) = await checked(**environment, SYNCER_ENCRYPTION_KEYS=NEW)
    assert (found.level, found.is_configuration) == (Level.PROBLEM, True)
    assert "SYNCER_ENCRYPTION_KEYS" in found.what
    assert "syncer connect" in found.remedy


def test_the_scope_of_exports_is_asked_for_where_they_are_wanted():
    assert "crm.export" not in (*asked_scopes(account())[0], *asked_scopes(account())[1])
    required, optional = asked_scopes(account(backfill="exports"))
    assert "crm.export" not in required
    assert "crm.export" in optional
