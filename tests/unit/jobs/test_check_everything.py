"""`syncer check` on a CRM that listens, on one that is away, and on one that says nothing."""

import socket
import time
from dataclasses import replace

import pytest

from connectors.hubspot.versions import Versions
from connectors.sandbox.faults import NONE, Fault, Faults, Trouble
from connectors.sandbox.generate import generate_portal
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.records import Token
from connectors.sandbox.server import running
from connectors.sandbox.state import Habits, Portal
from jobs.bootstrap import system_clock
from jobs.health.check import check_all
from jobs.health.findings import Level

TOKEN = "pat-test-1"
BROKEN = "agreement: {version: x}\nscor: 1\n"


@pytest.fixture
def at(tmp_path, monkeypatch):
    """Set the environment for a CRM at an address; return the folder of the files."""

    def call(address: str):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SYNCER_DATABASE_URL", f"sqlite:///{tmp_path / 'syncer.db'}")
        monkeypatch.setenv("SYNCER_CONFIG", str(tmp_path / "syncer.yaml"))
        monkeypatch.setenv("SYNCER_AGREEMENT", str(tmp_path / "agreement.yaml"))
        monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", TOKEN)
        monkeypatch.setenv("HUBSPOT_BASE_URL", address)
        (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {tier: unlimited}}\n", encoding="utf-8")
        return tmp_path

    return call


@pytest.fixture
def portal():
    portal = Portal(habits=Habits(index_lag=0))
    portal.load(generate_portal(contacts=20, seed=3, today=system_clock()))
    return portal


def _of(findings, area):
    return [one for one in findings if one.area == area]


async def test_a_stream_without_scope_is_a_note_that_names_the_scope_and_is_not_called_read(at, portal):
    kinds = ("contacts", "companies", "deals", "owners")
    scopes = {f"crm.objects.{kind}.{mode}" for kind in kinds for mode in ("read", "write")} | {"oauth"}
    portal.tokens[TOKEN] = Token(app_id="1", scopes=frozenset(scopes))
    with running(portal, limits=UNLIMITED, faults=NONE) as server:
        at(server.base_url)
        findings = _of(await check_all(None), "hubspot")
    (read,) = [one.what for one in findings if one.what.startswith("reads ")]
    assert "contacts" in read
    left_out = {one.what.removeprefix("leaves out "): one for one in findings if one.what.startswith("leaves out ")}
    assert {"form_submissions", "email_clicks", "campaigns"} <= set(left_out)
    for stream, one in left_out.items():
        assert one.level is Level.NOTE
        assert one.remedy
        assert stream not in read.removeprefix("reads ").split(", ")
    assert "forms" in left_out["form_submissions"].remedy


async def test_what_nothing_is_planned_without_is_a_problem_where_it_may_not_be_read(at, portal):
    portal.lacking = {"crm.objects.companies.read"}
    with running(portal, limits=UNLIMITED, faults=NONE) as server:
        at(server.base_url)
        findings = _of(await check_all(None), "hubspot")
    (found,) = [one for one in findings if one.what.startswith(("may not", "leaves out"))]
    assert (found.level, found.what) == (Level.PROBLEM, "may not read companies")
    assert "crm.objects.companies.read" in found.remedy


async def test_lifecycle_values_that_one_side_has_alone_are_named(at, portal):
    properties = portal.schemas["contacts"].properties
    for name, value, own in (("lifecyclestage", "salesqualifiedlead", "51439524"), ("hs_lead_status", "NEW", "COLD")):
        options = [replace(one, value=own) if one.value == value else one for one in properties[name].options]
        properties[name] = replace(properties[name], options=tuple(options))
    with running(portal, limits=UNLIMITED, faults=NONE) as server:
        at(server.base_url)
        findings = _of(await check_all(None), "hubspot")
    by_remedy = {one.remedy: (one.level, one.what) for one in findings if "lifecycle" in (one.remedy or "")}
    assert by_remedy.pop("name the stage that it stands for in agreement.yaml: custom_lifecycle") == (
        Level.NOTE,
        "nobody says what lifecycle 51439524 means",
    )
    (remedy,) = by_remedy
    assert remedy == "map them to values that there are, or to null, in agreement.yaml: lifecycle_map"
    lacking = [one.what for one in findings if one.remedy == remedy]
    assert lacking == [
        "contacts.lifecyclestage has no option salesqualifiedlead: stages that mean it are not written there",
        "contacts.hs_lead_status has no option NEW: stages that mean it are not written there",
    ]


async def test_what_the_crm_lacks_of_its_own_is_named_apart_from_what_setup_creates(at, portal):
    del portal.schemas["contacts"].properties["hs_lead_status"]
    with running(portal, limits=UNLIMITED, faults=NONE) as server:
        at(server.base_url)
        lacking = [one for one in _of(await check_all(None), "hubspot") if one.what.startswith("the CRM lacks ")]
    by_remedy = {one.remedy: (one.level, one.what) for one in lacking}
    assert by_remedy["name another or null under write_back"] == (
        Level.PROBLEM,
        "the CRM lacks contacts.hs_lead_status",
    )
    assert "hs_lead_status" not in by_remedy["syncer setup --apply"][1]


async def test_a_stream_that_answers_nonsense_hides_no_other_finding(at, portal):
    faults = Faults(rules=[Fault(trouble=Trouble.HTML, probability=1.0, path=Versions().list_objects("notes"))])
    with running(portal, limits=UNLIMITED, faults=faults) as server:
        at(server.base_url)
        findings = _of(await check_all(None), "hubspot")
    assert any(one.level is Level.PROBLEM and one.what.startswith("notes: ") for one in findings)
    assert any(one.what.startswith("reads contacts, ") for one in findings)
    assert any(one.what.startswith("the CRM lacks ") for one in findings)


async def test_faults_of_the_agreement_do_not_hide_database_and_account(at, portal):
    with running(portal, limits=UNLIMITED, faults=NONE) as server:
        (at(server.base_url) / "agreement.yaml").write_text(BROKEN, encoding="utf-8")
        findings = await check_all(None)
    assert len([one for one in _of(findings, "agreement") if one.level is Level.PROBLEM]) == 2
    assert _of(findings, "database")[0].level is Level.FINE
    (lacking,) = [one for one in _of(findings, "hubspot") if one.what.startswith("the CRM lacks ")]
    assert lacking.level is Level.NOTE


async def test_a_missing_token_does_not_hide_the_agreement_and_the_database(at, monkeypatch):
    (at("http://127.0.0.1:9") / "agreement.yaml").write_text(BROKEN, encoding="utf-8")
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "")
    findings = await check_all(None)
    assert {one.area for one in findings} == {"settings", "agreement", "database"}


async def test_an_account_that_nobody_configured_is_no_fault_of_the_database(at):
    at("http://127.0.0.1:9")
    (found,) = _of(await check_all("hubsport"), "hubsport")
    assert (found.level, found.is_configuration, found.remedy) == (
        Level.PROBLEM,
        True,
        "did you mean hubspot? there are: hubspot",
    )


async def test_a_crm_that_is_away_is_named_with_its_address(at):
    at("http://127.0.0.1:9")
    (found,) = _of(await check_all(None), "hubspot")
    assert found.level is Level.PROBLEM
    assert "http://127.0.0.1:9" in found.what
    assert "HUBSPOT_BASE_URL" in found.remedy


async def test_a_crm_that_says_nothing_is_not_waited_for(at):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        at(f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        (found,) = _of(await check_all(None, first_answer=0.5), "hubspot")
    assert time.monotonic() - began < 30
    assert "says nothing" in found.what


@pytest.mark.parametrize(("journal", "silent"), [("journal: true, ", False), ("", True)])
async def test_who_reads_the_journal_is_not_told_that_no_webhook_came(at, portal, monkeypatch, journal, silent):
    for name, value in (
        ("HUBSPOT_CLIENT_ID", "app-1"),
        ("HUBSPOT_CLIENT_SECRET", "secret-of-the-app"),
        ("SYNCER_PUBLIC_URL", "https://funnel.example"),
    ):
        monkeypatch.setenv(name, value)
    with running(portal, limits=UNLIMITED, faults=NONE) as server:
        config = f"accounts: {{hubspot: {{{journal}token_env: HUBSPOT_ACCESS_TOKEN, tier: unlimited}}}}\n"
        (at(server.base_url) / "syncer.yaml").write_text(config, encoding="utf-8")
        said = [one.what for one in _of(await check_all(None), "hubspot")]
    assert ("no webhook has ever arrived" in said) is silent
    assert any("journal was never read" in one for one in said) is not silent
