"""Putting a copy in the place of an archive: whole or not at all, and what was there is kept.

The copy is written beside the archive under another name, checked and brought to disk; then it takes its place
(exchange.py).
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from archiver.archive.evidence.files import copy_files, folder_of_files, list_files
from archiver.archive.store.backup import (
    Progress,
    copy_pages,
    drop_unfinished,
    explain_fault,
    make_unfinished,
)
from archiver.archive.store.exchange import SIDES, beside, exchange
from archiver.archive.store.file import check_file
from archiver.archive.store.schema import APPLICATION_ID
from archiver.errors import ArchiveError
from archiver.formats.atomic_files import finish_file


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the size of the archive in bytes, its schema, under which name the old one is kept.

    ``files`` counts the documents and images that were copied, ``missing`` those that could not be had.
    """

    size: int
    version: int
    kept: Path | None
    files: int
    missing: int


def check_copy(archive: Path, copy: Path) -> None:
    """Refuse what cannot be put in an archive's place, and a place where something else stands; ArchiveError."""
    if not copy.exists():
        raise ArchiveError(f"{copy}: there is no such file; name a copy that archiver backup made")
    if copy.is_dir():
        raise ArchiveError(f"{copy}: this is a folder; name the copy in it")
    sides = [archive, *(beside(archive.resolve(), end) for end in (*SIDES, "-shm"))]
    if any(copy.resolve() == path.resolve() or (path.exists() and copy.samefile(path)) for path in sides):
        raise ArchiveError(f"{copy}: this is the archive itself; name a copy of it")
    check_file(copy)
    if archive.is_dir():
        raise ArchiveError(f"{archive}: this is a folder; name a file with --db")
    if _is_other_database(archive):
        raise ArchiveError(f"{archive}: this is another program's database, not an archive; it was not touched")


def list_sites(path: Path) -> set[str]:
    """Name the sites of an archive, as far as it can be read."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as connection:
            return {row[0] for row in connection.execute("SELECT name FROM sites")}
    except sqlite3.Error:
        return set()


def restore(archive: Path, copy: Path, progress: Progress | None = None) -> Restored:
    """Put a copy and its files in the place of an archive; ``check_copy`` first.

    ArchiveError for a copy with damaged pages and for want of room, HeldError where another program has the archive
    open; the archive is as it was then. Whoever opens it meanwhile waits.
    """
    real = archive.resolve()
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(f"{real.parent}: the folder cannot be made: {error.strerror}") from error
    unfinished = make_unfinished(real)
    try:
        said = copy_pages(copy, unfinished, progress)
        if said:
            raise ArchiveError(f"{copy}: the copy is damaged ({said}); nothing was restored")
        finish_file(unfinished)
        files, missing = _restore_files(unfinished, copy, real)
        size, version = unfinished.stat().st_size, _read_version(unfinished)
        return Restored(size, version, exchange(real, unfinished), files, missing)
    except sqlite3.Error as error:
        raise ArchiveError(f"{copy}: nothing was restored: {explain_fault(error)}") from error
    except OSError as error:
        raise ArchiveError(f"{archive}: nothing was restored: {error.strerror}") from error
    finally:
        drop_unfinished(unfinished)


def _restore_files(unfinished: Path, copy: Path, archive: Path) -> tuple[int, int]:
    """Copy the files that the archive's folder lacks; those of the old archive stay there."""
    with closing(sqlite3.connect(f"{unfinished.as_uri()}?mode=ro", uri=True)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'").fetchone()
        files = [*list_files(connection)] if known else []
    return copy_files(iter(files), folder_of_files(copy), folder_of_files(archive))


def _is_other_database(path: Path) -> bool:
    """Say whether a file is a sound database of another program; what cannot be read may be an archive that was."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as connection:
            marked = connection.execute("PRAGMA application_id").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.Error:
        return False
    return bool(tables) and marked != APPLICATION_ID


def _read_version(path: Path) -> int:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
