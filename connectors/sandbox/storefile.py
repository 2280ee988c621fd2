"""A portal's file: one SQLite table of JSON lines, keyed by what they describe, and one of marks about them."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import orjson

from syncer.errors import ConfigError, Problem

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS line (kind TEXT, id TEXT, body BLOB NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)
_SAVE = "INSERT INTO line (kind, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"
_DROP = "DELETE FROM line WHERE kind = ? AND id = ?"
_MARK = "INSERT INTO mark (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
_HELD = "SELECT id FROM line WHERE kind = ? AND id IN (SELECT value FROM json_each(?))"

Change = tuple[str, str, dict[str, object] | None]


class StoreFile:
    """Keeps the last line of everything. Raises ConfigError for a file that is no SQLite file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            for statement in _SCHEMA:
                self._connection.execute(statement)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise ConfigError([Problem(file=str(path), message=f"cannot be used: {error}")]) from error

    def lines(self) -> Iterator[dict[str, object]]:
        """Yield every kept line."""
        for (body,) in self._connection.execute("SELECT body FROM line ORDER BY kind, id"):
            yield orjson.loads(body)

    def is_empty(self) -> bool:
        """Return whether not one line is kept."""
        return self._connection.execute("SELECT 1 FROM line LIMIT 1").fetchone() is None

    def held(self, kind: str, ids: Collection[str]) -> set[str]:
        """Return those of the ids under which a line of the kind is kept."""
        return {id_ for (id_,) in self._connection.execute(_HELD, (kind, json.dumps(list(ids))))}

    def marks(self) -> dict[str, str]:
        """Return every mark by name."""
        return dict(self._connection.execute("SELECT name, value FROM mark"))

    def save(self, changes: Iterable[Change], marks: Mapping[str, str] | None = None) -> None:
        """Keep (kind, id, line) and marks in one transaction; a line of None is dropped."""
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            for kind, id_, line in changes:
                if line is None:
                    self._connection.execute(_DROP, (kind, id_))
                else:
                    self._connection.execute(_SAVE, (kind, id_, orjson.dumps(line)))
            self._connection.executemany(_MARK, (marks or {}).items())

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
