"""The leases on an account's limits: one text that processes change one after the other, by one clock.

On PostgreSQL a row and the server's clock, for processes on any machine. On SQLite a file beside the database and the
machine's own steady clock: the database has one writer, and who waits for it must not hold up calls.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, func, select, text, update
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

from syncer.errors import Unavailable
from syncer.moments import Millis
from syncer.store.tables import cursors

#: Makes the new text from the old one and the moment.
Change = Callable[[str | None, Millis], str]

#: A turn takes a millisecond; whoever holds it longer is stopped or dead.
_PATIENCE_S = 2
_LONGEST = 65_536

_OURS = (cursors.c.account == bindparam("of")) & (cursors.c.stream == "account") & (cursors.c.kind == "leases")
_READ = select(cursors.c.position).where(_OURS).with_for_update()
_BEGIN = text(
    "INSERT INTO cursors (account, stream, kind, position) VALUES (:of, 'account', 'leases', '') ON CONFLICT DO NOTHING"
)
_KEEP = update(cursors).where(_OURS).values(position=bindparam("changed"))
_NOW = select(func.extract("epoch", func.clock_timestamp()) * 1000)
#: Leases are worth nothing after a crash of the server: nobody waits for its disk.
#: A machine that stops or vanishes in its turn loses it.
_LIGHTLY = text(
    f"SET LOCAL synchronous_commit = off; SET LOCAL lock_timeout = '{_PATIENCE_S}s';"
    " SET LOCAL idle_in_transaction_session_timeout = '1s'"
)


def change_leases(engine: Engine, account: str, change: Change) -> None:
    """Replace the text by what `change` makes of it. Raises Unavailable where somebody does not end his turn."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            _on_server(connection, account, change)
    else:
        _in_file(Path(str(engine.url.database)), account, change)


def _on_server(connection: Connection, account: str, change: Change) -> None:
    connection.execute(_LIGHTLY)
    found = connection.execute(_READ, {"of": account}).scalar()
    if found is None:
        connection.execute(_BEGIN, {"of": account})
        found = connection.execute(_READ, {"of": account}).scalar_one()
    now = Millis(int(connection.execute(_NOW).scalar_one()))
    connection.execute(_KEEP, {"of": account, "changed": change(found or None, now)})


def _in_file(database: Path, account: str, change: Change) -> None:
    # No account's name has a dot, so this is no account's own lock.
    path = database.with_name(f"{database.name}.{account}.leases.lock")
    try:
        with _held(path) as file:
            found = os.pread(file, _LONGEST, 0).decode(errors="replace")
            changed = change(found or None, Millis(time.monotonic_ns() // 1_000_000)).encode()
            os.pwrite(file, changed, 0)
            os.ftruncate(file, len(changed))
    except OSError as error:
        raise _unreachable() from error


@contextmanager
def _held(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        Retrying(
            retry=retry_if_exception_type(BlockingIOError),
            wait=wait_random(0.001, 0.01),
            stop=stop_after_delay(_PATIENCE_S),
            reraise=True,
        )(fcntl.flock, file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file
    finally:
        os.close(file)


def _unreachable() -> Unavailable:
    return Unavailable(
        "the leases on the account's limits cannot be reached",
        hint="the folder of the database must be writable; calls go on at a fifth of the limits",
    )
