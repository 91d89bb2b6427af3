"""Opening the archive file: created, upgraded, or refused in one line."""

import logging
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from filelock import FileLock
from sqlite_utils import Database

from archiver.archive.queries.views import create_views
from archiver.archive.store.backup import keep_older
from archiver.archive.store.connection import ArchiveDatabase, busy_seconds, damage, explain_error
from archiver.archive.store.damage import FILE_ERRORS, distrust, read_text
from archiver.archive.store.foreign_log import check_log, check_no_log, renew_cookie
from archiver.archive.store.functions import register_functions
from archiver.archive.store.inspection import inspect_schema, list_changed_views
from archiver.archive.store.schema import APPLICATION_ID, VERSION, migrations
from archiver.errors import ArchiveError
from archiver.project import usual_archive

logger = logging.getLogger(__name__)
_MARKS = ("application_id", "user_version")
_HEADER_BYTES = 100  # SQLite takes what is shorter for a new file


def create_or_open(path: Path) -> Database:
    """Open an archive for writing, create it where there is none, upgrade it where it is older.

    ArchiveError for a file that is no archive, one of a newer version, and a place that cannot be written; none of
    these is touched.
    """
    try:
        return _create_or_open(path)
    except ArchiveError as error:
        if getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_READONLY_DBMOVED:
            raise
    return _create_or_open(path)  # another file was put in its place while this waited


def _create_or_open(path: Path) -> Database:
    if path.exists():
        check_file(path)
        if not os.access(path, os.W_OK):  # SQLite opens it for reading then, without a word
            raise ArchiveError(f"{path}: no permission to write the archive; allow it, or name another file")
    else:
        _make_folder(path.parent)
        check_no_log(path)
    try:
        if path.exists() and _read_marks(path)[1] == VERSION:
            return _open_for_writing(path)
        # Two runs may come here together; the second finds the work done.
        lock = Path(f"{path.resolve()}.lock")
        with FileLock(lock):
            database = _open_for_writing(path) if path.exists() else _create(path)
            lock.unlink(missing_ok=True)  # last of all: who waits for it makes a new one
            return database
    except OSError as error:
        raise ArchiveError(f"{path}: the archive cannot be opened for writing: {error.strerror}") from error
    except FILE_ERRORS as error:
        raise ArchiveError(explain_error(path, error)) from error


def check_pages(database: Database, path: Path) -> None:
    """Refuse an archive with damaged pages; ArchiveError.

    SQLite itself notices such a page only when it comes upon it, hours into a crawl perhaps. The check reads the whole
    file: 0.8 s for 900 MB, against the second that passes between any two requests.
    """
    try:
        said = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except FILE_ERRORS as error:
        raise ArchiveError(explain_error(path, error)) from error
    if said != "ok":
        raise ArchiveError(f"{path}: {damage(' '.join(said.split()), path)}")


def close_archive(database: Database) -> None:
    """Close an archive that was written, everything in its one file: people copy that and forget the log beside it."""
    database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def open_for_reading(path: Path) -> Database:
    """Open an existing archive read-only; ArchiveError where there is none, or where it is none of ours."""
    if not path.exists():
        raise ArchiveError(f"{path}: there is no archive; crawl first, or name another with --db")
    check_file(path)
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=busy_seconds())
    try:
        _inspect_for_reading(connection, path)
    except BaseException:
        connection.close()
        raise
    connection.text_factory = read_text
    return _wrap(connection)


def _inspect_for_reading(connection: sqlite3.Connection, path: Path) -> None:
    try:
        distrust(connection)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version < VERSION:
            raise ArchiveError(f"{path}: made by an older version (schema {version}); run archiver upgrade first")
        _inspect(connection, path)
        changed = list_changed_views(connection)
    except FILE_ERRORS as error:
        raise ArchiveError(explain_error(path, error)) from error
    if changed:
        told = "its views are not those of this program"
        raise ArchiveError(f"{path}: {told} ({', '.join(changed)}); run archiver upgrade, which makes them anew")


def _inspect(connection: sqlite3.Connection, path: Path) -> None:
    try:
        inspect_schema(connection)
    except ArchiveError as error:
        raise ArchiveError(f"{path}: {error}") from error


def check_file(path: Path) -> None:
    """Refuse a file that is no archive of ours, of a newer version than this program knows, or beside a foreign log."""
    application, version = _read_marks(path)
    if application != APPLICATION_ID:
        raise ArchiveError(f"{path}: this is another program's database, not an archive; it was not touched")
    if version > VERSION:
        raise ArchiveError(f"{path}: made by a newer version (schema {version}, known here: {VERSION}); upgrade first")


def _read_marks(path: Path) -> tuple[int, int]:
    """Read application id and version without any chance of changing the file, or of leaving others beside it.

    SQLite reads them, and not this program: to close a file lets go of every lock that the process holds on it (POSIX
    advisory locks, sqlite.org/howtocorrupt.html 2.2), those of a crawl that writes next door too. Those of an archive
    whose first process was killed may still be in its write-ahead log.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be read: {error.strerror}") from error
    if not path.is_file():
        raise ArchiveError(f"{path}: this is no file; name another place with --db or ARCHIVE_DB")
    if not size:
        raise ArchiveError(f"{path}: the file is empty; restore a backup, or delete it to begin an archive anew")
    if size < _HEADER_BYTES:
        raise ArchiveError(f"{path}: not an archive, or damaged; it was not touched")
    check_log(path)
    application, version = _ask_marks(path, "immutable=1")
    if application == 0 and path.with_name(f"{path.name}-wal").exists():
        return _ask_marks(path, "mode=ro")
    return application, version


def _ask_marks(path: Path, mode: str) -> tuple[int, int]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, timeout=busy_seconds())) as marked:
            application, version = (marked.execute(f"PRAGMA {name}").fetchone()[0] for name in _MARKS)
    except FILE_ERRORS as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
            raise ArchiveError(explain_error(path, error)) from error
        said = " ".join(str(error).split())
        raise ArchiveError(f"{path}: not an archive, or damaged ({said}); it was not touched") from error
    return application, version


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(f"{folder}: the folder for the archive cannot be made: {error.strerror}") from error
    if not os.access(folder, os.W_OK):
        raise ArchiveError(f"{folder}: no permission to write here; name another file with --db or ARCHIVE_DB")


def _create(path: Path) -> Database:
    """Make an archive beside its place and put it there whole: no other program ever sees half of it."""
    real = path.resolve()
    unfinished = real.with_name(f"{real.name}.new")
    unfinished.unlink(missing_ok=True)  # of a process that was killed
    made = _open_for_writing(unfinished)
    renew_cookie(made.conn)
    close_archive(made)
    unfinished.rename(real)
    if path == usual_archive():  # nobody named the place
        sys.stderr.write(f"New archive: {path}\n")
    return _open_for_writing(path)


def _open_for_writing(path: Path) -> Database:
    connection = sqlite3.connect(path, timeout=busy_seconds())
    distrust(connection)
    if connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        _inspect(connection, path)
    # WAL lets people read while a crawl writes. FULL: what was committed is on disk even when the power goes.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    database = _wrap(connection)
    if migrations.pending(database):
        with database.atomic():
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if 0 < version < VERSION:
                keep_older(path, version)
            migrations.apply(database)
            create_views(database)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
    with database.atomic():  # waits for who writes, and fails where the log beside the file cannot be made
        changed = list_changed_views(connection)
        if changed:
            create_views(database)
            logger.warning("%s: its views were not those of this program, and are made anew: %s", path, changed)
        return database


def _wrap(connection: sqlite3.Connection) -> Database:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    register_functions(connection)
    return ArchiveDatabase(connection, execute_plugins=False)
