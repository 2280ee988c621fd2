"""What HubSpot does one way or the other, and whoever is right, rounds end the same."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from connectors.sandbox.faults import Fault, Faults, Trouble
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.merging import merge
from connectors.sandbox.records import Token
from connectors.sandbox.state import Backward, Habits, MergedId
from connectors.values import PropertyDefinition
from jobs.access.access import denied
from jobs.pulling.look import look
from jobs.pulling.watermarks import read_watermark
from jobs.rounds import backfill_round, dry_round, pull_round, push_round, sync_round
from jobs.writing.setup import setup
from syncer.errors import Missing, MissingScope
from syncer.moments import DAY, HOUR
from syncer.records import Kind
from tests.e2e.conftest import AT_ONCE, TODAY

NOW = "2026-05-04T10:00:00Z"


def _goes_back(planned, options):
    order = {value: place for place, value in enumerate(options)}
    return [
        row
        for row in planned.rows
        if row.property == "lifecyclestage" and row.previous and order[row.value] < order[row.previous]
    ]


@pytest.mark.parametrize("backward", Backward)
async def test_a_step_back_arrives_whether_it_is_ignored_or_refused(serve, open_desk, backward):
    crm = serve(habits=Habits(index_lag=0, backward=backward))
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        options = (await look(desk)).options[Kind.CONTACT]["lifecyclestage"]
        rows = _goes_back(await dry_round(desk), options)
        assert rows, "the generated portal has somebody who goes back"
        result = await sync_round(desk)
    assert result.failed == 0
    for row in rows:
        assert crm.value("contacts", row.record_id, "lifecyclestage") == row.value
        assert crm.value("contacts", row.record_id, "fn_stage") is not None


@pytest.mark.parametrize("merged_id", MergedId)
async def test_a_merge_leaves_one_contact_under_either_id(serve, open_desk, merged_id):
    crm = serve(habits=Habits(index_lag=0, merged_id=merged_id))
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        first, second = list(crm.portal.tables["contacts"].rows)[:2]
        survivor = merge(
            crm.portal,
            BY_NAME["contacts"],
            *(crm.portal.tables["contacts"].rows[one] for one in (first, second)),
            at=crm.clock(),
        )
        await sync_round(desk)
        again = await sync_round(desk)
        with desk.store.snapshot() as unit:
            live = unit.mirror.live("hubspot", Kind.CONTACT, [first, second, survivor.id])
            count = unit.mirror.counts("hubspot")["contacts"]
    assert set(live) == {survivor.id}
    assert count == sum(1 for row in crm.portal.tables["contacts"].rows.values() if row.archived_at is None)
    assert again.written == 0


@pytest.mark.parametrize("stream", Kind)
async def test_nothing_is_written_before_what_decisions_rest_on_was_read_once(serve, open_desk, stream):
    """A contact whose deals were never read looks like one without: neither `force` nor a rehearsal plans that."""
    broken = Fault(trouble=Trouble.HTML, path=f"objects/2026-09/{stream}", methods=frozenset({"GET"}), times=9)
    crm = serve(faults=Faults(rules=(broken,)))
    async with open_desk(crm, patience=AT_ONCE) as desk:
        await setup(desk, apply=True)
        halted = await backfill_round(desk)
        rehearsed, held = await dry_round(desk, force=True), await sync_round(desk, force=True)
        done = await sync_round(desk, force=True)
    assert list(halted.halted) == list(held.halted) == [stream]
    assert (held.planned, held.written, rehearsed.rows) == (0, 0, [])
    assert (held.problems, rehearsed.problems[0].startswith(f"anything, since {stream} were never")) == (
        rehearsed.problems,
        True,
    )
    assert done.written > 0


async def test_a_stream_that_stopped_before_it_was_read_once_holds_the_plan_of_its_round(serve, open_desk):
    broken = Fault(trouble=Trouble.HTML, path="objects/2026-09/calls", methods=frozenset({"GET"}), times=3)
    crm = serve(faults=Faults(rules=(broken,)))
    async with open_desk(crm, patience=AT_ONCE) as desk:
        await setup(desk, apply=True)
        held, done = await sync_round(desk, force=True), await sync_round(desk, force=True)
    assert (held.planned, "calls were never read" in held.problems[0]) == (0, True)
    assert done.written > 0


@pytest.mark.parametrize("path", ["/properties/2026-09/quotes", "/pipelines/2026-09/leads"])
async def test_an_outage_of_one_kind_of_record_stops_that_stream_alone(serve, open_desk, path):
    stream = path.rpartition("/")[2]
    broken = Fault(trouble=Trouble.STATUS, status=500, path=path, times=2 * AT_ONCE.attempts)
    crm = serve(faults=Faults(rules=(broken,)))
    async with open_desk(crm, patience=AT_ONCE) as desk:
        await setup(desk, apply=True)
        first, held = await backfill_round(desk), await sync_round(desk, force=True)
        done = await sync_round(desk, force=True)
    assert list(first.halted) == list(held.halted) == [stream]
    assert first.streams["contacts"].read > 0
    assert (held.written, f"{stream} were never read" in held.problems[0]) == (0, True)
    assert (done.halted, done.written > 0) == ({}, True)
    assert stream in done.streams


async def test_what_the_token_may_not_write_waits_and_the_rest_is_written(serve, open_desk):
    crm = serve()
    scopes = {f"crm.objects.{kind}.{verb}" for kind in Kind for verb in ("read", "write")}
    scopes |= {"crm.objects.owners.read", *(f"crm.schemas.{kind}.write" for kind in Kind)}
    crm.portal.tokens["pat-test-1"] = Token(app_id="1", scopes=frozenset(scopes - {"crm.objects.contacts.write"}))
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        with pytest.raises(MissingScope) as raised:
            await sync_round(desk, force=True)
        with desk.store.snapshot() as unit:
            waiting = unit.desk.pending("hubspot")
            (run, *_) = unit.desk.runs("hubspot", limit=1)
        with pytest.raises(MissingScope):
            await push_round(desk)
        with desk.store.snapshot() as unit:
            (pushed, *_) = unit.desk.runs("hubspot", limit=1)
    assert "crm.objects.contacts.write" in (raised.value.hint or "")
    assert {one.kind for one in waiting} == {Kind.CONTACT}
    assert run.status == "failed"
    assert run.counts["planned"] > len(waiting)
    assert run.counts["written"] == run.counts["planned"] - len(waiting)
    assert pushed.counts["written"] == 0
    crm.portal.tokens["pat-test-1"] = Token(app_id="1", scopes=frozenset(scopes))
    async with open_desk(crm) as desk:
        result = await sync_round(desk, force=True)
        with desk.store.snapshot() as unit:
            assert unit.desk.pending("hubspot") == []
    assert result.written == len(waiting)


async def test_costs_that_cannot_be_read_hold_no_plan(serve, open_desk):
    """They feed figures; no decision asks for them."""
    broken = Fault(trouble=Trouble.HTML, path="campaigns", methods=frozenset({"GET"}), times=99)
    crm = serve(faults=Faults(rules=(broken,)))
    async with open_desk(crm, patience=AT_ONCE) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        result = await sync_round(desk, force=True)
    assert list(result.halted) == ["campaigns"]
    assert result.written > 0


async def test_versions_are_asked_for_of_no_property_that_the_account_lacks(crm, open_desk, monkeypatch):
    """Whether HubSpot ignores such a name or refuses the call is told both ways; nobody has run setup here."""
    asked = {}
    async with open_desk(crm) as desk:
        told = desk.source.history

        async def history(stream, ids, *, properties):
            asked.setdefault(stream, set()).update(properties)
            return await told(stream, ids, properties=properties)

        monkeypatch.setattr(desk.source, "history", history)
        await backfill_round(desk)
        known = {stream: set(await desk.source.definitions(stream)) for stream in asked}
    assert asked["contacts"] >= {"lifecyclestage", "hs_lead_status"}
    assert {stream: names - known[stream] for stream, names in asked.items()} == {stream: set() for stream in asked}


@pytest.mark.parametrize("off", [-2 * HOUR, 2 * HOUR])
async def test_a_machine_with_a_wrong_clock_loses_no_change(serve, open_desk, off):
    """Ahead of the CRM, windows would end in its future; behind it, a change waits until its moment comes."""
    crm = serve()
    async with open_desk(crm) as right:
        desk = replace(right, clock=lambda: crm.clock() + off)
        await setup(desk, apply=True)
        await backfill_round(desk)
        await pull_round(desk)
        row = next(iter(crm.portal.tables["contacts"].rows.values()))
        crm.portal.edit_as_user("contacts", row.id, {"jobtitle": "Praktikant"})
        crm.clock.ahead = 2 * HOUR if off < 0 else 0
        later = await pull_round(desk)
    assert later.streams[Kind.CONTACT].updated == 1


def _spent(*, skip=0, times=1):
    return Faults(rules=(Fault(trouble=Trouble.DAILY_LIMIT, path="contacts/batch/update", skip=skip, times=times),))


async def test_a_step_back_that_was_cut_off_after_clearing_is_finished_by_the_next_round(serve, open_desk):
    crm = serve(faults=_spent(skip=2))
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        options = (await look(desk)).options[Kind.CONTACT]["lifecyclestage"]
        rows = _goes_back(await dry_round(desk), options)
        assert (await sync_round(desk)).parked
    crm.clock.ahead = DAY
    assert [crm.value("contacts", row.record_id, "lifecyclestage") for row in rows] == [None] * len(rows)
    async with open_desk(crm) as desk:
        result = await push_round(desk)
    assert (result.conflicts, result.failed) == (0, 0)
    assert [crm.value("contacts", row.record_id, "lifecyclestage") for row in rows] == [row.value for row in rows]


async def test_a_week_of_spent_days_fails_no_value(serve, open_desk):
    crm = serve(faults=_spent(times=7))
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
    for _ in range(7):
        async with open_desk(crm) as desk:
            assert (await sync_round(desk)).parked
        crm.clock.ahead += DAY
    async with open_desk(crm) as desk:
        result = await sync_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.desk.dead_letters("hubspot") == []
    assert result.failed == 0
    assert result.written > 0


async def test_links_to_what_the_token_may_not_read_stop_nobody(serve, open_desk):
    refused = Fault(trouble=Trouble.STATUS, status=403, path="associations/2026-09/contacts/companies", probability=1.0)
    crm = serve(faults=Faults(rules=(refused,)))
    scopes = {f"crm.objects.{kind}.read" for kind in ("contacts", "deals", "owners")}
    crm.portal.tokens["pat-test-1"] = Token(app_id="1", scopes=frozenset({*scopes, "oauth"}))
    async with open_desk(crm) as desk:
        result = await backfill_round(desk)
    assert "companies" in result.skipped
    assert result.halted == {}
    assert result.streams["contacts"].read > 0


async def test_links_to_companies_that_may_not_be_read_stop_neither_contacts_nor_deals(serve, open_desk, monkeypatch):
    """Companies' properties may be read, companies and links to them may not; the account leaves companies out."""
    crm = serve()
    scopes = {f"crm.objects.{kind}.{verb}" for kind in ("contacts", "deals") for verb in ("read", "write")}
    scopes |= {f"crm.schemas.{kind}.{verb}" for kind in Kind for verb in ("read", "write")}
    crm.portal.tokens["pat-test-1"] = Token(app_id="1", scopes=frozenset({*scopes, "crm.objects.owners.read"}))
    async with open_desk(crm, streams=("contacts", "deals")) as desk:
        told = desk.source.links

        async def links(stream, to, ids):
            if to == Kind.COMPANY:
                raise MissingScope("the token lacks a scope", stream=stream)
            return await told(stream, to, ids)

        monkeypatch.setattr(desk.source, "links", links)
        await setup(desk, apply=True)
        result, done = await backfill_round(desk), await sync_round(desk, force=True)
    assert (result.halted, set(result.skipped) & set(Kind)) == ({}, set())
    assert (result.streams["contacts"].read > 0, result.streams["deals"].read > 0) == (True, True)
    assert (done.written > 0, done.failed) == (True, 0)


async def test_a_token_that_is_revoked_meanwhile_is_told_once_and_stops_every_stream(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        crm.portal.tokens["pat-test-1"] = Token(app_id="1", ends=crm.clock())
        with capture_logs() as logs:
            result = await pull_round(desk)
    told = [one for one in logs if one["event"] == "stream_halted"]
    assert len(result.halted) > 10
    assert len(told) == 1


@pytest.mark.parametrize("left_out", [Kind.COMPANY, Kind.DEAL])
async def test_what_an_account_leaves_out_needs_no_scope(serve, open_desk, left_out):
    crm = serve()
    kinds = [kind for kind in Kind if kind is not left_out]
    scopes = {f"crm.objects.{kind}.{verb}" for kind in kinds for verb in ("read", "write")}
    scopes |= {f"crm.schemas.{kind}.write" for kind in kinds}
    crm.portal.tokens["pat-test-1"] = Token(app_id="1", scopes=frozenset({*scopes, "crm.objects.owners.read"}))
    async with open_desk(crm, streams=tuple(kinds)) as desk:
        steps = await setup(desk, apply=True)
        refused = await denied(desk)
        result, done = await backfill_round(desk), await sync_round(desk, force=True)
    assert {(one.kind, one.state) for one in steps} == {(kind, "present") for kind in kinds}
    assert (refused, result.halted, set(result.skipped) - {"exchange_rates"}) == ([], {}, set())
    assert (done.written > 0, done.failed, done.problems) == (True, 0, ())


async def test_a_backfill_goes_on_where_it_stopped(serve, open_desk):
    people = [{"type": "contacts", "id": str(number), "createdAt": NOW, "properties": {}} for number in range(1, 2251)]
    lists = frozenset({"GET"})
    spent = Fault(trouble=Trouble.DAILY_LIMIT, path="objects/2026-09/contacts", methods=lists, skip=19, times=1)
    crm = serve(lines=people, faults=Faults(rules=(spent,)))
    async with open_desk(crm, streams=("contacts",)) as desk:
        first = await backfill_round(desk)
    between = crm.clock()
    crm.clock.ahead += DAY
    async with open_desk(crm, streams=("contacts",)) as desk:
        second = await backfill_round(desk)
        assert read_watermark(desk, "contacts") < between, "what changed since the first page is still to be read"
    assert (list(first.halted), first.streams["contacts"].read) == (["contacts"], 1000)
    assert (second.halted, second.streams["contacts"].read) == ({}, 1250)


OUR_OUTCOME = PropertyDefinition(
    name="fn_outcome",
    label="x",
    type="enumeration",
    field_type="select",
    group="contactinformation",
    options=(("open", "Open"),),
)


async def test_setup_names_what_stands_in_its_way_and_touches_nothing_that_is_there(crm, open_desk):
    text = replace(OUR_OUTCOME, name="fn_fit", type="string", field_type="text", options=())
    async with open_desk(crm) as desk:
        await desk.destination.create_properties("contacts", [OUR_OUTCOME, text])
        properties = crm.portal.schemas["contacts"].properties
        properties["fn_cell"] = replace(properties["fn_fit"], name="fn_cell", read_only=True)
        steps = {one.name: one for one in await setup(desk, apply=True) if one.kind is Kind.CONTACT}
        kept = (await desk.source.definitions("contacts"))["fn_fit"]
    assert {steps[name].state for name in ("fn_fit", "fn_cell")} == {"differs"}
    assert "does not let it be written" in steps["fn_cell"].note
    assert "type string, needs number" in steps["fn_fit"].note
    assert steps["fn_stage"].state == "present"
    assert (kept.type, kept.label, kept.group) == (text.type, text.label, text.group)


async def test_setup_adds_options_that_a_property_of_ours_lacks_and_keeps_its_own(crm, open_desk):
    """Somebody deleted options, or the agreement has learned new words since the property was made."""
    own = (*OUR_OUTCOME.options, ("eigene", "Eigene"))
    async with open_desk(crm) as desk:
        await desk.destination.create_properties("contacts", [replace(OUR_OUTCOME, options=own)])
        properties = crm.portal.schemas["contacts"].properties
        hidden = replace(properties["fn_outcome"].options[-1], hidden=True, description="von uns")
        properties["fn_outcome"] = replace(
            properties["fn_outcome"], options=(properties["fn_outcome"].options[0], hidden)
        )
        before = {one.name: one for one in await setup(desk, apply=False) if one.kind is Kind.CONTACT}
        after = {one.name: one for one in await setup(desk, apply=True) if one.kind is Kind.CONTACT}
    assert "lacks the options lost, other, void, won: syncer setup --apply adds them" in before["fn_outcome"].note
    assert after["fn_outcome"].state == "present"
    options = crm.portal.schemas["contacts"].properties["fn_outcome"].options
    assert [one.value for one in options] == ["open", "eigene", "won", "lost", "other", "void"]
    assert options[1] == hidden


async def test_setup_adds_options_to_no_property_of_another_type_and_to_none_that_is_locked(crm, open_desk):
    async with open_desk(crm) as desk:
        text = replace(OUR_OUTCOME, type="string", field_type="text", options=())
        await desk.destination.create_properties("contacts", [text, replace(OUR_OUTCOME, name="fn_stage")])
        properties = crm.portal.schemas["contacts"].properties
        properties["fn_stage"] = replace(properties["fn_stage"], read_only=True)
        before = {name: properties[name] for name in ("fn_outcome", "fn_stage")}
        steps = {one.name: one for one in await setup(desk, apply=True) if one.kind is Kind.CONTACT}
    assert {name: crm.portal.schemas["contacts"].properties[name] for name in before} == before
    assert {steps[name].state for name in before} == {"differs"}


async def test_a_property_that_the_crm_locked_is_named_once_and_never_sent(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        properties = crm.portal.schemas["contacts"].properties
        properties["fn_cell"] = replace(properties["fn_cell"], read_only=True)
        await backfill_round(desk)
        planned, result = await dry_round(desk, force=True), await sync_round(desk, force=True)
    assert planned.problems == (
        "contacts.fn_cell is read-only in the CRM: unlock it, or set it to null under write_back",
    )
    assert "fn_cell" not in {row.property for row in planned.rows}
    assert (result.failed, result.written > 0) == (0, True)


async def test_what_a_property_cannot_hold_is_named_once_and_never_sent(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        for kind in (Kind.CONTACT, Kind.COMPANY):
            properties = crm.portal.schemas[kind].properties
            kept = [one for one in properties["fn_stage"].options if kind is Kind.COMPANY or one.value != "LEAD_SQL"]
            properties["fn_stage"] = replace(properties["fn_stage"], options=tuple(kept))
        properties = crm.portal.schemas["contacts"].properties
        properties["fn_score_reasons"] = replace(properties["fn_score_reasons"], type="number", field_type="number")
        await backfill_round(desk)
        planned, result = await dry_round(desk, force=True), await sync_round(desk, force=True)
    lacking = "contacts.fn_stage has no option LEAD_SQL: syncer setup --apply adds it"
    unfit = (
        "contacts.fn_score_reasons is of type number in the CRM and cannot hold it: "
        "rename ours or set it to null under write_back"
    )
    assert set(planned.problems) == {lacking, unfit}
    assert ("contacts", "LEAD_SQL") not in {(row.kind, row.value) for row in planned.rows}
    assert (result.failed, result.written > 0) == (0, True)


async def test_a_property_of_the_crms_own_that_is_not_there_cannot_be_created_and_the_advice_is_what_helps(
    crm, open_desk
):
    """An account whose admin archived the lead status."""
    del crm.portal.schemas["contacts"].properties["hs_lead_status"]
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        result = await sync_round(desk, force=True)
        again = await sync_round(desk, force=True)
    advice = "contacts.hs_lead_status does not exist in the CRM: name another or null under write_back"
    assert result.problems == (advice,)
    assert result.written > 0
    assert (again.planned, again.failed) == (0, 0)


async def test_what_could_not_be_written_is_written_once_the_crm_lets_it(crm, open_desk):
    """Nothing was decided anew meanwhile: that the CRM has the properties now is reason enough."""
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        before = await sync_round(desk, force=True)
        await setup(desk, apply=True)
        after, again = await sync_round(desk, force=True), await sync_round(desk, force=True)
    assert "contacts.fn_stage does not exist in the CRM: syncer setup --apply" in before.problems
    assert after.written > 0
    assert (again.planned, again.problems) == (0, ())
    stages = [row.properties.get("fn_stage") for row in crm.portal.tables["contacts"].live()]
    assert all(stages)


async def test_values_that_went_with_a_property_are_written_once_it_is_back(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk, force=True)
        properties, rows = crm.portal.schemas["contacts"].properties, list(crm.portal.tables["contacts"].live())
        del properties["fn_cell"]
        lost = {row.id: row.properties.pop("fn_cell", None) for row in rows}
        crm.clock.ahead += HOUR
        await sync_round(desk, force=True)
        await setup(desk, apply=True)
        await sync_round(desk, force=True)
        again = await sync_round(desk, force=True)
    assert any(lost.values())
    assert {row.id: row.properties.get("fn_cell") for row in rows} == lost
    assert again.planned == 0


@pytest.mark.parametrize("change", ["archived", "locked"])
async def test_a_property_that_goes_after_the_look_is_looked_for_anew_once_it_was_refused(crm, open_desk, change):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        properties = crm.portal.schemas["contacts"].properties
        gone = properties.pop("fn_cell")
        if change == "locked":
            properties["fn_cell"] = replace(gone, read_only=True)
        before = await look(desk)
        result = await sync_round(desk, force=True)
        after = await look(desk)
    assert result.failed > 0
    assert ("fn_cell" in before.properties["contacts"], "fn_cell" in before.locked["contacts"]) == (True, False)
    assert ("fn_cell" in after.properties["contacts"]) is (change == "locked")
    assert ("fn_cell" in after.locked["contacts"]) is (change == "locked")


async def test_a_window_that_broke_off_is_read_again(serve, open_desk):
    # The proof of the backfill asks search once.
    broken_off = Fault(trouble=Trouble.STATUS, status=400, path="companies/search", skip=1, times=1)
    crm = serve(faults=Faults(rules=(broken_off,)))
    async with open_desk(crm, streams=("companies",)) as desk:
        await backfill_round(desk)
    changed = next(iter(crm.portal.tables["companies"].rows))
    crm.portal.edit_as_user("companies", changed, {"name": "Umbenannt"})
    async with open_desk(crm, streams=("companies",)) as desk:
        before = read_watermark(desk, "companies")
        broken = await pull_round(desk)
        assert (list(broken.halted), read_watermark(desk, "companies")) == (["companies"], before)
    crm.clock.ahead = 2 * HOUR
    async with open_desk(crm, streams=("companies",)) as desk:
        await pull_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.mirror.company("hubspot", changed).name == "Umbenannt"


async def test_owners_pipelines_and_properties_are_looked_at_anew_after_an_hour(crm, open_desk):
    async with open_desk(crm) as desk:
        await look(desk)
        await look(desk)
        assert desk.source.usage.calls["owners"] == 2, "live and archived ones"
        crm.clock.ahead = HOUR
        await look(desk)
        assert desk.source.usage.calls["owners"] == 4


async def test_properties_that_the_account_lacks_are_not_asked_for(crm, open_desk):
    del crm.portal.schemas["feedback_submissions"].properties["hs_survey_type"]
    async with open_desk(crm) as desk:
        names = (await look(desk)).properties["feedback_submissions"]
    assert "hs_value" in names
    assert "hs_survey_type" not in names


@pytest.mark.parametrize("knows", [True, False])
async def test_dates_of_stages_that_are_not_listed_are_asked_for_where_the_crm_lets_them(
    crm, open_desk, monkeypatch, knows
):
    """Sources disagree whether the dates of stages are listed, and what a name does that the CRM does not know."""
    properties = crm.portal.schemas["deals"].properties
    for name in [name for name in properties if name.startswith("hs_v2_date_entered_")]:
        del properties[name]
    async with open_desk(crm) as desk:
        plain = type(desk.source).pages

        async def pages(self, stream, *, properties, **more):
            dated = any(name.startswith("hs_v2_date_entered_") for name in properties)
            if stream == Kind.DEAL and dated and not knows:
                raise Missing("not found", stream=stream)
            async for page in plain(self, stream, properties=properties, **more):
                yield page

        monkeypatch.setattr(type(desk.source), "pages", pages)
        result = await backfill_round(desk)
        asked = (await look(desk)).properties["deals"]
    assert (result.halted, result.streams["deals"].read > 0) == ({}, True)
    assert any(name.startswith("hs_v2_date_entered_") for name in asked) is knows


async def test_a_stream_of_which_the_crm_does_not_know_what_is_asked_for_stops_alone_and_is_looked_at_anew(
    crm, open_desk, monkeypatch
):
    async with open_desk(crm) as desk:
        await backfill_round(desk)

        def changes(_self, stream, **_more):
            raise Missing("not found", stream=stream)

        with monkeypatch.context() as patched:
            plain = type(desk.source).changes
            patched.setattr(
                type(desk.source),
                "changes",
                lambda self, stream, **more: (changes if stream == "notes" else plain)(self, stream, **more),
            )
            result = await pull_round(desk)
        looked = desk.source.usage.calls["owners"]
        again = await pull_round(desk)
        assert desk.source.usage.calls["owners"] > looked
    assert (list(result.halted), again.halted) == (["notes"], {})


async def test_a_company_and_a_contact_of_one_id_are_two_records(serve, open_desk):
    lines = [
        {"type": "contacts", "id": "7", "createdAt": NOW, "properties": {"email": "a@firma.example"}},
        {"type": "companies", "id": "7", "createdAt": NOW, "properties": {"name": "Firma"}},
    ]
    async with open_desk(serve(lines=lines)) as desk:
        await backfill_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.mirror.contact("hubspot", "7").email == "a@firma.example"
            assert unit.mirror.company("hubspot", "7").name == "Firma"


async def test_records_whose_links_are_not_told_stop_nobody_and_keep_what_they_had(crm, open_desk, monkeypatch):
    who, *_ = [
        row.id for row in crm.portal.tables["contacts"].live() if crm.portal.links.of("contacts", row.id, "companies")
    ]
    call, *_ = [row.id for row in crm.portal.tables["calls"].live()]
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        with desk.store.snapshot() as unit:
            before = unit.mirror.contact("hubspot", who).company_id
        plain = type(desk.source).links

        async def links(self, from_stream, to_stream, ids):
            found = await plain(self, from_stream, to_stream, ids)
            return {one: rows for one, rows in found.items() if one not in {who, call}}

        monkeypatch.setattr(type(desk.source), "links", links)
        crm.portal.edit_as_user("contacts", who, {"jobtitle": "Leitung"})
        crm.portal.edit_as_user("calls", call, {"hs_call_title": "Anruf"})
        result = await sync_round(desk)
        with desk.store.snapshot() as unit:
            contact = unit.mirror.contact("hubspot", who)
            letters = {(one.stream, one.record_id): one.problems for one in unit.desk.dead_letters("hubspot")}
        assert (contact.company_id, contact.fields["job_title"]) == (before, "Leitung")
        assert letters == {
            ("contacts", who): ("the CRM fails to tell its links to companies",),
            ("calls", call): ("the CRM fails to tell its links to contacts",),
        }
        assert (result.buried, result.halted) == (2, {})
        monkeypatch.setattr(type(desk.source), "links", plain)
        await sync_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.desk.dead_letters("hubspot") == []


async def test_dates_that_no_calendar_has_stop_no_round(serve, open_desk):
    """A program sent microseconds: of one deal now, of another before."""
    wrong, right = str(TODAY * 1_000), str(TODAY)

    def deal(id_, now, before):
        told = [{"value": one, "timestamp": TODAY - DAY, "sourceType": "CRM_UI"} for one in (now, before)]
        properties = {"dealname": id_, "pipeline": "default", "dealstage": "qualifiedtobuy", "closedate": now}
        history = {"closedate": [told[0] | {"timestamp": TODAY}, told[1]]}
        line = {"type": "deals", "id": id_, "createdAt": TODAY - DAY, "properties": properties, "history": history}
        return {**line, "associations": [{"to": "contacts", "id": "1"}]}

    contact = {"type": "contacts", "id": "1", "createdAt": TODAY - DAY, "properties": {"email": "a@firma.de"}}
    crm = serve(lines=[contact, deal("8", wrong, right), deal("9", right, wrong)])
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        result = await sync_round(desk, force=True)
        with desk.store.snapshot() as unit:
            letters = [(one.stream, one.record_id) for one in unit.desk.dead_letters("hubspot")]
    assert letters == [("deals", "8")]
    assert crm.value("deals", "9", "fn_outcome") is None
    assert crm.value("contacts", "1", "fn_stage") is not None
    assert result.written > 0
