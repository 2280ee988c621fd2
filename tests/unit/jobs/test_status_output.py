import pytest

from jobs.cli.status_output import counted, print_status, took
from jobs.health.status import AccountStatus
from jobs.webhooks.hook_standing import HookStanding
from syncer.store import Run

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
