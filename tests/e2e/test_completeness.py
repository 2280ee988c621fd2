"""After a full pull: the portal says N, the store holds N, with the reason where they differ, for one call a stream."""

import json
import math
from dataclasses import asdict, replace

from sqlalchemy import delete

from connectors.sandbox import merging
from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.state import Habits
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.rounds import backfill_round, sync_round
from syncer.errors import Unavailable
from syncer.store import tables
from tests.crash.test_killed_rounds import syncer

NOW = "2026-05-04T10:00:00Z"


def live(crm, kind: str) -> int:
    return sum(row.archived_at is None for row in crm.portal.tables[kind].rows.values())


async def test_every_stream_that_was_read_in_full_is_proved(crm, open_desk):
    async with open_desk(crm) as desk:
        result = await backfill_round(desk)
        with desk.store.snapshot() as unit:
            kept = unit.desk.run(result.run).counts["proof"]
            held = unit.mirror.counts("hubspot")
    assert set(result.proof) == {name for name in result.streams if name in desk.source.streams.objects}
    for kind in ("contacts", "companies", "deals"):
        proof = result.proof[kind]
        assert (proof.listed, proof.held, proof.search_total) == (live(crm, kind), held[kind], live(crm, kind))
        assert proof.complete
        assert proof.reasons == ()
    assert kept == json.loads(json.dumps({stream: asdict(one) for stream, one in result.proof.items()}))


async def test_the_proof_costs_one_search_a_stream_and_no_list_call(serve, open_desk):
    crm = serve(contacts=230)
    async with open_desk(crm, streams=("companies", "contacts")) as desk:
        calls = []
        honest = desk.source.total

        async def counted(stream):
            before = desk.source.usage.calls[stream]
            total = await honest(stream)
            calls.append((stream, desk.source.usage.calls[stream] - before))
            return total

        desk.source.total = counted
        result = await backfill_round(desk, streams=("companies",))
    assert calls == [("companies", 1)]
    assert result.streams["companies"].api_calls <= 2 + math.ceil(live(crm, "companies") / 100)


async def test_a_record_that_cannot_be_read_is_the_reason(serve, open_desk):
    deal = {"dealname": "x", "dealstage": "closedwon", "amount": "viel"}
    fine = {"dealname": "y", "dealstage": "closedwon", "amount": "1"}
    lines = [
        {"type": "deals", "id": id_, "createdAt": NOW, "properties": one} for id_, one in (("8", deal), ("9", fine))
    ]
    crm = serve(lines=lines)
    async with open_desk(crm) as desk:
        proof = (await backfill_round(desk)).proof["deals"]
    assert (proof.listed, proof.held, proof.complete) == (2, 1, False)
    assert proof.reasons == ("1 cannot be read: syncer dead-letters",)


async def test_what_is_held_beyond_the_list_is_no_proof(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        erased = next(iter(crm.portal.tables["contacts"].rows.values()))
        merging.erase(crm.portal, BY_NAME["contacts"], erased)
        proof = (await backfill_round(desk)).proof["contacts"]
    assert (proof.held - proof.listed, proof.complete) == (1, False)
    assert proof.reasons[0].startswith("1 held and no longer listed")


async def test_what_a_list_leaves_out_time_and_again_is_found_by_search_and_read_by_id(serve, open_desk):
    cut = Fault(trouble=Trouble.CUT_LIST, path="objects/2026-09/contacts", methods=frozenset({"GET"}), times=2)
    crm = serve(contacts=230, faults=Faults(rules=(cut,)))
    async with open_desk(crm, streams=("companies", "contacts")) as desk:
        proof = (await backfill_round(desk)).proof["contacts"]
        with desk.store.snapshot() as unit:
            held = unit.mirror.counts("hubspot")["contacts"]
            linked = unit.mirror.contacts("hubspot", list(crm.portal.tables["contacts"].rows))
    assert (proof.listed, proof.held) == (live(crm, "contacts"), held)
    assert proof.reasons == ("1 cannot be read: syncer dead-letters",)
    assert sum(one.company_id is not None for one in linked.values()) > 100, "links came with them"


async def test_a_list_that_ends_a_few_records_short_is_completed(serve, open_desk):
    """So few that search's lag could explain them: asked by id, they are there."""
    cut = Fault(trouble=Trouble.CUT_LIST, path="objects/2026-09/contacts", methods=frozenset({"GET"}), times=9)
    crm = serve(contacts=107, faults=Faults(rules=(cut,)))
    assert 100 < live(crm, "contacts") <= 110
    async with open_desk(crm, streams=("companies", "contacts")) as desk:
        proof = (await backfill_round(desk)).proof["contacts"]
        calls = desk.source.usage.calls["contacts"]
    assert proof.listed == live(crm, "contacts")
    assert not any("search" in reason for reason in proof.reasons)
    assert calls <= 10


async def test_what_search_still_shows_and_is_gone_is_no_gap(serve, open_desk, monkeypatch):
    crm = serve(contacts=30)
    async with open_desk(crm, streams=("companies", "contacts")) as desk:
        honest = desk.source.total

        async def behind(stream):
            return (await honest(stream) or 0) + 40

        async def shown(stream, held):
            yield [str(number) for number in range(1, 41)]

        monkeypatch.setattr(desk.source, "total", behind)
        monkeypatch.setattr(desk.source, "unheld", shown)
        proof = (await backfill_round(desk)).proof["contacts"]
    assert proof.search_total == proof.listed == live(crm, "contacts")


async def test_a_list_that_ended_without_a_word_once_is_read_to_its_end_before_anything_is_decided(serve, open_desk):
    cut = Fault(trouble=Trouble.CUT_LIST, path="objects/2026-09/contacts", methods=frozenset({"GET"}), times=1)
    crm = serve(contacts=230, faults=Faults(rules=(cut,)))
    async with open_desk(crm, streams=("companies", "contacts")) as desk:
        result = await backfill_round(desk)
        with desk.store.snapshot() as unit:
            held = unit.mirror.counts("hubspot")["contacts"]
    proof = result.proof["contacts"]
    assert (proof.listed, result.derived) == (live(crm, "contacts"), held)
    assert not any("search" in reason for reason in proof.reasons)


async def test_a_few_that_search_knows_beyond_the_list_are_its_lag(serve, open_desk, monkeypatch):
    crm = serve(contacts=30)
    async with open_desk(crm, streams=("companies", "contacts")) as desk:
        honest = desk.source.total

        async def ahead(stream):
            return (await honest(stream) or 0) + 10

        monkeypatch.setattr(desk.source, "total", ahead)
        proof = (await backfill_round(desk)).proof["contacts"]
    assert proof.search_total == proof.listed + 10
    assert not any("search" in reason for reason in proof.reasons)


async def test_a_row_lost_between_commit_and_proof_shows(crm, open_desk, monkeypatch):
    async with open_desk(crm) as desk:
        honest = desk.source.total

        async def thieving(stream):
            if stream == "deals":
                with desk.store.commit() as unit:
                    some = next(iter(crm.portal.tables["deals"].rows))
                    unit.connection.execute(delete(tables.deals).where(tables.deals.c.id == some))
            return await honest(stream)

        monkeypatch.setattr(desk.source, "total", thieving)
        proof = (await backfill_round(desk)).proof["deals"]
    assert (proof.held, proof.complete) == (proof.listed - 1, False)
    assert proof.reasons[0].startswith("1 held and live no more")


async def test_a_search_that_lags_or_fails_changes_no_proof(serve, open_desk, monkeypatch):
    crm = serve(habits=Habits(index_lag=0))
    async with open_desk(crm) as desk:

        async def deaf(stream):
            raise Unavailable("search is down", stream=stream)

        monkeypatch.setattr(desk.source, "total", deaf)
        result = await backfill_round(desk)
    assert {one.search_total for one in result.proof.values()} == {None}
    assert result.proof["contacts"].complete
    assert not result.halted


async def test_a_pull_that_stopped_and_resumed_is_proved_over_both_runs(serve, open_desk):
    fault = Fault(
        trouble=Trouble.STATUS,
        status=401,
        times=1,
        skip=11,
        path="/objects/2026-09/contacts",
        methods=frozenset({"GET"}),
    )
    crm = serve(contacts=1_300, faults=Faults(rules=[fault]))
    async with open_desk(crm) as desk:
        stopped = await backfill_round(desk, streams=("contacts",))
        assert "contacts" in stopped.halted
        assert "contacts" not in stopped.proof
        resumed = await backfill_round(desk, streams=("contacts",))
    proof = resumed.proof["contacts"]
    assert resumed.streams["contacts"].read < live(crm, "contacts")
    assert proof.listed == live(crm, "contacts")
    assert proof.held == proof.listed - resumed.buried - stopped.buried


async def test_a_first_sync_that_reads_in_full_proves_it_and_later_ones_claim_nothing(crm, open_desk):
    async with open_desk(crm) as desk:
        first, second = await sync_round(desk), await sync_round(desk)
    assert first.proof["contacts"].complete
    assert second.proof == {}


def test_the_command_says_it_in_words_and_in_json(serve, tmp_path):
    crm = serve(contacts=40)
    (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {tier: unlimited}}\n", encoding="utf-8")
    shown = syncer(crm, tmp_path, "backfill")
    assert "the portal lists" in shown.stdout
    assert "a hint only: search lags" in shown.stdout
    proof = json.loads(syncer(crm, tmp_path, "backfill", "--json").stdout)["proof"]
    assert set(proof["deals"]) == {"listed", "held", "search_total", "complete", "reasons"}
    assert proof["deals"]["listed"] == live(crm, "deals")


async def test_a_record_that_a_list_names_again_where_it_goes_on_counts_once(serve, open_desk):
    """As a list does whose cursor is the id that the last commit ended with."""
    crm = serve(
        lines=[
            {"type": "contacts", "id": str(id_), "createdAt": NOW, "properties": {"firstname": "Ada"}}
            for id_ in range(1, 2_301)
        ]
    )
    async with open_desk(crm, streams=("contacts",)) as desk:
        honest = desk.source.pages

        async def repeating(stream, **asked):
            last = ()
            async for page in honest(stream, **asked | {"in_order": True}):
                yield replace(page, records=[*last, *page.records])
                last = page.records[-1:]

        desk.source.pages = repeating
        result = await backfill_round(desk)
        proof = result.proof["contacts"]
        assert (proof.listed, proof.complete, proof.reasons) == (live(crm, "contacts"), True, ())
        compared = await reconcile_round(desk, orders=Orders(apply=False))
    drift = compared.streams["contacts"]
    assert (drift.crm, drift.mirror) == (live(crm, "contacts"),) * 2
    assert compared.sums()["faults"] == 0
