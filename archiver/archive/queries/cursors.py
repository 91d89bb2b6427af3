"""Cursors: up to where a reader who asks for what is new has read, under a name and for a purpose.

A place is whatever the purpose needs to know next time: names with numbers, ids of the change log or of captures say,
which only rise within one archive. It stands in the archive, so a backup has both, and a merge leaves it alone: the
ids of another archive mean nothing here.
"""

import json
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from archiver.archive.store.connection import explain_error
from archiver.archive.store.damage import FILE_ERRORS, DamageError
from archiver.archive.store.file import create_or_open
from archiver.archive.store.values import read_json
from archiver.errors import ArchiveError, HeldError, UsageError

_NAME = re.compile(r"\w[\w.-]{0,63}", re.ASCII)


def check_cursor_name(name: str) -> str:
    """Return a name that may stand in the names of files; UsageError for any other."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a cursor; take up to 64 letters, digits, dots, dashes and _")
    return name


@contextmanager
def hold_cursor(path: Path, name: str) -> Iterator[None]:
    """Let nobody else read by a cursor meanwhile; HeldError where somebody does, ArchiveError where it cannot move."""
    if not path.exists():  # who opens it says so, and no lock is left there
        yield
        return
    if not os.access(path, os.W_OK):
        raise ArchiveError(f"{path}: no permission to write the archive, which keeps cursors; allow it, or use none")
    lock = FileLock(path.resolve().with_name(f"{path.name}.cursor-{name}.lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise HeldError(f"another command reads by the cursor {name!r} just now; wait for its end") from None
    except OSError as error:
        raise ArchiveError(f"{lock.lock_file}: cannot be written: {error.strerror}; allow it, or use none") from error
    try:
        yield
    finally:
        lock.release()


def load_cursor(connection: sqlite3.Connection, name: str, purpose: str) -> dict[str, int] | None:
    """Load the place of a cursor; None where the name was not used for this purpose yet; DamageError."""
    row = connection.execute("SELECT place FROM cursors WHERE name = ? AND purpose = ?", (name, purpose)).fetchone()
    return None if row is None else _read_place(row[0], name)


def move_cursor(connection: sqlite3.Connection, name: str, purpose: str, place: Mapping[str, int]) -> None:
    """Write the place of a cursor; part of the caller's transaction, if there is one."""
    connection.execute(
        "INSERT INTO cursors (name, purpose, place) VALUES (?, ?, ?) "
        "ON CONFLICT (name, purpose) DO UPDATE SET place = excluded.place",
        (name, purpose, json.dumps(place, separators=(",", ":"))),
    )


def keep_cursor(path: Path, name: str, purpose: str, place: Mapping[str, int]) -> None:
    """Open an archive for writing just as long as it takes to move a cursor; ArchiveError."""
    try:
        with closing(create_or_open(path)) as database, database.atomic():
            move_cursor(database.conn, name, purpose, place)
    except ArchiveError as error:
        raise ArchiveError(f"{error}; the cursor {name!r} stays where it was") from error
    except FILE_ERRORS as error:
        raise ArchiveError(f"{explain_error(path, error)}; the cursor {name!r} stays where it was") from error


def _read_place(text: object, name: str) -> dict[str, int]:
    place = read_json(text)
    if not isinstance(place, dict) or not all(type(number) is int for number in place.values()):
        raise DamageError(f"the place of the cursor {name!r} is none; begin anew under another name")
    return place
