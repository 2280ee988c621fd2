"""What an account in which nothing happens is spared, and what ends that at once."""

from dataclasses import dataclass, replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from jobs.counts import PullCount, StreamCount
from jobs.health.readiness import troubles
from jobs.health.silence import note_arrivals
from jobs.health.status import read_status
from jobs.schedule import Every
from jobs.serving.duties import Duty
from jobs.serving.resting import can_rest
from jobs.serving.rota import appointed
from jobs.serving.work import Work
from jobs.settings import Account, Settings
from jobs.settings_file import ScheduleFile
from jobs.webhooks.keeping import Outcome
from syncer.agreement import InForce, load_default
from syncer.moments import DAY, HOUR, MINUTE
from syncer.money import RateLine, RateOrigin
from syncer.records import Company, Contact, CostLine, Kind
from syncer.writeback import Intent

NOON = 1_790_000_000_000 // DAY * DAY + 12 * HOUR
NAME = "a"
AGREEMENT = load_default()
COST = CostLine(
    id="own:1", source="ads", campaign=None, amount=Decimal(9), currency="EUR", starts_at=None, ends_at=None
)
FIGURES = {"": ({"id": "K01", "value": 1},)}


@dataclass
class Clock:
    now: int = NOON

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def work(sqlite_store):
    """Return work on an account with webhooks whose last rounds and figures found nothing new."""
    account = Account.model_construct(name=NAME, webhooks=SimpleNamespace(), journal=None)
    settings = Settings.model_construct(accounts={NAME: account}, schedule=ScheduleFile())
    with sqlite_store.commit() as unit:
        unit.inbox.count({(NAME, Outcome.ACCEPTED.value): 1}, NOON - 2 * DAY)
        unit.desk.keep_cursor(NAME, "account", "derived_under", AGREEMENT.label)
    keep_figures(sqlite_store, NOON - 2 * HOUR)
    keep_run(sqlite_store, "sync", NOON - 5 * MINUTE, read=3)
    return Work(settings=settings, store=sqlite_store, in_force=InForce(agreement=AGREEMENT), locks={}, clock=Clock())


def keep_run(store, job: str, at: int, status: str = "done", account: str = NAME, **counts: object) -> None:
    with store.commit() as unit:
        unit.desk.end_run(unit.desk.begin_run(account, job, at), at, status, counts)


def keep_figures(store, at: int) -> None:
    with store.commit() as unit:
        run = unit.desk.begin_run(NAME, "measure", at)
        unit.desk.keep_snapshot(NAME, run, at, FIGURES)
        unit.desk.end_run(run, at, "done", {})


def mark_dirty(unit):
    unit.mirror.upsert_contacts(NAME, [Contact(id="7")], NOON)


def mark_company(unit):
    unit.mirror.upsert_companies(NAME, [Company(id="8")], NOON)


def write_cost(unit):
    unit.money.keep_costs(NAME, [COST], (), NOON)


def forget_cost(unit):
    unit.money.keep_costs(NAME, (), ["own:1"], NOON)


def write_rate(unit):
    line = RateLine(origin=RateOrigin.FILE, currency="CHF", into="EUR", first_day=1, last_day=None, rate=Decimal(1))
    unit.money.keep_rates(NAME, [line], NOON)


def intend(unit):
    wanted = Intent(
        account=NAME,
        kind=Kind.CONTACT,
        record_id="7",
        property="p",
        value="1",
        previous=None,
        rule="r",
        why="w",
        decision="d",
    )
    unit.desk.intend(NAME, "run", [wanted], NOON)


def sign_another_agreement(unit):
    unit.desk.keep_cursor(NAME, "account", "derived_under", "another")


def test_a_round_of_an_account_that_tells_of_its_changes_is_left_out_for_a_while(work):
    assert can_rest(work, NAME, Duty.SYNC)
    work.clock.now += 7 * MINUTE
    assert can_rest(work, NAME, Duty.SYNC)
    work.clock.now += MINUTE
    assert not can_rest(work, NAME, Duty.SYNC)


def test_figures_that_nothing_moved_stay_for_six_hours_and_never_over_midnight(work):
    assert can_rest(work, NAME, Duty.MEASURE)
    work.clock.now = NOON + 4 * HOUR - 1
    assert can_rest(work, NAME, Duty.MEASURE)
    work.clock.now = NOON + 4 * HOUR
    assert not can_rest(work, NAME, Duty.MEASURE)


def test_figures_of_yesterday_are_measured_again(work):
    at = NOON + 9 * HOUR + 59 * MINUTE
    keep_figures(work.store, at)
    work.clock.now = at + 30_000
    assert can_rest(work, NAME, Duty.MEASURE)
    work.clock.now = at + MINUTE
    assert not can_rest(work, NAME, Duty.MEASURE)


@pytest.mark.parametrize("end", [mark_dirty, mark_company, intend, sign_another_agreement])
def test_what_waits_to_be_decided_or_written_ends_the_rest(work, end):
    with work.store.commit() as unit:
        end(unit)
    assert not can_rest(work, NAME, Duty.SYNC)


@pytest.mark.parametrize("status", ["halted", "failed", "interrupted"])
def test_a_round_that_did_not_end_well_is_followed_by_the_next(work, status):
    keep_run(work.store, "sync", NOON - MINUTE, status)
    assert not can_rest(work, NAME, Duty.SYNC)
    assert can_rest(work, NAME, Duty.MEASURE)


@pytest.mark.parametrize(
    "run",
    [
        ("sync", "done", {"updated": 1}),
        ("sync", "done", {"derived": 2}),
        ("sync", "done", {"buried": 1}),
        ("undo", "done", {}),
    ],
)
@pytest.mark.parametrize("duty", [Duty.SYNC, Duty.MEASURE])
def test_a_run_that_brought_something_ends_the_rest(work, duty, run):
    job, status, counts = run
    keep_run(work.store, job, NOON - 59 * MINUTE, status, **counts)
    assert not can_rest(work, NAME, duty)


@pytest.mark.parametrize("duty", [Duty.SYNC, Duty.MEASURE])
def test_what_a_hint_brought_ends_the_rest_though_its_run_is_not_kept(work, duty):
    note_arrivals(work.store, NAME, ["contacts"], NOON - 50 * MINUTE)
    assert not can_rest(work, NAME, duty)


@pytest.mark.parametrize("end", [write_cost, forget_cost, write_rate])
def test_other_money_ends_the_rest_of_figures_alone(work, end):
    with work.store.commit() as unit:
        end(unit)
    assert not can_rest(work, NAME, Duty.MEASURE)
    assert can_rest(work, NAME, Duty.SYNC)


def test_what_happened_before_the_last_figures_does_not_move_them(work):
    keep_run(work.store, "sync", NOON - 3 * HOUR, updated=4)
    note_arrivals(work.store, NAME, ["contacts"], NOON - 3 * HOUR)
    assert can_rest(work, NAME, Duty.MEASURE)


def test_without_webhooks_and_journal_no_round_is_left_out(work):
    quiet = Account.model_construct(name=NAME, webhooks=None, journal=None)
    settings = work.settings.model_copy(update={"accounts": {NAME: quiet}})
    assert not can_rest(replace(work, settings=settings), NAME, Duty.SYNC)


def test_webhooks_that_never_came_are_not_believed_in(work):
    with work.store.commit() as unit:
        unit.desk.keep_cursor("b", "account", "derived_under", AGREEMENT.label)
    silent = Account.model_construct(name="b", webhooks=SimpleNamespace(), journal=None)
    settings = work.settings.model_copy(update={"accounts": {"b": silent}})
    keep_run(work.store, "sync", NOON - 5 * MINUTE, account="b")
    assert not can_rest(replace(work, settings=settings), "b", Duty.SYNC)


def test_changes_that_no_webhook_told_of_end_the_rest(work):
    keep_run(work.store, "sync", NOON - 5 * HOUR, updated=1)
    assert not can_rest(work, NAME, Duty.SYNC)


@pytest.mark.parametrize("duty", [Duty.SYNC, Duty.MEASURE])
def test_a_clock_that_went_back_ends_the_rest(work, duty):
    work.clock.now -= 3 * HOUR
    assert not can_rest(work, NAME, duty)


def test_other_duties_never_rest(work):
    assert not any(can_rest(work, NAME, duty) for duty in Duty if duty not in {Duty.SYNC, Duty.MEASURE})


async def test_by_the_clock_a_round_is_left_out_until_it_is_needed(work):
    done = []

    async def do():
        done.append(work.clock.now)

    call = appointed(work, NAME, Duty.SYNC, Every(5), do).work
    await call()
    assert not done
    keep_run(work.store, "sync", NOON, updated=1)
    await call()
    assert done == [NOON]


def test_rounds_of_several_accounts_are_spread_over_the_minutes_between_them(work):
    accounts = dict.fromkeys(("a", "b", "c", "d"), work.settings.accounts[NAME])
    spread = replace(work, settings=work.settings.model_copy(update={"accounts": accounts}))
    when = [appointed(spread, name, Duty.SYNC, Every(5), None).when for name in accounts]
    assert [one.offset for one in when] == [0, 0.25, 0.5, 0.75]


def test_a_stream_of_an_account_at_rest_is_not_late(work):
    status = read_status(work.store, NAME, NOON)
    assert not list(troubles(replace(status, freshness={"contacts": 49 * 60}), ScheduleFile()))
    assert list(troubles(replace(status, freshness={"contacts": 51 * 60}), ScheduleFile()))


def test_a_stream_of_which_something_is_gone_brought_something():
    count = PullCount(streams={"deals": StreamCount(archived=1), "notes": StreamCount(read=3)})
    assert list(count.bringing) == ["deals"]
