"""After a restored backup: what the journal holds and the database lacks is erased again, and the other way round."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext

import structlog

from jobs.privacy.erasures import append, journal, refuse_lost_key, tombstoner_of
from jobs.privacy.forget import Eraser, made, wipe
from syncer.errors import ConfigError, Problem, Unavailable
from syncer.privacy import Tombstoner
from syncer.store import EXPIRED, LIFTED, Erasure, Person, Unit

_log = structlog.get_logger()

Lock = Callable[[str], AbstractContextManager[None]]


def catch_up(eraser: Eraser, *, is_held: bool = False) -> int:
    """Bring database and journal to the same erasures; return how many were made again.

    Accounts that another process holds are left to it; `is_held` says that the caller holds them all.
    Raises ConfigError where the key is missing.
    """
    with eraser.store.snapshot() as unit:
        refuse_lost_key(unit, eraser.keeping)
        held = unit.privacy.erasure_ids()
        pending = unit.privacy.unwiped(eraser.clock())
    written = journal(eraser.keeping)
    if held - {(one.account, one.id) for one in written}:
        _complete_journal(eraser, written)
    lacking = [one for one in written if (one.account, one.id) not in held]
    lock = _unlocked if is_held else eraser.store.account_lock
    again = sum(_account(eraser, lock, name, lacking) for name in sorted({one.account for one in lacking}))
    if pending or again:
        wipe(eraser.store, eraser.clock)
    return again


def _complete_journal(eraser: Eraser, written: Sequence[Erasure]) -> None:
    known = {one.id for one in written}
    with eraser.store.snapshot() as unit:
        absent = [one for one in unit.privacy.erasures() if one.id not in known and one.reason != EXPIRED]
    if absent:
        append(eraser.keeping, absent)


def _unlocked(_account: str) -> AbstractContextManager[None]:
    return nullcontext()


def _account(eraser: Eraser, lock: Lock, account: str, lacking: Sequence[Erasure]) -> int:
    """Make an account's erasures again, in their order; none where another process is at work on it."""
    stones = _recognising(eraser, lacking)
    try:
        with lock(account):
            mine = [one for one in lacking if one.account == account]
            return sum(_again(eraser, stones, one) for one in mine)
    except Unavailable:
        return 0


def _recognising(eraser: Eraser, lacking: Iterable[Erasure]) -> Tombstoner:
    stones = tombstoner_of(eraser.keeping)
    lost = {one.key_id for one in lacking} - set(stones.key_ids if stones else ())
    if stones is None or lost:
        problem = Problem(
            file=str(eraser.keeping.journal),
            message=f"holds erasures made with the key {', '.join(sorted(lost))}, which is missing",
            hint=f"set SYNCER_FORGET_KEYS, or bring back {eraser.keeping.key_file}",
        )
        raise ConfigError([problem])
    return stones


def _again(eraser: Eraser, stones: Tombstoner, erasure: Erasure) -> int:
    with eraser.store.snapshot() as unit:
        if (erasure.account, erasure.id) in unit.privacy.erasure_ids():
            return 0
        person = _meant(unit, stones, erasure)
    if erasure.reason == LIFTED:
        with eraser.store.commit() as unit:
            unit.privacy.log(erasure, {})
            unit.privacy.lift(erasure.account, erasure.tombstones)
    else:
        made(eraser, erasure, person)
    _log.warning("person_erased_again", account=erasure.account, erasure=erasure.id)
    return 1


def _meant(unit: Unit, stones: Tombstoner, erasure: Erasure) -> Person:
    """Return the person of an erasure: those of all ids and addresses held whose digests it names."""
    account, wanted = erasure.account, set(erasure.tombstones)
    ids, addresses = unit.privacy.everybody(account)
    return unit.privacy.grown(
        account,
        {one for digest, one in stones.of_ids(account, ids).items() if digest in wanted},
        {one for digest, one in stones.of_addresses(account, addresses).items() if digest in wanted},
    )
