"""What captures tell of the clocks that dated them: this machine's, and those of the servers."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from archiver.archive.evidence.headers import read_headers
from archiver.archive.history.content import write_time
from archiver.archive.runs.known_articles import SLACK
from archiver.archive.runs.run_log import Run
from archiver.model import Headers

# So many answers of a run are looked at.
_MOST_ANSWERS = 200
# Each address has its captures in the order of time, so this is one step through an index for each.
_AHEAD = """
    SELECT count(*) AS captures, max(k.fetched_at) AS newest, json_group_array(DISTINCT u.id) AS runs
    FROM addresses a CROSS JOIN captures k ON k.address_id = a.id AND k.fetched_at > ?2
    CROSS JOIN runs u ON u.id = k.run_id AND NOT u.withdrawn WHERE a.site = ?1
"""
_NUMBERS = "SELECT run_id FROM run_numbers WHERE id IN (SELECT value FROM json_each(?)) ORDER BY run_id"
_HEADERS = """
    SELECT k.fetched_at, k.headers, h.headers AS header_set
    FROM captures k JOIN header_sets h ON h.id = k.header_set_id WHERE k.run_id = ? LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Captures that lie in the future: how many, the newest, and the numbers of the runs that made them."""

    captures: int
    newest: datetime
    runs: tuple[int, ...]


def find_ahead(connection: sqlite3.Connection, site: str, at: datetime) -> Ahead | None:
    """Find the captures of a site that are later than a time, by more than clocks may differ."""
    row = connection.execute(_AHEAD, (site, write_time(at + SLACK, "microseconds"))).fetchone()
    if not row["captures"]:
        return None
    return Ahead(row["captures"], datetime.fromisoformat(row["newest"]), number_runs(connection, row["runs"]))


def number_runs(connection: sqlite3.Connection, runs: str) -> tuple[int, ...]:
    """Return the numbers, as in ``run_summary``, of runs whose ids are given as JSON."""
    return tuple(row[0] for row in connection.execute(_NUMBERS, (runs,)))


def read_offsets(connection: sqlite3.Connection, run: Run) -> tuple[timedelta, ...]:
    """Read by how much this machine's clock was ahead of the servers' ``Date`` in the answers of a run."""
    rows = connection.execute(_HEADERS, (run.id, _MOST_ANSWERS))
    dated = ((row["fetched_at"], _date_of(read_headers(row["headers"], row["header_set"]))) for row in rows)
    return tuple(datetime.fromisoformat(at) - date for at, date in dated if date is not None)


def _date_of(headers: Headers) -> datetime | None:
    """Return what a server took for the present: its ``Date``, and the ``Age`` that a cache adds (RFC 9110, 9111)."""
    date = next(_read(headers, "date"), "")
    age = next(_read(headers, "age"), "0")
    try:
        read = parsedate_to_datetime(date)
        aware = read if read.tzinfo else read.replace(tzinfo=UTC)
        return aware + timedelta(seconds=int(age) if age.isascii() and age.isdigit() else 0)
    except (TypeError, ValueError, OverflowError):  # no date, or one past the end of the calendar
        return None


def _read(headers: Headers, name: str) -> Iterator[str]:
    return (value.strip() for key, value in headers if key.lower() == name)
