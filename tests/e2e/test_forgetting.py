"""A person who was forgotten: gone from every byte, kept out by every intake, past figures as they were."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from connectors.sandbox import merging
from connectors.sandbox.kinds import BY_NAME
from jobs.bootstrap import opened_store
from jobs.deciding.derive import derive
from jobs.figures.asking import Asked, measured, question
from jobs.privacy.erasures import journal
from jobs.privacy.forget import Eraser, erase, lift
from jobs.privacy.resurrection import catch_up
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.rehearsal.clone import CloneOrders, clone
from jobs.rounds import backfill_round, sync_round
from jobs.writing.setup import setup
from syncer.errors import ConfigError
from syncer.kpis.rendering.render import to_json
from syncer.moments import moment
from syncer.store import put_back, tables, take_backup
from tests.e2e.conftest import TODAY, settings_for

PAST = [moment(TODAY - days * 86_400_000).date().isoformat() for days in (2, 150, 400)]
#: The company then stands where its other contacts stood; first touches and known facts of a hand-over go with the
#: person; consent and quality of the data are of what is held.
RESTATED = {"K01.companies", "K25", "K32", "K33", "K34", "K35", "K36", "K42"}


def eraser_of(desk) -> Eraser:
    return Eraser(store=desk.store, keeping=desk.keeping, agreement=desk.agreement.agreement, clock=desk.clock)


def busiest(desk):
    """Return the contact of whom most is known, with a deal."""
    with desk.store.snapshot() as unit:
        facts = unit.facts.contacts(desk.name, None, desk.clock(), lambda ids: {})
        with_deals = unit.facts.deals_of(desk.name, [one.contact.id for one in facts])
        known = unit.facts.contacts(desk.name, list(with_deals), desk.clock(), lambda ids: {})
        return max((one for one in known if one.contact.email), key=lambda one: len(one.evidence)).contact


def traces(path: Path, *marks: str) -> dict[str, int]:
    files = [file for file in path.parent.glob(f"{path.name}*") if file.suffix != ".lock"]
    assert files
    return {
        file.name: found for file in files if (found := sum(file.read_bytes().count(one.encode()) for one in marks))
    }


def figures(desk, day: str) -> list[dict]:
    asked = question(desk.store, desk.agreement, desk.name, Asked(as_of=day))
    return json.loads(to_json(measured(desk.store, asked)))


async def test_nothing_is_left_in_any_byte_and_past_figures_stay(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        person = busiest(desk)
        before = {day: figures(desk, day) for day in PAST}
        assert traces(desk.store.file, person.id, person.email)
        done = erase(eraser_of(desk), desk.name, person.email, actor="DPO")
        assert done.wiped
        assert done.rows["evidence"] > 5
        assert traces(desk.store.file, person.id, person.email) == {}
        told = set()
        for day in PAST:
            told |= {row["id"] for row, was in zip(figures(desk, day), before[day], strict=True) if row != was}
        assert {one if one in RESTATED else one.partition(".")[0] for one in told} <= RESTATED
        assert person.email not in desk.keeping.journal.read_text() + done.account
        assert desk.keeping.journal.stat().st_mode & 0o077 == desk.keeping.key_file.stat().st_mode & 0o077 == 0


_WORKED = """SELECT c.contact_id FROM cycles c JOIN evidence e ON e.contact_id = c.contact_id
    WHERE e.kind = 'call' AND e.occurred_at >= c.sales_ready_at AND c.sales_ready_at < ? ORDER BY 1"""


async def around_an_erasure(crm, open_desk, of: str) -> tuple[dict, dict]:
    """Return figures as of a past day, before and after the first person that a statement names is erased."""
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        before = {row["id"]: row for row in figures(desk, PAST[0]) if not row["segment"]}
        with closing(sqlite3.connect(desk.store.file)) as database:
            (person,) = database.execute(of, [TODAY - 20 * 86_400_000]).fetchone()
        erase(eraser_of(desk), desk.name, person, actor="DPO")
        return before, {row["id"]: row for row in figures(desk, PAST[0]) if not row["segment"]}


async def test_a_lead_that_was_called_does_not_pass_for_one_that_nobody_worked_once_the_person_is_erased(
    crm, open_desk
):
    before, after = await around_an_erasure(crm, open_desk, _WORKED)
    assert after["K08"] == before["K08"]
    for figure in ("K25", "K33", "K34", "K35"):
        assert after[figure]["n"] == before[figure]["n"] - 1, figure
        assert after[figure]["excluded"] == {**before[figure]["excluded"], "erased": 1}
        assert (after[figure]["k"] or 0) <= (before[figure]["k"] or 0)
    assert after["K25.overdue"]["value"] == before["K25.overdue"]["value"]


_WON = "SELECT contact_id FROM cycles WHERE outcome = 'won' AND type = 'acquisition' AND ended_at < ? ORDER BY 1"


async def test_an_order_of_an_erased_person_is_none_that_took_no_work(crm, open_desk):
    before, after = await around_an_erasure(crm, open_desk, _WON)
    assert before["K32"]["k"] > 0
    assert after["K32"]["n"] == before["K32"]["n"] - 1
    assert after["K32"]["excluded"]["erased"] == 1


async def test_erasure_tombstone_blocks_backfill(crm, open_desk, tmp_path):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        person = busiest(desk)
        erase(eraser_of(desk), desk.name, person.id)
        again = await backfill_round(desk, restart=True)
        assert again.streams["contacts"].forgotten == 1
        assert again.proof["contacts"].complete == again.proof["emails"].complete
        crm.portal.find("contacts", person.id).properties["jobtitle"] = "CEO"
        synced = await sync_round(desk)
        compared = await reconcile_round(desk, orders=Orders(apply=True))
        assert not any(drift.faults for drift in compared.streams.values())
        assert (await sync_round(desk)).written == 0
        assert synced.failed == 0
        assert traces(desk.store.file, person.email) == {}
        with desk.store.snapshot() as unit:
            assert not unit.privacy.person(desk.name, person.id)


async def test_a_copy_of_the_account_holds_no_forgotten_person(crm, open_desk, tmp_path):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        person = busiest(desk)
        erase(eraser_of(desk), desk.name, person.id)
        settings = settings_for(crm.server.base_url, tmp_path).model_copy(update={"database_url": str(desk.store.url)})
        await clone(settings, CloneOrders(account="hubspot", state=tmp_path / "copy.db"))
    assert traces(tmp_path / "copy.db", person.email) == {}


async def test_one_who_appears_under_a_new_id_is_forgotten_there_too(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        person, other = busiest(desk), crm.portal.tables["contacts"]
        erase(eraser_of(desk), desk.name, person.id)
        stranger = next(row for row in other.rows.values() if row.id != person.id and row.archived_at is None)
        stranger.properties["email"] = person.email.upper()
        await backfill_round(desk, restart=True)
        with desk.store.snapshot() as unit:
            assert not unit.privacy.person(desk.name, stranger.id)
        assert len(journal(desk.keeping)) == 2


async def test_one_who_comes_back_of_their_own_accord_is_let_in(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        person = busiest(desk)
        erase(eraser_of(desk), desk.name, person.id)
        assert lift(eraser_of(desk), desk.name, person.email, actor="DPO") == 2
        assert lift(eraser_of(desk), desk.name, person.email, actor="DPO") == 0
        await reconcile_round(desk, orders=Orders(apply=True))
        with desk.store.snapshot() as unit:
            assert unit.mirror.contact(desk.name, person.id).email == person.email
        assert catch_up(eraser_of(desk)) == 0


async def test_the_second_time_says_so_and_a_stranger_is_nobody(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        person = busiest(desk)
        foretold = erase(eraser_of(desk), desk.name, person.id, dry_run=True)
        first = erase(eraser_of(desk), desk.name, person.id)
        assert (foretold.rows, foretold.wiped, foretold.erasure) == (first.rows, None, None)
        second = erase(eraser_of(desk), desk.name, person.email)
        assert (second.was_forgotten, second.at, second.wiped) == (True, first.at, True)
        assert erase(eraser_of(desk), desk.name, "4711") is None
        assert len(journal(desk.keeping)) == 1


async def test_a_kill_between_journal_and_database_is_made_good_by_the_next_command(crm, open_desk, monkeypatch):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        person, eraser = busiest(desk), eraser_of(desk)
        with monkeypatch.context() as patched:
            patched.setattr("jobs.privacy.forget.made", _killed)
            with pytest.raises(KeyboardInterrupt):
                erase(eraser, desk.name, person.id)
        with desk.store.snapshot() as unit:
            assert unit.privacy.person(desk.name, person.id)
        assert catch_up(eraser) == 1
        assert traces(desk.store.file, person.email) == {}
        assert catch_up(eraser) == 0


def _killed(*_args):
    raise KeyboardInterrupt


async def test_a_database_put_back_by_hand_is_brought_up_to_the_journal(crm, open_desk, tmp_path):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        person, store = busiest(desk), desk.store
        store.wipe()
        before = store.file.read_bytes()
        erase(eraser_of(desk), desk.name, person.id)
        store.close()
        other = tmp_path / "restored.db"
        other.write_bytes(before)
        settings = settings_for(crm.server.base_url, tmp_path).model_copy(update={"database_url": f"sqlite:///{other}"})
        assert traces(other, person.email)
        with opened_store(settings):
            assert traces(other, person.email) == {}
        desk.keeping.journal.unlink()
        with opened_store(settings):
            assert len(journal(desk.keeping)) == 1


async def test_a_backup_that_is_put_back_under_a_daemon_that_runs_brings_nobody_back(crm, open_desk, tmp_path):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        person, store = busiest(desk), desk.store
        take_backup(store.file, tmp_path / "before.db")
        erase(eraser_of(desk), desk.name, person.id)
    put_back(tmp_path / "before.db", store.file)
    async with open_desk(crm, store=store) as desk:
        crm.portal.edit_as_user("contacts", person.id, {"jobtitle": "CFO"})
        await sync_round(desk)
        with store.snapshot() as unit:
            assert not unit.privacy.person(desk.name, person.id)
            assert not unit.privacy.person(desk.name, person.email)
        assert traces(store.file, person.email) == {}


async def test_without_the_key_nothing_runs_that_could_bring_somebody_back(crm, open_desk, tmp_path):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        erase(eraser_of(desk), desk.name, busiest(desk).id)
        desk.keeping.key_file.rename(tmp_path / "away")
        with pytest.raises(ConfigError, match="erased people would come back"):
            catch_up(eraser_of(desk))
        with pytest.raises(ConfigError, match="SYNCER_FORGET_KEYS"):
            erase(eraser_of(desk), desk.name, busiest(desk).id)


async def test_an_erasure_in_the_crm_is_carried_out_here_by_the_same_door(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        person = busiest(desk)
        merging.erase(crm.portal, BY_NAME["contacts"], crm.portal.find("contacts", person.id))
        with desk.store.account_lock(desk.name):
            done = erase(eraser_of(desk), desk.name, person.id, is_held=True)
        await sync_round(desk)
        await derive(desk)
        assert done.wiped
        assert traces(desk.store.file, person.email) == {}
        with desk.store.snapshot() as unit:
            log = unit.connection.execute(select(tables.erasures.c.actor)).scalars().all()
        assert log == ["crm"]


async def test_objection_blanks_scores_next_sync(crm, open_desk):
    _define(crm, "fn_objected")
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        rows = crm.portal.tables["contacts"].rows.values()
        row = next(one for one in rows if one.properties.get("fn_fit") and one.properties.get("fn_score_reasons"))
        scores = ("fn_fit", "fn_engagement", "fn_cell", "fn_priority", "fn_score_reasons")
        _set(crm, row, fn_objected="true")
        await sync_round(desk)
        assert [crm.value("contacts", row.id, name) for name in scores] == [None] * 5
        assert crm.value("contacts", row.id, "fn_stage") == "OUT"
        assert (await sync_round(desk)).written == 0


def _api(crm) -> httpx.Client:
    return httpx.Client(base_url=crm.server.base_url, headers={"authorization": "Bearer pat-test-1"})


def _define(crm, name: str) -> None:
    """Make a checkbox on contacts, as an administrator does."""
    options = [{"label": one, "value": one, "displayOrder": place} for place, one in enumerate(("true", "false"))]
    made = {"name": name, "label": name, "type": "bool", "fieldType": "booleancheckbox", "options": options}
    with _api(crm) as client:
        created = client.post("/crm/v3/properties/contacts", json={**made, "groupName": "contactinformation"})
    assert created.status_code == 201, created.text


def _set(crm, row, **values) -> None:
    with _api(crm) as client:
        answer = client.patch(f"/crm/v3/objects/contacts/{row.id}", json={"properties": values})
    assert answer.status_code == 200, answer.text


def _person(id_: str, **properties: str) -> dict:
    return {"type": "contacts", "id": id_, "createdAt": "2026-05-04T10:00:00Z", "properties": properties}


_UNREADABLE = {"email": "kaputt@firma.example", "hs_lifecyclestage_lead_date": "gestern"}


def _letters(desk) -> list[str]:
    with desk.store.snapshot() as unit:
        return [one.id for one in unit.desk.dead_letters(desk.name)]


@pytest.mark.parametrize("name", ["9", "KAPUTT@firma.example"])
async def test_who_cannot_be_read_is_forgotten_by_id_or_in_advance_by_address(serve, open_desk, name):
    crm = serve(lines=[_person("9", **_UNREADABLE), _person("8", email="heil@firma.example")])
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        assert _letters(desk) == ["contacts:9"]
        done = erase(eraser_of(desk), desk.name, name, in_advance="@" in name)
        assert done.erasure
        again = await backfill_round(desk, restart=True)
        assert again.streams["contacts"].forgotten == 1
        assert again.proof["contacts"].complete
        crm.portal.edit_as_user("contacts", "9", {"hs_lifecyclestage_lead_date": "2026-05-04T10:00:00Z"})
        await sync_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.mirror.contact(desk.name, "9") is None
            assert unit.mirror.contact(desk.name, "8") is not None
            rows = unit.connection.execute(select(tables.dead_letters.c.id)).all()
        assert rows == []


@pytest.mark.parametrize("name", ["9", " Noch.Nicht@Firma.example "])
async def test_who_was_never_read_is_barred_in_advance(serve, open_desk, name):
    crm = serve(lines=[_person("9", email="noch.nicht@firma.example"), _person("8", email="heil@firma.example")])
    async with open_desk(crm) as desk:
        eraser = eraser_of(desk)
        assert erase(eraser, desk.name, name) is None
        assert erase(eraser, desk.name, name, in_advance=True, dry_run=True).erasure is None
        assert erase(eraser, desk.name, name, in_advance=True).tombstones
        assert erase(eraser, desk.name, name, in_advance=True).was_forgotten
        await backfill_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.mirror.counts(desk.name)["contacts"] == 1
        # By one name barred, by the other too, since they came as one person.
        for one in ("9", "noch.nicht@firma.example"):
            assert erase(eraser, desk.name, one).was_forgotten
        assert lift(eraser, desk.name, name, actor="DPO")


async def test_people_who_are_kept_out_are_no_sign_that_the_list_was_cut(serve, open_desk):
    crm = serve(contacts=40)
    async with open_desk(crm, streams=("companies", "contacts")) as desk:
        for ident in list(crm.portal.tables["contacts"].rows)[:20]:
            erase(eraser_of(desk), desk.name, ident, in_advance=True)
        proof = (await backfill_round(desk)).proof["contacts"]
    assert proof.search_total > proof.listed + 10
    assert not any("search" in reason for reason in proof.reasons)


async def test_what_is_neither_id_nor_address_bars_nobody(serve, open_desk):
    async with open_desk(serve(lines=[])) as desk:
        with pytest.raises(ConfigError, match="neither an id nor an address"):
            erase(eraser_of(desk), desk.name, "Anna Muster", in_advance=True)
        assert journal(desk.keeping) == ()
