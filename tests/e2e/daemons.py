"""Daemons as processes of their own, with logs to look at."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import httpx

from tests import plain_http
from tests.e2e.test_daemon import _free_port, _until
from tests.processes import SYNCER, Child, call


class Processes:
    """Commands of one folder as processes of their own."""

    def __init__(self, folder: Path, url: str, **variables: str) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "SYNCER_DATABASE_URL": url,
            "SYNCER_CONFIG": str(folder / "syncer.yaml"),
            "SYNCER_AGREEMENT": str(folder / "agreement.yaml"),
            "SYNCER_LOG": "json",
            "HUBSPOT_ACCESS_TOKEN": "pat-test-1",
            **variables,
        }

    def call(self, *arguments: str) -> subprocess.CompletedProcess:
        return call(SYNCER, *arguments, env=self.environment, cwd=self.folder)

    @contextmanager
    def started(self, name: str, *arguments: str, **changes: str) -> Iterator[Child]:
        with (self.folder / f"{name}.log").open("a") as log:
            options = {"cwd": self.folder, "stdout": log, "stderr": log}
            process = Child(SYNCER, *arguments, env=self.environment | changes, **options)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def told(self, name: str) -> list[dict]:
        """Return what a process logged."""
        lines = (self.folder / f"{name}.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


class Daemon(Processes):
    """One daemon."""

    def __init__(self, folder: Path, **variables: str) -> None:
        super().__init__(folder, f"sqlite:///{folder / 'syncer.db'}", **variables)
        self.port = _free_port()

    def running(self) -> AbstractContextManager[Child]:
        return self.started("daemon", "run", "--port", str(self.port))

    def log(self) -> list[dict]:
        return self.told("daemon")

    def until_logged(self, event: str, seconds: float = 40, **facts) -> dict:
        def found() -> list[dict]:
            return [one for one in self.log() if one["event"] == event and facts.items() <= one.items()]

        assert _until(found, seconds), [one["event"] for one in self.log()]
        return found()[-1]

    def get(self, path: str) -> httpx.Response:
        return plain_http.get(f"http://127.0.0.1:{self.port}{path}", timeout=10)

    def ask(self, statement: str) -> list[tuple]:
        with closing(sqlite3.connect(self.folder / "syncer.db")) as database:
            return database.execute(statement).fetchall()
