"""One worker an account: a lock that the operating system or the server lets go of when its holder dies."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from syncer.errors import Unavailable

_HINT = "wait until it is done, or stop it; `syncer status` shows its run"


@contextmanager
def account_lock(engine: Engine, account: str) -> Iterator[None]:
    """Hold the account until the block ends. Raises Unavailable where another process holds it."""
    if engine.dialect.name == "postgresql":
        with _on_server(engine, account):
            yield
    else:
        with _beside_file(Path(str(engine.url.database)), account):
            yield


@contextmanager
def _beside_file(database: Path, account: str) -> Iterator[None]:
    path = database.with_name(f"{database.name}.{account}.lock")
    with path.open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(account) from None
        yield


@contextmanager
def _on_server(engine: Engine, account: str) -> Iterator[None]:
    key = int.from_bytes(hashlib.blake2b(account.encode(), digest_size=8).digest(), signed=True)
    with engine.connect() as connection:
        held = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one()
        connection.commit()
        if not held:
            raise _busy(account)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
            connection.commit()


def _busy(account: str) -> Unavailable:
    return Unavailable("another syncer is at work on this account", account=account, hint=_HINT)
