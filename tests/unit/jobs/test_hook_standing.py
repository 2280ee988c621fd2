"""What status, check, readiness and metrics say of webhooks and of everything that may be wrong."""

from dataclasses import replace

import pytest

from jobs.budget.parking import GENERAL, Rest
from jobs.budget.spending import DayTold, Spending
from jobs.cli.status_output import print_status
from jobs.health.findings import Level
from jobs.health.readiness import troubles
from jobs.health.status import AccountStatus
from jobs.settings_file import ScheduleFile
from jobs.web.metrics import metrics_page
from jobs.webhooks.hook_standing import HookStanding, hook_findings, read_hooks
from jobs.webhooks.keeping import Outcome
from syncer.hints import Deed, Hint
from syncer.moments import DAY, HOUR, MINUTE
from syncer.store import ErasureRequest, Run, RunTally, Tally

NOW = 1_790_000_000_000
CALM = HookStanding(last_at=NOW, waiting=0, oldest=None, failing=0, counts={}, untold=0, erasures=())
WELL = AccountStatus(
    account="a", freshness={"contacts": 120}, records={}, outbox={}, dead_letters=0, runs=[], webhooks=CALM
)


def run(job: str = "sync", status: str = "done", started_at: int = NOW, **counts: object) -> Run:
    return Run(id="r1", account="a", job=job, started_at=started_at, ended_at=started_at, status=status, counts=counts)


def keep_run(store, job: str, at: int, **counts: object) -> None:
    with store.commit() as unit:
        unit.desk.end_run(unit.desk.begin_run("a", job, at), at, "done", counts)


def standing(store, now: int = NOW) -> HookStanding:
    with store.snapshot() as unit:
        return read_hooks(unit, "a", now)


def test_an_account_that_never_heard_anything(sqlite_store):
    found = standing(sqlite_store)
    assert (found.last_at, found.waiting, found.oldest, found.untold) == (None, 0, None, 0)
    (finding,) = hook_findings("a", found)
    assert (finding.level, finding.what) == (Level.NOTE, "no webhook has ever arrived")


def test_what_came_what_waits_and_what_was_refused_is_read(sqlite_store):
    with sqlite_store.commit() as unit:
        unit.inbox.count({("a", Outcome.ACCEPTED.value): 3, ("a", Outcome.STALE.value): 1}, NOW - 5_000)
        unit.inbox.count({("", Outcome.STALE.value): 2, ("", Outcome.UNSIGNED.value): 4}, NOW - 1_000)
        unit.inbox.receive("a", [Hint("1", "contacts", "7", Deed.CHANGED, NOW)], NOW - 2_500)
    found = standing(sqlite_store)
    assert (found.last_at, found.waiting, found.oldest) == (NOW - 5_000, 1, 2_500)
    assert found.refused() == {
        "unsigned": Tally(number=4, last_at=NOW - 1_000),
        "stale": Tally(number=3, last_at=NOW - 1_000),
    }
    told = found.as_dict()
    assert (told["waiting"], told["oldest_seconds"], told["counts"]["stale"]) == (1, 2, 3)
    fine, refused = hook_findings("a", found)
    assert fine.level is Level.FINE
    assert "4 unsigned, 3 stale" in refused.what
    assert "SYNCER_PUBLIC_URL" in refused.remedy


def test_silence_is_real_once_rounds_find_what_no_webhook_told(sqlite_store):
    with sqlite_store.commit() as unit:
        unit.inbox.count({("a", Outcome.ACCEPTED.value): 1}, NOW)
    keep_run(sqlite_store, "sync", NOW + HOUR, created=5, updated=5)
    keep_run(sqlite_store, "reconcile", NOW + 2 * DAY, created=9)
    keep_run(sqlite_store, "sync", NOW + 2 * DAY, created=0, updated=0)
    assert standing(sqlite_store).untold == 0
    keep_run(sqlite_store, "sync", NOW + 3 * DAY, created=2, updated=1)
    keep_run(sqlite_store, "sync", NOW + 3 * DAY, created=900, proof={"contacts": {}})
    found = standing(sqlite_store)
    assert found.untold == 3
    (finding,) = hook_findings("a", found)
    assert (finding.level, finding.remedy[:21]) == (Level.NOTE, "syncer webhooks show:")


def test_erased_people_are_a_problem_until_they_are_erased_here():
    erased = replace(CALM, erasures=[ErasureRequest(stream="contacts", record_id="7", requested_at=NOW)], failing=2)
    _, failing, people = hook_findings("a", erased)
    assert (failing.level, people.level) == (Level.NOTE, Level.PROBLEM)
    assert "7" in people.remedy


def test_status_prints_webhooks_only_where_they_are_taken_or_came(capsys):
    print_status(WELL)
    assert "webhooks" not in capsys.readouterr().out
    print_status(replace(WELL, webhooks=replace(CALM, last_at=None)), takes_webhooks=True)
    assert "none has ever arrived" in capsys.readouterr().out
    loud = replace(
        CALM,
        waiting=2,
        oldest=65_000,
        failing=1,
        untold=4,
        counts={"accepted": Tally(number=9, last_at=NOW), "stale": Tally(number=1, last_at=NOW)},
        erasures=[ErasureRequest(stream="contacts", record_id="7", requested_at=NOW)],
    )
    print_status(replace(WELL, webhooks=loud))
    shown = capsys.readouterr().out
    for part in ("2 wait, the oldest for 65 seconds", "1 failed before", "silent", "1 stale", "contacts:7"):
        assert part in shown


def wrong(status: AccountStatus) -> list[str]:
    found = list(troubles(status, ScheduleFile()))
    assert all(one.account == "a" and one.remedy for one in found)
    return [one.what for one in found]


REST = Rest(part=GENERAL, since=NOW, until=NOW + HOUR, zone="UTC", why="spent", probed=NOW)


def test_nothing_is_wrong_where_all_is_well():
    assert wrong(WELL) == []
    assert wrong(replace(WELL, runs=[run(status="running"), run()])) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"freshness": {}}, "nothing was read yet"),
        ({"freshness": {"deals": 4_000, "contacts": 1}}, "not read for long: deals for 4,000 seconds"),
        ({"rests": (REST,)}, "calls for today are spent"),
        ({"rests": (REST,), "freshness": {"deals": 4_000}}, "calls for today are spent"),
        ({"runs": [run(job="drain")], "last_round": run(status="halted")}, "the last round ended halted"),
        ({"webhooks": replace(CALM, waiting=3, oldest=2 * MINUTE)}, "3 webhooks wait, the oldest for 120 seconds"),
        (
            {"webhooks": replace(CALM, erasures=[ErasureRequest(stream="contacts", record_id="7", requested_at=NOW)])},
            "1 person is to be erased here too",
        ),
        ({"dead_letters": 2}, "2 records need a person"),
    ],
)
def test_each_trouble_is_named_alone_with_its_remedy(changes, said):
    (found,) = wrong(replace(WELL, **changes))
    assert said in found


def test_numbers_for_prometheus_name_accounts_streams_and_kinds_and_nothing_else():
    status = replace(
        WELL,
        outbox={"pending": 4},
        dead_letters=1,
        records={"contacts": 7},
        webhooks=replace(CALM, waiting=2, oldest=1_500, counts={"kept": Tally(number=5, last_at=NOW)}),
        spending=Spending(
            day="2026-11-30", calls={"deals": 3}, limited=1, daily=DayTold(limit=100, remaining=60, at=NOW)
        ),
        rests=(REST,),
    )
    unasked = replace(WELL, account="b", spending=Spending(day="2026-11-30", calls={}))
    page = metrics_page(
        [(status, [RunTally(job="sync", status="done", number=2, last_at=NOW)]), (unasked, [])]
    ).decode()
    for line in (
        'syncer_stream_lag_seconds{account="a",stream="contacts"} 120.0',
        'syncer_records{account="a",table="contacts"} 7.0',
        'syncer_outbox_rows{account="a",status="pending"} 4.0',
        'syncer_dead_letters{account="a"} 1.0',
        'syncer_webhooks_total{account="a",outcome="kept"} 5.0',
        'syncer_inbox_hints{account="a"} 2.0',
        'syncer_inbox_oldest_seconds{account="a"} 1.5',
        'syncer_calls_today{account="a",stream="deals"} 3.0',
        'syncer_calls_refused_today{account="a"} 1.0',
        'syncer_calls_left_today{account="a"} 60.0',
        'syncer_calls_allowed_today{account="a"} 100.0',
        'syncer_at_rest{account="a"} 1.0',
        'syncer_at_rest{account="b"} 0.0',
        'syncer_runs{account="a",job="sync",status="done"} 2.0',
    ):
        assert line in page.splitlines()
