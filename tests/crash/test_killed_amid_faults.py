"""The short form of `python -m bench.kills`: kill -9 amid faults, and the end is that of an undisturbed life."""

from bench.kill_orders import Forks
from bench.kills import calm, one_life
from jobs.bootstrap import system_clock


def test_killed_amid_every_fault_nothing_is_lost_and_nothing_repeated(tmp_path):
    for part in ("calm", "shaken"):
        (tmp_path / part).mkdir()
    forks = Forks()
    try:
        smooth = calm(tmp_path / "calm", system_clock(), forks)
        life, wrong = one_life(tmp_path / "shaken", 1, system_clock(), smooth, short=True)
    finally:
        forks.close()
    assert wrong == []
    assert life.kills.total() > 5
    assert life.dealt.total() > 5
