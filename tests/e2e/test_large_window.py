"""A bulk edit of more records than one run may read: the next run goes on where it stopped."""

from connectors.sandbox.faults import Fault, Faults, Trouble
from jobs.pulling.watermarks import read_watermark
from jobs.rounds import backfill_round, pull_round
from syncer.moments import HOUR, MINUTE

MANY = 10_400
CREATED = "2026-05-04T10:00:00Z"


def _companies():
    for number in range(1, MANY + 1):
        yield {"type": "companies", "id": str(number), "createdAt": CREATED, "properties": {"name": "Firma"}}


async def test_a_bulk_edit_that_a_run_could_not_read_whole_goes_on_where_it_stopped(serve, open_desk):
    # A backfill asks search for its parts and its proof; then come the window, and some 46 pages of its older half.
    broken_off = Fault(trouble=Trouble.STATUS, status=400, path="companies/search", skip=52, times=1)
    crm = serve(lines=list(_companies()), faults=Faults(rules=(broken_off,)))
    crm.clock.ahead = -2 * HOUR
    begun = crm.clock()
    async with open_desk(crm, streams=("companies",)) as desk:
        await backfill_round(desk)
    for number in range(1, MANY + 1):
        crm.portal.edit_as_user("companies", str(number), {"name": "Umbenannt"}, at=begun + number * HOUR // MANY)
    crm.clock.ahead = 0
    async with open_desk(crm, streams=("companies",)) as desk:
        broken = await pull_round(desk)
        mark = read_watermark(desk, "companies")
    assert list(broken.halted) == ["companies"]
    assert begun + 20 * MINUTE < mark < crm.clock() - 45 * MINUTE
    async with open_desk(crm, streams=("companies",)) as desk:
        whole = await pull_round(desk)
        with desk.store.snapshot() as unit:
            assert all(unit.mirror.company("hubspot", str(one)).name == "Umbenannt" for one in range(1, MANY + 1, 97))
    assert whole.streams["companies"].read < MANY // 2
