"""A backfill that reads one list in several parts, on an account whose answers take their time."""

from connectors.sandbox.faults import Fault, Faults, Trouble
from jobs.pulling.backfill import backfill
from jobs.pulling.look import look
from syncer.errors import Unordered
from tests.e2e.test_exports import contacts

NUMBER = 3_050
LIST = {"path": "/objects/2026-09/contacts", "methods": frozenset({"GET"})}
SLOW = Fault(trouble=Trouble.LATENCY, probability=1, seconds=0.12, **LIST)


async def by_parts(crm, open_desk):
    async with open_desk(crm, streams=("contacts",), tier="professional") as desk:
        result = await backfill(desk, await look(desk, afresh=True), streams=("contacts",))
        with desk.store.snapshot() as unit:
            return result, unit.desk.cursor("hubspot", "contacts", "backfill"), unit.mirror.counts("hubspot")


async def test_slow_answers_are_waited_for_side_by_side_and_every_contact_is_read_once(serve, open_desk):
    crm = serve(lines=contacts(NUMBER), faults=Faults(rules=(SLOW,)))
    result, cursor, held = await by_parts(crm, open_desk)
    proof = result.proof["contacts"]
    assert (proof.listed, proof.held, proof.complete) == (NUMBER, NUMBER, True)
    assert held["contacts"] == result.streams["contacts"].read == NUMBER
    assert cursor == ""
    least = 1 + 31 + 4 + 1
    assert least < result.streams["contacts"].api_calls <= least + 12, "searches and edges of the parts"
    assert crm.server.server.budgets.refused == {}


async def test_one_that_breaks_off_goes_on_in_every_part(serve, open_desk):
    broken = Fault(trouble=Trouble.STATUS, status=401, skip=24, times=1, **LIST)
    crm = serve(lines=contacts(NUMBER), faults=Faults(rules=(broken, SLOW)))
    stopped, cursor, _ = await by_parts(crm, open_desk)
    assert "contacts" in stopped.halted
    assert cursor.startswith("parts:")
    result, _, held = await by_parts(crm, open_desk)
    assert result.proof["contacts"].listed == held["contacts"] == NUMBER
    assert result.proof["contacts"].complete
    assert stopped.streams["contacts"].read + result.streams["contacts"].read == NUMBER
    assert stopped.streams["contacts"].read > 0


async def test_a_list_out_of_order_is_read_again_from_its_beginning_in_one(serve, open_desk, monkeypatch):
    crm = serve(lines=contacts(1_250))
    async with open_desk(crm, streams=("contacts",)) as desk:
        honest, ways = desk.source.pages, []

        async def broken(pages):
            async for page in pages:
                yield page
                if len(ways) == 1 and page.cursor and int(page.cursor) > 1_100:
                    raise Unordered("the list is not in the order of its ids", stream="contacts")

        def pages(stream, **asked):
            ways.append(asked["in_order"])
            return broken(honest(stream, **asked))

        monkeypatch.setattr(desk.source, "pages", pages)
        result = await backfill(desk, await look(desk, afresh=True), streams=("contacts",))
    assert ways == [False, True]
    assert result.proof["contacts"].listed == 1_250
    assert result.proof["contacts"].complete
    assert not result.halted
