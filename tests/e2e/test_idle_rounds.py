"""A round of the daemon that brings nothing costs no measuring."""

from collections import Counter

from jobs.serving.work import sync


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
        before = _runs(desk)
        await sync(desk)
        after = _runs(desk)
        assert after["sync"] == before["sync"] + 1
        assert after["measure"] == before["measure"]
        contact = next(iter(crm.portal.tables["contacts"].rows.values()))
        crm.portal.edit_as_user("contacts", contact.id, {"jobtitle": "Leiterin"})
        await sync(desk)
        assert _runs(desk)["measure"] == after["measure"] + 1
