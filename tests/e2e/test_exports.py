"""A backfill by export: the same mirror as by the list, for far fewer calls, and the list wherever the file fails."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select

from connectors.patience import Patience
from connectors.sandbox.exports import ExportHabits, Moments, Order
from connectors.sandbox.faults import NONE, Fault, Faults, Trouble
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.state import Habits
from jobs.budget.forecast import forecast_round
from jobs.modes import BackfillMode
from jobs.pulling.backfill import backfill
from jobs.pulling.checkpoints import ExportCursor, export_cursor, note_ordered
from jobs.pulling.look import look
from jobs.pulling.ways import By
from jobs.rounds import sync_round
from syncer.errors import Unavailable
from syncer.store import open_store, tables
from tests.databases import new_database

NOW = "2026-05-04T10:00:00Z"
EXPORTS = {"backfill": BackfillMode.EXPORTS}
#: Calls of an export that is there at once, with the proof at the end and the look.
AT_ONCE = 12


def contacts(number: int) -> list[dict]:
    return [
        {
            "type": "contacts",
            "id": str(place),
            "createdAt": NOW,
            "properties": {
                "email": f"p{place}@firma.example",
                "firstname": 'Anna "Ännchen"\nzweite Zeile, mit Komma',
                "createdate": NOW,
                "lastmodifieddate": NOW,
            },
        }
        for place in range(1, number + 1)
    ]


@pytest.fixture
def patience() -> Patience:
    return Patience(sleep=lambda _: asyncio.sleep(0))


@pytest.fixture
def serve_exports(serve):
    def start(number: int = 2_500, *, faults: Faults = NONE, lines=None, **habits: object):
        habits = {"duration": 0, **habits}
        made = Habits(index_lag=0, exports=ExportHabits(**habits))
        return serve(lines=contacts(number) if lines is None else lines, faults=faults, habits=made)

    return start


def held(desk) -> Mapping[str, object]:
    with desk.store.snapshot() as unit:
        return {
            table.name: sorted(unit.connection.execute(select(table)).fetchall(), key=str)
            for table in (
                tables.contacts,
                tables.companies,
                tables.deals,
                tables.links,
                tables.activities,
                tables.changes,
            )
        }


async def by(desk, *streams: str, restart: bool = False):
    """Pull in full and decide nothing: what is decided is no matter of exports."""
    return await backfill(desk, await look(desk, afresh=True), streams=streams, restart=restart)


def linked(number: int) -> list[dict]:
    """Return contacts of one company, every fifth with a story."""
    lines = contacts(number)
    for line in lines[::5]:
        line["properties"]["lifecyclestage"] = "opportunity"
    company = {"type": "companies", "id": "900001", "createdAt": NOW, "properties": {"name": "Firma"}}
    links = [{"to": "contacts", "id": str(place), "primary": True} for place in range(1, number)]
    return [*lines, {**company, "associations": links}]


async def test_an_export_leaves_what_the_list_leaves(serve_exports, open_desk, patience, tmp_path):
    crm = serve_exports(lines=linked(1_700))
    now = crm.clock()
    crm.clock = lambda: now
    mirrors, results = [], []
    for mode in (BackfillMode.LIST, BackfillMode.EXPORTS):
        store = open_store(new_database(tmp_path / f"{mode.value}.db"))
        async with open_desk(crm, store=store, patience=patience, backfill=mode) as desk:
            results.append(await by(desk, "contacts", "companies"))
            mirrors.append(held(desk))
        store.close()
    listed, exported = results
    assert [one.ways["contacts"].by for one in results] == [By.LIST, By.EXPORT]
    assert exported.ways["companies"].by is By.LIST
    assert exported.proof == listed.proof
    assert mirrors[0] == mirrors[1]
    assert len(mirrors[0]["links"]) > 1_600
    assert mirrors[0]["changes"]


async def test_calls_no_longer_grow_with_the_records(serve_exports, open_desk, patience):
    crm = serve_exports(2_500)
    async with open_desk(crm, patience=patience, streams=("contacts",), **EXPORTS) as desk:
        result = await by(desk, "contacts")
    assert result.ways["contacts"].by is By.EXPORT
    assert result.proof["contacts"].complete
    assert result.streams["contacts"].read == 2_500
    assert result.streams["contacts"].api_calls <= AT_ONCE + 3, "three chunks ask for their links"
    async with open_desk(crm, patience=patience, streams=("contacts",), **EXPORTS) as desk:
        assert not (await sync_round(desk)).halted


async def test_a_zip_of_several_tables_is_one_export(serve_exports, open_desk, patience):
    crm = serve_exports(2_500, rows_a_file=700)
    async with open_desk(crm, patience=patience, **EXPORTS) as desk:
        result = await by(desk, "contacts")
    assert result.ways["contacts"].by is By.EXPORT
    assert result.proof["contacts"].listed == 2_500


async def test_milliseconds_are_moments_too(serve_exports, open_desk, patience):
    crm = serve_exports(moments=Moments.EPOCH)
    async with open_desk(crm, patience=patience, **EXPORTS) as desk:
        assert (await by(desk, "contacts")).ways["contacts"].by is By.EXPORT


async def test_seconds_are_no_moments_of_a_crm_that_lists_milliseconds(serve_exports, open_desk, patience):
    lines = contacts(1_800)
    for line in lines:
        line["properties"]["createdate"] = line["createdAt"] = "2026-05-04T10:00:00.125Z"
    crm = serve_exports(lines=lines, moments=Moments.SECONDS)
    async with open_desk(crm, patience=patience, **EXPORTS) as desk:
        way = (await by(desk, "contacts")).ways["contacts"]
    assert way.by is By.LIST
    assert "not exported as the API tells them: createdate" in way.why


#: What is wrong with the export, and a word of the reason.
BAD = [
    ({"moments": Moments.LOCAL}, "not in the API's form of a datetime"),
    ({"keeps_names": False}, "under their internal names"),
    ({"duration": 10_000_000_000}, "not there after 60 minutes"),
]


@pytest.mark.parametrize(("habits", "reason"), BAD, ids=[reason for _, reason in BAD])
async def test_an_export_that_is_not_what_the_list_gives_is_given_up_for_the_list(
    serve_exports, open_desk, patience, habits, reason
):
    crm = serve_exports(1_800, **habits)
    async with open_desk(crm, patience=patience, **EXPORTS) as desk:
        result = await by(desk, "contacts")
    assert result.ways["contacts"].by is By.LIST
    assert reason in result.ways["contacts"].why
    assert result.proof["contacts"].complete
    assert result.proof["contacts"].listed == result.streams["contacts"].read == 1_800
    assert not result.halted


def _forgetful(crm, change):
    order = crm.portal.exports.order
    crm.portal.exports.order = lambda asked: order(replace(asked, records=change(list(asked.records))))


CHANGES = [
    (lambda records: records[:-1], "the export has 1,799 records"),
    (lambda records: [*records, records[0]], "an id comes twice"),
    (lambda records: [(id_, {**values, "email": "x"}) for id_, values in records], "1 properties are not exported"),
    (
        lambda records: [(id_, {**values, "lastmodifieddate": "2020-01-01T00:00:00Z"}) for id_, values in records],
        "0 of",
    ),
    (lambda records: [(id_, {**values, "hs_object_id": ""}) for id_, values in records], "a row has no id"),
]


@pytest.mark.parametrize(("change", "reason"), CHANGES, ids=[reason for _, reason in CHANGES])
async def test_a_file_that_lies_is_not_believed(serve_exports, open_desk, patience, change, reason):
    crm = serve_exports(1_800)
    _forgetful(crm, change)
    async with open_desk(crm, patience=patience, **EXPORTS) as desk:
        result = await by(desk, "contacts")
        assert held(desk)["contacts"]
    assert reason in result.ways["contacts"].why
    assert result.proof["contacts"].complete
    assert result.streams["contacts"].read == 1_800


async def test_without_the_scope_the_list_is_read_and_nothing_is_ordered_again(serve, open_desk, patience):
    companies = [{**line, "type": "companies", "properties": {"name": "Firma"}} for line in contacts(1_700)]
    crm = serve(lines=[*contacts(1_700), *companies])
    crm.portal.lacking.add("crm.export")
    async with open_desk(crm, patience=patience, **EXPORTS) as desk:
        result = await by(desk, "contacts", "companies")
    asked = [way for way in result.ways.values() if "crm.export" in way.why]
    assert len(asked) == 2
    assert crm.portal.exports.ordered == 0
    assert {way.by for way in result.ways.values()} == {By.LIST}
    assert set(result.proof) == set(result.ways)


@pytest.mark.parametrize("ours", [True, False])
async def test_exports_of_a_day_are_not_overdrawn(serve_exports, open_desk, patience, ours):
    crm = serve_exports(1_800)
    nothing = Order(definitions=(), records=(), names=True, values=True, zone="UTC")
    async with open_desk(crm, patience=patience, **EXPORTS) as desk:
        for number in range(30):
            if ours:
                note_ordered(desk, "deals", ExportCursor(task=str(number), counted=0))
            else:
                crm.portal.exports.order(nothing)
        result = await by(desk, "contacts")
    assert ("30 exports were ordered" if ours else "429") in result.ways["contacts"].why
    assert crm.portal.exports.ordered == (0 if ours else 30)
    assert result.proof["contacts"].complete


@pytest.mark.parametrize("times", [2, 3])
async def test_a_file_that_breaks_off_is_fetched_again_and_then_given_up(serve_exports, open_desk, patience, times):
    crm = serve_exports(
        1_800, faults=Faults(rules=[Fault(trouble=Trouble.TRUNCATED, path="/export-files/", times=times)])
    )
    async with open_desk(crm, patience=patience, **EXPORTS) as desk:
        result = await by(desk, "contacts")
    assert result.ways["contacts"].by is (By.EXPORT if times < 3 else By.LIST)
    assert result.proof["contacts"].listed == 1_800


class KilledError(BaseException):
    """A process that is killed."""


async def killed_after_the_order(open_crm_desk, monkeypatch):
    """Order an export and end before it is waited for; return what is kept of it."""
    async with open_crm_desk() as desk:

        async def killed(*_args, **_named):
            raise KilledError

        monkeypatch.setattr(desk.source.exports, "wait", killed)
        with pytest.raises(KilledError):
            await by(desk, "contacts")
        with desk.store.snapshot() as unit:
            return export_cursor(unit.desk.cursor("hubspot", "contacts", "backfill"))


async def test_killed_after_the_order_the_same_export_is_fetched(serve_exports, open_desk, patience, monkeypatch):
    crm = serve_exports(1_800)
    opened = partial(open_desk, crm, patience=patience, **EXPORTS)
    kept = await killed_after_the_order(opened, monkeypatch)
    assert (kept.counted, kept.rows) == (1_800, 0)
    async with opened() as desk:
        result = await by(desk, "contacts")
    assert crm.portal.exports.ordered == 1
    assert result.ways["contacts"].words == "read by export: an export that was ordered before is used"
    assert result.proof["contacts"].complete


async def test_whoever_then_says_list_gets_the_list(serve_exports, open_desk, patience, monkeypatch):
    crm = serve_exports(1_800)
    assert await killed_after_the_order(partial(open_desk, crm, patience=patience, **EXPORTS), monkeypatch)
    async with open_desk(crm, patience=patience, backfill=BackfillMode.LIST) as desk:
        result = await by(desk, "contacts")
    assert result.ways["contacts"].words == "read by list: syncer.yaml says backfill: list"
    assert result.proof["contacts"].listed == 1_800


@pytest.mark.parametrize("is_the_same", [True, False])
async def test_killed_between_two_chunks_it_goes_on_in_the_same_file(
    serve_exports, open_desk, patience, monkeypatch, is_the_same
):
    crm = serve_exports(2_500)
    async with open_desk(crm, patience=patience, **EXPORTS) as desk:
        links, asked = desk.source.links, []

        async def failing(*args):
            asked.append(args)
            if len(asked) == 2:
                raise Unavailable("gone", stream="contacts")
            return await links(*args)

        monkeypatch.setattr(desk.source, "links", failing)
        assert "contacts" in (await by(desk, "contacts")).halted
    if not is_the_same:
        [made] = crm.portal.exports._made.values()
        crm.portal.exports._made[made.id] = replace(
            made, order=replace(made.order, records=list(reversed(made.order.records)))
        )
    async with open_desk(crm, patience=patience, **EXPORTS) as desk:
        result = await by(desk, "contacts")
    assert result.streams["contacts"].read == (1_500 if is_the_same else 2_500)
    assert result.proof["contacts"].listed == 2_500
    assert result.proof["contacts"].complete
    assert crm.portal.exports.ordered == 1


async def test_an_export_that_is_forgotten_meanwhile_is_given_up(serve_exports, open_desk, patience, monkeypatch):
    crm = serve_exports(1_800)
    opened = partial(open_desk, crm, patience=patience, **EXPORTS)
    assert await killed_after_the_order(opened, monkeypatch)
    crm.portal.exports._made.clear()
    async with opened() as desk:
        result = await by(desk, "contacts")
    assert "knows the export no more" in result.ways["contacts"].why
    assert result.proof["contacts"].complete


async def test_what_changes_while_an_export_is_made_comes_with_the_next_round(serve_exports, open_desk, patience):
    crm = serve_exports(1_800)
    order = crm.portal.exports.order

    def ordered(asked):
        made = order(asked)
        crm.portal.edit_as_user("contacts", "7", {"firstname": "Neu"})
        return made

    crm.portal.exports.order = ordered
    async with open_desk(crm, patience=patience, **EXPORTS) as desk:
        assert (await by(desk, "contacts")).ways["contacts"].by is By.EXPORT
        await sync_round(desk)
        with desk.store.snapshot() as unit:
            name = unit.connection.exec_driver_sql("select first_name from contacts where id = '7'").scalar()
    assert name == "Neu"


async def test_where_calls_are_short_an_export_is_the_way_and_says_so(serve, open_desk, patience):
    limits = replace(UNLIMITED, daily=600)
    habits = Habits(index_lag=0, exports=ExportHabits(duration=0))
    crm = serve(lines=contacts(7_000), limits=limits, habits=habits)
    async with open_desk(crm, patience=patience, streams=("contacts",)) as desk:
        result = await by(desk, "contacts")
    way = result.ways["contacts"]
    assert (way.by, way.list_calls) == (By.EXPORT, 70)
    assert "more than 10% of the" in way.words
    assert result.proof["contacts"].listed == 7_000


def test_the_command_says_which_way_and_why(serve_exports, run, tmp_path):
    crm = serve_exports(1_800)
    (tmp_path / "syncer.yaml").write_text(
        "accounts: {hubspot: {tier: unlimited, backfill: exports, streams: [contacts]}}\n", encoding="utf-8"
    )
    foretold = run(crm, "backfill", "--dry-run").stdout
    assert "contacts: read by export: syncer.yaml says backfill: exports (list 18 calls" in foretold
    done = run(crm, "backfill").stdout
    assert "contacts: read by export: syncer.yaml says backfill: exports (list 18 calls" in done


async def test_what_is_foretold_counts_the_question_that_chooses_the_way(serve_exports, open_desk, patience):
    crm = serve_exports(lines=linked(1_700))
    async with open_desk(crm, patience=patience, **EXPORTS) as desk:
        foretold = await forecast_round(desk, streams=("contacts", "companies"))
    async with open_desk(crm, patience=patience, **EXPORTS) as desk:
        done = await by(desk, "contacts", "companies")
    assert foretold.streams["companies"].count == 1
    assert foretold.streams["companies"].calls == done.streams["companies"].api_calls
    off = foretold.streams["contacts"].calls - done.streams["contacts"].api_calls
    assert 0 <= off <= 10, "questions whether it is there, of an export that was there at once"
    assert foretold.streams["contacts"].way == done.ways["contacts"]
