import pytest

from jobs.cli.status_output import counted, print_status, took
from jobs.health.readiness import troubles
from jobs.health.status import AccountStatus
from jobs.settings_file import ScheduleFile
from jobs.web.metrics import metrics_page
from jobs.webhooks.hook_standing import HookStanding
from syncer.store import QueueStanding, Run

START = 1_790_000_000_000


def _run(seconds: float | None = 0.84, **counts: object) -> Run:
    ended = None if seconds is None else START + round(seconds * 1000)
    return Run(id="r1", account="a", job="sync", started_at=START, ended_at=ended, status="done", counts=counts)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0.84, "0.8 s"), (59.94, "59.9 s"), (60, "1 min 0 s"), (119.7, "2 min 0 s"), (7290, "2 h 1 min")],
)
def test_a_run_says_how_long_it_took(seconds, text):
    assert took(_run(seconds)) == text


def test_counts_leave_out_what_stayed_at_zero_and_what_is_no_count():
    assert counted(_run(read=1317, failed=0, seconds=0.84)) == "read 1,317"
    assert counted(_run(failed=0)) == "–"


def test_status_shows_duration_and_counts_and_its_json_keeps_them_apart(capsys):
    status = AccountStatus(
        account="a",
        freshness={},
        records={},
        outbox={},
        dead_letters=0,
        runs=[_run(read=12, written=3)],
        webhooks=HookStanding(last_at=None, waiting=0, oldest=None, failing=0, counts={}, untold=0, erasures=()),
    )
    print_status(status)
    shown = capsys.readouterr().out
    assert "0.8 s" in shown
    assert "read 12 · written 3" in shown
    (run,) = status.as_dict()["runs"]
    assert set(run) == {"id", "account", "job", "started_at", "ended_at", "status", "counts"}


LATE = "queue: 1 drain, 1 sync wait · 3 push failed within a day · the oldest has waited for 7 seconds · 2 workers"


def _queued(queue: QueueStanding | None) -> AccountStatus:
    return AccountStatus(
        account="a",
        freshness={"contacts": 1},
        records={},
        outbox={},
        dead_letters=0,
        runs=[],
        webhooks=HookStanding(last_at=None, waiting=0, oldest=None, failing=0, counts={}, untold=0, erasures=()),
        queue=queue,
    )


@pytest.mark.parametrize(
    ("queue", "line"),
    [
        (QueueStanding(), "queue: empty · no worker"),
        (QueueStanding(running={"sync": 1}, workers=1), "queue: 1 sync run · 1 worker"),
        (
            QueueStanding(waiting={"drain": 1, "sync": 1}, failed={"push": 3}, oldest=7.2, workers=2),
            LATE,
        ),
    ],
    ids=["empty", "at work", "late"],
)
def test_status_says_what_waits_for_workers_and_how_many_live(capsys, queue, line):
    print_status(_queued(queue))
    assert line in capsys.readouterr().out.splitlines()


def test_without_a_queue_nothing_is_said_of_workers(capsys):
    print_status(_queued(None))
    assert "queue" not in capsys.readouterr().out
    assert _queued(None).as_dict()["queue"] is None
    assert b"syncer_workers" not in metrics_page([(_queued(None), [])])


def test_jobs_that_wait_for_long_are_a_trouble_and_metrics_count_them():
    late = _queued(QueueStanding(waiting={"sync": 1}, oldest=61.0))
    assert [one.what for one in troubles(late, ScheduleFile())] == [
        "1 job waits, the oldest for 61 seconds; 0 workers live"
    ]
    assert not list(troubles(_queued(QueueStanding(waiting={"sync": 1}, oldest=59.0)), ScheduleFile()))
    page = metrics_page([(late, [])]).decode()
    assert 'syncer_queue_jobs{account="a",job="sync",status="waiting"} 1.0' in page
    assert 'syncer_queue_oldest_seconds{account="a"} 61.0' in page
    assert "syncer_workers 0.0" in page
