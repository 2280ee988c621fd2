"""A portal's file: one SQLite table of JSON lines, keyed by what they describe."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS line (kind TEXT, id TEXT, body BLOB NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID"
)
_SAVE = "INSERT INTO line (kind, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"
_DROP = "DELETE FROM line WHERE kind = ? AND id = ?"


class StoreFile:
    """Keeps the last line of everything."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute(_SCHEMA)

    def lines(self) -> Iterator[dict[str, object]]:
        """Yield every kept line."""
        for (body,) in self._connection.execute("SELECT body FROM line ORDER BY kind, id"):
            yield orjson.loads(body)

    def save(self, changes: Iterable[tuple[str, str, dict[str, object] | None]]) -> None:
        """Keep (kind, id, line) in one transaction; a line of None is dropped."""
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            for kind, id_, line in changes:
                if line is None:
                    self._connection.execute(_DROP, (kind, id_))
                else:
                    self._connection.execute(_SAVE, (kind, id_, orjson.dumps(line)))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
