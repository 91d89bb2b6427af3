"""Opening the archive file: created, upgraded, or refused in one line."""

import os
import sqlite3
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.schema import APPLICATION_ID, VERSION, create_views, migrations
from archiver.errors import ArchiveError
from archiver.functions import register_functions

BUSY_SECONDS = 30.0
_MARKS = ("application_id", "user_version")


def create_or_open(path: Path) -> Database:
    """Open an archive for writing, create it where there is none, upgrade it where it is older.

    ArchiveError for a file that is no archive, one of a newer version, and a place that cannot be written; none of
    these is touched.
    """
    if path.exists() and path.stat().st_size:
        check_file(path)
    else:
        _make_folder(path.parent)
    try:
        return _open_for_writing(path)
    except sqlite3.DatabaseError as error:
        raise ArchiveError(f"{path}: the archive cannot be opened for writing: {error}") from error


def close_archive(database: Database) -> None:
    """Close an archive that was written, everything in its one file: people copy that and forget the log beside it."""
    database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def open_for_reading(path: Path) -> Database:
    """Open an existing archive read-only; ArchiveError where there is none, or where it is none of ours."""
    if not path.exists():
        raise ArchiveError(f"{path}: there is no archive; crawl first, or name another with --db")
    check_file(path)
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        connection.execute("SELECT 1 FROM runs LIMIT 1").fetchone()
    except sqlite3.DatabaseError as error:
        raise ArchiveError(f"{path}: the archive cannot be read: {error}") from error
    return _wrap(connection)


def check_file(path: Path) -> None:
    """Refuse a file that is no archive of ours, or of a newer version than this program knows."""
    application, version = _read_marks(path)
    if application != APPLICATION_ID:
        raise ArchiveError(f"{path}: this is another program's database, not an archive; it was not touched")
    if version > VERSION:
        raise ArchiveError(f"{path}: made by a newer version (schema {version}, known here: {VERSION}); upgrade first")


def _read_marks(path: Path) -> tuple[int, int]:
    """Read application id and version without any chance of changing the file, or of leaving others beside it.

    They stand in the first 100 bytes of an SQLite file (file format, section 1.3), big-endian; those of an archive
    whose first process was killed may still be in its write-ahead log.
    """
    try:
        with path.open("rb") as stream:
            header = stream.read(100)
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be read: {error.strerror}") from error
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise ArchiveError(f"{path}: not an archive, or damaged; it was not touched")
    application, version = (int.from_bytes(header[at : at + 4], "big") for at in (68, 60))
    if application == 0 and path.with_name(f"{path.name}-wal").exists():
        return _ask_marks(path)
    return application, version


def _ask_marks(path: Path) -> tuple[int, int]:
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        application, version = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _MARKS)
        connection.close()
    except sqlite3.DatabaseError as error:
        raise ArchiveError(f"{path}: not an archive, or damaged ({error}); it was not touched") from error
    return application, version


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(f"{folder}: the folder for the archive cannot be made: {error.strerror}") from error
    if not os.access(folder, os.W_OK):
        raise ArchiveError(f"{folder}: no permission to write here; name another file with --db or ARCHIVE_DB")


def _open_for_writing(path: Path) -> Database:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    # WAL lets people read while a crawl writes. FULL: what was committed is on disk even when the power goes.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    database = _wrap(connection)
    if migrations.pending(database):
        with database.atomic():
            migrations.apply(database)
            create_views(database)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
    return database


def _wrap(connection: sqlite3.Connection) -> Database:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    register_functions(connection)
    return Database(connection, execute_plugins=False)
