"""A copy of an account decides like the account, shows nobody, and costs the account nothing but reading."""

import json

import pytest

from connectors.hubspot.source import HubSpotSource
from connectors.sandbox.clonefile import refuse_half
from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.records import Token
from connectors.sandbox.server import running
from connectors.sandbox.state import Habits, Portal
from jobs.rehearsal.clone import CloneOrders, clone
from syncer.errors import ConfigError, MissingScope
from tests.e2e import cloning
from tests.e2e import test_evidence_sources as evidence
from tests.e2e.cloning import AGREEMENT, MARK, copied, decided, kept_lines, ready, served
from tests.e2e.test_evidence_sources import STAGES


@pytest.fixture
def live():
    with running(cloning.portal(), limits=UNLIMITED) as server:
        yield server


def _without_texts(plan: dict) -> dict:
    """Return a plan but for the one text of ours that may quote a person's."""
    return {key: change for key, change in plan.items() if key[2] != "fn_score_reasons"}


@pytest.mark.parametrize("pseudonymise", [False, True], ids=["plain", "pseudonymised"])
@pytest.mark.parametrize("agreement", [None, AGREEMENT], ids=["default", "own"])
async def test_a_copy_decides_and_measures_like_the_account(live, tmp_path, agreement, pseudonymise):
    if agreement:
        (tmp_path / "agreement.yaml").write_text(agreement, encoding="utf-8")
    await ready(live, tmp_path, synced=agreement is not None)
    result = await copied(live, tmp_path / "copy.db", pseudonymise=pseudonymise)
    assert result.is_whole
    assert (result.copied.loose, result.copied.unlike) == (0, 0)
    if agreement:
        tried = f"{agreement}\nstages: {{inquiry_enter: 5, suspect_expiry_days: 20}}\n"
        (tmp_path / "agreement.yaml").write_text(tried, encoding="utf-8")
    there = await decided(live, tmp_path)
    with served(tmp_path / "copy.db") as server:
        here = await decided(server, tmp_path)
    assert here.figures == there.figures
    assert _without_texts(here.plan) == _without_texts(there.plan)
    assert len(here.plan) > (10 if agreement else 500)


async def test_leads_quotes_and_further_addresses_come_over(tmp_path):
    portal = Portal(habits=Habits(index_lag=0))
    states = [(20, STAGES[0][0]), (10, STAGES[1][0])]
    someone = evidence.person(hs_additional_emails="second@privat.example;third@privat.example")
    approved = evidence.quote((40, "DRAFT"), (30, "APPROVED"))
    portal.load([evidence.lead_pipeline(), someone, evidence.deal(), evidence.lead(*states), approved])
    with running(portal, limits=UNLIMITED) as live:
        await ready(live, tmp_path, synced=False)
        assert (await copied(live, tmp_path / "copy.db", pseudonymise=True)).is_whole
        there = await decided(live, tmp_path)
    assert b"privat.example" not in (tmp_path / "copy.db").read_bytes()
    with served(tmp_path / "copy.db") as server:
        copy, here = server.portal, await decided(server, tmp_path)
    assert len(copy.find("contacts", "1").properties["hs_additional_emails"].split(";")) == 2
    assert [one.value for one in copy.find("leads", "50").versions("hs_pipeline_stage")] == [id_ for _, id_ in states]
    assert here.figures == there.figures
    assert _without_texts(here.plan) == _without_texts(there.plan)
    assert ("deals", next(iter(copy.tables["deals"].rows)), "fn_offer_at") in here.plan


async def test_records_come_over_whole(live, tmp_path):
    await copied(live, tmp_path / "copy.db")
    copy = Portal.open(tmp_path / "copy.db")
    account = live.portal
    for kind in ("contacts", "companies", "deals", "meetings", "feedback_submissions"):
        there, here = account.tables[kind].rows, copy.tables[kind].rows
        assert list(here) == sorted(there)
        assert {id_ for id_, row in here.items() if row.archived_at} == {
            id_ for id_, row in there.items() if row.archived_at
        }
    for id_, row in account.tables["deals"].rows.items():
        if row.archived_at is None:
            past = [(one.value, one.at, one.source_type, one.source_id) for one in row.versions("dealstage")]
            told = copy.tables["deals"].rows[id_].versions("dealstage")
            assert [(one.value, one.at, one.source_type, one.source_id) for one in told] == past
    assert copy.find("contacts", "77") is copy.tables["contacts"].rows["903"]
    types = copy.links.of("contacts", "903", "companies")["911"]
    assert {one.label for one in types} == {None, "Primary", "Berater"}
    assert copy.owners.keys() == account.owners.keys()
    assert copy.pipelines.keys() == account.pipelines.keys()
    assert copy.account.time_zone == account.account.time_zone
    assert set(account.schemas["contacts"].properties) <= set(copy.schemas["contacts"].properties)
    copy.close()


async def test_nothing_of_any_person_is_in_a_pseudonymised_file(live, tmp_path):
    (tmp_path / "agreement.yaml").write_text(AGREEMENT, encoding="utf-8")
    await copied(live, tmp_path / "plain.db")
    state = tmp_path / "copy.db"
    await copied(live, state, pseudonymise=True)
    assert sum(MARK.encode() in body for body in kept_lines(tmp_path / "plain.db").values()) > 300
    files = [path for path in tmp_path.iterdir() if path.name.startswith("copy.db")]
    assert {path.name for path in files} >= {"copy.db", "copy.db.key"}
    held = b"".join(path.read_bytes().lower() for path in files)
    assert MARK.encode() not in held
    people = [row.properties for row in live.portal.tables["contacts"].rows.values()]
    whole_names = {
        f"{one['firstname']} {one['lastname']}" for one in people if one.get("firstname") and "lastname" in one
    }
    assert not [name for name in whole_names if name.encode().lower() in held]
    key = (tmp_path / "copy.db.key").read_bytes()
    assert key not in state.read_bytes()


async def test_two_pseudonymised_copies_have_nothing_in_common_that_leads_back(live, tmp_path):
    for name in ("one.db", "two.db"):
        await copied(live, tmp_path / name, pseudonymise=True)
    one, two = (
        {
            json.loads(body)["properties"].get("email")
            for (kind, _), body in kept_lines(tmp_path / name).items()
            if kind == "contacts"
        }
        for name in ("one.db", "two.db")
    )
    assert len(one) > 100
    assert one & two <= {None}


async def test_no_write_reaches_the_account(tmp_path):
    account = cloning.portal(60)
    before = list(account.dump())
    rules = [
        Fault(trouble=Trouble.LATENCY, times=10**9, methods=frozenset(methods), path=path)
        for methods, path in (
            (("PUT", "PATCH", "DELETE"), ""),
            (("POST",), ""),
            (("POST",), "/batch/read"),
            (("POST",), "/search"),
            (("GET",), ""),
        )
    ]
    with running(account, limits=UNLIMITED, faults=Faults(rules=rules)) as server:
        await copied(server, tmp_path / "copy.db", pseudonymise=True)
        changing, posts, reads, searches, gets = server.server.fate._fitting
    assert changing == 0
    assert posts == reads + searches > 0
    assert gets > 0
    assert list(account.dump()) == before


async def test_what_the_token_cannot_read_is_named_and_refused_by_the_copy_too(live, tmp_path):
    scopes = {
        "crm.objects.contacts.read",
        "crm.objects.companies.read",
        "crm.objects.deals.read",
        "crm.objects.owners.read",
    }
    live.portal.tokens["pat-test-1"] = Token(app_id="7", scopes=frozenset(scopes))
    result = await copied(live, tmp_path / "copy.db")
    assert result.is_whole
    lacking = {
        "emails",
        "leads",
        "quotes",
        "feedback_submissions",
        "campaigns",
        "form_submissions",
        "email_clicks",
        "page_views",
        "exchange_rates",
    }
    assert set(result.pull.skipped) == lacking
    there = await decided(live, tmp_path)
    with served(tmp_path / "copy.db") as server:
        here = await decided(server, tmp_path)
    assert here.plan == there.plan
    assert here.figures == there.figures


async def test_links_that_the_token_may_not_read_are_named_and_cost_no_record(live, tmp_path, monkeypatch):
    told = HubSpotSource.links

    async def links(source, stream, to, ids):
        if (stream, to) == ("contacts", "companies"):
            raise MissingScope("the token lacks a scope", stream=stream, hint="grant it")
        return await told(source, stream, to, ids)

    monkeypatch.setattr(HubSpotSource, "links", links)
    result = await copied(live, tmp_path / "copy.db")
    assert result.is_whole
    assert result.pull.skipped["contacts → companies"] == "grant it"
    assert "contacts" not in result.pull.skipped
    assert {id_ for kind, id_ in kept_lines(tmp_path / "copy.db") if kind == "contacts"} >= {"901", "902", "903"}


async def test_objects_that_the_account_does_not_know_end_no_copy(tmp_path):
    unknown = Fault(trouble=Trouble.STATUS, status=400, times=10**6, path="/properties/2026-09/leads")
    with running(cloning.portal(60), limits=UNLIMITED, faults=Faults(rules=[unknown])) as server:
        result = await copied(server, tmp_path / "copy.db")
    assert result.is_whole
    assert "leads" in result.pull.skipped


async def test_streams_that_the_account_leaves_out_are_left_out_of_the_copy(live, tmp_path):
    result = await copied(live, tmp_path / "copy.db", streams=("contacts", "companies", "deals"))
    assert "form_submissions" in result.pull.skipped
    assert {kind for kind, _ in kept_lines(tmp_path / "copy.db")}.isdisjoint({"form_submissions", "calls", "events"})


async def test_a_stream_that_stops_leaves_half_a_copy_that_goes_on_later(tmp_path):
    broken = Fault(trouble=Trouble.STATUS, status=400, times=10**6, path="/objects/2026-09/deals")
    state = tmp_path / "copy.db"
    with running(cloning.portal(60), limits=UNLIMITED, faults=Faults(rules=[broken])) as server:
        result = await copied(server, state)
        assert list(result.pull.halted) == ["deals"]
        assert not result.is_whole
    with pytest.raises(ConfigError, match="half a copy"):
        refuse_half(state)
    with running(cloning.portal(60), limits=UNLIMITED) as server:
        again = await copied(server, state)
        assert again.is_whole
        assert again.pull.streams["contacts"].read < 60
        third = await copied(server, state)
        assert third.was_whole
        await copied(server, tmp_path / "calm.db")
    assert kept_lines(state) == kept_lines(tmp_path / "calm.db")


async def test_a_file_is_gone_on_with_only_by_what_made_it(live, tmp_path):
    state = tmp_path / "copy.db"
    await copied(live, state)
    with pytest.raises(ConfigError, match="people is plain, not pseudonymised"):
        await copied(live, state, pseudonymise=True)
    other = Portal.open(tmp_path / "other.db")
    other.load([{"type": "owners", "id": "1"}])
    other.close()
    for restart in (False, True):
        orders = CloneOrders(account="hubspot", state=tmp_path / "other.db", restart=restart)
        with pytest.raises(ConfigError, match="no copy of an account"):
            await clone(cloning.settings(live, tmp_path), orders)
    orders = CloneOrders(account="hubspot", state=state, pseudonymise=True, restart=True)
    assert (await clone(cloning.settings(live, tmp_path), orders)).is_whole
    assert MARK.encode() not in state.read_bytes()


async def test_a_copy_that_lost_its_key_is_not_gone_on_with(live, tmp_path):
    state = tmp_path / "copy.db"
    await copied(live, state, pseudonymise=True)
    orders = CloneOrders(account="hubspot", state=state, pseudonymise=True)
    (tmp_path / "copy.db.key").write_bytes(b"x" * 32)
    assert (await clone(cloning.settings(live, tmp_path), orders)).was_whole
    cloning.reopen(state)
    with pytest.raises(ConfigError, match="is not the key of this copy"):
        await clone(cloning.settings(live, tmp_path), orders)
    (tmp_path / "copy.db.key").unlink()
    with pytest.raises(ConfigError, match="is gone"):
        await clone(cloning.settings(live, tmp_path), orders)


async def test_what_changes_while_the_copy_is_made_is_in_it(tmp_path):
    account = cloning.portal(60)
    with running(account, limits=UNLIMITED) as server:
        state = tmp_path / "copy.db"
        await copied(server, state)
        cloning.reopen(state)
        account.edit_as_user("contacts", "903", {"lifecyclestage": "customer"})
        await copied(server, state)
    copy = Portal.open(state)
    row = copy.tables["contacts"].rows["903"]
    assert row.properties["lifecyclestage"] == "customer"
    assert row.versions("lifecyclestage")[-1].source_type == "CRM_UI"
    copy.close()
