"""Taking a run back when more happened since: values that wait, merges, refusals, texts that people wrote into."""

import json
from dataclasses import replace

import pytest

from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.merging import merge
from connectors.sandbox.records import Token
from connectors.sandbox.state import Habits, MergedId
from jobs.handovers.notices import NoticeCount, deliver_notices
from jobs.rounds import backfill_round, plan_round, push_round, sync_round
from jobs.switches import HandoverForm
from jobs.writing.setup import setup
from jobs.writing.undo import undo_run
from syncer.errors import MissingScope
from syncer.moments import MINUTE
from syncer.records import Kind
from syncer.store import Status
from syncer.writeback import Verdict
from tests.e2e.test_handover_cards import lines, live, notices, open_telling, ready

__all__ = ["open_telling"]

SCOPES = frozenset(
    {f"crm.objects.{kind}.{verb}" for kind in Kind for verb in ("read", "write")}
    | {"crm.objects.owners.read", *(f"crm.schemas.{kind}.write" for kind in Kind)}
)


async def _ready(desk):
    await setup(desk, apply=True)
    await backfill_round(desk)
    return await sync_round(desk)


def _runs(desk):
    with desk.store.snapshot() as unit:
        return unit.desk.runs(desk.name, limit=9)


def _allow(crm, scopes):
    crm.portal.tokens["pat-test-1"] = Token(app_id="1", scopes=frozenset(scopes))


@pytest.mark.parametrize("kind", ["companies", "contacts"])
async def test_what_the_run_had_yet_to_write_is_never_written(serve, open_desk, kind):
    crm = serve()
    _allow(crm, SCOPES - {f"crm.objects.{kind}.write"})
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        with pytest.raises(MissingScope):
            await sync_round(desk, force=True)
        (run, *_) = _runs(desk)
        _allow(crm, SCOPES)
    async with open_desk(crm) as desk:
        undone = await undo_run(desk, run.id, apply=True)
        again = await push_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.desk.pending(desk.name) == []
    assert {step.verdict for step in undone.steps if step.kind == kind} == {Verdict.ALREADY}
    assert again.written == 0
    ours = {value for row in crm.portal.tables[kind].rows.values() for value in [row.properties.get("fn_stage")]}
    assert ours <= {None, ""}


async def test_a_plan_that_was_not_sent_is_taken_back_before_it_is(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        planned = await plan_round(desk, full=False, force=True)
        (run, *_) = _runs(desk)
        undone = await undo_run(desk, run.id, apply=True)
        assert (await push_round(desk)).written == 0
        assert await undo_run(desk, run.id, apply=False) is None
    assert [step.verdict for step in undone.steps] == [Verdict.WITHHELD] * len(planned.rows)


async def test_a_value_that_was_sent_and_never_settled_is_taken_back_and_stays_our_own(crm, open_desk):
    async with open_desk(crm) as desk:
        result = await _ready(desk)
        with desk.store.commit() as unit:
            row = next(one for one in unit.desk.of_run(desk.name, result.run) if one.property == "fn_stage")
            unit.desk.adopt(desk.name, [replace(row, status=Status.SENDING)])
        undone = await undo_run(desk, result.run, apply=True)
        with desk.store.snapshot() as unit:
            written = unit.desk.written_values(desk.name, row.kind, [row.record_id])[row.record_id]["fn_stage"]
    (step,) = [one for one in undone.steps if (one.record_id, one.property) == (row.record_id, "fn_stage")]
    assert step.verdict is Verdict.RESTORE
    assert not crm.value(row.kind, row.record_id, "fn_stage")
    assert row.value in {one.value for one in written}


@pytest.mark.parametrize("merged_id", MergedId)
async def test_what_the_run_wrote_to_merged_records_is_taken_back_from_the_survivor(serve, open_desk, merged_id):
    crm = serve(habits=Habits(index_lag=0, merged_id=merged_id))
    async with open_desk(crm) as desk:
        result = await _ready(desk)
        rows = crm.portal.tables["contacts"].rows
        first, second = [id_ for id_, row in rows.items() if row.properties.get("fn_cell")][:2]
        survivor = merge(crm.portal, BY_NAME["contacts"], rows[first], rows[second], at=crm.clock())
        undone = await undo_run(desk, result.run, apply=True)
        assert not [step for step in undone.steps if step.verdict is Verdict.GONE]
        assert {step.record_id for step in undone.steps}.isdisjoint({first, second} - {survivor.id})
        left = {name for name, value in survivor.properties.items() if name.startswith("fn_") and value}
        assert left == set()
        assert (await undo_run(desk, result.run, apply=True)).pushed.written == 0


async def test_a_note_that_somebody_wrote_into_stays(serve, open_telling):
    crm = serve(lines=list(lines("101", "102")))
    async with open_telling(crm, HandoverForm.NOTE) as desk:
        first = await ready(desk)
        mine, _ = [row.id for row in live(crm, "notes")]
        crm.portal.edit_as_user("notes", mine, {"hs_note_body": "called, wants an offer"})
        undone = await undo_run(desk, first.run, apply=True)
    assert {one.crm_id: one.verdict for one in undone.notices}[mine] is Verdict.CHANGED
    assert [row.id for row in live(crm, "notes")] == [mine]


@pytest.mark.parametrize("trouble", [Trouble.RESET_AFTER, Trouble.RESET_BEFORE])
async def test_a_card_that_nobody_answered_is_in_the_bin_and_is_not_sent_again(serve, open_telling, trouble):
    fault = Fault(trouble=trouble, times=1, path="/objects/2026-09/tasks", methods=frozenset({"POST"}), skip=0)
    crm = serve(lines=list(lines()), faults=Faults(rules=[fault]))
    async with open_telling(crm, streams=("contacts", "companies", "deals", "form_submissions")) as desk:
        first = await ready(desk)
        await undo_run(desk, first.run, apply=True)
        crm.clock.ahead = 5 * MINUTE
        await deliver_notices(desk, NoticeCount())
    assert live(crm) == []
    assert [one.status for one in notices(desk)] == [Status.CANCELLED]


def test_a_run_of_which_something_could_not_be_taken_back_needs_a_person(crm, run):
    for command in (("setup", "--apply"), ("backfill",), ("sync", "--force")):
        assert run(crm, *command).returncode == 0
    status = json.loads(run(crm, "status", "--json").stdout)
    (last, *_) = [one for one in status[0]["runs"] if one["job"] == "sync"]
    schema = crm.portal.schemas["contacts"]
    schema.properties["fn_stage"] = replace(schema.properties["fn_stage"], read_only=True)
    undone = run(crm, "undo", last["id"], "--apply", "--json")
    refused = [step for step in json.loads(undone.stdout) if step["verdict"] == "refused"]
    assert {step["property"] for step in refused} == {"fn_stage"}
    assert undone.returncode == 3


async def test_only_what_the_run_wrote_is_listed(crm, open_desk):
    async with open_desk(crm) as desk:
        result = await _ready(desk)
        with desk.store.commit() as unit:
            rows = [one for one in unit.desk.of_run(desk.name, result.run) if one.status is Status.WRITTEN]
            others = (Status.FAILED, Status.CONFLICT, Status.CANCELLED, Status.UNCHANGED)
            unwritten = [replace(row, status=status) for row, status in zip(rows, others, strict=False)]
            unit.desk.adopt(desk.name, unwritten)
        shown = await undo_run(desk, result.run, apply=False)
    places = {(row.kind, row.record_id, row.property) for row in unwritten}
    assert len(places) == len(others)
    assert places.isdisjoint({(step.kind, step.record_id, step.property) for step in shown.steps})
    assert len(shown.steps) == len(rows) - len(others)


async def test_versions_that_we_wrote_are_kept_as_nobodys_change(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        before = _changes(desk)
        assert (await sync_round(desk, force=True)).written
        person = next(id_ for id_, row in crm.portal.tables["contacts"].rows.items() if row.properties.get("fn_stage"))
        crm.portal.edit_as_user("contacts", person, {"fn_stage": "OUT"})
        await backfill_round(desk, restart=True)
        assert _changes(desk) == before + 1


def _changes(desk):
    with desk.store.snapshot() as unit:
        return unit.mirror.counts(desk.name)["changes"]
