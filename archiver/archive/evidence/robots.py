"""The robots.txt of a host, as it was last answered."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from archiver.archive.evidence.captures import load_capture
from archiver.archive.history.content import write_time
from archiver.archive.runs.withdrawn import WITHDRAWN
from archiver.model import Capture
from archiver.urls import join_url

MOST_AGE = timedelta(hours=24)
"""For which an answer may stand in for one that cannot be had (RFC 9309, 2.4)."""
_LAST = f"""
    SELECT k.id FROM captures k JOIN addresses a ON a.id = k.address_id
    WHERE a.site = ? AND a.url = ? AND k.fetched_at >= ? AND k.status BETWEEN 200 AND 499
        AND k.status NOT BETWEEN 300 AND 399 AND k.status NOT IN (408, 429) AND k.run_id NOT IN {WITHDRAWN}
    ORDER BY k.fetched_at DESC LIMIT 1
"""


def load_robots(connection: sqlite3.Connection, site: str, pages: Iterable[str], at: datetime) -> dict[str, Capture]:
    """Return the last answer of the robots.txt of these pages' hosts, by its address.

    Only one that says something counts, be it that there is none, and only for ``MOST_AGE``.
    """
    urls = {url for page in pages if (url := join_url(page, "/robots.txt"))}
    since = write_time(at - MOST_AGE)
    rows = ((url, connection.execute(_LAST, (site, url, since)).fetchone()) for url in sorted(urls))
    return {url: load_capture(connection, row[0]) for url, row in rows if row}
