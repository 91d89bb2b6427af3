"""What is stored and can be read again: captures, the snapshots that stand on them, and the site they are of."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from archiver.site import Places, Site


@dataclass(frozen=True, slots=True)
class StoredCapture:
    """A capture that answered well, and what the newest parser made of it.

    ``article_id`` and ``content_id`` are None where no parser found an article in it. ``was_listing``: another parser
    found it to list articles.
    """

    capture_id: int
    fetched_at: str
    article_id: int | None
    content_id: int | None
    standing: Literal["pending", "counted", "withheld"] | None
    was_listing: bool


@dataclass(frozen=True, slots=True)
class StoredReading:
    """The reading that a snapshot begins with: its capture, and the digest of the content that was read."""

    native_key: str
    number: int
    capture_id: int
    digest: bytes


def load_site(connection: sqlite3.Connection, name: str) -> Site:
    """Return a site as it was declared at its last run; without listings, for nothing is fetched."""
    row = connection.execute("SELECT * FROM sites WHERE name = ?", (name,)).fetchone()
    return Site(row["name"], row["title"], row["platform"], (), row["timezone"], places=load_places(row["places"]))


def load_places(written: str | None) -> Places:
    """Return the places that a site declared at its last run, as ``open_run`` wrote them."""
    values: dict[str, Any] = json.loads(written) if written else {}
    for name, value in values.items():
        values[name] = tuple(value) if isinstance(value, list) else value
    return Places(**values)


def list_captures(connection: sqlite3.Connection, site: str, parser_id: int) -> Iterator[list[StoredCapture]]:
    """List the good captures of a site that a parser has not read, those of one article (or address) together."""
    groups = connection.execute(
        f"SELECT DISTINCT r.article_id, CASE WHEN r.article_id IS NULL THEN k.address_id END AS address_id {_UNREAD}",
        (parser_id, site),
    ).fetchall()
    for article_id, address_id in groups:
        rows = connection.execute(
            "SELECT k.id, k.fetched_at, r.article_id, r.content_id, r.standing, "
            "EXISTS (SELECT 1 FROM readings WHERE capture_id = k.id AND sign = 'listed') "
            f"{_UNREAD} AND r.article_id IS ?3 AND (?4 IS NULL OR k.address_id = ?4) ORDER BY k.fetched_at",
            (parser_id, site, article_id, address_id),
        )
        yield [StoredCapture(*row) for row in rows.fetchall()]


def list_snapshot_readings(connection: sqlite3.Connection, site: str, parser_id: int) -> Iterator[StoredReading]:
    """List the snapshots of a site whose first capture a parser has read."""
    rows = connection.execute(
        "SELECT a.native_key, s.number, s.first_capture_id, c.digest FROM snapshots s "
        "JOIN articles a ON a.id = s.article_id JOIN contents c ON c.id = s.content_id "
        "WHERE a.site = ? AND s.parser_id = ? AND s.number IS NOT NULL ORDER BY a.native_key, s.number",
        (site, parser_id),
    )
    return (StoredReading(*row) for row in rows)


_UNREAD = (
    "FROM captures k JOIN addresses d ON d.id = k.address_id "
    "LEFT JOIN readings r ON r.capture_id = k.id AND r.newest AND r.sign = 'content' "
    "WHERE NOT EXISTS (SELECT 1 FROM readings WHERE capture_id = k.id AND parser_id = ?1) "
    "AND d.site = ?2 AND k.status BETWEEN 200 AND 299"
)
