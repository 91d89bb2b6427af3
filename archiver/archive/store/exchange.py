"""One file taking the place of an archive, at one moment, and the archive kept under another name.

Nobody but this process may have the archive open then: its log is folded in, it gets a second, hidden name, and the
new file is renamed over the first. Killed on the way, this leaves the old archive or the new one in place. The next
exchange finds the hidden name, and either drops it (the old archive still stands) or makes a name of it that is found.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from archiver.archive.store.connection import busy_seconds, explain_error
from archiver.archive.store.foreign_log import LOG, has_foreign_log
from archiver.errors import ArchiveError, HeldError
from archiver.formats.atomic_files import synchronise

SIDES = (LOG, "-journal")
"""The endings of the files that belong to an archive's contents."""
_OTHER = ".other"
"""Before the ending of a log that is not the kept file's: SQLite must not find it beside that."""
_LONGEST_WAIT = 5.0
_PAUSE = 0.1


def exchange(archive: Path, unfinished: Path) -> Path | None:
    """Let a finished copy take the place of an archive; returns the name under which the old one is kept."""
    with _keeping_makers_out(archive), _holding(archive) as is_whole:
        _finish_earlier(archive)
        if not is_whole:
            _set_sides_aside(archive)
        if archive.exists():
            _name_twice(archive)
        beside(archive, "-shm").unlink(missing_ok=True)
        unfinished.replace(archive)
        synchronise(archive.parent)
        return _keep(archive)


@contextmanager
def _keeping_makers_out(archive: Path) -> Iterator[None]:
    """Let nobody make an archive here meanwhile, or upgrade this one (file.py)."""
    lock = beside(archive, ".lock")
    try:
        with FileLock(lock, timeout=_LONGEST_WAIT):
            yield
            lock.unlink(missing_ok=True)
    except Timeout:
        raise HeldError(f"{archive}: not restored, another program makes or upgrades it; try again") from None


@contextmanager
def _holding(archive: Path) -> Iterator[bool]:
    """Have an archive for this process alone; True where its log is folded in, False where it cannot be read."""
    if archive.exists() and archive.stat().st_size and not has_foreign_log(archive):
        with closing(sqlite3.connect(archive, timeout=0, isolation_level=None)) as connection:
            if _take(connection, archive):
                yield True
                return
    yield False


def _take(connection: sqlite3.Connection, archive: Path) -> bool:
    until = time.monotonic() + min(busy_seconds(), _LONGEST_WAIT)
    while True:
        try:
            if _try_to_take(connection):
                return True
        except sqlite3.Error as error:
            kind = (error.sqlite_errorcode or 0) & 0xFF
            if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                return False
            if kind not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise ArchiveError(explain_error(archive, error)) from error
        if time.monotonic() > until:
            raise HeldError(
                f"{archive}: not restored, another program has the archive open (archiver serve, or a command that "
                f"writes); end it, then try again"
            )
        time.sleep(_PAUSE)


def _try_to_take(connection: sqlite3.Connection) -> bool:
    """Fold the log in, for which nobody else may have the file open, and keep all out; False where somebody came in."""
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("BEGIN EXCLUSIVE")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        return True
    connection.rollback()
    return False


def _name_twice(archive: Path) -> None:
    hidden = _hide(archive)
    try:
        os.link(archive, hidden)
    except OSError:  # a file system without hard links: for a moment there is no archive
        archive.rename(hidden)
    synchronise(archive.parent)


def _set_sides_aside(archive: Path) -> None:
    """Move the log of an archive that cannot be read; under a name where SQLite finds it only if it belongs there."""
    belongs = archive.exists() and not has_foreign_log(archive)
    for end in SIDES:
        with suppress(FileNotFoundError):
            beside(archive, end).rename(beside(_hide(archive), end if belongs else f"{_OTHER}{end}"))
    synchronise(archive.parent)


def _finish_earlier(archive: Path) -> None:
    """Finish what one began that was killed: drop a second name of the archive that still stands, keep the old one."""
    hidden = _hide(archive)
    if archive.exists() and (not hidden.exists() or hidden.samefile(archive)):
        hidden.unlink(missing_ok=True)  # what else is hidden is its log
    else:
        _keep(archive)


def _keep(archive: Path) -> Path | None:
    """Give what has a hidden name a name to be found by; None where there is nothing."""
    hidden = _hide(archive)
    ends = ("", *(f"{other}{end}" for other in ("", _OTHER) for end in SIDES))
    found = [end for end in ends if beside(hidden, end).exists()]
    if not found:
        return None
    kept = _choose_name(archive, ends)
    for end in reversed(found):  # the file last: it has its log when it is found
        beside(hidden, end).rename(beside(kept, end))
    synchronise(archive.parent)
    return kept


def _choose_name(archive: Path, ends: tuple[str, ...]) -> Path:
    number = 1
    while True:
        mark = f"-{number}" if number > 1 else ""
        kept = archive.with_name(f"{archive.name}.before-restore{mark}.bak")
        if not any(beside(kept, end).exists() for end in ends):
            return kept
        number += 1


def _hide(archive: Path) -> Path:
    return archive.with_name(f".{archive.name}.before-restore")


def beside(path: Path, end: str) -> Path:
    """Return the file beside a file that has its name and an ending."""
    return path.with_name(f"{path.name}{end}")
