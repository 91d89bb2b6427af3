"""What a backfill has asked for so far, kept beside the archive, so that one that was killed goes on.

Lists and refusals are here; which captures are taken over says the archive alone. Where the file is lost, lists are
asked for once more and nothing else happens. It also holds when a service was asked last, for all sites and processes.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from archiver.backfill.cdx import Block, Listed, read_time, write_digits
from archiver.backfill.sources import Window
from archiver.clock import now
from archiver.errors import ArchiverError

FRESH = timedelta(days=7)
"""For so long a list that was had to its end is not asked for again."""
MOST_TRIES = 3
"""So often a capture is asked for, in all calls together, that could not be had."""
_FIRST, _OPEN_END = "19950101000000", timedelta(days=1)
_TABLES = """
CREATE TABLE IF NOT EXISTS lists (
  id INTEGER PRIMARY KEY, root INTEGER, source TEXT NOT NULL, host TEXT NOT NULL, since TEXT NOT NULL,
  until TEXT NOT NULL, key TEXT NOT NULL DEFAULT '', listed_at TEXT);
CREATE INDEX IF NOT EXISTS lists_of_source ON lists (source, host, since, until);
CREATE TABLE IF NOT EXISTS listed (
  source TEXT NOT NULL, host TEXT NOT NULL, url TEXT NOT NULL, at TEXT NOT NULL, status INTEGER, mime TEXT NOT NULL,
  digest TEXT NOT NULL, length INTEGER NOT NULL, PRIMARY KEY (source, host, url, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (
  source TEXT NOT NULL, url TEXT NOT NULL, at TEXT NOT NULL, tries INTEGER NOT NULL, why TEXT NOT NULL,
  PRIMARY KEY (source, url, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pace (
  service TEXT NOT NULL, kind TEXT NOT NULL, due REAL NOT NULL, is_answered INTEGER NOT NULL,
  PRIMARY KEY (service, kind)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class ListTask:
    """A list that is to be asked for, or gone on with by its ``key``."""

    id: int
    host: str
    window: Window
    key: str


class Progress:
    """The file beside an archive that says how far backfills have come; to be closed."""

    def __init__(self, archive: Path) -> None:
        self.path = archive.with_name(f"{archive.name}.backfill")
        with self._telling():
            self._connection = sqlite3.connect(self.path, timeout=60, isolation_level=None)
            self._connection.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_TABLES}")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            said = f"{self.path}: the progress of backfills cannot be used: {error}"
            raise ArchiverError(f"{said}; remove the file, and lists are asked for once more") from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Do something in one transaction that no other process comes between."""
        with self._telling():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def begin_lists(self, source: str, hosts: Iterable[str], window: Window) -> None:
        """Note which lists are wanted; one that was had a week ago is wanted anew."""
        stale = (now() - FRESH).isoformat()
        with self.writing() as connection:
            for host in hosts:
                named = (source, host, window.since, window.until)
                root = connection.execute(
                    "SELECT id, (SELECT count(*) = count(l.listed_at) AND min(l.listed_at) < ? FROM lists l "
                    "WHERE r.id IN (l.id, l.root)) FROM lists r "
                    "WHERE root IS NULL AND source = ? AND host = ? AND since = ? AND until = ?",
                    (stale, *named),
                ).fetchone()
                if root and root[1]:
                    connection.execute("DELETE FROM lists WHERE ? IN (id, root)", (root[0],))
                if root is None or root[1]:
                    connection.execute("INSERT INTO lists (source, host, since, until) VALUES (?, ?, ?, ?)", named)

    def is_known(self, source: str) -> bool:
        """Say whether a list of a web archive was ever had."""
        with self._telling():
            query = "SELECT 1 FROM lists WHERE source = ? AND (listed_at IS NOT NULL OR key <> '') LIMIT 1"
            return self._connection.execute(query, (source,)).fetchone() is not None

    def find_list(self, source: str, hosts: Iterable[str], window: Window) -> ListTask | None:
        """Find a list that is still to be asked for, or to be gone on with; None when all are here."""
        with self._telling():
            for host in hosts:
                row = self._connection.execute(
                    "SELECT l.id, l.host, l.since, l.until, l.key FROM lists r JOIN lists l ON r.id IN (l.id, l.root) "
                    "WHERE r.root IS NULL AND r.source = ? AND r.host = ? AND r.since = ? AND r.until = ? "
                    "AND l.listed_at IS NULL ORDER BY l.id LIMIT 1",
                    (source, host, window.since, window.until),
                ).fetchone()
                if row:
                    return ListTask(row[0], row[1], Window(row[2], row[3]), row[4])
        return None

    def keep_block(self, source: str, task: ListTask, block: Block, parts: Iterable[Window]) -> None:
        """Keep a part of a list, and how it goes on: by its key, or by lists of shorter periods."""
        rows = (
            (source, task.host, row.url, row.at, row.status, row.mime, row.digest, row.length) for row in block.rows
        )
        with self.writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO listed VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
            connection.executemany(
                "INSERT INTO lists (root, source, host, since, until) "
                "SELECT coalesce(root, id), source, host, ?, ? FROM lists WHERE id = ?",
                [(part.since, part.until, task.id) for part in parts],
            )
            listed_at = None if block.key else now().isoformat()
            connection.execute("UPDATE lists SET key = ?, listed_at = ? WHERE id = ?", (block.key, listed_at, task.id))

    def list_rows(self, source: str, hosts: Iterable[str], window: Window) -> Iterator[Listed]:
        """List what is known to be there, address by address, each in the order of time."""
        with self._telling():
            for host in hosts:
                yield from (
                    Listed(*row)
                    for row in self._connection.execute(
                        "SELECT url, at, status, mime, digest, length FROM listed WHERE source = ? AND host = ? "
                        "AND at >= ? AND at <= ? ORDER BY url, at",
                        (source, host, window.since, window.until or "9"),
                    )
                )

    def note_refused(self, source: str, row: Listed, why: str) -> None:
        """Note that a capture could not be had."""
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO refused VALUES (?, ?, ?, 1, ?) "
                "ON CONFLICT DO UPDATE SET tries = tries + 1, why = excluded.why",
                (source, row.url, row.at, why),
            )

    def count_tries(self, source: str, url: str) -> dict[str, int]:
        """Say how often captures of an address were asked for in vain, by their times."""
        with self._telling():
            rows = self._connection.execute("SELECT at, tries FROM refused WHERE source = ? AND url = ?", (source, url))
            return {at: tries for at, tries in rows}  # noqa: C416 - a dict of rows reads worse


def halve(window: Window) -> tuple[Window, ...]:
    """Halve a period whose list is longer than one answer; nothing for a second, which cannot be halved."""
    first = read_time(window.since) or read_time(_FIRST)
    last = read_time(window.until) or now() + _OPEN_END
    if first is None or last - first < timedelta(seconds=1):
        return ()
    middle = first + (last - first) // 2
    earlier, later = write_digits(middle), write_digits(middle + timedelta(seconds=1))
    return Window(window.since, earlier), Window(later, window.until)
