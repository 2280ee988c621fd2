"""A sick account is asked less and less often: kept in the store, so that every process and a restart know."""

from dataclasses import asdict, dataclass, replace

import msgspec

from syncer.errors import AuthFailed, SyncerError, Unavailable
from syncer.moments import MINUTE, Millis, iso
from syncer.store import Store, Unit

#: Rounds in a row that fail before the account is left alone.
_PATIENCE = 3
#: The first pause, and the longest: after an outage, however long, this is the most that changes wait.
_FIRST, _LONGEST = 10 * MINUTE, 20 * MINUTE
_KEY = ("account", "breaker")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sickness:
    """Rounds of an account that failed in a row, because the CRM is away or refuses the token."""

    failures: int
    since: Millis
    #: Nothing is asked before; the moment of the last failure where it is not left alone yet, that of the first one
    #: where it is no more.
    until: Millis
    #: Kind of the last error.
    kind: str
    why: str

    def pauses(self, now: Millis) -> bool:
        """Tell whether the account is left alone now; a clock that went back ends every pause."""
        return self.is_left_alone and self.since <= now < self.until <= now + _LONGEST

    @property
    def is_left_alone(self) -> bool:
        """Tell whether so many rounds failed that the next one waits, and nothing ended that since."""
        return self.failures >= _PATIENCE and self.until > self.since

    @property
    def message(self) -> str:
        """What an operator is told."""
        rounds = "1 round" if self.failures == 1 else f"{self.failures:,} rounds in a row"
        following = f"the next not before {iso(self.until)}" if self.is_left_alone else "the next one tries again"
        return f"{rounds} failed ({self.why}); {following}"

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {**asdict(self), "since": iso(self.since), "until": iso(self.until)}


def counts(error: SyncerError, *, was_asked: bool) -> bool:
    """Tell whether an error says that the account is sick: its CRM is away, or refuses the token.

    Another process at work on the account is no sickness: then the CRM was never asked.
    """
    return isinstance(error, AuthFailed) or (isinstance(error, Unavailable) and was_asked)


def worse(before: Sickness | None, error_kind: str, why: str, now: Millis) -> Sickness:
    """Return how an account stands after one more failure."""
    failures = 1 if before is None else before.failures + 1
    pause = 0 if failures < _PATIENCE else min(_LONGEST, _FIRST * 2 ** min(failures - _PATIENCE, 10))
    since = now if before is None or before.since > now else before.since
    return Sickness(failures=failures, since=since, until=Millis(now + pause), kind=error_kind, why=why)


def sickness(unit: Unit, account: str) -> Sickness | None:
    """Return how sick an account is, or None where its last round reached the CRM."""
    text = unit.desk.cursor(account, *_KEY)
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=Sickness)
    except msgspec.MsgspecError:
        return None


def is_paused(store: Store, account: str, now: Millis) -> bool:
    """Tell whether an account is to be left alone now."""
    with store.snapshot() as unit:
        found = sickness(unit, account)
    return found is not None and found.pauses(now)


def note_failure(store: Store, account: str, kind: str, why: str, now: Millis) -> Sickness:
    """Keep one more failure and return how the account stands."""
    with store.commit() as unit:
        found = worse(sickness(unit, account), kind, why, now)
        unit.desk.keep_cursor(account, *_KEY, msgspec.json.encode(found).decode())
    return found


def note_health(store: Store, account: str) -> bool:
    """Keep that a round reached the CRM; return whether the account was sick."""
    with store.snapshot() as unit:
        was_sick = sickness(unit, account) is not None
    if was_sick:
        with store.commit() as unit:
            unit.desk.drop_cursor(account, *_KEY)
    return was_sick


def end_pause(store: Store, account: str, now: Millis) -> None:
    """Let the next round come by the clock: something else reached the CRM. Rounds that failed stay counted."""
    with store.snapshot() as unit:
        found = sickness(unit, account)
    if found is not None and found.pauses(now):
        with store.commit() as unit:
            unit.desk.keep_cursor(account, *_KEY, msgspec.json.encode(replace(found, until=found.since)).decode())
