"""The readings of an article as rows, in the order of their time, and which of them tell its history."""

import sqlite3

from archiver.archive.history.timeline import GONE_STATUS
from archiver.text.sketches import PORTAL_PAGE, UNREAD

# Runs in which too much was missing, and whose misses weigh once they last (outages.py).
_WEIGHS = ("partial", "closed")


def load_rows(connection: sqlite3.Connection, article_id: int) -> list[sqlite3.Row]:
    """Load the readings of an article in an order that depends on nothing but the captures: by time, then address."""
    return connection.execute(
        "SELECT r.capture_id, k.fetched_at, k.run_id, k.status, r.sign, r.standing, r.doubtful, u.outage, p.ordinal, "
        "p.since, p.version, p.id AS parser_id, r.content_id, c.digest, r.views, r.detail, a.url, r.newest, "
        "s.url AS shown_at, u.kind AS run_kind "
        "FROM readings r JOIN captures k ON k.id = r.capture_id JOIN runs u ON u.id = k.run_id "
        "JOIN addresses a ON a.id = k.address_id "
        "JOIN parsers p ON p.id = r.parser_id LEFT JOIN contents c ON c.id = r.content_id "
        "LEFT JOIN addresses s ON s.id = r.address_id LEFT JOIN article_keys n ON n.id = r.key_id "
        "WHERE r.article_id = ? "
        "ORDER BY k.fetched_at, a.url, r.sign, n.native_key, p.ordinal, p.since, p.version",
        (article_id,),
    ).fetchall()


def is_told(row: sqlite3.Row) -> bool:
    """Say whether a reading is part of the history: it counts, or it waits for what later runs show."""
    return row["standing"] == "counted" or waits(row)


def waits(row: sqlite3.Row) -> bool:
    """Say whether a missing page that was withheld counts once the article is judged after all."""
    if row["sign"] != "missing" or row["standing"] != "withheld":
        return False
    detail = row["detail"] or ""
    if detail.startswith(UNREAD):
        return bool(row["doubtful"])
    return detail == PORTAL_PAGE or row["status"] == GONE_STATUS or row["outage"] in _WEIGHS
