"""What need not be done now: a round of an account that tells of its changes and has none, figures that nothing moved.

A look at the database instead of a round of calls, so that many idle accounts cost next to nothing.
"""

from jobs.budget.parking import day_of
from jobs.health.silence import last_arrival
from jobs.serving.duties import Duty
from jobs.serving.work import Work
from jobs.settings import Account
from jobs.webhooks.hook_standing import read_hooks
from jobs.webhooks.journal_standing import read_journal_standing
from syncer.agreement import InForce
from syncer.moments import HOUR, MINUTE, Millis
from syncer.store import Run, Unit

#: An account is idle once nothing happened for so long.
_LULL = HOUR
#: Time alone moves figures too, such as the age of open deals: they stay no longer than this, and never over midnight.
_FIGURES_STAY = 6 * HOUR
#: Runs that are looked at; an account with more of them in the time that matters is not idle.
_RUNS = 50
#: Jobs that change nothing which a figure counts, and the counts of a round that say that it brought something.
_ROUTINE = frozenset({"sync", "measure", "freeze", "prune"})
_NEWS = ("created", "updated", "derived", "planned", "written", "notices", "failed", "conflicts", "buried")


def can_rest(work: Work, name: str, duty: Duty) -> bool:
    """Say whether a duty of an account can be left out at this moment."""
    account, now = work.settings.accounts[name], work.clock()
    if duty is Duty.SYNC and not account.is_told:
        return False
    with work.store.snapshot() as unit:
        match duty:
            case Duty.SYNC:
                return _was_read(unit, name, work, now) and _tells(unit, account, now)
            case Duty.MEASURE:
                return _stay(unit, name, work.in_force, now)
            case _:
                return False


def _was_read(unit: Unit, account: str, work: Work, now: Millis) -> bool:
    """Say whether a round ended well not long ago, and nothing happened in the hour before now."""
    last, plan = unit.desk.last_run(account, ["sync"]), work.settings.schedule
    # Half a round early: appointments come with a jitter.
    until = now - plan.idle_every * MINUTE + plan.sync_every * MINUTE // 2
    is_recent = last is not None and until < last.started_at <= now
    return is_recent and not _happened(unit, account, work.in_force, Millis(now - _LULL), now)


def _tells(unit: Unit, account: Account, now: Millis) -> bool:
    """Say whether hints have come, or can: rounds found nothing that none told of, and the journal is read."""
    journal = None if account.journal is None else read_journal_standing(unit, account.name, now)
    if journal is not None:
        return journal.lag is not None and journal.lag < HOUR and not journal.troubles
    hooks = read_hooks(unit, account.name, now)
    return hooks.last_at is not None and not hooks.untold and not hooks.failing


def _stay(unit: Unit, account: str, in_force: InForce, now: Millis) -> bool:
    """Say whether the figures measured last are those that would be measured now."""
    last = unit.desk.last_snapshot(account)
    if last is None or not 0 <= now - last.as_of < _FIGURES_STAY:
        return False
    zone = in_force.agreement.calendar.zone
    is_today = day_of(last.as_of, zone) == day_of(now, zone)
    moved = unit.money.changed_since(account, last.as_of) or _happened(unit, account, in_force, last.as_of, now)
    return is_today and not moved


def _happened(unit: Unit, account: str, in_force: InForce, since: Millis, now: Millis) -> bool:
    """Say whether anything happened since a moment, or waits to be decided or written."""
    arrived = last_arrival(unit, account)
    if arrived is not None and arrived >= since // HOUR * HOUR:
        return True
    runs = unit.desk.runs(account, _RUNS)
    if len(runs) == _RUNS and runs[-1].started_at >= since:
        return True
    if any(_is_news(run) for run in runs if run.started_at >= since):
        return True
    if unit.desk.cursor(account, "account", "derived_under") != in_force.agreement.label:
        return True
    dirty = unit.facts.dirty(account, now)
    waits = dirty.full or dirty.contact_ids or dirty.deal_ids
    return bool(waits or unit.desk.pending(account, 1))


def _is_news(run: Run) -> bool:
    return run.job not in _ROUTINE or run.status != "done" or any(run.counts.get(name) for name in _NEWS)
