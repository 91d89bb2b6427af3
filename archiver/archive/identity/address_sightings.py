"""Where an article is and was, by what its readings say of addresses."""

import sqlite3
from functools import cache, partial
from typing import Literal

from archiver.archive.history.reading_rows import load_rows
from archiver.archive.identity.current_address import Sight, Whereabouts, trace


def find_whereabouts(
    connection: sqlite3.Connection, article_id: int, rows: list[sqlite3.Row] | None = None
) -> Whereabouts:
    """Find where an article is and was, by all its readings."""
    rows = load_rows(connection, article_id) if rows is None else rows
    sights = [sight for row in rows if row["newest"] and (sight := _read_sight(row))]
    if len({sight.url for sight in sights}) < 2:  # as most articles have
        return Whereabouts(next((sight.url for sight in sights if sight.kind != "missing"), None))
    return trace(sights, partial(_is_walked, connection), cache(partial(_find_redirecting, connection, article_id)))


def _read_sight(row: sqlite3.Row) -> Sight | None:
    """Take from a reading what it says of the addresses of an article."""
    kind = _KINDS.get(row["sign"])
    if kind is None or (kind == "shown" and row["standing"] == "withheld"):
        return None
    url = row["shown_at"] if row["sign"] in ("content", "listed") else row["url"]
    return Sight(row["capture_id"], row["run_id"], kind, url, by_others=row["run_kind"] == "import")


_KINDS: dict[str, Literal["shown", "named", "missing"]] = {
    "content": "shown",
    "confirmed": "shown",
    "listed": "named",
    "missing": "missing",
}


def _is_walked(connection: sqlite3.Connection, run_id: int) -> bool:
    return bool(connection.execute("SELECT complete FROM runs WHERE id = ?", (run_id,)).fetchone()[0])


def _find_redirecting(connection: sqlite3.Connection, article_id: int, run_id: int) -> frozenset[str]:
    """Find which addresses of an article redirected in a run."""
    rows = connection.execute(
        "SELECT d.url FROM article_addresses aa JOIN captures k ON k.address_id = aa.address_id "
        "JOIN addresses d ON d.id = aa.address_id WHERE aa.article_id = ? AND k.run_id = ? "
        "AND k.status BETWEEN 300 AND 399 AND k.status <> 304",
        (article_id, run_id),
    )
    return frozenset(row[0] for row in rows)
