"""What is kept of the files of an article: for those who read one article."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from archiver.archive.evidence.files import StoredFile, check_stored
from archiver.archive.history.content import write_time
from archiver.archive.runs.withdrawn import WITHDRAWN
from archiver.archive.store.damage import DamageError, note_damage, shorten
from archiver.archive.store.values import read_value


@dataclass(frozen=True, slots=True)
class Copy:
    """One content that an address had, and the first and last time that it was received or confirmed."""

    file: StoredFile
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a file: its contents, the newest first; when it was last asked for, and what was wrong then.

    A content that came back after another has two entries.
    """

    copies: tuple[Copy, ...]
    asked_at: str
    status: int | None
    problem: str | None


def find_kept(
    connection: sqlite3.Connection, site: str, urls: Iterable[str], at: datetime | None = None
) -> dict[str, Kept]:
    """Return what is kept of files by their printed addresses, as it was known at a time; none never asked for."""
    query = (
        "SELECT f.url, d.fetched_at, d.status, d.problem, k.digest, k.size, k.media_type, k.extension "
        "FROM json_each(?) wanted CROSS JOIN addresses f ON f.site = ? AND f.url = wanted.value "
        "JOIN downloads d ON d.address_id = f.id AND (?3 IS NULL OR d.fetched_at <= ?3) "
        f"AND d.run_id NOT IN {WITHDRAWN} "
        "LEFT JOIN files k ON k.digest = d.digest ORDER BY d.fetched_at"
    )
    until = write_time(at, "microseconds") if at else None
    kept: dict[str, Kept] = {}
    for url, fetched_at, status, problem, *file in connection.execute(query, (json.dumps([*set(urls)]), site, until)):
        copies = kept[url].copies if url in kept else ()
        try:
            if not problem:
                copies = _add(copies, check_stored(StoredFile(*file)), fetched_at)
            kept[url] = Kept(copies, read_value("fetched_at", fetched_at), read_value("status", status), problem)
        except DamageError as error:
            note_damage(DamageError(f"file {shorten(url)}: {error}"))
    return kept


def _add(copies: tuple[Copy, ...], file: StoredFile, at: str) -> tuple[Copy, ...]:
    if copies and copies[0].file.digest == file.digest:
        return (Copy(copies[0].file, copies[0].since, at), *copies[1:])
    return (Copy(file, at, at), *copies)
