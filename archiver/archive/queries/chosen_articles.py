"""The articles chosen for a copy: a temporary table, so that memory does not grow with their number.

Their order, and what they are found by (site, month, what befell them), is settled once; everything else is read when a
page is made.
"""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.queries.queries import select_articles, zones_of_sites
from archiver.archive.queries.rows import CopiedRow
from archiver.archive.store.values import read_rows, take_rows

Shelf = Literal["month", "changed", "away"]

_TABLE = (
    "CREATE TEMP TABLE copied (place INTEGER PRIMARY KEY, site TEXT, article_id TEXT, month TEXT, changed INTEGER, "
    "away INTEGER, UNIQUE (site, article_id))",
    "CREATE INDEX temp.copied_by_month ON copied (site, month)",
    "CREATE INDEX temp.copied_changed ON copied (changed) WHERE changed",
    "CREATE INDEX temp.copied_away ON copied (away) WHERE away",
)
_AWAY = ("suspect", "gone")
_LISTED = (
    "c.site, c.article_id, c.title, c.section, c.views, c.state, c.snapshots, c.published_at, c.published_precision, "
    "c.published_raw, substr(coalesce(c.lead, c.body), 1, 300) AS beginning, NULL AS pieces"
)
_SHELVES = {
    "month": "k.site = ?1 AND k.month IS ?2",
    "changed": "k.changed AND ?2 IS NULL",
    "away": "k.away AND ?2 IS NULL",
}


def choose_copies(connection: sqlite3.Connection, wanted: ArticleFilter, limit: int | None) -> int:
    """Choose the articles of a copy and return how many there are; the connection may be one for reading."""
    zones = zones_of_sites(connection)
    for statement in _TABLE:
        connection.execute(statement)
    tail, values = select_articles(connection, wanted, limit)
    rows = connection.execute(f"SELECT site, article_id, published_at, snapshots, state {tail}", values)
    for row in read_rows(rows):
        site, published = row["site"], row["published_at"]
        month = f"{datetime.fromisoformat(published).astimezone(zones[site]):%Y-%m}" if published else None
        connection.execute(
            "INSERT INTO copied (site, article_id, month, changed, away) VALUES (?, ?, ?, ?, ?)",
            (site, row["article_id"], month, row["snapshots"] > 1, row["state"] in _AWAY),
        )
    return int(connection.execute("SELECT count(*) FROM copied").fetchone()[0])


def list_copies(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """List site and id of the articles of the copy, the newest first."""
    return ((row[0], row[1]) for row in connection.execute("SELECT site, article_id FROM copied ORDER BY place"))


def is_copied(connection: sqlite3.Connection, site: str, article_id: str) -> bool:
    """Say whether the copy has an article."""
    query = "SELECT 1 FROM copied WHERE site = ? AND article_id = ?"
    return connection.execute(query, (site, article_id)).fetchone() is not None


def list_shelf(
    connection: sqlite3.Connection, shelf: Shelf, site: str | None, month: str | None
) -> Iterator[CopiedRow]:
    """List the articles of a month (None: without a date), or those that changed or vanished; the newest first."""
    query = (
        f"SELECT {_LISTED} FROM copied k CROSS JOIN current_articles c ON c.site = k.site "
        f"AND c.article_id = k.article_id WHERE (?1 IS NULL OR k.site = ?1) AND {_SHELVES[shelf]} ORDER BY k.place"
    )
    return take_rows(connection.execute(query, (site, month)), CopiedRow)


def list_months(connection: sqlite3.Connection, site: str) -> list[tuple[str | None, int]]:
    """List the months in which articles of a site were published, the newest first, and how many; None: no date."""
    query = "SELECT month, count(*) FROM copied WHERE site = ? GROUP BY month ORDER BY month IS NULL, month DESC"
    return [(row[0], row[1]) for row in connection.execute(query, (site,))]


def count_copies(connection: sqlite3.Connection) -> dict[str, tuple[str, int, int, int]]:
    """Count the articles of each site of the copy: its title, all, those gone or suspect, those that changed."""
    query = (
        "SELECT s.name, s.title, count(*), sum(k.away), sum(k.changed) "
        "FROM copied k JOIN sites s ON s.name = k.site GROUP BY s.name ORDER BY s.title"
    )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in connection.execute(query)}
