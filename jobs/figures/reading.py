"""Whether enough of an account was read for its figures to say anything: half of a portal would give false zeros."""

from jobs.names import WINDOW
from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import Unit

_FULL_PULLS = ("backfill", "sync", "pull")


def was_read(unit: Unit, account: str) -> bool:
    """Return whether contacts and deals were each read to the end, and what they brought was decided.

    Deals that the CRM does not open to us need not be: what the last pull left out for good is not waited for.
    """
    ended = unit.desk.positions(account, WINDOW)
    return Kind.CONTACT in ended and (Kind.DEAL in ended or _left_out(unit, account)) and _is_decided(unit, account)


def lacking(unit: Unit, account: str, known_at: Millis) -> str | None:
    """Return what figures lack as a whole: reading at all, or knowledge by a moment; None where they lack neither."""
    if not was_read(unit, account):
        return "reading"
    return None if unit.browse.had_decided(account, known_at) else "knowledge"


def _left_out(unit: Unit, account: str) -> bool:
    last = unit.desk.last_run(account, _FULL_PULLS)
    skipped = None if last is None else last.counts.get("skipped")
    return isinstance(skipped, dict) and Kind.DEAL in skipped


def _is_decided(unit: Unit, account: str) -> bool:
    """Return whether any contact was decided, or nothing waits for a first decision: killed backfills leave that."""
    return unit.browse.few_stages(account, 0) is None or not unit.facts.dirty(account, Millis(0)).full
