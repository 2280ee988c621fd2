"""A backfill that reads one list in several parts, on an account whose answers take their time."""

from connectors.sandbox.faults import Fault, Faults, Trouble
from jobs.backfill import backfill
from jobs.look import look
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
