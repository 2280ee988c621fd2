"""Whole rounds against a CRM that listens: what was promised to users, end to end."""

import math
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace

import pytest

from connectors.sandbox import writes
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.records import Token
from connectors.sandbox.state import Habits
from jobs.deciding.derive import Clocks, derive
from jobs.deciding.survey import survey
from jobs.figures.asking import Asked, measured, question
from jobs.pulling.backfill import backfill
from jobs.pulling.look import look
from jobs.rounds import backfill_round, dry_round, sync_round
from jobs.writing.plan import plan
from jobs.writing.push import push
from jobs.writing.setup import setup
from jobs.writing.undo import undo_run
from syncer.agreement import Agreement, InForce, parse_agreement
from syncer.errors import UnsafePlan
from syncer.funnel.facts import FunnelStage, Outcome
from syncer.moments import DAY, HOUR, MINUTE
from syncer.records import Kind
from syncer.writeback import Verdict
from tests.databases import new_store

MODES = ("read", "write")


async def _ready(desk):
    await setup(desk, apply=True)
    await backfill_round(desk)
    return await sync_round(desk)


def _written_state(crm):
    """What the CRM shows of ours, and of what we may write."""
    kinds = ("contacts", "companies", "deals")
    return {
        (kind, row.id, name): value
        for kind in kinds
        for row in crm.portal.tables[kind].rows.values()
        for name, value in row.properties.items()
        if name.startswith("fn_") or name in {"lifecyclestage", "hs_lead_status"}
    }


async def test_setup_names_the_group_as_the_agreement_does(crm, open_desk):
    async with open_desk(crm) as desk:
        agreement = parse_agreement("write_back: {group: trichter, group_label: Trichter}", "agreement.yaml")
        await setup(replace(desk, agreement=InForce(agreement=agreement)), apply=True)
    for kind in ("contacts", "companies", "deals"):
        schema = crm.portal.schemas[kind]
        assert schema.groups["trichter"].label == "Trichter"
        assert schema.properties["fn_stage" if kind != "deals" else "fn_outcome"].group == "trichter"


async def test_backfill_holds_every_record_or_names_it(crm, open_desk):
    async with open_desk(crm) as desk:
        result = await backfill_round(desk)
        with desk.store.snapshot() as unit:
            held = unit.mirror.counts("hubspot")
            letters = unit.desk.dead_letters("hubspot")
    buried = Counter(letter.stream for letter in letters)
    for kind in ("contacts", "companies", "deals"):
        live = sum(1 for row in crm.portal.tables[kind].rows.values() if row.archived_at is None)
        assert held[kind] + buried[kind] == live
        assert result.streams[kind].read == live
    assert not result.halted


async def test_backfill_needs_one_call_a_hundred_records_and_links_in_batches(serve, open_desk):
    crm = serve(contacts=230)
    async with open_desk(crm, streams=("companies",)) as desk:
        result = await backfill_round(desk)
    live = sum(1 for row in crm.portal.tables["companies"].rows.values() if row.archived_at is None)
    # One look at the properties, the pages, and one question to search.
    assert result.streams["companies"].api_calls <= 2 + math.ceil(live / 100)


async def test_second_sync_writes_nothing(crm, open_desk):
    async with open_desk(crm) as desk:
        first = await _ready(desk)
        after_first = _written_state(crm)
        second = await sync_round(desk)
        third = await sync_round(desk)
    assert first.written > 0
    assert (second.planned, second.written, third.planned, third.written) == (0, 0, 0, 0)
    assert _written_state(crm) == after_first


async def test_an_idle_round_inside_the_hour_costs_one_call_an_object_type_and_no_other(crm, open_desk):
    async with open_desk(crm) as desk:
        await _ready(desk)
    crm.clock.ahead = 10 * MINUTE
    for _ in range(2):
        counted = crm.server.server.budgets.today
        async with open_desk(crm) as desk:
            idle = await sync_round(desk)
            calls = dict(desk.source.usage.calls)
            objects, feeds = desk.source.streams.objects, desk.source.streams.events
        assert idle.written == 0
        assert {stream: calls.pop(stream, None) for stream in objects} == dict.fromkeys(objects, 1)
        # The lists of live and archived forms, and the newest submissions of each.
        assert {stream: calls.pop(stream) for stream in feeds} == {
            **dict.fromkeys(feeds, 1),
            "form_submissions": 2 + len(crm.portal.forms),
        }
        assert not calls
        assert crm.server.server.budgets.today - counted == len(objects) + len(feeds) + 1 + len(crm.portal.forms)
        crm.clock.ahead += 10 * MINUTE


MIRRORED = (
    "SELECT * FROM contacts",
    "SELECT * FROM companies",
    "SELECT * FROM deals",
    "SELECT * FROM links",
    "SELECT * FROM activities",
    "SELECT * FROM evidence",
    "SELECT * FROM changes",
)


def _mirrored(path):
    """Every mirrored row of a SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        return {query: sorted(connection.execute(query), key=repr) for query in MIRRORED}


@pytest.mark.parametrize("reverse", [False, True])
async def test_streams_read_in_any_order_leave_the_same_mirror(crm, open_desk, tmp_path, reverse):
    now = crm.clock()
    crm.clock = lambda: now
    with new_store(tmp_path / "apart.db") as store:
        async with open_desk(crm, store=store) as desk:
            portal = await look(desk, afresh=True)
            await backfill(desk, portal, streams=portal.feeds)
            for stream in sorted(portal.streams, reverse=reverse):
                await backfill(desk, portal, streams=(stream,))
    with new_store(tmp_path / "together.db") as store:
        async with open_desk(crm, store=store) as desk:
            await backfill(desk, await look(desk, afresh=True))
    apart, together = _mirrored(tmp_path / "apart.db"), _mirrored(tmp_path / "together.db")
    assert all(together.values())
    assert apart == together


async def test_dry_run_writes_nothing_and_names_every_change(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        before = _written_state(crm)
        planned = await dry_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.desk.pending("hubspot") == []
    assert _written_state(crm) == before
    assert planned.rows
    assert all(row.rule and row.why for row in planned.rows)


async def test_a_reps_edit_in_mid_sync_is_never_overwritten(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        portal = await look(desk)
        planned = await plan(desk, portal, run="r1")
        victim = next(row for row in planned.rows if row.property == "hs_lead_status" and row.previous is None)
        crm.portal.edit_as_user("contacts", victim.record_id, {"hs_lead_status": "CONNECTED"})
        pushed = await push(desk)
    assert crm.value("contacts", victim.record_id, "hs_lead_status") == "CONNECTED"
    assert pushed.conflicts == 1


async def test_a_changed_record_is_read_and_decided_again(crm, open_desk):
    async with open_desk(crm) as desk:
        await _ready(desk)
        deal = next(
            row for row in crm.portal.tables["deals"].rows.values() if row.properties.get("hs_is_closed") != "true"
        )
        crm.portal.edit_as_user("deals", deal.id, {"dealstage": "closedwon"})
        again = await sync_round(desk)
    assert again.derived > 0
    assert crm.value("deals", deal.id, "fn_outcome") == "won"


async def test_undo_restores_only_what_nobody_changed_since(crm, open_desk):
    async with open_desk(crm) as desk:
        before = None
        await setup(desk, apply=True)
        await backfill_round(desk)
        before = _written_state(crm)
        result = await sync_round(desk)
        touched = next(row for row in _written_state(crm) if row[2] == "fn_stage" and row[0] == "contacts")
        crm.portal.edit_as_user("contacts", touched[1], {"fn_stage": "OUT"})
        undone = await undo_run(desk, result.run, apply=True)
    verdicts = Counter(step.verdict for step in undone.steps)
    assert verdicts[Verdict.CHANGED] == 1
    assert undone.pushed.written == result.written - 1
    after = {place: value for place, value in _written_state(crm).items() if value}
    wanted = {place: value for place, value in before.items() if value}
    assert {place for place in after if after[place] != wanted.get(place)} == {touched}


async def test_what_was_undone_stays_undone_until_something_else_is_decided_or_all_is_asked_for(crm, open_desk):
    async with open_desk(crm) as desk:
        result = await _ready(desk)
        undone = await undo_run(desk, result.run, apply=True)
        crm.clock.ahead = 40 * DAY
        later = await sync_round(desk)
        with desk.store.snapshot() as unit:
            rows = unit.desk.of_run(desk.name, later.run)
        told = {row.record_id for row in rows if row.kind is Kind.CONTACT}
        assert 0 < len(told) < later.derived
        quiet = next(one for one in undone.steps if one.property == "fn_stage" and one.record_id not in told)
        assert crm.value(quiet.kind, quiet.record_id, "fn_stage") is None
        assert (await sync_round(desk)).planned == 0
        await plan(desk, await look(desk), run="all", full=True)
        await push(desk)
        assert crm.value(quiet.kind, quiet.record_id, "fn_stage") == quiet.held


async def test_a_plan_that_would_change_most_of_the_crm_is_refused(crm, open_desk):
    async with open_desk(crm) as desk:
        await _ready(desk)
        for row in list(crm.portal.tables["contacts"].rows.values()):
            crm.portal.edit_as_user(
                "contacts", row.id, {"fn_outcome": "void", "fn_stage_since": "2001-01-01T00:00:00Z"}
            )
        await backfill_round(desk)
        portal = await look(desk)
        with pytest.raises(UnsafePlan, match=r"of \d+ contacts") as refused:
            await plan(desk, portal, run="r2", full=True)
        assert "--force" in (refused.value.hint or "")
        forced = await plan(desk, portal, run="r2", full=True, force=True)
    assert forced.rows


@pytest.mark.parametrize("lag", [0, 3_000])
async def test_index_lag_loses_no_change(serve, open_desk, lag):
    crm = serve(habits=Habits(index_lag=lag))
    async with open_desk(crm) as desk:
        await _ready(desk)
        contact = next(iter(crm.portal.tables["contacts"].rows.values()))
        crm.portal.edit_as_user("contacts", contact.id, {"lastname": "Umbenannt"})
        await sync_round(desk)
        crm.portal.clock = lambda: crm.clock() + 60_000
        await sync_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.mirror.contact("hubspot", contact.id).last_name == "Umbenannt"


def _renamed(desk, contact):
    with desk.store.snapshot() as unit:
        return unit.mirror.contact("hubspot", contact.id).last_name


def _as_read_to(desk, at):
    with desk.store.commit() as unit:
        unit.desk.keep_cursor("hubspot", "contacts", "window", str(at))


async def test_what_the_index_shows_minutes_late_is_found_behind_the_mark(serve, open_desk):
    crm = serve(habits=Habits(index_lag=3_000))
    async with open_desk(crm) as desk:
        await _ready(desk)
        contact = next(iter(crm.portal.tables["contacts"].rows.values()))
        crm.portal.edit_as_user("contacts", contact.id, {"lastname": "Umbenannt"})
        _as_read_to(desk, desk.clock() + MINUTE)
        crm.portal.clock = lambda: crm.clock() + MINUTE
        await sync_round(desk)
        assert _renamed(desk, contact) == "Umbenannt"


async def test_what_changed_since_the_last_round_is_read_however_long_ago_that_was(crm, open_desk):
    async with open_desk(crm) as desk:
        await _ready(desk)
        contact = next(iter(crm.portal.tables["contacts"].rows.values()))
        _as_read_to(desk, desk.clock() - 3 * HOUR)
        crm.portal.edit_as_user("contacts", contact.id, {"lastname": "Umbenannt"}, at=desk.clock() - 2 * HOUR)
        await sync_round(desk)
        assert _renamed(desk, contact) == "Umbenannt"


async def test_missing_properties_are_reported_not_written(crm, open_desk):
    async with open_desk(crm) as desk:
        result = await sync_round(desk)
    assert any("syncer setup --apply" in problem for problem in result.problems)
    assert result.failed == 0


async def test_backward_lifecycle_is_cleared_then_set(serve, open_desk):
    crm = serve()
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        planned = await dry_round(desk)
        options = (await look(desk)).options[Kind.CONTACT]["lifecyclestage"]
        order = {value: place for place, value in enumerate(options)}
        backward = [
            row
            for row in planned.rows
            if row.property == "lifecyclestage" and row.previous and order[row.value] < order[row.previous]
        ]
        assert backward, "the generated portal has somebody who goes back"
        result = await sync_round(desk)
    assert result.failed == 0
    for row in backward:
        assert crm.value("contacts", row.record_id, "lifecyclestage") == row.value


async def test_looking_at_the_past_changes_nothing_in_the_present(crm, open_desk):
    async with open_desk(crm) as desk:
        await _ready(desk)
        past = desk.clock() - 200 * DAY
        found = await survey(desk, Clocks(as_of=past, known_at=desk.clock()))
        now = await survey(desk, Clocks(as_of=desk.clock(), known_at=desk.clock()))
        rehearsed = await dry_round(desk)
    assert 0 < found.contacts < now.contacts
    assert found.stages != now.stages
    assert rehearsed.rows == []


async def test_a_reps_choice_of_our_own_outcome_property_is_honoured(crm, open_desk):
    async with open_desk(crm) as desk:
        await _ready(desk)
        deal = next(
            row for row in crm.portal.tables["deals"].rows.values() if row.properties.get("hs_is_closed") != "true"
        )
        crm.portal.edit_as_user("deals", deal.id, {"fn_outcome": "other"})
        await sync_round(desk)
        with desk.store.snapshot() as unit:
            state = next(iter(unit.ledger.deal_states("hubspot", [deal.id])))
    assert (state.span.outcome, state.span.rule) == (Outcome.OTHER, "CO2")
    assert crm.value("deals", deal.id, "fn_outcome") == "other"
    assert crm.value("deals", deal.id, "fn_resume_at") is not None


CATEGORY = "hs_manual_forecast_category"


def _open_deal(crm):
    rows = crm.portal.tables["deals"].rows.values()
    return next(row for row in rows if row.properties.get("hs_is_closed") != "true" and not row.archived_at)


def _parking(deal):
    """An agreement that moves postponed deals of this deal's pipeline."""
    text = f"pipelines: {{'*': {{}}, {deal.properties['pipeline']}: {{closed_other_stage: closedlost}}}}"
    return InForce(agreement=parse_agreement(text, "agreement.yaml"))


async def test_a_postponed_deal_leaves_the_forecast_of_the_crm_until_it_is_back(crm, open_desk):
    deal = _open_deal(crm)
    async with open_desk(crm) as desk:
        crm.portal.edit_as_user("deals", deal.id, {CATEGORY: "COMMIT"})
        await _ready(desk)
        crm.portal.edit_as_user("deals", deal.id, {"fn_outcome": "other"})
        await sync_round(desk)
        assert crm.value("deals", deal.id, CATEGORY) == "OMIT"
        assert (await sync_round(desk)).written == 0
        with desk.store.snapshot() as unit:
            assert unit.mirror.deal("hubspot", deal.id).forecast_category == "COMMIT"
        crm.portal.edit_as_user("deals", deal.id, {"fn_outcome": ""})
        await sync_round(desk)
        assert crm.value("deals", deal.id, CATEGORY) == "COMMIT"
        assert (await sync_round(desk)).written == 0


async def test_a_rep_who_puts_a_postponed_deal_into_the_forecast_is_not_fought(crm, open_desk):
    deal = _open_deal(crm)
    async with open_desk(crm) as desk:
        await _ready(desk)
        crm.portal.edit_as_user("deals", deal.id, {"fn_outcome": "other"})
        await sync_round(desk)
        crm.clock.ahead += DAY
        crm.portal.edit_as_user("deals", deal.id, {CATEGORY: "BEST_CASE"})
        for _ in range(2):
            assert CATEGORY not in (await sync_round(desk)).properties
    assert crm.value("deals", deal.id, CATEGORY) == "BEST_CASE"


async def test_a_postponed_deal_is_parked_where_the_agreement_says_until_it_is_back(crm, open_desk):
    deal = _open_deal(crm)
    stage = deal.properties["dealstage"]
    async with open_desk(crm) as opened:
        desk = replace(opened, agreement=_parking(deal))
        await _ready(desk)
        crm.portal.edit_as_user("deals", deal.id, {"fn_outcome": "other"})
        await sync_round(desk)
        assert crm.value("deals", deal.id, "dealstage") == "closedlost"
        assert (await sync_round(desk)).written == 0
        with desk.store.snapshot() as unit:
            state = next(iter(unit.ledger.deal_states("hubspot", [deal.id])))
        assert (state.span.outcome, state.span.rule, state.span.stage_id) == (Outcome.OTHER, "CO2", stage)
        crm.portal.edit_as_user("deals", deal.id, {"fn_outcome": ""})
        await sync_round(desk)
        assert crm.value("deals", deal.id, "dealstage") == stage
        assert (await sync_round(desk)).written == 0


async def test_a_rep_who_moves_a_parked_deal_is_not_fought(crm, open_desk):
    deal = _open_deal(crm)
    stage = deal.properties["dealstage"]
    async with open_desk(crm) as opened:
        desk = replace(opened, agreement=_parking(deal))
        await _ready(desk)
        crm.portal.edit_as_user("deals", deal.id, {"fn_outcome": "other"})
        await sync_round(desk)
        crm.clock.ahead += DAY
        crm.portal.edit_as_user("deals", deal.id, {"dealstage": stage})
        for _ in range(2):
            assert "dealstage" not in (await sync_round(desk)).properties
    assert crm.value("deals", deal.id, "dealstage") == stage


async def test_a_portal_without_forecast_categories_lacks_nothing(crm, open_desk):
    del crm.portal.schemas["deals"].properties[CATEGORY]
    async with open_desk(crm) as desk:
        done = await _ready(desk)
    assert done.written > 0
    assert not any(CATEGORY in problem for problem in done.problems)


async def test_a_reps_stage_is_an_override_even_where_nothing_else_changed(crm, open_desk):
    async with open_desk(crm) as desk:
        await _ready(desk)
        contact = next(
            row for row in crm.portal.tables["contacts"].rows.values() if row.properties.get("fn_stage") == "SUSPECT"
        )
        crm.portal.edit_as_user("contacts", contact.id, {"fn_stage": "LEAD_MQL"})
        await sync_round(desk)
        await sync_round(desk)
        with desk.store.snapshot() as unit:
            state = next(iter(unit.ledger.states("hubspot", [contact.id])))
    assert state.stage is FunnelStage.LEAD_MQL
    assert crm.value("contacts", contact.id, "fn_stage") == "LEAD_MQL"


async def test_a_stream_out_of_reach_makes_no_work_for_the_others(crm, open_desk):
    scopes = {f"crm.objects.{kind}.{mode}" for kind in ("contacts", "companies", "deals", "owners") for mode in MODES}
    crm.portal.tokens["pat-test-1"] = Token(app_id="1", scopes=frozenset({*scopes, "oauth"}))
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        await sync_round(desk)
        idle = await sync_round(desk)
    assert "campaigns" in idle.skipped
    assert idle.derived == 0


async def test_what_is_gone_from_the_crm_is_not_planned(crm, open_desk):
    async with open_desk(crm) as desk:
        await _ready(desk)
        deal = next(
            row for row in crm.portal.tables["deals"].rows.values() if row.properties.get("fn_outcome") == "lost"
        )
        writes.archive(crm.portal, BY_NAME["deals"], deal, at=crm.clock())
        await backfill_round(desk)
        after = await sync_round(desk)
    assert after.failed == 0
    assert after.buried == 0


async def test_what_went_before_anything_was_written_is_not_planned_either(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        rows = (await dry_round(desk, force=True)).rows
        gone = {next((row.kind, row.record_id) for row in rows if row.kind is kind) for kind in Kind}
        for kind, id_ in gone:
            writes.archive(crm.portal, BY_NAME[kind], crm.portal.tables[kind].rows[id_], at=crm.clock())
        await backfill_round(desk)
        planned = {(row.kind, row.record_id) for row in (await dry_round(desk, force=True)).rows}
    assert planned
    assert not planned & gone


async def test_another_agreement_decides_everybody_anew(crm, open_desk):
    async with open_desk(crm) as desk:
        await _ready(desk)
        same = await derive(desk)
        money = desk.agreement.agreement.money.model_copy(update={"sources": {"ORGANIC_SEARCH": "seo"}})
        changed = Agreement.model_validate(
            {**desk.agreement.agreement.model_dump(by_alias=True), "money": money.model_dump(by_alias=True)}
        )
        other = replace(desk, agreement=replace(desk.agreement, agreement=changed))
        anew = await derive(other)
        asking = question(desk.store, other.agreement, "hubspot", Asked(by=("source",)))
        sources = {row.segment["source"] for row in measured(desk.store, asking, ["K02"])}
    assert same.contacts == 0
    assert anew.contacts > 0
    assert "seo" in sources
    assert "organic_search" not in sources
