"""What need not be done now: a round of an account that tells of its changes and has none, figures that nothing moved.

A look at the database instead of a round of calls, so that many idle accounts cost next to nothing.
"""

from jobs.serving.duties import Duty
from jobs.serving.lull import figures_stay, happened
from jobs.serving.work import Work
from jobs.settings import Account
from jobs.webhooks.hook_standing import read_hooks
from jobs.webhooks.journal_standing import read_journal_standing
from syncer.moments import HOUR, MINUTE, Millis
from syncer.store import Unit

#: An account is idle once nothing happened for so long.
_LULL = HOUR
#: Runs among which its last round is looked for.
_RUNS = 50


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
                return figures_stay(unit, name, work.in_force, now)
            case _:
                return False


def _was_read(unit: Unit, account: str, work: Work, now: Millis) -> bool:
    """Say whether a round ended well not long ago, and nothing happened in the hour before now."""
    plan, runs = work.settings.schedule, unit.desk.runs(account, _RUNS)
    last = next((run for run in runs if run.job == "sync"), None)
    # Half a round early: appointments come with a jitter.
    until = now - plan.idle_every * MINUTE + plan.sync_every * MINUTE // 2
    went_well = last is not None and last.status == "done" and until < last.started_at <= now
    return went_well and not happened(unit, account, Millis(now - _LULL)) and not _waits(unit, account, work, now)


def _waits(unit: Unit, account: str, work: Work, now: Millis) -> bool:
    """Say whether something waits to be decided, or to be written."""
    under, dirty = unit.desk.cursor(account, "account", "derived_under"), unit.facts.dirty(account, now)
    is_undecided = dirty.full or dirty.contact_ids or dirty.deal_ids or dirty.company_ids
    return bool(is_undecided or under != work.in_force.agreement.label or unit.desk.pending(account, 1))


def _tells(unit: Unit, account: Account, now: Millis) -> bool:
    """Say whether hints have come, or can: rounds found nothing that none told of, and the journal is read."""
    journal = None if account.journal is None else read_journal_standing(unit, account.name, now)
    if journal is not None:
        return journal.lag is not None and journal.lag < HOUR and not journal.troubles
    hooks = read_hooks(unit, account.name, now)
    return hooks.last_at is not None and not hooks.untold and not hooks.failing
