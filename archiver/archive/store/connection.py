"""Connections to the archive: transactions that wait for one another, and errors in words that say what to do."""

import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.history.change_log import settle_log
from archiver.archive.search.index import index_new
from archiver.archive.store.damage import DamageError
from archiver.archive.store.schema import APPLICATION_ID
from archiver.errors import ArchiveError, UsageError

BUSY_SECONDS = 30.0
# Bytes. With less not even the run's own row is sure to find room; how much a crawl will need nobody knows, and what it
# recorded before the disk was full stays.
LEAST_SPACE = 1_000_000
_WAIT = "ARCHIVE_BUSY_SECONDS"
# What comes of the file and not of the disk below it. 0 and ERROR: a text that is no UTF-8, JSON that is none, a schema
# that cannot be read; TOOBIG and NOMEM: lengths that no value of ours has.
_DAMAGED = frozenset(
    {
        0,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_FORMAT,
    }
)


class ArchiveDatabase(Database):
    """An archive whose transactions take the right to write when they begin.

    One that reads first and writes then fails at once with "database is locked" where another process committed in
    between, however long it may wait otherwise (SQLITE_BUSY_SNAPSHOT); two crawls into one archive do that.
    """

    begun = False
    """True within ``atomic``; sqlite3 itself begins transactions too, and those end without it."""

    @contextmanager
    def atomic(self) -> Generator[Database, None, None]:
        """Keep everything that is written inside, or nothing; a block inside another is a savepoint.

        Contents are entered in the search index at the end, all at once: the index writes down what it has gathered
        whenever a savepoint is made, also those that SQLite makes for itself. The first page is written by every
        transaction: by that a log is known to be this file's (foreign_log.py).
        """
        if self.conn.in_transaction:
            with super().atomic():
                yield self
                if not self.begun:
                    self._complete()
            return
        self.conn.execute("BEGIN IMMEDIATE")
        self.begun = True
        before = self.conn.total_changes
        try:
            yield self
            self._complete()
            if self.conn.total_changes != before:
                self.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self.conn.execute("COMMIT")
        except BaseException:
            self.rollback()
            raise
        finally:
            self.begun = False

    def _complete(self) -> None:
        index_new(self.conn)
        settle_log(self.conn)


def join_transaction(database: Database) -> AbstractContextManager[Database | None]:
    """Be part of the transaction that is open, without a savepoint; one of its own where none is.

    An error inside must end the whole transaction: whoever catches it within an outer block would keep a half.
    """
    begun = isinstance(database, ArchiveDatabase) and database.begun and database.conn.in_transaction
    return nullcontext() if begun else database.atomic()


def busy_seconds() -> float:
    """Return how long to wait for another program that writes: 30 s, or ``ARCHIVE_BUSY_SECONDS`` of the environment."""
    value = os.environ.get(_WAIT)
    try:
        return float(value) if value else BUSY_SECONDS
    except ValueError:
        raise UsageError(f"{_WAIT}={value}: {value!r} is no number of seconds") from None


def explain_error(path: Path, error: Exception) -> str:
    """Say in one line why an archive cannot be used and what to do: an error of SQLite, or of a value in it."""
    if not isinstance(error, sqlite3.Error):
        said = str(error) if isinstance(error, DamageError) else f"{type(error).__name__}: {error}"
        return f"{path}: {damage(' '.join(said.split()), path)}"
    # The lowest byte is the kind, what stands above it the finer distinction (sqlite.org/rescode.html).
    kind = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    if kind == sqlite3.SQLITE_FULL or (kind == sqlite3.SQLITE_IOERR and _free_bytes(path) < LEAST_SPACE):
        return f"{path}: the disk is full; make room and crawl again, what was recorded is kept"
    if kind == sqlite3.SQLITE_BUSY:
        return f"{path}: another program has kept the archive locked for {busy_seconds():g} s; end it, then try again"
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return f"{path}: no permission to write the archive or its folder ({error}); allow it, or name another file"
    if kind in _DAMAGED:
        return f"{path}: {damage(' '.join(str(error).split()), path)}"
    return (
        f"{path}: the archive cannot be written ({error}): the disk is full, over its quota, or failing; "
        f"see to it and crawl again, what was recorded is kept"
    )


def damage(said: str, path: Path) -> str:
    """Say that an archive is damaged, what SQLite said of it, and how to go on."""
    return (
        f"the archive is damaged ({said}); restore a backup, or save what can be read: "
        f"sqlite3 {path.name} .recover | sqlite3 saved.db"
    )


def check_space(path: Path) -> None:
    """Refuse to begin where the disk has no room for a crawl; ArchiveError."""
    free = _free_bytes(path)
    if free < LEAST_SPACE:
        room = f"{free / 1e6:.1f} MB are free, at least {LEAST_SPACE / 1e6:.0f} MB are needed"
        raise ArchiveError(f"{path}: the disk is full: {room}; make room; nothing was requested")


def _free_bytes(path: Path) -> int:
    return shutil.disk_usage(path.resolve().parent).free
