"""Webhooks into rounds: what happens in the CRM is mirrored, decided and written back, whatever way the hints come."""

import random
from functools import partial

import pytest
from structlog.testing import capture_logs

from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.merging import erase, merge
from connectors.sandbox.state import Habits, MergedId
from jobs.health.status import read_status
from jobs.pulling.look import look
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.pulling.watermarks import keep_watermark
from jobs.rounds import sync_round
from jobs.serving.breaker import is_paused, note_failure
from jobs.webhooks import drain as drain_module
from jobs.webhooks.drain import MOST_ATTEMPTS, drain_round
from jobs.writing.setup import setup
from syncer.errors import AuthFailed, InvalidRecord, LimitScope, RateLimited, Unavailable
from syncer.hints import Deed, Hint
from syncer.moments import DAY
from syncer.records import Kind
from tests.e2e.hooking import COUNTED, faults, listening, quiet_contact, rep, waiting

ACCOUNT = "hubspot"


@pytest.fixture
def crm(serve):
    return serve(contacts=25)


@pytest.fixture
def open_desk(open_desk):
    """Return how to open a desk on the streams that webhooks tell of, and one more."""
    return partial(open_desk, streams=(*COUNTED, "calls"))


async def ready(desk) -> None:
    await setup(desk, apply=True)
    await sync_round(desk)


async def begun(desk) -> None:
    """Make the account look as if it had been read in full; what is not read is not missed in such a test."""
    only_read(desk)
    await look(desk)
    for stream in COUNTED:
        await keep_watermark(desk, stream, desk.clock())


def only_read(desk) -> None:
    object.__setattr__(desk, "account", desk.account.model_copy(update={"write_back": False}))


async def test_an_edit_is_decided_and_written_back_and_its_echo_writes_nothing(crm, open_desk):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        await ready(desk)
        before = row.properties.get("fn_stage")
        with listening(crm) as told:
            crm.portal.edit_as_user("contacts", row.id, {"hs_lead_status": "IN_PROGRESS"})
            told.receive(desk.store, crm)
            first = await drain_round(desk)
            echoed = told.receive(desk.store, crm)
            second = await drain_round(desk)
        third = await sync_round(desk)
    assert row.properties["fn_stage"] != before
    assert (first.looked_at, first.derived, first.failed) == (1, 1, 0)
    assert first.written == first.planned > 0
    assert echoed > 0
    assert (second.looked_at, second.planned, third.planned) == (echoed, 0, 0)


async def test_a_new_contact_is_in_the_funnel_at_once_whatever_arrives_first(crm, open_desk):
    async with open_desk(crm) as desk:
        await ready(desk)
        with listening(crm) as told:
            new = {"email": "neu@firma.example", "jobtitle": "Geschäftsführerin", "lifecyclestage": "lead"}
            id_ = rep(crm, "POST", "/crm/v3/objects/contacts", json={"properties": new})["id"]
            told.reverse()
            told.receive(desk.store, crm)
            await drain_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.mirror.contact(ACCOUNT, id_).email == "neu@firma.example"
    assert crm.value("contacts", id_, "fn_stage")


async def test_what_is_deleted_goes_and_what_is_restored_comes_back(crm, open_desk):
    ids = {kind: next(iter(crm.portal.tables[kind].live())).id for kind in COUNTED}
    async with open_desk(crm) as desk:
        await ready(desk)
        with listening(crm) as told:
            for kind, id_ in ids.items():
                rep(crm, "DELETE", f"/crm/v3/objects/{kind}/{id_}")
            told.receive(desk.store, crm)
            await drain_round(desk)
            with desk.store.snapshot() as unit:
                assert [unit.mirror.live(ACCOUNT, Kind(kind), [id_]) for kind, id_ in ids.items()] == [set()] * 3
            for kind, id_ in ids.items():
                crm.portal.restore_as_user(kind, id_)
            told.receive(desk.store, crm)
            await drain_round(desk)
        with desk.store.snapshot() as unit:
            assert [unit.mirror.live(ACCOUNT, Kind(kind), [id_]) for kind, id_ in ids.items()] == [
                {id_} for id_ in ids.values()
            ]
        assert await faults(desk) == dict.fromkeys(COUNTED, 0)


@pytest.mark.parametrize("habit", list(MergedId))
async def test_two_contacts_become_one_under_either_id(serve, open_desk, habit):
    crm = serve(contacts=25, habits=Habits(index_lag=0, merged_id=habit))
    one, two = quiet_contact(crm, 0), quiet_contact(crm, 1)
    async with open_desk(crm) as desk:
        await ready(desk)
        with listening(crm) as told:
            survivor = merge(crm.portal, BY_NAME["contacts"], one, two, at=crm.clock())
            assert told.receive(desk.store, crm) >= 2
            await drain_round(desk)
        with desk.store.snapshot() as unit:
            assert {unit.mirror.contact(ACCOUNT, id_).id for id_ in (one.id, two.id)} == {survivor.id}
        assert await faults(desk) == dict.fromkeys(COUNTED, 0)


async def test_a_link_that_changes_neither_record_is_read(crm, open_desk):
    contact = quiet_contact(crm)
    deal = next(iter(crm.portal.tables["deals"].live()))
    path = f"/crm/v4/objects/deals/{deal.id}/associations"
    async with open_desk(crm) as desk:
        await ready(desk)
        with listening(crm) as told:
            rep(crm, "PUT", f"{path}/default/contacts/{contact.id}")
            assert len(told) == 2
            told.receive(desk.store, crm)
            linked = await drain_round(desk)
            with desk.store.snapshot() as unit:
                assert deal.id in unit.facts.deals_of(ACCOUNT, [contact.id])[contact.id]
            rep(crm, "DELETE", f"{path}/contacts/{contact.id}")
            told.receive(desk.store, crm)
            await drain_round(desk)
            with desk.store.snapshot() as unit:
                assert deal.id not in unit.facts.deals_of(ACCOUNT, [contact.id]).get(contact.id, ())
    assert linked.derived >= 1


async def test_a_person_whom_the_crm_erased_is_erased_here_too(crm, open_desk):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        await ready(desk)
        with listening(crm) as told:
            erase(crm.portal, BY_NAME["contacts"], row)
            told.receive(desk.store, crm)
            await drain_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.mirror.contact(ACCOUNT, row.id) is None
            assert not unit.privacy.person(ACCOUNT, row.id)
            assert len(unit.privacy.logged()) == 1
        status = read_status(desk.store, ACCOUNT, desk.clock())
    assert status.as_dict()["webhooks"]["erasure_requests"] == []


@pytest.mark.parametrize("seen_by", ["hint", "compare"])
async def test_an_erasure_told_before_the_record_is_gone_is_carried_out_once_it_is(crm, open_desk, seen_by):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        await ready(desk)
        with desk.store.commit() as unit:
            unit.inbox.receive(ACCOUNT, [Hint("a", "contacts", row.id, Deed.ERASED, desk.clock())], desk.clock())
        await drain_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.mirror.live(ACCOUNT, Kind.CONTACT, [row.id]) == {row.id}
            assert unit.inbox.erasures(ACCOUNT) == []
        erase(crm.portal, BY_NAME["contacts"], row)
        if seen_by == "hint":
            put_hints(desk, row.id)
            await drain_round(desk)
        else:
            await reconcile_round(desk, streams=("contacts",), orders=Orders(apply=True))
        with desk.store.snapshot() as unit:
            assert unit.mirror.contact(ACCOUNT, row.id) is None
            assert len(unit.privacy.logged()) == 1
            assert unit.inbox.erasures(ACCOUNT) == []


async def test_a_forged_hint_of_an_erasure_erases_nobody(crm, open_desk):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        await begun(desk)
        put_hints(desk, row.id)
        await drain_round(desk)
        with desk.store.commit() as unit:
            hints = [
                Hint("a", "contacts", row.id, Deed.ERASED, desk.clock()),
                Hint("b", "contacts", row.id, Deed.DELETED, desk.clock()),
                Hint("c", "contacts", "999999999", Deed.ERASED, desk.clock()),
            ]
            unit.inbox.receive(ACCOUNT, hints, desk.clock())
        result = await drain_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.mirror.live(ACCOUNT, Kind.CONTACT, [row.id]) == {row.id}
            assert unit.inbox.erasures(ACCOUNT) == []
    assert (result.looked_at, result.planned) == (3, 0)


@pytest.mark.parametrize("seed", [1, 2])
async def test_shuffled_doubled_and_split_the_end_is_the_same(crm, open_desk, seed):
    dice = random.Random(seed)
    rows = {kind: list(crm.portal.tables[kind].live()) for kind in COUNTED}
    async with open_desk(crm) as desk:
        await ready(desk)
        with listening(crm, generic=seed == 2) as told:
            for row in dice.sample(rows["contacts"], 8):
                crm.portal.edit_as_user("contacts", row.id, {"jobtitle": f"Leiter {row.id}"})
            for row in dice.sample(rows["deals"], 4):
                crm.portal.edit_as_user("deals", row.id, {"amount": str(dice.randint(1, 90_000))})
            gone = dice.sample(rows["contacts"], 4)
            rep(crm, "DELETE", f"/crm/v3/objects/contacts/{gone[0].id}")
            merge(crm.portal, BY_NAME["contacts"], gone[1], gone[2], at=crm.clock())
            company = dice.choice(rows["companies"])
            rep(crm, "PUT", f"/crm/v4/objects/contacts/{gone[3].id}/associations/default/companies/{company.id}")
            rep(crm, "POST", "/crm/v3/objects/contacts", json={"properties": {"email": "neu@firma.example"}})
            while told:
                held = dice.sample(told, min(len(told), 9))
                for one in held:
                    told.remove(one)
                part = type(told)(held)
                part.receive(desk.store, crm, dice=dice)
                await drain_round(desk)
            for _ in range(3):
                told.receive(desk.store, crm)
                last = await drain_round(desk)
        assert last is None or last.planned == 0
        assert waiting(desk.store) == []
        assert await faults(desk) == dict.fromkeys(COUNTED, 0)
        assert (await sync_round(desk)).planned == 0


def put_hints(desk, *ids: str, deed: Deed = Deed.CHANGED, stream: str = "contacts") -> None:
    with desk.store.commit() as unit:
        hints = [Hint(f"h{stream}{id_}", stream, id_, deed, desk.clock()) for id_ in ids]
        unit.inbox.receive(ACCOUNT, hints, desk.clock())


def failing_for(monkeypatch, desk, poison: str, error: Exception) -> None:
    plain = type(desk.source).by_id

    async def by_id(self, stream, ids, **more):
        if poison in ids:
            raise error
        return await plain(self, stream, ids, **more)

    monkeypatch.setattr(type(desk.source), "by_id", by_id)


async def test_a_poison_hint_holds_up_nobody_and_becomes_a_dead_letter_with_its_reason(crm, open_desk, monkeypatch):
    ids = [row.id for row in crm.portal.tables["contacts"].live()]
    ids += [str(900_000 + number) for number in range(30 - len(ids))]
    async with open_desk(crm) as desk:
        await begun(desk)
        put_hints(desk, *ids)
        with monkeypatch.context() as broken, capture_logs() as logs:
            failing_for(broken, desk, ids[3], InvalidRecord(["x"], stream="contacts", record=ids[3]))
            first = await drain_round(desk)
            assert (first.looked_at, first.waiting) == (0, 30)
            second = await drain_round(desk)
            assert second.looked_at == 5
            third = await drain_round(desk)
            assert third.looked_at == 24
            put_hints(desk, "1")
            rest = [await drain_round(desk) for _ in range(MOST_ATTEMPTS)]
        assert waiting(desk.store) == []
        assert sum(one.given_up for one in rest if one) == 1
        assert rest[0].looked_at == 1
        with desk.store.snapshot() as unit:
            (letter,) = [one for one in unit.desk.dead_letters(ACCOUNT) if one.record_id == ids[3]]
        assert letter.reason == "a webhook could not be looked into"
    assert "hints_failed" in {one["event"] for one in logs}


async def test_an_error_that_nobody_foresaw_counts_and_leaves_the_others_their_turn(crm, open_desk, monkeypatch):
    ids = [row.id for row in list(crm.portal.tables["contacts"].live())[:3]]
    async with open_desk(crm) as desk:
        await begun(desk)
        put_hints(desk, ids[0])
        failing_for(monkeypatch, desk, ids[0], ZeroDivisionError())
        with pytest.raises(ZeroDivisionError):
            await drain_round(desk)
        put_hints(desk, *ids[1:])
        for _ in range(MOST_ATTEMPTS - 1):
            with pytest.raises(ZeroDivisionError):
                await drain_round(desk)
            assert [one.record_id for one in waiting(desk.store)] == [ids[0]]
        last = await drain_round(desk)
        assert (last.given_up, last.waiting) == (1, 0)


@pytest.mark.parametrize(
    "error", [Unavailable("away"), AuthFailed("no token"), RateLimited("slow down", scope=LimitScope.BURST)]
)
async def test_what_is_not_the_hints_fault_counts_for_nothing(crm, open_desk, monkeypatch, error):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        await begun(desk)
        put_hints(desk, row.id)
        with monkeypatch.context() as broken:
            failing_for(broken, desk, row.id, error)
            for _ in range(MOST_ATTEMPTS + 1):
                with pytest.raises(type(error)):
                    await drain_round(desk)
        assert [one.attempts for one in waiting(desk.store)] == [0]
        assert (await drain_round(desk)).looked_at == 1


async def test_while_the_day_is_spent_hints_wait(crm, open_desk, monkeypatch):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        await begun(desk)
        put_hints(desk, row.id)
        with monkeypatch.context() as broken:
            failing_for(broken, desk, row.id, RateLimited("spent", scope=LimitScope.DAILY))
            with capture_logs():
                result = await drain_round(desk)
        assert result.waiting == 1
        assert [one.attempts for one in waiting(desk.store)] == [0]


async def test_an_account_that_was_never_read_in_full_is_not_decided_on_a_part_of_its_facts(crm, open_desk):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        put_hints(desk, row.id)
        early = await drain_round(desk)
        assert (early.looked_at, early.waiting, early.written) == (0, 1, 0)
        await sync_round(desk)
        assert (await drain_round(desk)).looked_at == 1


async def test_where_association_calls_are_spent_only_streams_without_links_are_drained(crm, open_desk, monkeypatch):
    async def only_companies(_desk, streams, count):
        count.halted["contacts"] = "spent"
        return [one for one in streams if one == "companies"]

    monkeypatch.setattr(drain_module, "without_resting", only_companies)
    company = next(iter(crm.portal.tables["companies"].live()))
    async with open_desk(crm) as desk:
        await begun(desk)
        put_hints(desk, "1")
        put_hints(desk, company.id, stream="companies")
        result = await drain_round(desk)
    assert (result.looked_at, result.waiting, result.halted) == (1, 1, {"contacts": "spent"})


async def test_a_stream_that_may_not_be_read_settles_its_hints(crm, open_desk):
    async with open_desk(crm) as desk:
        await begun(desk)
        put_hints(desk, "5", stream="calls")
        crm.portal.lacking.add("crm.objects.contacts.read")
        assert (await drain_round(desk)).looked_at == 1
        put_hints(desk, "6", stream="something")
        assert (await drain_round(desk)).looked_at == 1
    assert waiting(desk.store) == []


async def test_activities_and_leads_follow_too(crm, open_desk):
    row = quiet_contact(crm)
    when = "2026-11-20T10:00:00Z"
    call = {
        "properties": {"hs_timestamp": when, "hs_call_direction": "OUTBOUND", "hs_call_status": "COMPLETED"},
        "associations": [
            {"to": {"id": row.id}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 194}]}
        ],
    }
    async with open_desk(crm) as desk:
        await ready(desk)
        with listening(crm) as told:
            id_ = rep(crm, "POST", "/crm/v3/objects/calls", json=call)["id"]
            told.receive(desk.store, crm)
            made = await drain_round(desk)
            rep(crm, "DELETE", f"/crm/v3/objects/calls/{id_}")
            told.receive(desk.store, crm)
            gone = await drain_round(desk)
    assert (made.derived, gone.derived) == (1, 1)


async def test_nothing_to_drain_leaves_no_run_and_neither_does_a_drain_that_writes_nothing(crm, open_desk):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        await ready(desk)
        assert await drain_round(desk) is None
        put_hints(desk, row.id)
        assert (await drain_round(desk)).looked_at == 1
        with desk.store.snapshot() as unit:
            assert "drain" not in {run.job for run in unit.desk.runs(ACCOUNT)}


async def test_an_account_that_is_only_read_is_not_written(crm, open_desk):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        await ready(desk)
        only_read(desk)
        with listening(crm) as told:
            crm.portal.edit_as_user("contacts", row.id, {"hs_lead_status": "IN_PROGRESS"})
            told.receive(desk.store, crm)
            result = await drain_round(desk)
    assert (result.derived, result.planned, result.written) == (1, 0, 0)


async def test_a_drain_waits_for_nobody_who_holds_the_account(crm, open_desk):
    async with open_desk(crm) as desk:
        await begun(desk)
        put_hints(desk, "1")
        with desk.store.account_lock(ACCOUNT), pytest.raises(Unavailable):
            await drain_round(desk)
        assert [one.attempts for one in waiting(desk.store)] == [0]


async def test_settled_hints_are_forgotten_after_days(crm, open_desk):
    async with open_desk(crm) as desk:
        await begun(desk)
        put_hints(desk, "1")
        await drain_round(desk)
        put_hints(desk, "1")
        assert waiting(desk.store) == []
        crm.clock.ahead = 4 * DAY
        put_hints(desk, "2")
        await drain_round(desk)
        put_hints(desk, "1")
        assert [one.record_id for one in waiting(desk.store)] == ["1"]


async def test_more_than_one_portion_is_drained_portion_by_portion(crm, open_desk, monkeypatch):
    monkeypatch.setattr(drain_module, "_MOST", 4)
    ids = [row.id for row in list(crm.portal.tables["contacts"].live())[:10]]
    async with open_desk(crm) as desk:
        await begun(desk)
        put_hints(desk, *ids)
        assert [(await drain_round(desk)).waiting for _ in range(3)] == [6, 2, 0]


async def test_both_databases_drain_alike(crm, open_desk, store):
    row = quiet_contact(crm)
    async with open_desk(crm, store=store) as desk:
        await ready(desk)
        with listening(crm) as told:
            crm.portal.edit_as_user("contacts", row.id, {"hs_lead_status": "IN_PROGRESS"})
            told.receive(store, crm)
            assert (await drain_round(desk)).written > 0
            told.receive(store, crm)
            assert (await drain_round(desk)).planned == 0


async def test_a_hint_that_could_be_looked_into_ends_the_pause_of_an_account_whose_crm_was_away(crm, open_desk):
    async with open_desk(crm) as desk:
        await begun(desk)
        with listening(crm) as told:
            crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"jobtitle": "CFO"})
        told.receive(desk.store, crm)
        for _ in range(3):
            note_failure(desk.store, desk.name, "Unavailable", "away", desk.clock())
        assert is_paused(desk.store, desk.name, desk.clock())
        await drain_round(desk)
        assert not is_paused(desk.store, desk.name, desk.clock())
