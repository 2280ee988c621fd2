"""The full compare against a CRM that listens: what differs is named, told apart and mended, and no more than that."""

import math
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, text, update

from connectors.sandbox import merging, writes
from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.happenings import Origin
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.records import Token
from connectors.sandbox.state import Habits, MergedId
from jobs.health.status import read_status
from jobs.pulling.drift import What
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.rounds import backfill_round, sync_round
from jobs.schedule import Nightly
from jobs.settings_file import ScheduleFile
from jobs.writing.setup import setup
from syncer.errors import ConfigError
from syncer.moments import DAY
from syncer.records import Kind
from syncer.store import tables
from tests.e2e.conftest import AT_ONCE, TODAY, planned_for, settings_for

LOOK, MEND = Orders(apply=False), Orders(apply=True)
#: Long before any pull: a change of then that the mirror lacks was missed.
THEN = TODAY - 30 * DAY
KEPT = (
    "contacts",
    "companies",
    "deals",
    "activities",
    "answers",
    "links",
    "changes",
    "evidence",
    "aliases",
    "dirty_companies",
    "dirty_contacts",
    "dirty_deals",
    "dead_letters",
    "cursors",
    "outbox",
)


def found(result) -> dict[str, list[tuple[str, str]]]:
    return {
        stream: sorted((one.id, one.what.value) for one in drift.findings)
        for stream, drift in result.streams.items()
        if drift.findings
    }


def sql(desk, statement) -> None:
    with desk.store.commit() as unit:
        unit.connection.execute(statement)


def rows(desk) -> dict[str, list]:
    with desk.store.snapshot() as unit:
        return {
            name: unit.connection.execute(select(table).order_by(*table.primary_key)).fetchall()
            for name, table in tables.metadata.tables.items()
            if name in KEPT
        }


def some(crm, kind: str, number: int) -> list:
    return [row for row in crm.portal.tables[kind].rows.values() if row.archived_at is None][:number]


def archive(crm, kind: str, row, at: int = THEN) -> None:
    writes.archive(crm.portal, BY_NAME[kind], row, at=at)


async def test_after_a_backfill_both_sides_are_the_same(crm, open_desk):
    async with open_desk(crm) as desk:
        read = await backfill_round(desk)
        result = await reconcile_round(desk, orders=LOOK)
    assert found(result) == {}
    assert not result.halted
    assert set(result.streams) == {name for name in read.streams if name in desk.source.streams.objects} - {"campaigns"}
    for stream, drift in result.streams.items():
        live = sum(row.archived_at is None for row in crm.portal.tables[stream].rows.values())
        assert (drift.crm, drift.mirror + drift.unreadable + drift.empty) == (live, live)
    assert result.sums()["compared"] > 200
    assert {"form_submissions", "campaigns"} <= set(result.skipped)


async def test_our_own_writes_are_no_difference(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        assert (await sync_round(desk)).properties["lifecyclestage"] > 0
        result = await reconcile_round(desk, orders=LOOK)
    assert found(result) == {}


async def test_it_costs_the_list_and_the_links_and_nothing_more(serve, open_desk):
    crm = serve(contacts=230)
    async with open_desk(crm) as desk:
        await backfill_round(desk)
    async with open_desk(crm) as desk:
        result = await reconcile_round(desk, orders=LOOK)
    per_thousand = {"contacts": 1, "companies": 0, "deals": 2}
    for stream, links in per_thousand.items():
        live = result.streams[stream].crm
        assert result.streams[stream].api_calls == math.ceil(live / 100) + links * math.ceil(live / 1000)


async def test_lost_and_altered_rows_are_named_and_mended(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        before = rows(desk)
        lost, altered = some(crm, "contacts", 2)
        deal, call = some(crm, "deals", 1)[0], some(crm, "calls", 1)[0]
        sql(desk, delete(tables.contacts).where(tables.contacts.c.id == lost.id))
        sql(
            desk, update(tables.contacts).where(tables.contacts.c.id == altered.id).values(first_name="x", country="XX")
        )
        sql(desk, update(tables.deals).where(tables.deals.c.id == deal.id).values(amount=1))
        sql(desk, update(tables.activities).where(tables.activities.c.id == call.id).values(outcome="x"))
        result = await reconcile_round(desk, orders=LOOK)
        assert found(result) == {
            "contacts": sorted([(lost.id, "missing"), (altered.id, "differs")]),
            "deals": [(deal.id, "differs")],
            "calls": [(call.id, "differs")],
        }
        assert result.streams["contacts"].properties == {"first_name": 1, "country": 1}
        assert result.streams["deals"].properties == {"amount": 1}
        assert result.sums()["left"] == 4
        mended = await reconcile_round(desk, orders=MEND)
        again = await reconcile_round(desk, orders=LOOK)
        after = rows(desk)
        with desk.store.snapshot() as unit:
            dirty = unit.facts.dirty("hubspot", desk.clock())
    assert (mended.sums()["repaired"], mended.sums()["left"]) == (4, 0)
    assert found(again) == {}
    assert {lost.id, altered.id} <= set(dirty.contact_ids)
    assert deal.id in dirty.deal_ids
    for name in ("contacts", "deals", "activities"):
        assert [row[:-1] for row in after[name]] == [row[:-1] for row in before[name]], "all but recorded_at"


async def test_looking_writes_nothing(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        first, second, third = some(crm, "contacts", 3)
        sql(desk, delete(tables.contacts).where(tables.contacts.c.id == first.id))
        archive(crm, "contacts", second)
        crm.portal.edit_as_user("contacts", third.id, {"lastname": "Umbenannt"}, at=THEN)
        before = rows(desk)
        result = await reconcile_round(desk, orders=LOOK)
        assert rows(desk) == before
    assert result.sums()["faults"] == 3
    assert result.sums()["repaired"] == 0


async def test_what_is_gone_is_told_apart_by_how_it_went(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        binned, erased, one, other = some(crm, "contacts", 4)
        note = some(crm, "notes", 1)[0]
        archive(crm, "contacts", binned)
        archive(crm, "notes", note)
        merging.erase(crm.portal, BY_NAME["contacts"], erased)
        survivor = merging.merge(crm.portal, BY_NAME["contacts"], one, other, at=THEN)
        result = await reconcile_round(desk, streams=("contacts", "notes"), orders=LOOK)
        what = dict(found(result)["contacts"])
        assert [what[row.id] for row in (binned, erased, one, other)] == ["archived", "deleted", "merged", "merged"]
        assert what[survivor.id] == "missing"
        assert dict(found(result)["notes"])[note.id] == "archived"
        into = {finding.into for finding in result.streams["contacts"].findings if finding.what is What.MERGED}
        assert into == {survivor.id}
        mended = await reconcile_round(desk, orders=MEND)
        again = await reconcile_round(desk, orders=MEND)
        with desk.store.snapshot() as unit:
            assert unit.mirror.live("hubspot", Kind.CONTACT, [binned.id, erased.id, one.id, other.id]) == set()
            assert unit.mirror.contact("hubspot", one.id).id == survivor.id
            assert unit.mirror.contact("hubspot", binned.id).archived_at is not None
    assert mended.sums()["left"] == 0
    assert found(again) == {}


async def test_a_merge_that_keeps_the_first_id_is_one_too(serve, open_desk):
    crm = serve(habits=Habits(index_lag=0, merged_id=MergedId.KEPT))
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        kept, other = some(crm, "companies", 2)
        merging.merge(crm.portal, BY_NAME["companies"], kept, other, at=THEN)
        result = await reconcile_round(desk, orders=LOOK)
        assert (other.id, "merged") in found(result)["companies"]
        await reconcile_round(desk, orders=MEND)
        assert found(await reconcile_round(desk, orders=LOOK)) == {}
        with desk.store.snapshot() as unit:
            assert unit.mirror.company("hubspot", other.id).id == kept.id


async def test_a_survivor_that_names_nobody_still_takes_in_what_went_into_it(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        one, other = some(crm, "deals", 2)
        survivor = merging.merge(crm.portal, BY_NAME["deals"], one, other, at=THEN)
        del survivor.properties["hs_merged_object_ids"]
        assert (await reconcile_round(desk, streams=("deals",), orders=MEND)).sums()["left"] == 0
        assert found(await reconcile_round(desk, streams=("deals",), orders=LOOK)) == {}
        with desk.store.snapshot() as unit:
            assert unit.mirror.deal("hubspot", one.id).id == survivor.id


async def test_what_stood_behind_the_end_of_the_list_is_gone_too(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        last = max(some(crm, "companies", 1_000), key=lambda row: int(row.id))
        archive(crm, "companies", last)
        result = await reconcile_round(desk, streams=("companies",), orders=LOOK)
    assert found(result) == {"companies": [(last.id, "archived")]}


async def test_a_change_after_the_last_pull_is_no_fault(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        missed, later, binned = some(crm, "contacts", 3)
        crm.portal.edit_as_user("contacts", missed.id, {"lastname": "Frueher"}, at=THEN)
        crm.portal.edit_as_user("contacts", later.id, {"lastname": "Spaeter"})
        archive(crm, "contacts", binned, crm.clock() + 1_000)
        result = await reconcile_round(desk, streams=("contacts",), orders=LOOK)
        drift = result.streams["contacts"]
        assert (drift.faults, drift.not_yet_pulled, drift.differing, drift.archived) == (1, 2, 1, 0)
        assert {one.id: one.not_yet_pulled for one in drift.findings} == {
            missed.id: False,
            later.id: True,
            binned.id: True,
        }
        crm.clock.ahead = 10 * 60_000
        await sync_round(desk)
        after = await reconcile_round(desk, streams=("contacts",), orders=LOOK)
    assert {one.id for one in after.streams["contacts"].findings} == {missed.id, binned.id}


async def test_a_value_that_changed_without_moving_its_date_is_named_and_mended(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        company = next(row for row in some(crm, "companies", 300) if row.properties.get("numberofemployees"))
        company.properties["numberofemployees"] = "4711"
        crm.clock.ahead = 10 * 60_000
        await sync_round(desk)
        result = await reconcile_round(desk, streams=("companies",), orders=MEND)
        [finding] = result.streams["companies"].findings
        assert (finding.id, finding.properties, finding.repaired) == (company.id, ("employees",), True)
        assert found(await reconcile_round(desk, streams=("companies",), orders=LOOK)) == {}


async def test_counts_of_mails_are_taken_over_at_night_and_decide_nobody_anew(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        reader = next(row for row in some(crm, "contacts", 300) if row.properties.get("hs_email_delivered"))
        before = rows(desk)
        reader.properties |= {"hs_email_delivered": "4711", "hs_email_click": "12"}
        looked = await reconcile_round(desk, streams=("contacts",), orders=LOOK)
        assert (found(looked), looked.streams["contacts"].counted_anew, rows(desk) == before) == ({}, 0, True)
        mended = await reconcile_round(desk, streams=("contacts",), orders=MEND)
        assert (found(mended), mended.streams["contacts"].counted_anew) == ({}, 1)
        with desk.store.snapshot() as unit:
            contact = unit.mirror.contact(desk.name, reader.id)
        assert (contact.fields["mails_delivered"], contact.fields["mails_clicked"]) == (4711, 12)
        after = rows(desk)
        assert [name for name in KEPT if name not in {"contacts", "cursors"} and before[name] != after[name]] == []
        again = await reconcile_round(desk, streams=("contacts",), orders=MEND)
        assert again.streams["contacts"].counted_anew == 0


async def test_links_that_no_pull_can_see_are_named_and_mended(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        with desk.store.snapshot() as unit:
            link = unit.connection.execute(
                select(tables.links).where(tables.links.c.from_kind == "deals", tables.links.c.to_kind == "contacts")
            ).first()
        sql(
            desk,
            delete(tables.links).where(tables.links.c.from_id == link.from_id, tables.links.c.to_kind == "contacts"),
        )
        result = await reconcile_round(desk, orders=LOOK)
        [finding] = result.streams["deals"].findings
        assert (finding.id, finding.links, finding.properties) == (link.from_id, ("contacts",), ())
        assert (result.streams["deals"].links, result.streams["deals"].differing) == (1, 0)
        assert (await reconcile_round(desk, orders=MEND)).sums()["left"] == 0
        assert found(await reconcile_round(desk, orders=LOOK)) == {}


async def test_links_that_the_crm_took_away_are_taken_away_here(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        with desk.store.snapshot() as unit:
            link = unit.connection.execute(
                select(tables.links).where(
                    tables.links.c.from_kind == "contacts", tables.links.c.to_kind == "companies"
                )
            ).first()
        crm.portal.links.clear("contacts", link.from_id)
        crm.portal.tables["contacts"].rows[link.from_id].properties.pop("associatedcompanyid")
        result = await reconcile_round(desk, streams=("contacts",), orders=LOOK)
        [finding] = result.streams["contacts"].findings
        assert (finding.id, finding.links) == (link.from_id, ("companies",))
        assert (await reconcile_round(desk, streams=("contacts",), orders=MEND)).sums()["left"] == 0
        assert found(await reconcile_round(desk, streams=("contacts",), orders=LOOK)) == {}


async def test_a_record_that_the_list_passed_over_is_asked_for_by_id(crm, open_desk, monkeypatch):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        hidden = {row.id for row in some(crm, "contacts", 12)}
        honest = desk.source.pages

        async def forgetful(stream, **more):
            async for page in honest(stream, **more):
                kept = [record for record in page.records if record.id not in hidden]
                yield type(page)(stream=page.stream, records=kept, cursor=page.cursor)

        monkeypatch.setattr(desk.source, "pages", forgetful)
        result = await reconcile_round(desk, streams=("contacts",), orders=MEND)
    live = sum(row.archived_at is None for row in crm.portal.tables["contacts"].rows.values())
    assert found(result) == {}
    assert result.streams["contacts"].crm == live


async def test_a_record_created_and_one_archived_while_the_list_is_read(serve, open_desk, monkeypatch):
    crm = serve(contacts=150)
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        early = some(crm, "contacts", 1)[0]
        honest = desk.source.pages

        async def eventful(stream, **more):
            first = True
            async for page in honest(stream, **more):
                yield page
                if first and stream == "contacts":
                    archive(crm, "contacts", early, crm.clock() + 1_000)
                    origin = Origin(source_type="CRM_UI")
                    values = {"email": "neu@firma.example"}
                    writes.create(crm.portal, BY_NAME["contacts"], values, origin=origin, at=crm.clock() + 1_000)
                first = False

        monkeypatch.setattr(desk.source, "pages", eventful)
        result = await reconcile_round(desk, streams=("contacts",), orders=MEND)
    assert result.sums()["faults"] == 0
    assert {(one.what, one.not_yet_pulled) for one in result.streams["contacts"].findings} <= {
        (What.MISSING, True),
        (What.ARCHIVED, True),
    }


async def test_a_missing_scope_is_named_and_the_others_go_on(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
    scopes = {f"crm.objects.{kind}.read" for kind in ("contacts", "companies", "owners")}
    crm.portal.tokens["pat-test-1"] = Token(app_id="1", scopes=frozenset({*scopes, "oauth"}))
    async with open_desk(crm) as desk:
        result = await reconcile_round(desk, orders=LOOK)
    assert "crm.objects.deals.read" in result.skipped["deals"]
    assert result.streams["contacts"].crm > 0
    assert result.streams["companies"].crm > 0
    assert not result.halted


async def test_a_stream_that_stops_says_so_and_the_others_go_on(serve, open_desk):
    crm = serve(
        faults=Faults(
            rules=[
                Fault(trouble=Trouble.HTML, probability=1.0, path="/objects/2026-09/deals", methods=frozenset({"GET"}))
            ]
        )
    )
    async with open_desk(crm, patience=AT_ONCE) as desk:
        await backfill_round(desk, streams=("contacts", "companies"))
        sql(desk, text("INSERT INTO cursors VALUES ('hubspot', 'deals', 'window', '1')"))
        result = await reconcile_round(desk, streams=("contacts", "deals"), orders=LOOK)
        with desk.store.snapshot() as unit:
            run = unit.desk.run(result.run)
    assert set(result.halted) == {"deals"}
    assert result.streams["contacts"].crm > 0
    assert run.status == "halted"


async def test_a_mirror_that_would_lose_much_is_left_alone_without_a_persons_word(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        for row in some(crm, "contacts", 30):
            archive(crm, "contacts", row)
        refused = await reconcile_round(desk, streams=("contacts",), orders=MEND)
        with desk.store.snapshot() as unit:
            held = unit.mirror.counts("hubspot")["contacts"]
        forced = await reconcile_round(desk, streams=("contacts",), orders=Orders(apply=True, force=True))
    assert "--force" in refused.halted["contacts"]
    assert (refused.streams["contacts"].archived, refused.streams["contacts"].repaired) == (30, 0)
    assert held == refused.streams["contacts"].mirror
    assert forced.streams["contacts"].repaired == 30


async def test_a_token_of_another_portal_is_refused_before_anything_is_compared(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        sql(desk, update(tables.accounts).values(portal_id="7"))
        with pytest.raises(ConfigError, match="the mirror holds portal 7"):
            await reconcile_round(desk, orders=MEND)


async def test_a_record_that_cannot_be_read_is_a_dead_letter_not_a_loss(serve, open_desk):
    deal = {"dealname": "x", "dealstage": "closedwon", "amount": "10"}
    crm = serve(lines=[{"type": "deals", "id": "9", "createdAt": "2026-05-04T10:00:00Z", "properties": deal}])
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        crm.portal.tables["deals"].rows["9"].properties["amount"] = "viel"
        first = await reconcile_round(desk, orders=MEND)
        second = await reconcile_round(desk, orders=MEND)
        with desk.store.snapshot() as unit:
            letters = unit.desk.dead_letters("hubspot")
    assert (first.sums()["unreadable"], first.sums()["faults"]) == (1, 0)
    assert second.sums()["unreadable"] == 1
    assert [(letter.id, letter.attempts) for letter in letters] == [("deals:9", 1)]


async def test_a_stream_never_read_is_left_out_with_the_remedy(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk, streams=("contacts",))
        result = await reconcile_round(desk, orders=LOOK)
    assert set(result.streams) == {"contacts"}
    assert "syncer backfill" in result.skipped["deals"]


async def test_runs_keep_the_counts_and_status_shows_the_last(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        lost = some(crm, "deals", 1)[0]
        sql(desk, delete(tables.deals).where(tables.deals.c.id == lost.id))
        assert read_status(desk.store, "hubspot", desk.clock()).reconciled is None
        result = await reconcile_round(desk, orders=MEND)
        await sync_round(desk)
        reconciled = read_status(desk.store, "hubspot", desk.clock(), runs=1).reconciled
    assert reconciled.id == result.run
    assert reconciled.job == "reconcile --apply"
    assert reconciled.counts["repaired"] == 1
    assert reconciled.counts["streams"]["deals"]["missing"] == 1
    assert "findings" not in reconciled.counts["streams"]["deals"]


async def test_findings_beyond_the_named_ones_are_counted(crm, open_desk, monkeypatch):
    monkeypatch.setattr("jobs.pulling.drift.MOST_NAMED", 5)
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        sql(desk, update(tables.contacts).values(first_name="x"))
        drift = (await reconcile_round(desk, streams=("contacts",), orders=LOOK)).streams["contacts"]
    assert (len(drift.findings), drift.unnamed) == (5, drift.differing - 5)
    assert Counter(one.what for one in drift.findings) == {What.DIFFERS: 5}


async def test_both_databases_are_mended_alike(crm, open_desk, store):
    async with open_desk(crm, store=store) as desk:
        await backfill_round(desk)
        lost, altered, binned, one, other = some(crm, "contacts", 5)
        sql(desk, delete(tables.contacts).where(tables.contacts.c.id == lost.id))
        sql(desk, update(tables.contacts).where(tables.contacts.c.id == altered.id).values(first_name="x"))
        sql(desk, update(tables.deals).values(probability=0.123, amount=7))
        archive(crm, "contacts", binned)
        merging.merge(crm.portal, BY_NAME["contacts"], one, other, at=THEN)
        result = await reconcile_round(desk, orders=MEND)
        again = await reconcile_round(desk, orders=LOOK)
    assert result.streams["contacts"].faults == 6
    assert result.streams["deals"].differing == result.streams["deals"].crm
    assert result.sums()["left"] == 0
    assert found(again) == {}


async def test_the_daemon_mends_the_mirror_at_its_hour(crm, open_desk, sqlite_store, tmp_path):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        sql(desk, update(tables.contacts).values(first_name="x"))
    settings = settings_for(crm.server.base_url, tmp_path)
    planned = {one.name: one for one in planned_for(settings, sqlite_store)}
    assert planned["hubspot/reconcile"].when == Nightly(3, ZoneInfo("Europe/Berlin"))
    await planned["hubspot/reconcile"].work()
    async with open_desk(crm) as desk:
        assert found(await reconcile_round(desk, orders=LOOK)) == {}
    never = settings.model_copy(update={"schedule": ScheduleFile(reconcile_hour=None)})
    assert {one.name for one in planned_for(never, sqlite_store)} == {
        "hubspot/sync",
        "hubspot/measure",
        "hubspot/prune",
        "hubspot/freeze",
    }
