"""Where the reading of an app's journal stands for one account: kept in one commit with the hints that it brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from connectors.hubspot.hinting import TOLD_STREAMS
from connectors.hubspot.journal import RETENTION
from jobs.names import MENDED, WINDOW
from jobs.settings import Account
from syncer.errors import Bug
from syncer.moments import HOUR, MINUTE, Millis
from syncer.store import Store, Unit

_KEY = ("account", "journal")
#: Failures in a row after which the daemon waits longer and longer, up to an hour.
_PATIENCE = 3


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A time of which the journal may not have told everything; None began before anything is known."""

    since: Millis | None
    until: Millis


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far an account was told by its app's journal."""

    #: Which app's, at which address: offsets of another mean nothing.
    origin: str
    #: None where no file was read yet.
    offset: str | None = None
    #: Up to when the journal was read; None never.
    until: Millis | None = None
    #: The last time of which not everything may have been told.
    gap: Gap | None = None
    #: Readings in a row that failed, when the last of them did, and why.
    failures: int = 0
    failed_at: Millis | None = None
    why: str | None = None
    #: Readings in a row that met a file nobody could read.
    unreadable: int = 0

    def is_old(self, now: Millis) -> bool:
        """Tell whether files after this place may be gone."""
        return self.until is not None and now - self.until > RETENTION

    def rests(self, now: Millis) -> bool:
        """Tell whether the next reading by the clock is left out; a clock that went back ends every rest."""
        if self.failures < _PATIENCE or self.failed_at is None:
            return False
        return 0 <= now - self.failed_at < min(HOUR, MINUTE << min(self.failures, 10))


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadApp:
    """One app whose journal is read, and the accounts that it tells of."""

    accounts: Sequence[Account]

    @property
    def first(self) -> Account:
        """Return the account that stands for the others: all know the same app at the same address."""
        return self.accounts[0]

    @property
    def names(self) -> Sequence[str]:
        """Return the accounts' names."""
        return [one.name for one in self.accounts]

    @property
    def shared_name(self) -> str:
        """Return under which name what belongs to no one account is counted."""
        return self.first.name if len(self.accounts) == 1 else ""

    @property
    def origin(self) -> str:
        """Return what tells this app's journal from any other."""
        return _origin(self.first)


def read_apps(accounts: Sequence[Account]) -> Sequence[ReadApp]:
    """Return the apps whose journals are to be read for some accounts."""
    found: dict[str, list[Account]] = {}
    for one in accounts:
        if one.journal is not None:
            found.setdefault(_origin(one), []).append(one)
    return [ReadApp(accounts=of) for of in found.values()]


def _origin(account: Account) -> str:
    if account.journal is None:
        raise Bug("an account without a journal has no app to read", account=account.name)
    return sha256(f"{account.journal.client_id}\0{account.base_url}".encode()).hexdigest()


def place_of(unit: Unit, account: str, origin: str | None = None) -> Place | None:
    """Return where an account stands, None where nothing was kept; with an origin, of that app alone."""
    text = unit.desk.cursor(account, *_KEY)
    try:
        found = None if text is None else msgspec.json.decode(text, type=Place)
    except msgspec.MsgspecError:
        return None
    return None if found is None or (origin is not None and found.origin != origin) else found


def keep_place(unit: Unit, account: str, place: Place) -> None:
    """Keep where an account stands."""
    unit.desk.keep_cursor(account, *_KEY, msgspec.json.encode(place).decode())


def forget_places(store: Store, accounts: Sequence[Account]) -> None:
    """Forget how far accounts were told that read no journal any more: nobody waits for more of it."""
    with store.snapshot() as unit:
        left = [one.name for one in accounts if one.journal is None and unit.desk.cursor(one.name, *_KEY) is not None]
    if left:
        with store.commit() as unit:
            for name in left:
                unit.desk.drop_cursor(name, *_KEY)


def open_streams(unit: Unit, account: str, gap: Gap | None) -> Sequence[str]:
    """Return the streams that are read, that a journal tells of, and that no full compare has mended since a gap."""
    if gap is None:
        return ()
    mended = unit.desk.positions(account, MENDED)
    read = TOLD_STREAMS.intersection(unit.desk.positions(account, WINDOW))
    return [one for one in sorted(read) if int(mended.get(one, 0)) < gap.until]
