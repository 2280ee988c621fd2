"""Daemons and workers of one PostgreSQL database as processes of their own, with logs to look at."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg

from tests import plain_http
from tests.e2e.daemons import Processes
from tests.e2e.test_daemon import _free_port, _until
from tests.processes import Child


class Crew(Processes):
    """The processes on one database."""

    def __init__(self, folder: Path, url: str, **variables: str) -> None:
        super().__init__(folder, url, SYNCER_ERASURES=str(folder / "erasures"), **variables)
        self.url = url
        self.ports: dict[str, int] = {}

    @contextmanager
    def running(self, name: str, *arguments: str, **changes: str) -> Iterator[Child]:
        with self.started(name, *arguments, **changes) as process:
            yield process
        assert "Traceback" not in (self.folder / f"{name}.log").read_text()

    @contextmanager
    def daemon(self, name: str, **changes: str) -> Iterator[Child]:
        self.ports[name] = _free_port()
        with self.running(name, "run", "--port", str(self.ports[name]), **changes) as process:
            yield process

    def logged(self, name: str, event: str, **facts: object) -> list[dict]:
        return [one for one in self.told(name) if one["event"] == event and facts.items() <= one.items()]

    def until_logged(self, name: str, event: str, seconds: float = 90, **facts: object) -> dict:
        assert _until(lambda: self.logged(name, event, **facts), seconds), (name, event, self.told(name)[-8:])
        return self.logged(name, event, **facts)[-1]

    def get(self, name: str, path: str) -> httpx.Response:
        return plain_http.get(f"http://127.0.0.1:{self.ports[name]}{path}", timeout=30)

    def ask(self, statement: str) -> list[tuple]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(statement.encode()).fetchall()

    def leaders(self) -> list[int]:
        """Return the server's process ids of the sessions that hold the schedule."""
        return [
            pid
            for (pid,) in self.ask(
                "SELECT pid FROM pg_stat_activity JOIN pg_locks USING (pid) "
                "WHERE application_name = 'syncer leader' AND locktype = 'advisory' AND granted"
            )
        ]
