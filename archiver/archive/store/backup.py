"""Copies of the archive that are whole, also while a crawl writes; and its file made as small as it can be."""

import errno
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from tempfile import mkstemp

from archiver.archive.evidence.files import copy_files, folder_of_files, list_files
from archiver.archive.search.index import optimize_index
from archiver.archive.store.connection import busy_seconds
from archiver.archive.store.damage import FILE_ERRORS, distrust
from archiver.archive.store.foreign_log import renew_cookie
from archiver.archive.store.inspection import inspect_schema
from archiver.errors import ArchiveError
from archiver.formats.atomic_files import finish_file, synchronise

# Pages of 4 KB between two reports of how far the copy is.
_PAGES_A_STEP = 2_000
_STALE_SECONDS = 24 * 3600
# Where SQLite puts its temporary files (sqlite.org/tempfiles.html, section 5).
_TEMPORARY = ("SQLITE_TMPDIR", "TMPDIR")
_TEMPORARY_FOLDERS = ("/var/tmp", "/usr/tmp", "/tmp", ".")  # noqa: S108 - nothing is written here by us

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with the pages copied and the pages in all."""


def back_up(archive: Path, copy: Path, *, force: bool = False, progress: Progress | None = None) -> int:
    """Copy an archive into one file and return its size in bytes.

    The copy is the state of the moment in which it began, whatever is written meanwhile. It stands under its name only
    when it is whole, checked and on disk. ArchiveError where a file is there already (unless ``force``), where there is
    no room, and for an archive with damaged pages: a bad copy must not replace a good one.
    """
    _refuse_target(archive, copy, force=force)
    unfinished = make_unfinished(copy)
    try:
        said = copy_pages(archive, unfinished, progress)
        if said:
            raise ArchiveError(f"{archive}: no copy was made: the archive is damaged ({said})")
        _put_in_place(unfinished, copy, force=force)
    except FILE_ERRORS as error:
        raise ArchiveError(f"{copy}: no copy was made: {explain_fault(error)}") from error
    except OSError as error:
        raise ArchiveError(f"{copy}: no copy was made: {error.strerror}") from error
    finally:
        drop_unfinished(unfinished)
    return copy.stat().st_size


def back_up_files(archive: Path, copy: Path) -> tuple[int, int]:
    """Copy the files of articles that a copy of the archive lacks; returns how many, and how many could not be had.

    They lie in a folder beside the copy, as they do beside the archive. ArchiveError where there is no room.
    """
    try:
        with closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'").fetchone()
            files = [*list_files(connection)] if known else []
    except FILE_ERRORS as error:
        raise ArchiveError(f"{copy}: its files were not copied: {explain_fault(error)}") from error
    return copy_files(iter(files), folder_of_files(archive), folder_of_files(copy))


def keep_older(archive: Path, version: int) -> Path:
    """Copy an archive before it is upgraded, to ``NAME.schema-N.bak`` or, where that is taken, with a number."""
    number = 1
    while True:
        mark = f"-{number}" if number > 1 else ""
        copy = archive.with_name(f"{archive.name}.schema-{version}{mark}.bak")
        if not copy.exists():
            break
        number += 1
    try:
        back_up(archive, copy)
    except ArchiveError as error:
        raise ArchiveError(f"{archive}: not upgraded, for a copy comes first: {error}") from error
    text = "%s: made by an older version (schema %s); it is upgraded now, and kept as it was in %s"
    logger.warning(text, archive, version, copy)
    return copy


def make_small(archive: Path) -> tuple[int, int]:
    """Give free pages back to the system; returns the bytes before and after.

    ArchiveError where there is no room for the copy that SQLite makes, and where a check of the outcome fails.
    """
    before = _size_of(archive)
    try:
        with closing(sqlite3.connect(archive, timeout=busy_seconds())) as connection:
            _check_room(archive, connection)
            optimize_index(connection)
            connection.commit()
            connection.execute("VACUUM")
            connection.execute("PRAGMA optimize")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except FILE_ERRORS as error:
        raise ArchiveError(f"{archive}: not vacuumed, and as it was: {explain_fault(error)}") from error
    if said != "ok":
        raise ArchiveError(f"{archive}: the archive is damaged ({said}); restore a backup")
    return before, _size_of(archive)


def _refuse_target(archive: Path, copy: Path, *, force: bool) -> None:
    own = [archive, *(archive.with_name(f"{archive.name}{end}") for end in ("-wal", "-shm", "-journal"))]
    if copy.resolve() in [path.resolve() for path in own] or (copy.exists() and copy.samefile(archive)):
        raise ArchiveError(f"{copy}: this is the archive itself; name another file")
    if copy.is_dir():
        raise ArchiveError(f"{copy}: this is a folder; name a file in it")
    if not copy.parent.is_dir():
        raise ArchiveError(f"{copy.parent}: there is no such folder; make it first")
    if copy.exists() and not force:
        raise ArchiveError(f"{copy}: there is a file already; name another, or replace it with --force")


def make_unfinished(copy: Path) -> Path:
    """Make the file that becomes the copy, and clear away what killed processes left; ArchiveError."""
    prefix, suffix = f".{copy.name}.", ".unfinished"
    for left in copy.parent.glob(f"{_escape_glob(prefix)}*{suffix}*"):
        with suppress(OSError):  # another backup's own affair
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                left.unlink()
    try:
        handle, name = mkstemp(prefix=prefix, suffix=suffix, dir=copy.parent)
    except OSError as error:
        raise ArchiveError(f"{copy}: cannot be written: {error.strerror}") from error
    os.close(handle)
    return Path(name)


def drop_unfinished(unfinished: Path) -> None:
    """Clear away a file that did not become a copy."""
    for path in (unfinished, unfinished.with_name(f"{unfinished.name}-journal")):
        path.unlink(missing_ok=True)


def copy_pages(archive: Path, unfinished: Path, progress: Progress | None) -> str | None:
    """Copy all pages as one reading transaction sees them; without it every commit of a crawl would begin it anew.

    Returns what SQLite says of damaged pages, None where there are none. sqlite3.Error; ArchiveError for want of room.
    """
    with (
        closing(sqlite3.connect(f"{archive.resolve().as_uri()}?mode=ro", uri=True, timeout=busy_seconds())) as source,
        closing(sqlite3.connect(unfinished)) as target,
    ):
        distrust(source)
        source.execute("BEGIN")
        _inspect(source, archive)
        _check_room_for_copy(source, unfinished.parent)
        distrust(target)
        target.execute("PRAGMA synchronous = OFF")  # all of it is synchronised at the end
        report = (lambda _, left, pages: progress(pages - left, pages)) if progress else None
        source.backup(target, pages=_PAGES_A_STEP, progress=report)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, which can be read where nothing may be written
        renew_cookie(target)
        said = str(target.execute("PRAGMA quick_check(1)").fetchone()[0])
    return None if said == "ok" else " ".join(said.split())


def _inspect(source: sqlite3.Connection, archive: Path) -> None:
    try:
        inspect_schema(source)
    except ArchiveError as error:
        raise ArchiveError(f"{archive}: no copy was made: {error}") from error


def _put_in_place(unfinished: Path, copy: Path, *, force: bool) -> None:
    """Give a finished copy its name, when all of it is on disk."""
    finish_file(unfinished)
    if copy.exists() and not force:
        raise FileExistsError(errno.EEXIST, "somebody made the file meanwhile")
    unfinished.replace(copy)
    synchronise(copy.parent)


def _check_room_for_copy(source: sqlite3.Connection, folder: Path) -> None:
    _require(folder, _ask(source, "page_count") * _ask(source, "page_size"))


def _check_room(archive: Path, connection: sqlite3.Connection) -> None:
    """Require room for what VACUUM writes: the whole archive to a temporary file, and once more to its log."""
    used = (_ask(connection, "page_count") - _ask(connection, "freelist_count")) * _ask(connection, "page_size")
    named = [os.environ[name] for name in _TEMPORARY if os.environ.get(name)]
    temporary = next((Path(name) for name in (*named, *_TEMPORARY_FOLDERS) if Path(name).is_dir()), archive.parent)
    same = temporary.stat().st_dev == archive.resolve().parent.stat().st_dev
    _require(archive.resolve().parent, used * 2 if same else used)
    _require(temporary, used)


def _require(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size:
        room = f"{size / 1e6:,.1f} MB are needed here and {free / 1e6:,.1f} MB are free"
        raise ArchiveError(f"{folder.absolute()}: {room}; make room first")


def _ask(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _size_of(archive: Path) -> int:
    log = archive.with_name(f"{archive.name}-wal")
    return archive.stat().st_size + (log.stat().st_size if log.exists() else 0)


def explain_fault(error: Exception) -> str:
    """Say in a few words why a file cannot be copied or made small."""
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return "the disk is full; make room first"
    if code == sqlite3.SQLITE_READONLY:
        return "no permission to write the archive"
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return f"the archive is damaged ({_write_line(error)}); restore a backup"
    return _write_line(error)


def _write_line(error: Exception) -> str:
    """Write an error in one line: SQLite quotes whole views of a schema that is damaged."""
    return " ".join(str(error).split())


def _escape_glob(text: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in text)
