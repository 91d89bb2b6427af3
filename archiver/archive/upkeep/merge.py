"""Joining archives that were made on different machines (rule 11).

A merge is a join: evidence is copied by its natural keys, and what can differ between two rows of one key has an order
of its own (a run that closed itself over one that was closed as died over an open one). Readings are copied, and what
follows from them, judgements, articles, snapshots and events, is derived anew where something was added. So merging at
any moment, twice, or in another order gives the same public views. The cost is that of the other archive, not of this
one. merge.sql has what is executed.
"""

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.evidence.files import copy_files, folder_beside, folder_of_files, list_files
from archiver.archive.evidence.same_files import list_exchanged
from archiver.archive.history.reconciling import reconcile
from archiver.archive.noise.learned_rules import list_noisier, load_all_noise
from archiver.archive.noise.spreading import rederive_versioned
from archiver.archive.runs.imported_runs import count_imported_run
from archiver.archive.runs.run_log import Run, count_died_run, name_program
from archiver.archive.runs.withdrawing import declare_by_last
from archiver.archive.store.file import check_file
from archiver.archive.store.schema import VERSION
from archiver.archive.store.sql_files import read_scripts
from archiver.archive.upkeep.merge_payloads import write_packed
from archiver.archive.upkeep.soundness import inspect_archive
from archiver.errors import ArchiveError

_SCRIPTS = read_scripts(Path(__file__).with_name("merge.sql"))


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge brought: how many articles it touched, and which version of this program made the other archive.

    ``program`` is None where that was not noted yet.
    """

    articles: int
    program: str | None


def merge_archive(database: Database, other: Path, read_again: Callable[[Sequence[str]], None] | None = None) -> Merged:
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
            articles = _merge(database.conn, read_again)
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


def _merge(connection: sqlite3.Connection, read_again: Callable[[Sequence[str]], None] | None) -> int:
    noise = load_all_noise(connection)
    last = connection.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()[0]
    _execute(connection, "runs")
    _execute(connection, "payloads")
    write_packed(connection, _list(connection, "packed_payloads"))
    _execute(connection, "captures")
    dropped = _drop_replaced(connection)
    _execute(connection, "articles", last_article=last)
    _execute(connection, "readings")
    articles = {row[0] for row in connection.execute("SELECT DISTINCT article_id FROM added")} | dropped
    runs = {row[0] for row in _list(connection, "changed_runs")}
    articles |= {article_id for run_id in runs for article_id in list_exchanged(connection, run_id)}
    touched = reconcile(connection, articles, runs)
    for site in list_noisier(connection, noise):
        rederive_versioned(connection, site)
    _settle_disputes(connection, read_again)
    _count_died(connection, runs)
    _execute(connection, "tokens")
    _execute(connection, "end")
    return touched


def _execute(connection: sqlite3.Connection, part: str, **values: object) -> None:
    for statement in _SCRIPTS[part]:
        connection.execute(statement, values)


def _list(connection: sqlite3.Connection, query: str) -> list[sqlite3.Row]:
    [statement] = _SCRIPTS[query]
    return connection.execute(statement).fetchall()


def _settle_disputes(connection: sqlite3.Connection, read_again: Callable[[Sequence[str]], None] | None) -> None:
    """Make the readings of sites again whose archives differ in which runs count."""
    sites = [row[0] for row in _list(connection, "disputed_sites")]
    if not sites:
        return
    if read_again is None:
        raise ArchiveError("a run is withdrawn in one archive and not in the other; their pages have to be read again")
    declare_by_last(connection, sites)
    read_again(sites)


def _drop_replaced(connection: sqlite3.Connection) -> set[int]:
    """Drop the readings of captures in whose place another one came; returns their articles."""
    condition = "capture_id IN (SELECT ours FROM replaced WHERE is_other)"
    articles = {row[0] for row in connection.execute(f"SELECT DISTINCT article_id FROM readings WHERE {condition}")}
    connection.execute(f"DELETE FROM readings WHERE {condition}")
    return articles


def _count_died(connection: sqlite3.Connection, runs: set[int]) -> None:
    """Count runs that died, or were imported, by all that is here of them, and seal them: each archive had its part."""
    for run_id in sorted(runs):
        query = "SELECT site, outcome, kind FROM runs WHERE id = ?"
        site, outcome, kind = connection.execute(query, (run_id,)).fetchone()
        if outcome == "died":
            count_died_run(connection, Run(run_id, site))
        elif kind == "import" and outcome is not None:
            count_imported_run(connection, Run(run_id, site))
