"""Whether anything happened in an account since a moment, and so whether its figures still hold."""

from jobs.budget.parking import day_of
from jobs.health.silence import last_arrival
from syncer.agreement import InForce
from syncer.moments import HOUR, Millis
from syncer.store import Run, Unit

#: Time alone moves figures too, such as the age of open deals: they stay no longer than this, and never over midnight.
_FIGURES_STAY = 6 * HOUR
#: Runs that are looked at; an account with more of them in the time that matters is not idle.
_RUNS = 50
#: Jobs that change nothing which a figure counts, and the counts of a round that say that it brought something.
_ROUTINE = frozenset({"sync", "measure", "freeze", "prune"})
_NEWS = ("created", "updated", "derived", "planned", "written", "notices", "failed", "conflicts", "buried")


def figures_stay(unit: Unit, account: str, in_force: InForce, now: Millis) -> bool:
    """Say whether the figures measured last are those that would be measured now."""
    last = unit.desk.last_snapshot(account)
    if last is None or not 0 <= now - last.as_of < _FIGURES_STAY:
        return False
    zone = in_force.agreement.calendar.zone
    is_today = day_of(last.as_of, zone) == day_of(now, zone)
    moved = unit.money.changed_since(account, last.as_of) or happened(unit, account, last.as_of)
    return is_today and not moved


def happened(unit: Unit, account: str, since: Millis) -> bool:
    """Say whether anything was read, decided or written since a moment."""
    arrived = last_arrival(unit, account)
    if arrived is not None and arrived >= since:
        return True
    runs = unit.desk.runs(account, _RUNS)
    if len(runs) == _RUNS and runs[-1].started_at >= since:
        return True
    return any(_is_news(run) for run in runs if run.started_at >= since)


def _is_news(run: Run) -> bool:
    return run.job not in _ROUTINE or any(run.counts.get(name) for name in _NEWS)
