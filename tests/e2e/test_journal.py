"""What an app's journal tells ends where webhooks would: in the mirror, the funnel and the CRM; and nothing is lost."""

from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from connectors.hubspot.hinting import batch_of
from connectors.hubspot.journal import Journal
from connectors.hubspot.journalfile import JournalFile, read_file
from connectors.sandbox.grants import OAuthApp
from connectors.sandbox.journal import Forgotten, JournalHabits
from connectors.sandbox.kinds import BY_NAME
from connectors.sandbox.merging import erase, merge
from connectors.sandbox.state import Habits
from jobs.access.credentials import JournalApp
from jobs.health.readiness import troubles
from jobs.health.status import read_status
from jobs.pulling.reconcile import reconcile_round
from jobs.pulling.sweep import Orders
from jobs.rounds import sync_round
from jobs.schedule import Every
from jobs.serving.journals import journal_appointments
from jobs.serving.work import Work
from jobs.settings import Settings
from jobs.settings_file import ScheduleFile
from jobs.webhooks import journal as journal_module
from jobs.webhooks.drain import drain_round
from jobs.webhooks.journal import MOST_UNREADABLE
from jobs.webhooks.keeping import Outcome
from jobs.writing.setup import setup
from syncer.errors import AuthFailed, BadAnswer, Unavailable
from syncer.log import LogFormat
from syncer.moments import DAY, HOUR, MINUTE
from syncer.records import Kind
from tests.e2e.hooking import COUNTED, faults, listening, quiet_contact, rep, waiting
from tests.e2e.journaling import CLIENT_ID, SECRET, reader_of, subscribed, with_journal

ACCOUNT = "hubspot"


@pytest.fixture
def crm(serve):
    return serve(contacts=20)


@pytest.fixture
def open_desk(open_desk):
    """Return how to open a desk on the streams that the journal is subscribed to."""
    return partial(open_desk, streams=COUNTED)


async def ready(desk):
    await setup(desk, apply=True)
    await sync_round(desk)
    return await subscribed(desk)


def standing(desk):
    return read_status(desk.store, ACCOUNT, desk.clock()).journal


async def test_what_arrives_by_journal_alone_ends_as_it_would_by_webhook(crm, open_desk):
    edited, gone, one, two, linked, erased = (quiet_contact(crm, place) for place in range(6))
    deal, company = (next(iter(crm.portal.tables[kind].live())) for kind in ("deals", "companies"))
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        before = edited.properties.get("fn_stage")
        crm.portal.edit_as_user("contacts", edited.id, {"hs_lead_status": "IN_PROGRESS", "jobtitle": "Leiterin"})
        rep(crm, "DELETE", f"/crm/v3/objects/contacts/{gone.id}")
        rep(crm, "DELETE", f"/crm/v3/objects/companies/{company.id}")
        crm.portal.restore_as_user("companies", company.id)
        survivor = merge(crm.portal, BY_NAME["contacts"], one, two, at=crm.clock())
        rep(crm, "PUT", f"/crm/v4/objects/deals/{deal.id}/associations/default/contacts/{linked.id}")
        erase(crm.portal, BY_NAME["contacts"], erased)
        told = await reader.read()
        drained = await drain_round(desk)
        with desk.store.snapshot() as unit:
            assert unit.mirror.live(ACCOUNT, Kind.CONTACT, [gone.id]) == set()
            assert {unit.mirror.contact(ACCOUNT, id_).id for id_ in (one.id, two.id)} == {survivor.id}
            assert deal.id in unit.facts.deals_of(ACCOUNT, [linked.id])[linked.id]
            assert unit.mirror.contact(ACCOUNT, erased.id) is None
            assert not unit.privacy.person(ACCOUNT, erased.id)
        assert edited.properties["fn_stage"] != before
        assert (told.files, told.unreadable, told.foreign) == (1, 0, 0)
        assert (drained.failed, drained.given_up) == (0, 0)
        assert drained.written > 0
        await reader.read()
        echo = await drain_round(desk)
        assert echo is None or echo.planned == 0
        assert waiting(desk.store) == []
        assert await faults(desk) == dict.fromkeys(COUNTED, 0)
        assert (await sync_round(desk)).planned == 0


async def test_the_same_happening_by_webhook_and_by_journal_is_one_hint(crm, open_desk):
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        with listening(crm) as told:
            crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"jobtitle": "Leiterin", "city": "Ulm"})
            rep(crm, "DELETE", f"/crm/v3/objects/contacts/{quiet_contact(crm, 1).id}")
            assert told.receive(desk.store, crm) == 2
        read = await reader.read()
    assert (read.files, read.kept) == (1, 0)


async def test_a_kill_between_file_and_commit_reads_the_file_again_and_loses_nothing(crm, open_desk, monkeypatch):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        await reader.read()
        before = reader.place
        crm.portal.edit_as_user("contacts", row.id, {"jobtitle": "Leiterin"})
        with monkeypatch.context() as killed:

            def die(*_arguments, **_more):
                raise KeyboardInterrupt

            killed.setattr(journal_module, "keep_place", die)
            with pytest.raises(KeyboardInterrupt):
                await reader.read()
        assert (reader.place, waiting(desk.store)) == (before, [])
        assert (await reader.read()).kept == 1
        assert [one.record_id for one in waiting(desk.store)] == [row.id]
        assert reader.place.offset != before.offset


async def test_hints_and_offset_are_one_commit_and_a_file_read_twice_is_no_second_hint(crm, open_desk):
    row = quiet_contact(crm)
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        crm.portal.edit_as_user("contacts", row.id, {"jobtitle": "Leiterin"})
        first = await reader.read()
        with desk.store.commit() as unit:
            unit.desk.drop_cursor(ACCOUNT, "account", "journal")
        second = await reader.read()
    assert (first.files, first.kept, second.files, second.kept) == (1, 1, 1, 0)


async def test_files_are_read_one_after_the_other_until_there_is_nothing_new(serve, open_desk):
    crm = serve(contacts=20, habits=Habits(index_lag=0, journal=JournalHabits(events_a_file=3)))
    rows = [quiet_contact(crm, place) for place in range(7)]
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        for row in rows:
            crm.portal.edit_as_user("contacts", row.id, {"jobtitle": f"Leiter {row.id}"})
        told, again = await reader.read(), await reader.read()
        found = standing(desk)
    assert (told.files, told.events, told.kept, again.files) == (3, 7, 7, 0)
    assert (found.files, found.failures, found.gap, found.lag < MINUTE) == (3, 0, None, True)


@pytest.mark.parametrize("habit", list(Forgotten))
async def test_an_offset_that_is_gone_starts_at_the_beginning_and_demands_a_full_compare(serve, open_desk, habit):
    crm = serve(contacts=20, habits=Habits(index_lag=0, journal=JournalHabits(forgotten=habit)))
    crm.portal.clock = crm.portal.journal._clock = crm.portal.oauth._clock = crm.clock
    early, late = quiet_contact(crm), quiet_contact(crm, 1)
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        crm.portal.edit_as_user("contacts", late.id, {"jobtitle": "Leiter"})
        await reader.read()
        left = reader.place
        rep(crm, "DELETE", f"/crm/v3/objects/contacts/{early.id}")
        crm.portal.journal.earliest(CLIENT_ID)
        crm.clock.ahead = 4 * DAY
        crm.portal.edit_as_user("contacts", late.id, {"jobtitle": "Leiterin"})
        with capture_logs() as logs:
            told = await reader.read()
        assert (told.files, told.kept, told.gaps) == (1, 1, [ACCOUNT])
        assert [one["event"] for one in logs if one["event"] == "journal_gap"] == ["journal_gap"]
        found = standing(desk)
        assert found.gap.since == left.until
        assert any("not everything" in one.what for one in _troubles(desk))
        assert (await reader.read()).gaps == []
        await sync_round(desk)
        await drain_round(desk)
        assert standing(desk).gap is not None
        with desk.store.snapshot() as unit:
            assert unit.mirror.live(ACCOUNT, Kind.CONTACT, [early.id]) == {early.id}
        crm.clock.ahead += HOUR
        before = standing(desk).open_streams
        await reconcile_round(desk, streams=["contacts"], orders=Orders(apply=True))
        with desk.store.snapshot() as unit:
            assert unit.mirror.live(ACCOUNT, Kind.CONTACT, [early.id]) == set()
        assert set(before) - set(standing(desk).open_streams) == {"contacts"}
        await reconcile_round(desk, orders=Orders(apply=False))
        assert standing(desk).gap is not None
        await reconcile_round(desk, orders=Orders(apply=True))
        assert standing(desk).gap is None


def _troubles(desk):
    return list(troubles(read_status(desk.store, ACCOUNT, desk.clock()), ScheduleFile()))


async def test_an_offset_that_is_gone_with_everything_after_it_is_not_asked_for_again(serve, open_desk):
    crm = serve(contacts=20)
    crm.portal.clock = crm.portal.journal._clock = crm.portal.oauth._clock = crm.clock
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"jobtitle": "Leiter"})
        await reader.read()
        crm.clock.ahead = 4 * DAY
        assert (await reader.read()).gaps == [ACCOUNT]
        assert reader.place.offset is None
        assert (await reader.read()).gaps == []


async def test_a_journal_at_rest_for_days_is_no_gap_while_somebody_looks(serve, open_desk):
    crm = serve(contacts=20, habits=Habits(index_lag=0, journal=JournalHabits(forgotten=Forgotten.SILENT)))
    crm.portal.clock = crm.portal.journal._clock = crm.portal.oauth._clock = crm.clock
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"jobtitle": "Leiter"})
        for _ in range(4):
            assert (await reader.read()).gaps == []
            crm.clock.ahead += 2 * DAY
        crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"jobtitle": "Leiterin"})
        assert (await reader.read()).files <= 1


async def test_a_journal_that_keeps_its_files_for_longer_is_not_read_anew_where_nothing_is_new(
    serve, open_desk, monkeypatch
):
    crm = serve(contacts=20)
    crm.portal.clock = crm.portal.journal._clock = crm.portal.oauth._clock = crm.clock
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"jobtitle": "Leiter"})
        await reader.read()
        place = reader.place

        async def nothing_new(_self, after):
            return None if after else ("earlier", JournalFile(batch=batch_of(()), until=place.until - HOUR))

        monkeypatch.setattr(Journal, "read", nothing_new)
        crm.clock.ahead = 4 * DAY
        assert (await reader.read()).files == 0
        assert reader.place.offset == place.offset


async def test_an_address_that_ended_is_asked_for_anew(serve, open_desk, monkeypatch):
    crm = serve(contacts=20)
    crm.portal.clock = crm.portal.journal._clock = crm.portal.oauth._clock = crm.clock
    fetched = Journal._fetched
    late = [6 * MINUTE]

    async def slow(self, entry):
        crm.clock.ahead += late.pop() if late else 0
        return await fetched(self, entry)

    monkeypatch.setattr(Journal, "_fetched", slow)
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"jobtitle": "Leiter"})
        assert (await reader.read()).kept == 1
    assert late == []


async def test_what_cannot_be_read_is_said_and_ends_with_the_next_success(crm, open_desk):
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        crm.portal.oauth.apps[CLIENT_ID] = OAuthApp(client_id=CLIENT_ID, client_secret="another")
        wrong = reader_of(desk)
        for _ in range(3):
            with pytest.raises(AuthFailed) as raised:
                await wrong.read()
        assert SECRET not in f"{raised.value} {raised.value.hint}"
        found = standing(desk)
        assert (found.failures, "AuthFailed" in found.why, SECRET in found.why) == (3, True, False)
        assert any("3 readings in a row failed" in one.what for one in _troubles(desk))
        assert wrong.place.rests(desk.clock())
        crm.portal.oauth.apps.clear()
        await reader.read()
        assert (standing(desk).failures, standing(desk).why) == (0, None)


async def test_a_file_that_is_none_is_left_out_in_the_end_with_a_gap_and_the_rest_goes_on(crm, open_desk, monkeypatch):
    poison, healthy = quiet_contact(crm), quiet_contact(crm, 1)
    whole = Journal._fetched
    spoilt = []

    async def half(self, entry):
        body = await whole(self, entry)
        spoilt.append(entry.current_offset) if not spoilt else None
        return body[:-20] if entry.current_offset == spoilt[0] else body

    monkeypatch.setattr(Journal, "_fetched", half)
    monkeypatch.setattr("connectors.hubspot.journal._PAUSE", 0)
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        crm.portal.edit_as_user("contacts", poison.id, {"jobtitle": "Leiter"})
        crm.portal.journal.earliest(CLIENT_ID)
        crm.portal.edit_as_user("contacts", healthy.id, {"jobtitle": "Leiter"})
        for _ in range(MOST_UNREADABLE - 1):
            with pytest.raises(BadAnswer):
                await reader.read()
        with capture_logs() as logs:
            told = await reader.read()
        assert (told.skipped_files, told.files, told.kept) == (1, 1, 1)
        assert [one.record_id for one in waiting(desk.store)] == [healthy.id]
        assert "journal_file_skipped" in {one["event"] for one in logs}
        assert standing(desk).gap is not None


async def test_one_app_of_two_accounts_is_read_once_and_each_is_told_its_own(crm, open_desk):
    async with open_desk(crm) as desk:
        await ready(desk)
        other = with_journal(desk.account, name="other")
        both = reader_of(desk, other)
        with desk.store.commit() as unit:
            unit.desk.keep_account("other", portal_id="77", time_zone=None, currency=None, account_type=None)
        crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"jobtitle": "Leiter"})
        stranger, theirs = (
            {"portalId": id_, "action": "UPDATE", "objectTypeId": "0-1", "objectId": 5} for id_ in (8, 77)
        )
        crm.portal.journal._of(CLIENT_ID).fresh += [stranger, theirs]
        told = await both.read()
        with desk.store.snapshot() as unit:
            assert [one.record_id for one in unit.inbox.waiting("other", 9)] == ["5"]
            numbers = unit.inbox.counts("hubspot") | unit.inbox.counts("")
        assert (told.files, told.kept) == (1, 2)
        assert numbers[Outcome.OTHER_PORTAL.value].number == 1
        assert numbers[Outcome.JOURNAL_FILES.value].number == 1
        with desk.store.snapshot() as unit:
            places = [unit.desk.cursor(name, "account", "journal") for name in (ACCOUNT, "other")]
        assert places[0] == places[1]


async def test_another_process_that_reads_the_same_journal_is_no_harm(crm, open_desk, monkeypatch):
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"jobtitle": "Leiter"})
        plain, rivals = Journal.read, [reader_of(desk)]

        async def overtaken(self, after):
            found = await plain(self, after)
            if rivals:
                await rivals.pop().read()
            return found

        monkeypatch.setattr(Journal, "read", overtaken)
        told = await reader.read()
        assert (told.files, len(waiting(desk.store))) == (0, 1)
        assert reader.place.failures == 0


async def test_a_crm_that_is_away_leaves_the_place_as_it_was(crm, open_desk, monkeypatch):
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        await reader.read()
        before = reader.place

        async def away(_self, _after):
            raise Unavailable("away")

        monkeypatch.setattr(Journal, "read", away)
        with pytest.raises(Unavailable):
            await reader.read()
        assert (reader.place.offset, reader.place.until) == (before.offset, before.until)


@pytest.mark.parametrize("turns", [("o1",), ("o1", "o2")])
async def test_a_journal_that_leads_in_a_circle_is_told_instead_of_read_for_ever(crm, open_desk, monkeypatch, turns):
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        asked = []

        async def round_and_round(_self, after):
            asked.append(after)
            assert len(asked) < 10, "it never ends"
            offset = turns[len(asked) % len(turns) - 1]
            return offset, read_file(b'{"journalEvents": []}', offset)

        monkeypatch.setattr(Journal, "read", round_and_round)
        with pytest.raises(BadAnswer, match="in a circle"):
            await reader.read()
        assert len(asked) == len(turns) + 1


def work_of(desk, *accounts) -> Work:
    settings = Settings(
        database_url="sqlite://",
        agreement_path=Path("agreement.yaml"),
        log=LogFormat.JSON,
        public_url=None,
        dashboard_password=None,
        accounts={one.name: one for one in accounts},
        schedule=ScheduleFile(journal_every=2),
    )
    return Work(settings=settings, store=desk.store, in_force=desk.agreement, locks={}, clock=desk.clock)


async def test_one_appointment_reads_every_app_and_one_that_is_refused_holds_up_no_other(crm, open_desk):
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        crm.portal.oauth.apps[CLIENT_ID] = OAuthApp(client_id=CLIENT_ID, client_secret=SECRET)
        stranger = JournalApp(client_id="app-2", client_secret=SecretStr("unknown"))
        refused = with_journal(desk.account, name="refused", journal=stranger)
        (found,) = journal_appointments(work_of(desk, refused, desk.account))
        assert (found.name, found.when) == ("journal", Every(2))
        crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"jobtitle": "Leiter"})
        issued = crm.portal.oauth.issued
        with capture_logs() as logs:
            for _ in range(5):
                await found.work()
        assert crm.portal.oauth.issued == issued + 1
        assert [one["accounts"] for one in logs if one["event"] == "journal_failed"] == [["refused"]] * 3
        assert len(waiting(desk.store)) == 1
        assert reader.place.failures == 0


async def test_an_account_that_reads_no_journal_any_more_is_late_for_nothing(crm, open_desk):
    async with open_desk(crm) as desk:
        reader = await ready(desk)
        await reader.read()
        assert standing(desk) is not None
        assert journal_appointments(work_of(desk, desk.account.model_copy(update={"journal": None}))) == []
        assert standing(desk) is None


async def test_both_databases_keep_the_journal_alike(crm, open_desk, store):
    async with open_desk(crm, store=store) as desk:
        reader = await ready(desk)
        crm.portal.edit_as_user("contacts", quiet_contact(crm).id, {"jobtitle": "Leiter"})
        assert (await reader.read()).kept == 1
        assert (await reader.read()).files == 0
        assert reader.place.failures == 0
