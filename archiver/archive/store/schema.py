"""The schema of an archive: its tables (tables.sql), and the numbered migrations that make them (versions/).

Evidence is written once: runs, addresses, payloads, header_sets, captures, files, downloads. Reading is what a parser
made of it and can be made again: articles, contents, snapshots, readings, article_events. Each has a natural key,
so that recording a thing twice changes nothing. Times are text, UTC, ISO 8601 with offset; digests are SHA-256 in 32
bytes.
"""

import sqlite3
from pathlib import Path

from sqlite_utils import Database, Migrations

from archiver.archive.evidence.payloads import write_chains_whole
from archiver.archive.evidence.seals import seal_all
from archiver.archive.history.reconciling import judge_all
from archiver.archive.identity.clues import write_all_clues
from archiver.archive.queries.views import drop_views
from archiver.archive.search.index import index_missing, renew_index
from archiver.archive.store.compaction import compact_bodies, compact_headers
from archiver.archive.store.sql_files import Definition, read_definitions, read_statements

APPLICATION_ID = 0x434E4131  # "CNA1" in the header of the file: this is an archive of ours, and no other database

migrations = Migrations("archive")


@migrations()
def m001_first_tables(db: Database) -> None:
    """Create the tables."""
    _execute(db, 1)


@migrations()
def m002_plans_and_fates(db: Database) -> None:
    """Note how far a run went and what became of every article it found; know confirmed pages."""
    drop_views(db)
    _execute(db, 2)


@migrations()
def m003_search(db: Database) -> None:
    """Make the index that searches ask."""
    _execute(db, 3)
    index_missing(db.conn)


@migrations()
def m004_places_and_files(db: Database) -> None:
    """Keep what sites declare of their places; know the files of articles, and when they were asked for."""
    _execute(db, 4)


@migrations()
def m005_everything_once(db: Database) -> None:
    """Keep of headers what differs, and of a body's HTML what is not its text."""
    drop_views(db)
    _execute(db, 5)
    compact_headers(db.conn)
    compact_bodies(db.conn)


@migrations()
def m006_evidence_is_enough(db: Database) -> None:
    """Keep what captures were asked for, and write whole what no longer stands on a whole payload."""
    drop_views(db)
    _execute(db, 6)
    write_chains_whole(db.conn)


@migrations()
def m007_identity_and_noise(db: Database) -> None:
    """Give keys numbers and clues; judge all runs by today's rules; seal those of versions that made no seals."""
    drop_views(db)
    _execute(db, 7)
    renew_index(db.conn)
    write_all_clues(db.conn)
    # What stands in rows is judged and sealed here and in no migration before: today's rules ask for today's columns.
    judge_all(db.conn)
    seal_all(db.conn)


@migrations()
def m008_further_pages(db: Database) -> None:
    """Find the answers of a run that another request followed."""
    _execute(db, 8)


@migrations()
def m009_told_and_attested(db: Database) -> None:
    """Log the order in which the archive learns of changes; know who was told, and what authorities attest."""
    _execute(db, 9)


VERSION = 9
"""The newest migration; in ``PRAGMA user_version``."""
_FOLDER = Path(__file__).parent
_TABLES = _FOLDER / "tables.sql"


def list_tables() -> tuple[Definition, ...]:
    """List the tables of an archive, with the meaning of each column."""
    return read_definitions(_TABLES)


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of the newest version at once; the same that all migrations make one after the other."""
    for statement in read_statements(_TABLES):
        connection.execute(statement)


def _execute(db: Database, version: int) -> None:
    for statement in read_statements(_FOLDER / "versions" / f"{version}.sql"):
        db.execute(statement)
