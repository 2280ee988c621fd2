"""Hand-over cards in a CRM that listens: each exactly once, whatever breaks."""

import re
from contextlib import asynccontextmanager
from dataclasses import replace
from types import MappingProxyType

import pytest

from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.merging import merge
from jobs.deciding.derive import Clocks
from jobs.handovers.waiting import retry
from jobs.rounds import backfill_round, derive_round, dry_round, plan_round, pull_round, push_round, sync_round
from jobs.switches import HandoverForm
from jobs.writing.setup import setup
from jobs.writing.undo import undo_run
from syncer.agreement import InForce, parse_agreement
from syncer.errors import StreamError
from syncer.moments import DAY, HOUR, MINUTE, iso
from syncer.records import Kind
from syncer.store import Status
from tests.e2e.conftest import TODAY

GERMAN = InForce(agreement=parse_agreement("write_back: {language: de}", "agreement.yaml"))


def request(contact="101", at=TODAY - 2 * HOUR):
    values = [{"name": "email", "value": f"p{contact}@muster.example"}]
    return {"type": "form_submissions", "formId": "f", "submittedAt": at, "values": values}


def lines(*contacts, **more):
    yield {"type": "owners", "id": "71", "email": "rep@own.example", "firstName": "Rita", "lastName": "Rep"}
    yield {"type": "forms", "id": "f", "name": "Demo anfordern", "createdAt": iso(TODAY - 99 * DAY)}
    firm = {"name": "Muster AG", "industry": "MACHINERY", "numberofemployees": "180", "country": "Germany"}
    yield {"type": "companies", "id": "900", "createdAt": iso(TODAY - 99 * DAY), "properties": firm}
    for contact in contacts or ("101",):
        properties = {
            "email": f"p{contact}@muster.example",
            "firstname": "Anna",
            "lastname": f"<Muster> {contact}",
            "hubspot_owner_id": "71",
            "jobtitle": "Einkaufsleiterin",
            "createdate": iso(TODAY - 50 * DAY),
            **more,
        }
        yield {
            "type": "contacts",
            "id": contact,
            "createdAt": iso(TODAY - 50 * DAY),
            "properties": properties,
            "associations": [{"to": "companies", "id": "900", "primary": True}],
        }
        yield request(contact)


@pytest.fixture
def open_telling(open_desk):
    """Return how to open a desk whose account gets cards."""

    @asynccontextmanager
    async def opened(crm, form=HandoverForm.TASK, agreement=None, switches=MappingProxyType({}), **more):
        async with open_desk(crm, **more) as desk:
            account = desk.account.model_copy(update={"handover": form, "proposals": True, **switches})
            yield replace(desk, account=account, agreement=agreement or desk.agreement)

    return opened


async def ready(desk):
    await setup(desk, apply=True)
    await backfill_round(desk)
    return await sync_round(desk)


def live(crm, kind="tasks"):
    return [row for row in crm.portal.tables[kind].rows.values() if row.archived_at is None]


def anchors(crm, row, to="contacts", kind="tasks"):
    return list(crm.portal.links.of(kind, row.id, to))


def notices(desk):
    with desk.store.snapshot() as unit:
        found = unit.notices.about("hubspot", Kind.CONTACT, ["101", "102", "103"])
    return [one for entries in found.values() for one in entries]


async def test_a_hand_over_becomes_one_task_for_the_owner_and_no_second_one(serve, open_telling):
    crm = serve(lines=list(lines()))
    async with open_telling(crm) as desk:
        first = await ready(desk)
        again = await sync_round(desk)
        third = await sync_round(desk)
    assert (first.notices, again.notices, third.notices) == (1, 0, 0)
    assert (again.written, third.written) == (0, 0)
    [task] = live(crm)
    said = task.properties
    assert said["hubspot_owner_id"] == "71"
    assert said["hs_task_status"] == "NOT_STARTED"
    assert said["hs_timestamp"] == crm.value("contacts", "101", "fn_sla_due_at")
    assert said["hs_task_subject"].startswith("Hand-over: Anna <Muster> 101, Muster AG · ")
    assert "explicit request, handed over" in said["hs_task_body"]
    assert said["hs_task_body"].endswith("[syncer handover.101.1.1]")
    assert anchors(crm, task) == ["101"]
    assert anchors(crm, task, "companies") == ["900"]


async def test_the_card_is_one_screen_in_the_agreements_language(serve, open_telling):
    crm = serve(lines=list(lines()))
    async with open_telling(crm, HandoverForm.NOTE, GERMAN) as desk:
        await ready(desk)
    [note] = live(crm, "notes")
    assert live(crm) == []
    title, *rows = note.properties["hs_note_body"].split("<br>")
    assert title.startswith("<b>Übergabe: Anna &lt;Muster&gt; 101, Muster AG · ")
    assert len(rows) <= 17
    text = "\n".join(rows)
    for part in (
        "Warum jetzt?",
        "Anlass: ausdrücklicher Wunsch",
        "an Rita Rep",
        "Verlauf: ",
        "Demo-Anfrage",
        "180 Mitarbeitende",
    ):
        assert part in text
    assert "Antwort über den Lead-Status: Open, In Progress, Connected, Open Deal = angenommen · " in text
    assert "Unqualified = passt nicht" in text
    assert "kein weiterer aktiver Kontakt" in text


async def test_a_card_says_what_is_left_of_old_events_in_words_and_names_their_year(serve, open_telling):
    """The address of a page that had its time is a digest in the ledger; sales is told of the visit alone."""
    view = {
        "type": "events",
        "eventType": "e_visited_page",
        "objectType": "CONTACT",
        "objectId": "101",
        "occurredAt": iso(TODAY - 500 * DAY),
        "properties": {"hs_url": "https://firma.example/blog/retrofit", "hs_page_id": "1"},
    }
    crm = serve(lines=[*lines(), view])
    async with open_telling(crm, HandoverForm.NOTE, GERMAN) as desk:
        await ready(desk)
    [note] = live(crm, "notes")
    told = next(row for row in note.properties["hs_note_body"].split("<br>") if row.startswith("Verlauf: "))
    assert "Seitenaufruf" in told
    assert "#" not in note.properties["hs_note_body"]
    assert re.search(r" · \d{2}\.\d{2}\.2025 Seitenaufruf$", told)


async def test_off_by_default_and_a_dry_run_tells_nobody(serve, open_desk, open_telling):
    crm = serve(lines=list(lines()))
    async with open_desk(crm) as desk:
        await ready(desk)
    async with open_telling(crm) as desk:
        plan = await dry_round(desk)
    assert [one.key for one in plan.notices] == ["handover.101.1.1"]
    assert live(crm) == []


@pytest.mark.parametrize(
    "trouble", [Trouble.RESET_AFTER, Trouble.STATUS_AFTER, Trouble.TRUNCATED, Trouble.RESET_BEFORE]
)
async def test_a_create_that_nobody_answered_is_looked_for_before_it_is_repeated(serve, open_telling, trouble):
    fault = Fault(trouble=trouble, times=1, path="/objects/2026-09/tasks", methods=frozenset({"POST"}), skip=0)
    crm = serve(lines=list(lines()), faults=Faults(rules=[fault]))
    async with open_telling(crm, streams=("contacts", "companies", "deals", "form_submissions")) as desk:
        first = await ready(desk)
        there = len(live(crm))
        soon = await sync_round(desk)
        crm.clock.ahead = 5 * MINUTE
        later = await sync_round(desk)
        last = await sync_round(desk)
    assert first.notices == 0
    assert there == (0 if trouble is Trouble.RESET_BEFORE else 1)
    # Present: found at once. Absent: nobody knows before the doubt is over.
    assert (soon.notices, later.notices, last.notices) == ((0, 1, 0) if there == 0 else (1, 0, 0))
    assert len(live(crm)) == 1


async def test_a_lead_that_sales_took_meanwhile_is_not_told_of(serve, open_telling):
    crm = serve(lines=[*lines("101", "102", "103")])
    async with open_telling(crm, HandoverForm.NONE) as desk:
        await ready(desk)
    crm.portal.edit_as_user("contacts", "101", {"hs_lead_status": "IN_PROGRESS"})
    call = {
        "type": "calls",
        "id": "500",
        "createdAt": iso(TODAY - HOUR),
        "updatedAt": iso(crm.portal.clock()),
        "properties": {"hs_timestamp": iso(TODAY - HOUR), "hubspot_owner_id": "71", "hs_call_status": "COMPLETED"},
        "associations": [{"to": "contacts", "id": "102"}],
    }
    crm.portal.load([call])
    async with open_telling(crm) as desk:
        result = await sync_round(desk)
    assert result.notices == 1
    [task] = live(crm)
    assert anchors(crm, task) == ["103"]


async def test_an_old_hand_over_is_no_news(serve, open_telling):
    crm = serve(lines=[one for one in lines() if one["type"] != "form_submissions"] + [request(at=TODAY - 8 * DAY)])
    async with open_telling(crm) as desk:
        result = await ready(desk)
    assert crm.value("contacts", "101", "fn_stage") == "LEAD_SQL"
    assert (result.notices, live(crm)) == (0, [])


async def test_more_than_a_week_can_bring_is_refused_and_told_with_force(serve, open_telling):
    few = parse_agreement("score_model: {handover_capacity_per_week: 2}", "agreement.yaml")
    crm = serve(lines=list(lines("101", "102", "103")))
    async with open_telling(crm, agreement=InForce(agreement=few)) as desk:
        refused = await ready(desk)
        assert live(crm) == []
        forced = await sync_round(desk, force=True)
    assert any("3 hand-over cards at once, but 2 a week are agreed" in one for one in refused.problems)
    assert (refused.notices, forced.notices) == (0, 3)


async def test_a_merge_brings_no_second_card(serve, open_telling):
    crm = serve(lines=list(lines("101", "102")))
    async with open_telling(crm) as desk:
        await ready(desk)
        assert len(live(crm)) == 2
        kind, at = BY_NAME["contacts"], crm.portal.clock()
        merge(crm.portal, kind, crm.portal.find("contacts", "101"), crm.portal.find("contacts", "102"), at=at)
        crm.clock.ahead = 10 * MINUTE
        merged = await sync_round(desk)
        last = await sync_round(desk)
    assert (merged.notices, last.notices) == (0, 0)


async def test_undo_archives_what_nobody_touched_and_it_does_not_come_back(serve, open_telling):
    crm = serve(lines=list(lines("101", "102")))
    async with open_telling(crm) as desk:
        first = await ready(desk)
        [mine] = [row.id for row in live(crm) if anchors(crm, row) == ["101"]]
        crm.portal.edit_as_user("tasks", mine, {"hs_task_status": "IN_PROGRESS"})
        shown = await undo_run(desk, first.run, apply=False)
        assert len(live(crm)) == 2
        done = await undo_run(desk, first.run, apply=True)
        after = await sync_round(desk)
    assert [one.verdict for one in shown.notices] == [one.verdict for one in done.notices]
    assert sorted(one.verdict.value for one in done.notices) == ["changed", "restore"]
    assert [row.id for row in live(crm)] == [mine]
    assert after.notices == 0
    assert sorted(one.status for one in notices(desk)) == [Status.CANCELLED, Status.WRITTEN]


async def test_what_the_crm_refuses_is_named_and_sent_again_when_asked(serve, open_telling):
    fault = Fault(
        trouble=Trouble.STATUS, times=2, path="/objects/2026-09/tasks", methods=frozenset({"POST"}), status=400
    )
    crm = serve(lines=list(lines("101", "102")), faults=Faults(rules=[fault]))
    async with open_telling(crm, streams=("contacts", "companies", "deals", "form_submissions")) as desk:
        first = await ready(desk)
        second = await sync_round(desk)
        failed = [one for one in notices(desk) if one.status is Status.FAILED]
        assert retry(desk.store, "hubspot", Clocks(as_of=desk.clock(), known_at=desk.clock())) == 1
        third = await sync_round(desk)
    assert (first.notices, first.failed, second.notices, second.failed) == (1, 1, 0, 0)
    assert [one.error is not None for one in failed] == [True]
    assert third.notices == 1
    assert len(live(crm)) == 2


async def test_a_create_that_was_surely_not_taken_is_sent_later_without_looking_first(serve, open_telling):
    fault = Fault(
        trouble=Trouble.STATUS, times=1, path="/objects/2026-09/tasks", methods=frozenset({"POST"}), status=403
    )
    crm = serve(lines=list(lines("101", "102")), faults=Faults(rules=[fault]))
    async with open_telling(crm, streams=("contacts", "companies", "deals", "form_submissions")) as desk:
        with pytest.raises(StreamError):
            await ready(desk)
        assert {one.status for one in notices(desk)} == {Status.PENDING}
        result = await sync_round(desk)
    assert result.notices == 2
    assert len(live(crm)) == 2


async def test_a_lead_that_is_taken_between_plan_and_push_is_not_told_of(serve, open_telling):
    crm = serve(lines=list(lines("101", "102", lastname="x" * 900)))
    async with open_telling(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await plan_round(desk, full=False, force=False)
        assert [one.status for one in notices(desk)] == [Status.PENDING] * 2
        crm.portal.edit_as_user("contacts", "101", {"hs_lead_status": "IN_PROGRESS"})
        await pull_round(desk)
        await derive_round(desk, full=False)
        count = await push_round(desk)
        later = await sync_round(desk)
    assert (count.notices.created, count.notices.cancelled, later.notices) == (1, 1, 0)
    [task] = live(crm)
    assert anchors(crm, task) == ["102"]
    assert len(task.properties["hs_task_subject"]) < 200


async def test_one_in_doubt_that_sales_took_meanwhile_is_found_or_left_alone(serve, open_telling):
    posts = {"path": "/objects/2026-09/tasks", "methods": frozenset({"POST"})}
    lost = [
        Fault(trouble=Trouble.RESET_AFTER, times=1, **posts),
        Fault(trouble=Trouble.RESET_BEFORE, times=1, skip=1, **posts),
    ]
    crm = serve(lines=list(lines("101", "102")), faults=Faults(rules=lost))
    async with open_telling(crm, streams=("contacts", "companies", "deals", "form_submissions")) as desk:
        await ready(desk)
        assert {one.status for one in notices(desk)} == {Status.SENDING}
        for contact in ("101", "102"):
            crm.portal.edit_as_user("contacts", contact, {"hs_lead_status": "IN_PROGRESS"})
        crm.clock.ahead = 5 * MINUTE
        result = await sync_round(desk)
    assert result.notices == 1
    assert sorted(one.status for one in notices(desk)) == [Status.CANCELLED, Status.WRITTEN]
    assert len(live(crm)) == 1


async def test_what_is_switched_off_before_it_was_sent_waits(serve, open_telling):
    crm = serve(lines=list(lines()))
    async with open_telling(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await plan_round(desk, full=False, force=False)
        off = replace(desk, account=desk.account.model_copy(update={"handover": HandoverForm.NONE}))
        silent = await push_round(off)
        assert (silent.notices.created, live(crm)) == (0, [])
        assert (await push_round(desk)).notices.created == 1


async def test_a_company_that_is_gone_meanwhile_costs_nobody_the_card(serve, open_telling):
    crm = serve(lines=list(lines()))
    async with open_telling(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await plan_round(desk, full=False, force=False)
        crm.portal.tables["companies"].rows.pop("900")
        count = await push_round(desk)
    assert (count.notices.created, count.notices.failed) == (1, 0)
    [task] = live(crm)
    assert (anchors(crm, task), anchors(crm, task, "companies")) == (["101"], [])
