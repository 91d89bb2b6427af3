"""What an export has written so far, in a temporary file: lines of the index, and which record holds which bytes."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Self

_TABLES = (
    "CREATE TABLE lines (key TEXT, number INTEGER, said TEXT, PRIMARY KEY (key, number)) WITHOUT ROWID",
    "CREATE TABLE bodies (digest BLOB PRIMARY KEY, url TEXT, at TEXT) WITHOUT ROWID",
    "CREATE TABLE pages (url TEXT PRIMARY KEY, at TEXT) WITHOUT ROWID",
)
_Place = tuple[str, datetime]


class RecordIndex:
    """Remembers what was written; memory does not grow with it."""

    def __init__(self) -> None:
        self._lines = 0
        self._connection = sqlite3.connect("", isolation_level=None)
        for statement in _TABLES:
            self._connection.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def add(self, key: str, said: str) -> None:
        """Add a line of the index."""
        self._lines += 1
        self._connection.execute("INSERT INTO lines VALUES (?, ?, ?)", (key, self._lines, said))

    def list_lines(self) -> Iterator[tuple[str, str]]:
        """List the lines in the order of their keys."""
        return (
            (row[0], row[1]) for row in self._connection.execute("SELECT key, said FROM lines ORDER BY key, number")
        )

    def find(self, digest: bytes) -> _Place | None:
        """Find the record that holds some bytes: its address and time."""
        return self._find("SELECT url, at FROM bodies WHERE digest = ?", digest)

    def note(self, digest: bytes, url: str, at: datetime) -> None:
        """Note which record holds some bytes."""
        self._connection.execute("INSERT OR IGNORE INTO bodies VALUES (?, ?, ?)", (digest, url, at.isoformat()))

    def find_page(self, url: str) -> _Place | None:
        """Find the last good answer of an address that was written."""
        return self._find("SELECT url, at FROM pages WHERE url = ?", url)

    def note_page(self, url: str, at: datetime) -> None:
        """Note a good answer of an address."""
        self._connection.execute("INSERT OR REPLACE INTO pages VALUES (?, ?)", (url, at.isoformat()))

    def _find(self, query: str, value: object) -> _Place | None:
        row = self._connection.execute(query, (value,)).fetchone()
        return (row[0], datetime.fromisoformat(row[1])) if row else None
