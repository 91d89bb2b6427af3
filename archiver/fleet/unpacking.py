"""Merging bundles into an archive: each is laid out as an archive in memory, which is joined with this one.

Whatever cannot have been written by this program is refused before anything of the bundle is used: types and
constraints by the tables that its rows are laid out in, values as those of an archive that somebody else made, sites
and runs by what the bundle says that it is of, pages by their digests.
"""

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache, partial

from sqlite_utils import Database

from archiver.archive.evidence.payloads import train_if_due
from archiver.archive.store.damage import CONTENT_ERRORS, DamageError, shorten
from archiver.archive.store.inspection import make_archive
from archiver.archive.store.schema import VERSION
from archiver.archive.upkeep.copied_rows import CopiedRows
from archiver.archive.upkeep.merge import Merged
from archiver.archive.upkeep.merge_payloads import write_difference, write_received
from archiver.archive.upkeep.soundness import list_wrong_values
from archiver.errors import ArchiveError
from archiver.fleet.bundles import BundleError, Head, open_bundle
from archiver.ingest.withdrawal import read_sites_again

_REFERENCE = re.compile(r" REFERENCES \w+ \(\w+\)(?: ON UPDATE CASCADE)?")
# Not from bundles: what is derived, and what one archive keeps for itself.
_OWN = frozenset(
    "articles snapshots article_events change_log cursors sent_alerts sent_problems search_order payloads "
    "dictionaries".split()
)


def merge_bundles(
    database: Database, bundles: Sequence[bytes], then: Callable[[sqlite3.Connection], object] | None = None
) -> Merged:
    """Merge bundles into an archive, in this order and in one transaction: all of them, or none.

    ``then`` is a part of that transaction. Not to be called within another one. The files that bundles name must be
    beside the archive already, or come later. BundleError where a bundle cannot be merged, or names what an earlier one
    had that is not here; NewerBundleError where it is of a newer format.
    """
    connection = database.conn
    connection.execute("ATTACH ':memory:' AS other")
    try:
        for statement in _list_tables().values():
            connection.execute(statement)
        with database.atomic():
            merging = _Merging(database)
            for data in bundles:
                merging.add(data)
            merging.derive()
            if then is not None:
                then(connection)
    finally:
        connection.execute("DETACH other")
    return Merged(merging.articles, max(merging.programs, default=None))


class _Merging:
    """Bundles that are being merged: what follows from them is derived behind each closing.

    What the next run of a site brought is derived quickest when that is done.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._copied: CopiedRows | None = None
        self._digests: list[bytes] = []
        self.articles = 0
        self.programs: set[str] = set()

    def add(self, data: bytes) -> None:
        """Copy the rows of a bundle."""
        self._copied = self._copied or CopiedRows(self._database.conn)
        self._digests.append(hashlib.sha256(data).digest())
        head = _copy(self._database.conn, self._copied, data)
        self.programs.add(head.program)
        if head.kind == "closing":
            self.derive()

    def derive(self) -> None:
        """Derive what follows from all that was copied."""
        if self._copied is None:
            return
        with _blaming(self._digests[0] if len(self._digests) == 1 else None):
            self.articles += self._copied.derive(partial(read_sites_again, self._database))
        self._copied, self._digests = None, []


_OF_BUNDLE: tuple[type[Exception], ...] = (ArchiveError, *CONTENT_ERRORS)


@cache
def _list_tables() -> dict[str, str]:
    """List the tables that rows are laid out in: those of an archive, without references to what a bundle has not."""
    query = "SELECT name, sql FROM sqlite_master WHERE name IN (SELECT name FROM pragma_table_list WHERE strict)"
    with closing(make_archive(VERSION)) as connection:
        return {
            name: _REFERENCE.sub("", sql).replace("CREATE TABLE ", "CREATE TABLE other.", 1)
            for name, sql in connection.execute(query)
        }


def _copy(connection: sqlite3.Connection, copied: CopiedRows, data: bytes) -> Head:
    """Copy the rows of one bundle; what follows from them is for later."""
    for table in _list_tables():
        connection.execute(f"DELETE FROM other.{table}")
    with _blaming(hashlib.sha256(data).digest()), open_bundle(data) as (bundle, head):
        _lay_out(connection, bundle)
        _check_rows(connection, head)
        copied.copy(partial(_write_payloads, bundle, head.site))
        if _has_table(bundle, "payloads"):
            train_if_due(connection, head.site)  # what comes next is packed with it
    return head


@contextmanager
def _blaming(digest: bytes | None) -> Iterator[None]:
    """Turn what a value of a bundle causes into an error of the bundle; what the archive's file causes stays."""
    try:
        yield
    except BundleError:
        raise
    except sqlite3.OperationalError:
        raise
    except _OF_BUNDLE as error:
        said = " ".join(str(error).split())
        raise BundleError(f"a bundle is damaged, or made by hand ({said}); nothing of it was used", digest) from error


def _lay_out(connection: sqlite3.Connection, bundle: sqlite3.Connection) -> None:
    """Write the rows of a bundle into the tables of an archive, as far as these know their columns."""
    for table in sorted(_list_tables().keys() - _OWN):
        given = {row[1] for row in bundle.execute(f"PRAGMA table_info({table})")}
        names = [row[1] for row in connection.execute(f"PRAGMA other.table_info({table})") if row[1] in given]
        if names:
            columns = ", ".join(names)
            rows = bundle.execute(f"SELECT {columns} FROM {table}")
            marks = ", ".join("?" * len(names))
            connection.executemany(f"INSERT INTO other.{table} ({columns}) VALUES ({marks})", rows)
    _find_known_contents(connection, bundle)


def _find_known_contents(connection: sqlite3.Connection, bundle: sqlite3.Connection) -> None:
    """Lay out the contents that a bundle names and does not have, since an earlier one had them."""
    if not _has_table(bundle, "known_contents"):
        return
    names = [row[1] for row in connection.execute("PRAGMA other.table_info(contents)") if row[1] != "id"]
    columns = ", ".join(names)
    statement = (
        f"INSERT INTO other.contents (id, {columns}) SELECT ?, {columns} FROM main.contents WHERE row_digest = ?"
    )
    for content_id, digest in bundle.execute("SELECT id, row_digest FROM known_contents"):
        if connection.execute(statement, (content_id, digest)).rowcount != 1:
            raise BundleError("a bundle names a content that an earlier bundle had, and that one is not here")


def _has_table(bundle: sqlite3.Connection, name: str) -> bool:
    return bundle.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None


def _check_rows(connection: sqlite3.Connection, head: Head) -> None:
    """Refuse values that this program cannot have written, and rows of another site or run."""
    fault = next(list_wrong_values(connection, "other"), None)
    if fault is not None:
        raise DamageError(fault)
    for table, column in (("sites", "name"), *((table, "site") for table in _OF_SITE)):
        query = f"SELECT {column} FROM other.{table} WHERE {column} <> ? LIMIT 1"
        row = connection.execute(query, (head.site,)).fetchone()
        if row is not None:
            raise DamageError(f"it is of {head.site}, and has rows of {shorten(row[0])}")
    if connection.execute("SELECT 1 FROM other.runs WHERE uid = ?", (head.run,)).fetchone() is None:
        raise DamageError("the run that it is of is not in it")
    if connection.execute(_DANGLING).fetchone() is not None:
        raise DamageError("its captures or readings name rows that are not in it")


_OF_SITE = ("runs", "addresses", "header_sets", "article_keys", "clues", "learned_noise")
_DANGLING = """
    SELECT 1 FROM other.captures k LEFT JOIN other.runs r ON r.id = k.run_id LEFT JOIN other.addresses a
    ON a.id = k.address_id LEFT JOIN other.header_sets h ON h.id = k.header_set_id
    WHERE r.id IS NULL OR a.id IS NULL OR (h.id IS NULL AND k.header_set_id IS NOT NULL)
    UNION ALL
    SELECT 1 FROM other.readings r LEFT JOIN other.captures k ON k.id = r.capture_id LEFT JOIN other.article_keys n
    ON n.id = r.key_id LEFT JOIN other.parsers p ON p.id = r.parser_id LEFT JOIN other.contents c ON c.id = r.content_id
    LEFT JOIN other.addresses a ON a.id = r.address_id
    WHERE k.id IS NULL OR n.id IS NULL OR p.id IS NULL OR (c.id IS NULL AND r.content_id IS NOT NULL)
        OR (a.id IS NULL AND r.address_id IS NOT NULL)
    LIMIT 1
"""


def _write_payloads(bundle: sqlite3.Connection, site: str, connection: sqlite3.Connection) -> None:
    """Write the pages of a bundle: whole ones first, then what differs little from one that is here."""
    if _has_table(bundle, "payloads"):
        query = "SELECT digest, size, is_whole, base_digest, body FROM payloads ORDER BY NOT is_whole, rowid"
        for digest, size, is_whole, base, body in bundle.execute(query):
            if not isinstance(digest, bytes) or not isinstance(body, bytes) or not isinstance(size, int):
                raise DamageError("a page in it is none")
            if base is None:
                write_received(connection, site, digest, body)
            else:
                write_difference(connection, site, digest, base, body, size=size, is_whole=is_whole == 1)
    if connection.execute(_LACKING).fetchone() is not None:
        raise BundleError("a bundle names a page that an earlier bundle had, and that one is not here")


_LACKING = """
    SELECT 1 FROM other.captures k WHERE NOT EXISTS (SELECT 1 FROM main.payloads p WHERE p.digest = k.payload_digest)
    LIMIT 1
"""
