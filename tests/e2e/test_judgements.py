"""What a person decides in the dashboard: it counts with the next round, reaches the CRM, and is fought by nobody."""

import re

import httpx
import pytest

from jobs.rounds import backfill_round, sync_round
from jobs.web.app import build_app
from jobs.writing.setup import setup
from syncer.funnel.facts import FunnelStage
from tests.e2e.conftest import settings_for
from tests.e2e.test_evidence_sources import ago, deal, person

FORM = {"type": "forms", "id": "f", "name": "Demo anfordern", "createdAt": ago(99)}
FIRM = {
    "type": "companies",
    "id": "10",
    "createdAt": ago(99),
    "properties": {"name": "Firma", "numberofemployees": "120", "country": "Germany", "industry": "MACHINERY"},
}


def asker(id_="1"):
    """Somebody of the target segment."""
    one = person(id_, hs_seniority="head", country="Germany", firstname="Anna", lastname=f"Muster{id_}")
    return {**one, "associations": [{"to": "companies", "id": "10", "primary": True}]}


def asked(id_="1"):
    values = [{"name": "email", "value": f"p{id_}@firma.de"}]
    return {"type": "form_submissions", "formId": "f", "submittedAt": ago(0.1), "values": values}


def stale():
    one = deal(days=200)
    one["properties"].update(closedate=ago(60), amount="1000")
    return one


@pytest.fixture
def dashboard(sqlite_store, tmp_path):
    app = build_app(settings_for("http://127.0.0.1:9", tmp_path), sqlite_store)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost", follow_redirects=True)


async def press(dashboard: httpx.AsyncClient, page: str, **fields: str) -> httpx.Response:
    """Send a form of a page, as a browser would."""
    shown = (await dashboard.get(page)).text
    found = re.search(r'name="form_key" value="([^"]+)"', shown)
    assert found is not None, "the page has no form"
    path = f"{page.partition('?')[0]}/{fields.pop('record')}"
    return await dashboard.post(path, data={"form_key": found[1], **fields}, headers={"sec-fetch-site": "same-origin"})


def stage_of(desk, id_="1"):
    with desk.store.snapshot() as unit:
        [state] = unit.ledger.states("hubspot", [id_])
    return state.stage


async def test_a_lead_accepted_on_the_board_is_accepted_in_the_crm_and_stays_so(serve, open_desk, dashboard):
    crm = serve(lines=[FIRM, asker(), FORM, asked()])
    async with open_desk(crm) as desk, dashboard:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        assert stage_of(desk) is FunnelStage.LEAD_SQL
        assert "Anna Muster1" in (await dashboard.get("/handovers")).text
        said = await press(dashboard, "/handovers?lang=en", record="1", answer="accept")
        assert "Anna Muster1: Noted." in said.text
        assert re.search(r'<td class="answers">\s*accepted\s*</td>', said.text)
        result = await sync_round(desk)
        assert stage_of(desk) is FunnelStage.LEAD_SAL
        assert result.written > 0
        assert crm.value("contacts", "1", "hs_lead_status") == "IN_PROGRESS"
        assert crm.value("contacts", "1", "fn_stage") == "LEAD_SAL"
        again = await sync_round(desk)
        assert (again.written, stage_of(desk)) == (0, FunnelStage.LEAD_SAL)
        assert "Anna Muster1" not in (await dashboard.get("/handovers")).text


async def test_a_lead_rejected_as_not_ready_goes_back_and_the_reason_is_kept(serve, open_desk, dashboard):
    crm = serve(lines=[FIRM, asker(), FORM, asked()])
    async with open_desk(crm) as desk, dashboard:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await press(dashboard, "/handovers", record="1", answer="reject", reason="not_ready")
        await sync_round(desk)
        assert stage_of(desk) is FunnelStage.INQUIRY
        with desk.store.snapshot() as unit:
            [cycle] = unit.ledger.cycles("hubspot", "1", desk.clock())
        assert cycle.reject_reason == "not_ready"
        assert (await sync_round(desk)).written == 0


async def test_a_reason_that_the_agreement_does_not_know_and_a_record_that_is_gone_are_refused(
    serve, open_desk, dashboard
):
    crm = serve(lines=[FIRM, asker(), FORM, asked()])
    async with open_desk(crm) as desk, dashboard:
        await backfill_round(desk)
        wrong = await press(dashboard, "/handovers?lang=en", record="1", answer="reject", reason="mood")
        assert wrong.status_code == 400
        assert "not_ready" in wrong.text
        gone = await press(dashboard, "/handovers", record="999", answer="accept")
        assert gone.status_code == 404
        held_by_none = await press(dashboard, "/handovers", record="1", answer="accept", note="a\0b")
        assert held_by_none.status_code == 400


async def test_a_proposed_delay_that_is_confirmed_leaves_the_pipeline_and_gets_its_date(serve, open_desk, dashboard):
    crm = serve(lines=[person(), stale()])
    async with open_desk(crm) as desk, dashboard:
        await setup(desk, apply=True)
        await backfill_round(desk)
        said = await press(dashboard, "/deals?lang=en", record="80", answer="other")
        assert "Noted." in said.text
        await sync_round(desk)
        assert crm.value("deals", "80", "fn_outcome") == "other"
        assert crm.value("deals", "80", "fn_resume_at") is not None
        page = (await dashboard.get("/deals?view=other&lang=en")).text
        assert "Resume calendar" in page
        assert "1,000.00" in page
        assert (await sync_round(desk)).written == 0


async def test_only_the_two_answers_count(serve, open_desk, dashboard):
    async with open_desk(serve(lines=[person(), stale()])) as desk, dashboard:
        await backfill_round(desk)
        assert (await press(dashboard, "/deals", record="80", answer="won")).status_code == 400
        assert (await press(dashboard, "/deals", record="1", answer="other")).status_code == 404


async def test_the_story_names_person_stages_facts_and_what_was_written(serve, open_desk, dashboard):
    crm = serve(lines=[FIRM, asker(), FORM, asked()])
    async with open_desk(crm) as desk, dashboard:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        found = await dashboard.get("/contacts", params={"find": "p1@firma.de", "lang": "de"})
        assert found.url.path == "/contacts/1"
        for text in ("Anna Muster1", "Firma", "Demo anfordern", "fn_stage", "Sales-ready", "Formular", "geschrieben"):
            assert text in found.text, text
        assert (await dashboard.get("/contacts", params={"find": "nobody@firma.de", "lang": "en"})).status_code == 200
        assert (await dashboard.get("/contacts/999")).status_code == 404
        assert (await dashboard.get("/deals/999")).status_code == 404
        assert (await dashboard.get("/figures/K99")).status_code == 404


async def desk_list(dashboard):
    return (await dashboard.get("/deals?view=proposed&lang=en")).text


def span_of(desk):
    with desk.store.snapshot() as unit:
        [line] = [*unit.browse.deals("hubspot", "open"), *unit.browse.deals("hubspot", "other")]
    return line.outcome, line.proposal, line.rule


@pytest.mark.parametrize("said", ["open", "other"])
async def test_an_answered_deal_leaves_the_desk_for_good(serve, open_desk, dashboard, said):
    async with open_desk(serve(lines=[person(), stale()])) as desk, dashboard:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        assert "/deals/80" in await desk_list(dashboard)
        await press(dashboard, "/deals?lang=en", record="80", answer=said)
        await sync_round(desk)
        first = span_of(desk)
        for _ in range(2):
            assert "/deals/80" not in await desk_list(dashboard)
            assert (await sync_round(desk)).written == 0
        assert span_of(desk) == first
        assert first[:2] == (said, None)


async def test_a_change_of_another_field_does_not_ask_again_but_another_close_date_does(serve, open_desk, dashboard):
    crm = serve(lines=[person(), stale()])
    async with open_desk(crm) as desk, dashboard:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await press(dashboard, "/deals?lang=en", record="80", answer="open")
        await sync_round(desk)
        crm.portal.edit_as_user("deals", "80", {"amount": "900"})
        await sync_round(desk)
        assert "/deals/80" not in await desk_list(dashboard)
        crm.portal.edit_as_user("deals", "80", {"closedate": ago(50)})
        await sync_round(desk)
        assert "/deals/80" in await desk_list(dashboard)


async def test_stories_name_people_deals_stages_and_rules_rather_than_ids_and_codes(serve, open_desk, dashboard):
    linked = {**stale(), "associations": [{"to": "contacts", "id": "1", "primary": True}]}
    async with open_desk(serve(lines=[asker(), FIRM, FORM, asked(), linked])) as desk:
        await backfill_round(desk)
        with desk.store.snapshot() as unit:
            [told] = unit.browse.deals_named("hubspot", ["80"])
    async with dashboard:
        contact = (await dashboard.get("/contacts/1?lang=de")).text
        held = (await dashboard.get("/deals/80?lang=de")).text
        proposed = (await dashboard.get("/deals?lang=de")).text

    assert f'<a href="/deals/80?lang=de" translate="no"><bdi>{told.name}</bdi></a>' in contact
    assert re.search(r'<td title="deal_created: [^"]+"[^>]*>Deal angelegt</td>', contact)
    assert '<a href="/contacts/1?lang=de" translate="no">Anna Muster1</a>' in held
    assert "<dd>überfällig und still</dd>" in held
    assert "<dd>Dealphase ist offen</dd>" in held
    assert re.search(r'<td title="CO7"[^>]*>überfällig und still</td>', proposed)
