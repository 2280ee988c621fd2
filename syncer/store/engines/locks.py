"""One worker an account, one renewal of its token: locks that fall with their holder.

The operating system or the server lets go of them when their holder dies.
"""

import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine, text
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

from syncer.errors import Unavailable

_HINT = "wait until it is done, or stop it; `syncer status` shows its run"
#: Longer than the one call of a renewal may take.
_TOKEN_PATIENCE_S = 90
#: Rights to read and write.
_OPENS = 0o666
#: Longer than a round takes; a backfill may take longer still.
ACCOUNT_PATIENCE_S = 600.0


@contextmanager
def account_lock(engine: Engine, account: str) -> Iterator[None]:
    """Hold the account until the block ends. Raises Unavailable where another process holds it."""
    with _held(engine, account):
        yield


@contextmanager
def side_lock(engine: Engine, account: str, job: str) -> Iterator[None]:
    """Hold one job of an account beside whoever holds the account. Raises Unavailable where another process does."""
    # No account's name has a dot, so this is no account's own lock.
    with _held(engine, f"{account}.{job}"):
        yield


@contextmanager
def token_lock(engine: Engine, account: str) -> Iterator[None]:
    """Hold the account's token until the block ends; wait for whoever holds it, another thread or process.

    Raises Unavailable where that takes longer than any renewal should.
    """
    with _awaited(engine, f"{account}.oauth", _TOKEN_PATIENCE_S):
        yield


@contextmanager
def patient_lock(engine: Engine, account: str, seconds: float) -> Iterator[None]:
    """Hold the account until the block ends; wait for the round of another process.

    Raises Unavailable where that takes longer than so many seconds.
    """
    with _awaited(engine, account, seconds):
        yield


@contextmanager
def _awaited(engine: Engine, name: str, seconds: float) -> Iterator[None]:
    patience = Retrying(
        retry=retry_if_exception_type(Unavailable),
        wait=wait_random(0.02, 0.1),
        stop=stop_after_delay(seconds),
        reraise=True,
    )
    with ExitStack() as held:
        patience(lambda: held.enter_context(_held(engine, name)))
        yield


@contextmanager
def _held(engine: Engine, name: str) -> Iterator[None]:
    if engine.dialect.name == "postgresql":
        with _on_server(engine, name):
            yield
    else:
        with beside_file(Path(str(engine.url.database)), name):
            yield


@contextmanager
def beside_file(database: Path, name: str) -> Iterator[None]:
    """Hold a lock file beside a database until the block ends. Raises Unavailable where another process holds it."""
    path = database.with_name(f"{database.name}.{name}.lock")
    with os.fdopen(_opened(path, database), "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(name) from None
        yield


def _opened(path: Path, database: Path) -> int:
    """Open a lock file that who may use the database may open, and nobody else: whoever can open it can hold it."""
    rights = stat.S_IMODE(database.stat().st_mode) & _OPENS if database.exists() else stat.S_IRUSR | stat.S_IWUSR
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, rights)
    found = os.fstat(file)
    if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) != rights:
        os.fchmod(file, rights)
    return file


@contextmanager
def _on_server(engine: Engine, name: str) -> Iterator[None]:
    key = key_of(name)
    with engine.connect() as connection:
        held = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one()
        connection.commit()
        if not held:
            raise _busy(name)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
            connection.commit()


def key_of(name: str) -> int:
    """Return the number by which a server knows a lock."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)


def _busy(name: str) -> Unavailable:
    account, _, job = name.partition(".")
    match job:
        case "":
            message = "another syncer is at work on this account"
        case "oauth":
            message = "another syncer is renewing the token and does not end"
        case _:
            message = "another syncer is at the same on this account"
    return Unavailable(message, account=account, hint=_HINT)
