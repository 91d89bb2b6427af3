"""What was asked and answered, run by run, for whoever writes all of it down elsewhere."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from archiver.archive.evidence.captures import load_capture, load_purpose
from archiver.archive.evidence.files import StoredFile, check_stored
from archiver.archive.store.damage import DamageError
from archiver.archive.store.values import read_pairs, read_time
from archiver.errors import ArchiveError
from archiver.model import Capture, Purpose


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of which site, and between which times, both included; None is no bound. Withdrawn runs are left out."""

    site: str | None = None
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class ChosenRun:
    """A run with captures or files within the bounds; ``is_whole``: it is closed, and all that it kept is within."""

    id: int
    uid: str
    site: str
    seal: str | None
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """A capture with what it was asked for."""

    capture: Capture
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class FileExchange:
    """A file that was received, or confirmed by 304, with what was noted of the answer."""

    url: str
    at: datetime
    status: int | None
    file: StoredFile
    validators: dict[str, str]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Evidence that is damaged, and how."""

    url: str
    at: str
    why: str


_RUNS = """
    SELECT u.id, u.uid, u.site, lower(hex(u.seal)) AS seal, u.outcome IS NOT NULL AS is_closed,
        (SELECT min(fetched_at) FROM captures WHERE run_id = u.id) AS first,
        (SELECT max(fetched_at) FROM captures WHERE run_id = u.id) AS last,
        (SELECT min(fetched_at) FROM downloads WHERE run_id = u.id) AS first_file,
        (SELECT max(fetched_at) FROM downloads WHERE run_id = u.id) AS last_file
    FROM runs u WHERE NOT u.withdrawn AND (?1 IS NULL OR u.site = ?1) ORDER BY u.started_at, u.uid
"""
_WITHIN = "k.run_id = ?1 AND (?2 IS NULL OR k.fetched_at >= ?2) AND (?3 IS NULL OR k.fetched_at <= ?3)"
_CAPTURES = f"""
    SELECT k.id, a.url, k.fetched_at FROM captures k JOIN addresses a ON a.id = k.address_id
    WHERE {_WITHIN} ORDER BY k.fetched_at, a.url
"""
_FILES = f"""
    SELECT a.url, k.fetched_at, k.status, k.validators, f.digest, f.size, f.media_type, f.extension
    FROM downloads k JOIN addresses a ON a.id = k.address_id JOIN files f ON f.digest = k.digest
    WHERE {_WITHIN} ORDER BY k.fetched_at, a.url
"""


def list_chosen_runs(connection: sqlite3.Connection, bounds: Bounds) -> list[ChosenRun]:
    """List the runs that have something within the bounds, in the order in which they began."""
    rows = connection.execute(_RUNS, (bounds.site,)).fetchall()
    return [chosen for row in rows if (chosen := _choose(row, bounds))]


def _choose(row: sqlite3.Row, bounds: Bounds) -> ChosenRun | None:
    times = [row[name] for name in ("first", "last", "first_file", "last_file") if row[name]]
    if not times or not _overlaps(min(times), max(times), bounds):
        return None
    is_within = _contains(bounds, min(times)) and _contains(bounds, max(times))
    return ChosenRun(row["id"], row["uid"], row["site"], row["seal"] or None, bool(row["is_closed"]) and is_within)


def _overlaps(first: str, last: str, bounds: Bounds) -> bool:
    return (bounds.since is None or last >= bounds.since) and (bounds.until is None or first <= bounds.until)


def _contains(bounds: Bounds, at: str) -> bool:
    return (bounds.since is None or at >= bounds.since) and (bounds.until is None or at <= bounds.until)


def count_exchanges(connection: sqlite3.Connection, bounds: Bounds) -> int:
    """Count the captures within the bounds."""
    row = connection.execute(
        "SELECT count(*) FROM runs u JOIN captures k ON k.run_id = u.id WHERE NOT u.withdrawn "
        "AND (?1 IS NULL OR u.site = ?1) AND (?2 IS NULL OR k.fetched_at >= ?2) "
        "AND (?3 IS NULL OR k.fetched_at <= ?3)",
        (bounds.site, bounds.since, bounds.until),
    ).fetchone()
    return int(row[0])


def list_exchanges(connection: sqlite3.Connection, run: ChosenRun, bounds: Bounds) -> Iterator[Exchange | Unreadable]:
    """List the captures of a run within the bounds, in the order of their time; one at a time is in memory."""
    rows = connection.execute(_CAPTURES, (run.id, bounds.since, bounds.until)).fetchall()
    for capture_id, url, at in rows:
        try:
            yield Exchange(load_capture(connection, capture_id), load_purpose(connection, capture_id))
        except (ArchiveError, DamageError) as error:
            yield Unreadable(url, at, str(error))


def list_file_exchanges(
    connection: sqlite3.Connection, run: ChosenRun, bounds: Bounds
) -> Iterator[FileExchange | Unreadable]:
    """List the files that a run received within the bounds, in the order of their time; their bytes lie on disk."""
    for row in connection.execute(_FILES, (run.id, bounds.since, bounds.until)).fetchall():
        try:
            file = check_stored(StoredFile(*row[4:]))
            validators = read_pairs(row["validators"])
            yield FileExchange(row["url"], read_time(row["fetched_at"]), row["status"], file, dict(validators))
        except DamageError as error:
            yield Unreadable(row["url"], row["fetched_at"], str(error))


def describe_site(connection: sqlite3.Connection, site: str) -> str:
    """Write how a site was declared at its last run, as one line of JSON."""
    row = connection.execute("SELECT title, platform, timezone, hosts FROM sites WHERE name = ?", (site,)).fetchone()
    return json.dumps({"name": site, **dict(row)}, ensure_ascii=False)


def list_shown_pages(connection: sqlite3.Connection, bounds: Bounds) -> Iterator[tuple[str, datetime, str]]:
    """List the captures that show an article for the first time, or anew: address, time and title."""
    rows = connection.execute(
        "SELECT a.url, s.seen_from, c.title FROM snapshots s JOIN captures k ON k.id = s.first_capture_id "
        "JOIN addresses a ON a.id = k.address_id JOIN contents c ON c.id = s.content_id "
        "WHERE s.number IS NOT NULL AND (?1 IS NULL OR a.site = ?1) AND (?2 IS NULL OR k.fetched_at >= ?2) "
        "AND (?3 IS NULL OR k.fetched_at <= ?3) ORDER BY s.article_id, s.number",
        (bounds.site, bounds.since, bounds.until),
    )
    return ((row[0], read_time(row[1]), row[2]) for row in rows)
