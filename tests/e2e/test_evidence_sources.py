"""Sources of evidence beside contacts, companies and deals, from the CRM to the decision."""

from dataclasses import replace

import pytest

from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.merging import merge
from connectors.sandbox.records import Token
from jobs.deciding.explaining import contact_story
from jobs.figures.asking import Asked, measured, question
from jobs.health.check import check_account
from jobs.pulling.drift import What
from jobs.pulling.look import look
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.rounds import backfill_round, pull_round, sync_round
from jobs.writing.setup import setup
from syncer.agreement import InForce, parse_agreement
from syncer.moments import DAY, HOUR, iso
from tests.e2e.conftest import TODAY

STAGES = (
    ("new-stage-id", "New", "NEW"),
    ("attempting-stage-id", "Attempting", "IN_PROGRESS"),
    ("connected-stage-id", "Connected", "IN_PROGRESS"),
    ("qualified-stage-id", "Qualified", "QUALIFIED"),
    ("unqualified-stage-id", "Disqualified", "UNQUALIFIED"),
)


def ago(days: float) -> str:
    return iso(int(TODAY - days * DAY))


def lead_pipeline(stages=STAGES):
    rows = [{"id": id_, "label": label, "metadata": {"leadState": state}} for id_, label, state in stages]
    return {"type": "pipelines", "object": "leads", "id": "lead-pipeline-id", "label": "Lead pipeline", "stages": rows}


def person(id_="1", **more):
    properties = {"email": f"p{id_}@firma.de", "createdate": ago(100), "lifecyclestage": "lead", **more}
    return {"type": "contacts", "id": id_, "createdAt": ago(100), "properties": properties}


def versions(*states):
    return [{"value": value, "timestamp": ago(days), "sourceType": "CRM_UI"} for days, value in reversed(states)]


def lead(*states, id_="50", contact="1", reasons=()):
    properties = {"hs_lead_name": "Ann", "hs_pipeline": "lead-pipeline-id", "hs_pipeline_stage": states[-1][1]}
    history = {"hs_pipeline_stage": versions(*states)}
    if reasons:
        properties["hs_lead_disqualification_reason"] = reasons[-1][1]
        history["hs_lead_disqualification_reason"] = versions(*reasons)
    return {
        "type": "leads",
        "id": id_,
        "createdAt": ago(states[0][0]),
        "updatedAt": ago(states[-1][0]),
        "properties": properties,
        "history": history,
        "associations": [{"to": "contacts", "id": contact, "primary": True}],
    }


def deal(id_="80", stage="qualifiedtobuy", days=60):
    return {
        "type": "deals",
        "id": id_,
        "createdAt": ago(days),
        "properties": {"dealname": "D", "pipeline": "default", "dealstage": stage, "createdate": ago(days)},
        "history": {"dealstage": versions((days, stage))},
        "associations": [{"to": "contacts", "id": "1"}],
    }


def quote(*states, id_="90", expires=-30, deal_id="80"):
    properties = {"hs_title": "Q", "hs_status": states[-1][1], "hs_expiration_date": ago(expires)[:10]}
    return {
        "type": "quotes",
        "id": id_,
        "createdAt": ago(states[0][0]),
        "updatedAt": ago(states[-1][0]),
        "properties": properties,
        "history": {"hs_status": versions(*states)},
        "associations": [{"to": "deals", "id": deal_id}],
    }


def story(desk, contact="1"):
    agreement = desk.agreement.agreement
    return contact_story(desk.store, agreement, "hubspot", contact, as_of=None, known_at=desk.clock(), lang="en").facts


def facts_of(desk, contact="1"):
    with desk.store.snapshot() as unit:
        [known] = unit.facts.contacts("hubspot", [contact], desk.clock(), lambda _ids: {})
    return [fact.id for fact in known.evidence]


def offer_at(desk, deal_id="80"):
    with desk.store.snapshot() as unit:
        [decision] = unit.ledger.deal_decisions("hubspot", [deal_id])
    return iso(decision.spans[-1].offer_at)


# --- leads


async def test_a_connected_lead_is_accepted_when_it_was_connected(serve, open_desk):
    crm = serve(
        lines=[
            lead_pipeline(),
            person(),
            lead((20, "new-stage-id"), (9, "attempting-stage-id"), (5, "connected-stage-id")),
        ]
    )
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        told = story(desk)
    assert (told["stage"], told["since"]) == ("LEAD_SAL", ago(5))
    assert told["history"][-1]["evidence"] == [f"lead:50:{int(TODAY - 5 * DAY)}"]


@pytest.mark.parametrize(
    ("reason", "outcome", "stage"),
    [
        ("Bad timing", "other", "TAM"),
        ("no budget this year", "other", "TAM"),
        ("NOT_A_GOOD_FIT", "lost", "CLOSED_LOST"),
        ("duplicate", "void", "TAM"),
        (None, "lost", "CLOSED_LOST"),
    ],
)
async def test_a_disqualified_lead_ends_as_its_reason_says(serve, open_desk, reason, outcome, stage):
    states = ((20, "new-stage-id"), (9, "connected-stage-id"), (3, "unqualified-stage-id"))
    # The reason is given a little after the stage.
    crm = serve(lines=[lead_pipeline(), person(), lead(*states, reasons=[(2.9, reason)] if reason else ())])
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        told = story(desk)
    assert (told["cycle"]["outcome"], told["stage"]) == (outcome, stage)


async def test_one_of_two_leads_disqualified_ends_nothing(serve, open_desk):
    one = lead((20, "new-stage-id"), (9, "connected-stage-id"))
    other = lead((8, "new-stage-id"), (3, "unqualified-stage-id"), id_="51", reasons=[(3, "duplicate")])
    async with open_desk(serve(lines=[lead_pipeline(), person(), one, other])) as desk:
        await backfill_round(desk)
        assert story(desk)["stage"] == "LEAD_SAL"


async def test_a_lead_that_moves_on_is_read_by_the_next_round_and_by_none_after(serve, open_desk):
    crm = serve(lines=[lead_pipeline(), person(), lead((20, "new-stage-id"))])
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        assert story(desk)["stage"] != "LEAD_SAL"
        crm.portal.edit_as_user("leads", "50", {"hs_pipeline_stage": "connected-stage-id"})
        await sync_round(desk)
        assert story(desk)["stage"] == "LEAD_SAL"
        again = await sync_round(desk)
    assert again.streams["leads"].updated == 0
    assert again.written == 0


async def test_the_agreement_may_say_what_a_lead_stage_means_without_reading_anew(serve, open_desk):
    stages = (*STAGES[:2], ("777", "Later", "IN_PROGRESS"))
    crm = serve(lines=[lead_pipeline(stages), person(), lead((20, "new-stage-id"), (5, "777"))])
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        assert story(desk)["stage"] != "LEAD_SAL"
        signed = parse_agreement("stages: {lead_stages: {'777': connected}}", "agreement.yaml")
        assert story(replace(desk, agreement=InForce(agreement=signed)))["stage"] == "LEAD_SAL"


async def test_a_deleted_lead_takes_back_what_it_told(serve, open_desk):
    crm = serve(lines=[lead_pipeline(), person(), lead((20, "new-stage-id"), (5, "connected-stage-id"))])
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        table = crm.portal.tables["leads"]
        table.archive(table.rows["50"], at=crm.clock())
        result = await reconcile_round(desk, orders=Orders(apply=True))
        [found] = result.streams["leads"].findings
        assert (found.what, found.repaired) == (What.ARCHIVED, True)
        await sync_round(desk)
        assert story(desk)["stage"] != "LEAD_SAL"
        assert facts_of(desk) == []


async def test_a_deleted_lead_is_noticed_by_a_full_pull_too(serve, open_desk):
    crm = serve(lines=[lead_pipeline(), person(), lead((20, "new-stage-id"), (5, "connected-stage-id"))])
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        table = crm.portal.tables["leads"]
        table.archive(table.rows["50"], at=crm.clock())
        result = await backfill_round(desk, restart=True)
        assert result.streams["leads"].archived == 1
        assert story(desk)["stage"] != "LEAD_SAL"
        assert facts_of(desk) == []


async def test_an_account_without_leads_is_read_without_them_and_check_says_so(serve, open_desk):
    crm = serve()
    scopes = {f"crm.objects.{kind}.read" for kind in ("contacts", "companies", "deals", "owners", "quotes")}
    crm.portal.tokens["pat-test-1"] = Token(app_id="1", scopes=frozenset(scopes))
    async with open_desk(crm) as desk:
        result = await backfill_round(desk)
        found = [(one.what, one.remedy) for one in await check_account(desk)]
    assert "Sales Hub" in result.skipped["leads"]
    assert "leads" not in result.halted
    assert dict(found)["leaves out leads"].startswith(result.skipped["leads"])


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("path", ["properties/2026-09/leads", "pipelines/2026-09/leads"])
async def test_an_account_that_does_not_know_leads_is_read_without_them(serve, open_desk, status, path):
    unknown = Fault(trouble=Trouble.STATUS, status=status, path=path, probability=1.0)
    async with open_desk(serve(lines=[person()], faults=Faults(rules=(unknown,)))) as desk:
        result = await backfill_round(desk)
        again = await sync_round(desk)
    assert "leads" in result.skipped
    assert (result.halted, again.halted) == ({}, {})
    assert result.streams["contacts"].read == 1


async def test_check_names_lead_stages_that_say_nothing(serve, open_desk):
    pipeline = lead_pipeline()
    pipeline["stages"].append({"id": "900", "label": "Warteschleife", "metadata": {}})
    async with open_desk(serve(lines=[pipeline, person()])) as desk:
        found = [one for one in await check_account(desk) if "900" in one.what]
    assert [one.level.value for one in found] == ["note"]
    assert "stages.lead_stages" in found[0].remedy


# --- quotes


async def test_an_approved_quote_makes_its_deal_an_opportunity(serve, open_desk):
    crm = serve(lines=[person(), deal(), quote((40, "DRAFT"), (30, "APPROVED"))])
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        assert offer_at(desk) == ago(30)
        assert story(desk)["stage"] == "OPPORTUNITY"


async def test_a_quote_that_expires_takes_the_offer_with_it_when_its_time_comes(serve, open_desk):
    crm = serve(lines=[person(), deal(), quote((40, "DRAFT"), (30, "APPROVED"), expires=-3)])
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        assert story(desk)["stage"] == "OPPORTUNITY"
        crm.clock.ahead = 5 * DAY
        await sync_round(desk)
        assert story(desk)["stage"] == "LEAD_DEAL"
        assert story(desk)["history"][-1]["rule"] == "offer_withdrawn"
        assert offer_at(desk) is None


async def test_a_quote_taken_back_takes_the_offer_with_it(serve, open_desk):
    crm = serve(lines=[person(), deal(), quote((40, "DRAFT"), (30, "APPROVED"))])
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        crm.portal.edit_as_user("quotes", "90", {"hs_status": "DRAFT"})
        await sync_round(desk)
        assert offer_at(desk) is None
        assert (await sync_round(desk)).written == 0


async def test_the_first_quote_ends_the_fallback_for_every_deal(serve, open_desk):
    crm = serve(lines=[person(), deal(), deal(id_="81")])
    agreement = parse_agreement("pipelines: {'*': {offer_stages: []}}", "agreement.yaml")
    async with open_desk(crm) as opened:
        desk = replace(opened, agreement=InForce(agreement=agreement))
        await setup(desk, apply=True)
        await backfill_round(desk)
        assert (offer_at(desk), offer_at(desk, "81")) == (ago(60), ago(60))
        crm.portal.load([quote((40, "DRAFT"), (30, "APPROVED"))])
        crm.portal.edit_as_user("quotes", "90", {"hs_title": "Q2"})
        await sync_round(desk)
        assert (offer_at(desk), offer_at(desk, "81")) == (ago(30), None)


# --- further addresses


async def test_a_form_under_the_address_of_a_merged_contact_counts_for_the_survivor(serve, open_desk):
    crm = serve(
        lines=[person(), person("2"), {"type": "forms", "id": "f", "name": "Demo anfordern", "createdAt": ago(99)}]
    )
    rows = crm.portal.tables["contacts"].rows
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        survivor = merge(crm.portal, BY_NAME["contacts"], rows["1"], rows["2"], at=crm.clock())
        values = [{"name": "email", "value": "P2@firma.de"}]
        now = iso(crm.clock())
        crm.portal.load([{"type": "form_submissions", "formId": "f", "submittedAt": now, "values": values}])
        await sync_round(desk)
        with desk.store.snapshot() as unit:
            found = unit.mirror.contact("hubspot", "p2@firma.de")
        assert found is not None
        assert found.id == survivor.id
        assert any(one.startswith("form_submissions:") for one in facts_of(desk, survivor.id))


async def test_a_look_asks_for_nothing_that_the_account_lacks(crm, open_desk):
    async with open_desk(crm) as desk:
        portal = await look(desk)
    assert set(portal.properties["quotes"]) == {"hs_status", "hs_expiration_date", "hs_lastmodifieddate"}
    assert portal.lead_stages == {}


# --- stage dates


@pytest.mark.parametrize("name", ["hs_v2_date_entered_closedwon_771", None])
async def test_a_deal_without_versions_is_won_when_its_stage_date_says_so_whatever_its_name(serve, open_desk, name):
    won = deal(stage="closedwon")
    del won["history"]
    crm = serve(lines=[person(), won])
    schema, row = crm.portal.schemas["deals"].properties, crm.portal.tables["deals"].rows["80"]
    plain = schema.pop("hs_v2_date_entered_closedwon")
    if name is not None:
        schema[name] = replace(plain, name=name)
    row.properties[name or plain.name] = ago(7)
    async with open_desk(crm) as desk:
        asked = (await look(desk)).properties["deals"]
        await backfill_round(desk)
        with desk.store.snapshot() as unit:
            held = unit.mirror.deal("hubspot", "80")
    assert (name or plain.name) in asked
    assert held is not None
    assert iso(held.fields["entered_closedwon"]) == ago(7)


# --- forms and surveys


async def test_forms_of_every_kind_and_archived_ones_are_read(serve, open_desk):
    kinds = [("hubspot", False), ("captured", False), ("flow", False), ("hubspot", True)]
    forms = [
        {
            "type": "forms",
            "id": f"f{n}",
            "name": "Whitepaper",
            "formType": kind,
            "archived": archived,
            "createdAt": ago(99),
        }
        for n, (kind, archived) in enumerate(kinds)
    ]
    values = [{"name": "email", "value": "p1@firma.de"}]
    filled = [
        {"type": "form_submissions", "formId": one["id"], "submittedAt": ago(10 + n), "values": values}
        for n, one in enumerate(forms)
    ]
    async with open_desk(serve(lines=[person(), *forms, *filled])) as desk:
        await backfill_round(desk)
        assert len(facts_of(desk)) == len(forms)


async def test_a_custom_survey_counts_as_nps_where_the_agreement_names_it(serve, open_desk):
    given = {"hs_survey_id": "13", "hs_survey_type": "CUSTOM", "hs_value": "10", "hs_submission_timestamp": ago(5)}
    answer = {
        "type": "feedback_submissions",
        "id": "700",
        "createdAt": ago(5),
        "properties": given,
        "associations": [{"to": "contacts", "id": "1"}],
    }
    signed = parse_agreement("surveys: {nps: {'13': 0-10}}", "agreement.yaml")
    async with open_desk(serve(lines=[person(), answer])) as desk:
        await backfill_round(desk)
        values = []
        for agreement in (desk.agreement, InForce(agreement=signed)):
            found = measured(desk.store, question(desk.store, agreement, "hubspot", Asked()), ["K26"])
            values.append({row.id: row.value for row in found}["K26.promoters"])
    assert values == [0, 1]


# --- roll-ups that stand in for a feed


def _converted():
    values = [{"name": "email", "value": "p1@firma.de"}]
    told = {"first_conversion_date": ago(9), "first_conversion_event_name": "Demo anfordern"}
    return [
        person(**told),
        {"type": "forms", "id": "f", "name": "Demo anfordern", "createdAt": ago(99)},
        {"type": "form_submissions", "formId": "f", "submittedAt": ago(9), "values": values},
    ]


def _forms(desk):
    return [one.partition(":")[0] for one in facts_of(desk) if "form" in one]


async def test_a_first_sync_without_a_backfill_counts_a_form_once(serve, open_desk):
    async with open_desk(serve(lines=_converted())) as desk:
        await setup(desk, apply=True)
        await sync_round(desk)
        assert _forms(desk) == ["form_submissions"]
        assert (await sync_round(desk)).planned == 0


async def test_once_a_feed_delivers_what_stood_in_for_it_counts_no_more(serve, open_desk):
    crm = serve(lines=_converted())
    objects = ("contacts", "companies", "deals", "owners")
    narrow = Token(app_id="1", scopes=frozenset(f"crm.objects.{kind}.read" for kind in objects))
    crm.portal.tokens["pat-test-1"] = narrow
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        assert _forms(desk) == ["rollups"]
        crm.portal.tokens["pat-test-1"] = replace(narrow, scopes=narrow.scopes | {"forms"})
    crm.clock.ahead += HOUR
    async with open_desk(crm) as desk:
        await pull_round(desk)
        assert _forms(desk) == ["form_submissions"]
        await pull_round(desk)
        assert _forms(desk) == ["form_submissions"]


def _narrow(crm, *more):
    objects = ("contacts", "companies", "deals", "owners")
    scopes = {*(f"crm.objects.{kind}.read" for kind in objects), *more}
    crm.portal.tokens["pat-test-1"] = Token(app_id="1", scopes=frozenset(scopes))


def _convert(crm, contact, at, **more):
    told = {"recent_conversion_date": iso(at), "recent_conversion_event_name": "Demo anfordern", **more}
    crm.portal.edit_as_user("contacts", contact, told, at=at)


def _three_hours_ago(desk):
    """Let the last round have been three hours ago."""
    with desk.store.commit() as unit:
        for stream in ("form_submissions", "contacts"):
            unit.desk.keep_cursor("hubspot", stream, "window", str(desk.clock() - 3 * HOUR))


async def test_once_a_feed_has_ended_roll_ups_stand_in_from_then_on_and_tell_nothing_twice(serve, open_desk):
    crm = serve(lines=_converted())
    _narrow(crm, "forms")
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        assert _forms(desk) == ["form_submissions"]
        _three_hours_ago(desk)
        _convert(crm, "1", desk.clock() - 2 * HOUR)
        _narrow(crm)
        # The first round finds out; whom it read by then is read once more, by a look that tries the feed again too.
        await pull_round(desk)
        crm.clock.ahead += 2 * HOUR
        await pull_round(desk)
        assert _forms(desk) == ["form_submissions", "rollups"]
    for _ in range(2):
        # Each look tries the feed again.
        crm.clock.ahead += 2 * HOUR
        _convert(crm, "1", crm.portal.clock(), firstname=str(crm.clock.ahead))
        async with open_desk(crm) as desk:
            await pull_round(desk)
            await pull_round(desk)
            assert {*_forms(desk)} == {"form_submissions", "rollups"}
    assert _forms(desk).count("form_submissions") == 1


async def test_a_feed_that_delivers_again_after_its_end_takes_over_from_roll_ups(serve, open_desk):
    crm = serve(lines=_converted())
    _narrow(crm, "forms")
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        _three_hours_ago(desk)
        at = desk.clock() - 2 * HOUR
        _convert(crm, "1", at)
        _narrow(crm)
        await pull_round(desk)
        await pull_round(desk)
        assert _forms(desk) == ["form_submissions", "rollups"]
    crm.clock.ahead += HOUR
    _narrow(crm, "forms")
    values = [{"name": "email", "value": "p1@firma.de"}]
    crm.portal.load([{"type": "form_submissions", "formId": "f", "submittedAt": iso(at), "values": values}])
    # Read in the same round, and told by the feed all the same.
    crm.portal.edit_as_user("contacts", "1", {"firstname": "Ada"})
    async with open_desk(crm) as desk:
        for _ in range(2):
            await pull_round(desk)
            assert _forms(desk) == ["form_submissions", "form_submissions"]


async def test_where_no_mails_may_be_read_the_last_reply_of_each_contact_stands_in_from_the_first_backfill_on(
    serve, open_desk
):
    crm = serve(lines=[person(hs_sales_email_last_replied=ago(3))])
    _narrow(crm)
    async with open_desk(crm) as desk:
        honest = desk.source.definitions

        async def told(stream):
            # What mails are may be known where they may not be read.
            return await honest("calls" if stream == "emails" else stream)

        desk.source.definitions = told
        await backfill_round(desk)
        assert [one.partition(":")[0] for one in facts_of(desk) if "email_in" in one] == ["rollups"]
