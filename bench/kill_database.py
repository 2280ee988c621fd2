"""The database of a life of bench/kills.py: an SQLite file, or a new database of a PostgreSQL server."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

_NUMBERS = count()


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """Where a life is kept."""

    url: str

    def change(self, statement: str) -> None:
        """Execute a statement and keep what it did."""
        with closing(self._connection()) as connection:
            connection.execute(statement)
            connection.commit()

    def rows(self, statement: str) -> Sequence[tuple[Any, ...]]:
        """Return what a statement finds."""
        with closing(self._connection()) as connection:
            return list(connection.execute(statement))

    def _connection(self) -> sqlite3.Connection | psycopg.Connection[tuple[Any, ...]]:
        if self.url.startswith("sqlite"):
            return sqlite3.connect(self.url.removeprefix("sqlite:///"))
        return psycopg.connect(self.url)


def new_database(folder: Path, server: str | None) -> Database:
    """Return a database that is new: a file of the folder, or on a server, whose URL is that of its own database."""
    if server is None:
        return Database(url=f"sqlite:///{folder / 'syncer.db'}")
    name = f"life_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    return Database(url=server.replace("/postgres", f"/{name}", 1))
