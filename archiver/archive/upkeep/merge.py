"""Joining archives that were made on different machines (rule 11).

A merge is a join (copied_rows.py): evidence and readings are copied, and what follows from them is derived anew where
something was added. So merging at any moment, twice, or in another order gives the same public views. The cost is that
of the other archive, not of this one.
"""

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.evidence.files import copy_files, folder_beside, folder_of_files, list_files
from archiver.archive.runs.run_log import name_program
from archiver.archive.store.file import check_file
from archiver.archive.store.schema import VERSION
from archiver.archive.upkeep.copied_rows import CopiedRows, ReadAgain, copy_payloads
from archiver.archive.upkeep.merge_payloads import write_packed
from archiver.archive.upkeep.soundness import inspect_archive
from archiver.errors import ArchiveError


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge brought: how many articles it touched, and which version of this program made the other archive.

    ``program`` is None where that was not noted yet.
    """

    articles: int
    program: str | None


def merge_archive(database: Database, other: Path, read_again: ReadAgain | None = None) -> Merged:
    """Merge another archive into this one, in one transaction.

    Its files are copied first, as far as they are not here; those that cannot be had ``verify`` names. ``read_again``
    makes all readings of some sites again: where a run counts in one archive and is withdrawn in the other, what was
    read on the way of it cannot be told from the rest. ArchiveError where the other file is no archive, is this one, or
    was made by another version of the schema or a newer program.
    """
    program = _check(database, other)
    database.execute("ATTACH DATABASE ? AS other", [f"{other.resolve().as_uri()}?mode=ro"])
    try:
        copy_files(list_files(database.conn, "other"), folder_of_files(other), folder_beside(database.conn))
        with database.atomic():
            copied = CopiedRows(database.conn)
            copied.copy(_write_payloads)
            articles = copied.derive(read_again)
    finally:
        database.execute("DETACH DATABASE other")
    return Merged(articles, program)


def _check(database: Database, other: Path) -> str | None:
    """Refuse what cannot be merged; returns the version of the program that made the other archive."""
    if not other.exists():
        raise ArchiveError(f"{other}: there is no such archive")
    check_file(other)
    own = next(row[2] for row in database.execute("PRAGMA database_list") if row[1] == "main")
    if own and other.samefile(own):
        raise ArchiveError(f"{other}: this is the archive itself; name another one")
    with closing(sqlite3.connect(f"{other.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            said = f"made by an older version (schema {version}); run archiver upgrade on it first"
            raise ArchiveError(f"{other}: {said}")
        inspect_archive(connection)
        program = _find_program(connection)
    if program and _read_version(program) > _read_version(name_program()):
        said = f"made by a newer program ({program}, here {name_program()}); upgrade this one first"
        raise ArchiveError(f"{other}: {said}")
    return program


def _find_program(connection: sqlite3.Connection) -> str | None:
    rows = connection.execute("SELECT DISTINCT program FROM runs WHERE program IS NOT NULL")
    return max((str(row[0]) for row in rows), key=_read_version, default=None)


def _read_version(version: str) -> tuple[int, ...]:
    return tuple(int(number[:9]) for number in re.findall(r"\d+", version)[:4])


def _write_payloads(connection: sqlite3.Connection) -> None:
    write_packed(connection, copy_payloads(connection))
