"""A round that brings nothing costs no measuring, and figures of several accounts are measured in turn."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

from structlog.testing import capture_logs

from jobs.figures.asking import Asked
from jobs.rounds import measure_round
from jobs.serving.work import sync
from syncer.moments import HOUR
from syncer.store import open_store


def _runs(desk) -> Counter:
    with desk.store.snapshot() as unit:
        return Counter(run.job for run in unit.desk.runs(desk.name, 100))


async def test_what_brought_nothing_is_not_measured_again_and_what_changed_is(serve, open_desk):
    crm = serve(contacts=20)
    async with open_desk(crm) as desk:
        await sync(desk)
        assert _runs(desk)["measure"] == 1
        await sync(desk)
        await sync(desk)
        crm.clock.ahead += HOUR
        await sync(desk)
        before = _runs(desk)
        await sync(desk)
        after = _runs(desk)
        assert after["sync"] == before["sync"] + 1
        assert after["measure"] == before["measure"]
        contact = next(iter(crm.portal.tables["contacts"].rows.values()))
        crm.portal.edit_as_user("contacts", contact.id, {"jobtitle": "Leiterin"})
        await sync(desk)
        assert _runs(desk)["measure"] == after["measure"], "so soon after the last figures"
        crm.clock.ahead += HOUR
        await sync(desk)
        assert _runs(desk)["measure"] == after["measure"] + 1


async def test_accounts_are_measured_one_after_the_other(serve, open_desk, tmp_path):
    crm = serve(contacts=5)
    async with AsyncExitStack() as stack:
        stores = [open_store(f"sqlite:///{tmp_path / name}.db") for name in ("one", "two")]
        for store in stores:
            stack.callback(store.close)
            store.upgrade()
        desks = [await stack.enter_async_context(open_desk(crm, store=store)) for store in stores]
        with capture_logs() as logs:
            await asyncio.gather(*(measure_round(desk, Asked()) for desk in desks))
    assert [one["event"] for one in logs if one["event"].startswith("run_")] == ["run_started", "run_finished"] * 2
