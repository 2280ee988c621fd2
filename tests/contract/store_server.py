"""A throwaway PostgreSQL server from the binaries of this machine: a socket in a temporary folder, no durability."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)
_UNPRIVILEGED = ("postgres", "nobody")
_START_S = 20


def binaries() -> Path | None:
    """Return the folder that holds initdb and postgres, or None where there is none."""
    found = shutil.which("initdb")
    places = [str(Path(found).parent)] if found else []
    config = shutil.which("pg_config")
    if config:
        asked = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        places.append(asked.stdout.strip())
    folders = [Path(place) for place in places]
    folders += [place for pattern in _PLACES for place in sorted(Path("/").glob(pattern), reverse=True)]
    return next((one for one in folders if (one / "initdb").exists() and (one / "postgres").exists()), None)


class Server:
    """A server on one folder of data; it is stopped by its own pid."""

    def __init__(self, folder: Path, home: Path) -> None:
        user = _unprivileged()
        if user is not None:
            os.chown(home, user.pw_uid, user.pw_gid)
        identity = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._spawn = {"cwd": home, "env": {"LC_ALL": "C", "PATH": os.environ["PATH"]}, **identity}
        self._folder, self._home, self._data = folder, home, home / "data"
        make = [folder / "initdb", "-D", self._data, "-U", "syncer", "-A", "trust", "-E", "UTF8", "--no-locale"]
        subprocess.run([*make, "--no-sync"], check=True, capture_output=True, **self._spawn)

    @property
    def url(self) -> str:
        """The URL of the server without a database."""
        return f"postgresql://syncer@/postgres?host={self._home}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [self._folder / "postgres", "-D", self._data, "-k", self._home, "-h", "", "-F"]
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "-c", "full_page_writes=off"], stdout=log, stderr=log, **self._spawn
            )
        _await(self._home)

    def stop(self) -> None:
        """End every session and stop it."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=_START_S)


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """Run a server that can be stopped and started again."""
    home = Path(tempfile.mkdtemp(prefix="syncer-pg-"))
    try:
        server = Server(folder, home)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run a server and yield its URL without a database."""
    with served(folder) as server:
        yield server.url


def _unprivileged() -> pwd.struct_passwd | None:
    """Return whom to run as: the server refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in _UNPRIVILEGED if name in known)


def _await(home: Path) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            psycopg.connect(host=str(home), user="syncer", dbname="postgres").close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
