"""What is stored and can be read again: captures, the snapshots that stand on them, and the site they are of."""

import sqlite3
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from archiver.archive.noise.learned_rules import load_lines
from archiver.archive.runs.withdrawn import WITHDRAWN
from archiver.archive.store.damage import DamageError, shorten
from archiver.archive.store.values import read_json, read_names
from archiver.site import Places, Site

# Captures that are read again together: those of an article, or of an address that no article is known by.
Group = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class StoredCapture:
    """A capture that answered well, and what the newest parser made of it.

    ``article_id`` and ``content_id`` are None where no parser found an article in it. ``was_listing``: another parser
    found it to list articles. ``expected`` is the native key of the article that was asked for.
    """

    capture_id: int
    fetched_at: str
    article_id: int | None
    content_id: int | None
    standing: Literal["pending", "counted", "withheld"] | None
    was_listing: bool
    doubtful: bool = False
    purpose: str | None = None
    expected: str | None = None


def list_sites(connection: sqlite3.Connection, name: str | None = None) -> list[str]:
    """List the names of the sites of an archive, or the one that is named if it is there."""
    rows = connection.execute("SELECT name FROM sites WHERE ?1 IS NULL OR name = ?1 ORDER BY name", (name,))
    return [row[0] for row in rows]


def load_site(connection: sqlite3.Connection, name: str) -> Site:
    """Return a site as it was declared at its last run; without listings, for nothing is fetched."""
    row = connection.execute("SELECT * FROM sites WHERE name = ?", (name,)).fetchone()
    hosts = tuple(read_names(row["hosts"])) if row["hosts"] else ()
    places, noise = load_places(row["places"]), load_lines(row["noise"])
    zone = row["timezone"]
    return Site(row["name"], row["title"], row["platform"], (), zone, places=places, hosts=hosts, noise=noise)


def load_places(written: str | None) -> Places:
    """Return the places that a site declared at its last run, as ``open_run`` wrote them; DamageError."""
    values = read_json(written) if written else {}
    if not isinstance(values, dict) or not all(_is_place(name, value) for name, value in values.items()):
        raise DamageError(f"{shorten(written)} are no places of a site")
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return Places(**given)


def _is_place(name: str, value: object) -> bool:
    usual = getattr(Places(), name, None)
    if isinstance(usual, tuple):
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    return isinstance(usual, str) and isinstance(value, str)


def list_groups(connection: sqlite3.Connection, site: str, parser_id: int) -> Iterator[Group]:
    """List the articles of a site with good captures that a parser has not read, and the addresses that are of none.

    As they are now; kept in 16 bytes each, for the archive is written while they are gone through.
    """
    rows = connection.execute(
        "SELECT DISTINCT coalesce(r.article_id, 0), CASE WHEN r.article_id IS NULL THEN k.address_id ELSE 0 END "
        f"{_OF_SITE} WHERE {_IS_UNREAD}",
        (parser_id, site),
    )
    numbers = array("q", chain.from_iterable(rows))
    return ((numbers[place] or None, numbers[place + 1] or None) for place in range(0, len(numbers), 2))


def list_captures(connection: sqlite3.Connection, site: str, parser_id: int, group: Group) -> list[StoredCapture]:
    """List the captures of a group that a parser has not read."""
    article_id, address_id = group
    # CROSS JOIN keeps the order of the tables: begun at the site, each group would take as long as all of them.
    source, number = (_OF_ADDRESS, address_id) if article_id is None else (_OF_ARTICLE, article_id)
    rows = connection.execute(
        "SELECT k.id, k.fetched_at, r.article_id, r.content_id, r.standing, "
        "EXISTS (SELECT 1 FROM readings WHERE capture_id = k.id AND sign = 'listed'), coalesce(r.doubtful, 0), "
        "k.purpose, k.expected "
        f"{source} = ?3 AND {_IS_UNREAD} ORDER BY k.fetched_at, d.url",
        (parser_id, site, number),
    )
    return [StoredCapture(*row) for row in rows.fetchall()]


def list_payloads(connection: sqlite3.Connection) -> Iterator[bytes]:
    """List the digests of all payloads, in the order in which they were stored."""
    return (row[0] for row in connection.execute("SELECT digest FROM payloads ORDER BY rowid"))


_NEWEST = "r.newest AND r.sign = 'content'"
_IS_UNREAD = (
    "NOT EXISTS (SELECT 1 FROM readings WHERE capture_id = k.id AND parser_id = ?1) "
    f"AND d.site = ?2 AND k.final AND k.status BETWEEN 200 AND 299 AND k.run_id NOT IN {WITHDRAWN}"
)
_OF_ARTICLE = (
    "FROM readings r CROSS JOIN captures k ON k.id = r.capture_id CROSS JOIN addresses d ON d.id = k.address_id "
    f"WHERE {_NEWEST} AND r.article_id"
)
_OF_SITE = (
    "FROM addresses d CROSS JOIN captures k ON k.address_id = d.id "
    f"LEFT JOIN readings r ON r.capture_id = k.id AND {_NEWEST}"
)
_OF_ADDRESS = f"{_OF_SITE} WHERE r.article_id IS NULL AND d.id"
