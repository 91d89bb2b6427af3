"""What the last crawl of a site saw of its listings: the pages, and whether it looked into all that they showed."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.archive.evidence.headers import read_headers
from archiver.archive.history.content import write_time
from archiver.archive.runs.known_articles import DID_ITS_WORK, SLACK
from archiver.archive.store.values import read_time

PUT_OFF_SIGNS = "another title or date in a listing, put off"
"""So is the fate of an article called that a listing shows otherwise, in a run that had looked into enough of them."""
# A daily run sees two pages of each channel; sitemaps of megabytes would cost more than they tell.
_MOST_PAGES = 40
_MOST_SIZE = 1_000_000
_RUNS_BACK = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class LastCrawl:
    """The last crawl of a site that was closed.

    ``settled``: it did its work and nothing failed, so whatever its listings showed was looked into. ``believed``: what
    its listings did not show was taken for gone from them, if it walked them all.
    """

    id: int
    settled: bool
    believed: bool


@dataclass(frozen=True, slots=True)
class LastPage:
    """The last good capture of a listing page; ``validators`` are its ETag and Last-Modified, under these names."""

    capture_id: int
    fetched_at: datetime
    validators: Mapping[str, str]


def find_last_crawl(connection: sqlite3.Connection, site: str, start: str | None, at: datetime) -> LastCrawl | None:
    """Find the last crawl of the same start addresses that began before a time and was closed."""
    row = connection.execute(
        f"SELECT id, {DID_ITS_WORK} AND NOT EXISTS (SELECT 1 FROM fates WHERE run_id = runs.id AND (fate = 'failed' "
        "OR reason = ?4)), delists OR NOT complete FROM runs WHERE site = ?1 AND kind = 'crawl' AND NOT withdrawn "
        "AND outcome IS NOT NULL AND outcome != 'locked' AND arguments ->> 'start' IS ?2 AND started_at <= ?3 "
        "ORDER BY started_at DESC, uid DESC LIMIT 1",
        (site, start, write_time(at + SLACK, "microseconds"), PUT_OFF_SIGNS),
    ).fetchone()
    return LastCrawl(row[0], bool(row[1]), bool(row[2])) if row else None


def list_last_pages(connection: sqlite3.Connection, run_id: int) -> list[LastPage]:
    """List the listing pages that a run saw, each by its last good capture: a 304 stands for the page before it."""
    rows = connection.execute(
        "SELECT g.id, g.fetched_at, g.headers, h.headers AS header_set FROM captures k JOIN captures g ON g.id = ("
        "SELECT id FROM captures WHERE address_id = k.address_id AND purpose = 'listing' AND final AND status = 200 "
        "AND fetched_at <= k.fetched_at AND run_id NOT IN (SELECT id FROM runs WHERE withdrawn) "
        "ORDER BY fetched_at DESC LIMIT 1) JOIN payloads p ON p.digest = g.payload_digest AND p.size <= ?2 "
        "LEFT JOIN header_sets h ON h.id = g.header_set_id WHERE k.run_id = ?1 AND k.purpose = 'listing' AND k.final "
        "AND k.status IN (200, 304) ORDER BY k.fetched_at LIMIT ?3",
        (run_id, _MOST_SIZE, _MOST_PAGES),
    )
    names = {"etag": "ETag", "last-modified": "Last-Modified"}
    return [
        LastPage(
            row["id"],
            read_time(row["fetched_at"]),
            {
                names[name.lower()]: value
                for name, value in read_headers(row["headers"], row["header_set"])
                if name.lower() in names
            },
        )
        for row in rows.fetchall()
    ]


def list_beginnings(connection: sqlite3.Connection, site: str, at: datetime) -> list[datetime]:
    """List when the crawls of the last days before a time began, the oldest first."""
    rows = connection.execute(
        "SELECT started_at FROM runs WHERE site = ? AND kind = 'crawl' AND NOT withdrawn AND outcome IS NOT 'locked' "
        "AND started_at BETWEEN ? AND ? ORDER BY started_at",
        (site, write_time(at - _RUNS_BACK, "microseconds"), write_time(at, "microseconds")),
    )
    return [read_time(row[0]) for row in rows]
