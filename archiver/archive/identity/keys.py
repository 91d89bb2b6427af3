"""Who an article is: its keys and its addresses."""

import sqlite3
from dataclasses import dataclass

from archiver.archive.evidence.captures import find_address
from archiver.archive.identity.clues import MOST_SHARED, add_clues, make_own_clue
from archiver.urls import spell_key


@dataclass(frozen=True, slots=True)
class Sighting:
    """A kept capture that shows articles: its id, its time (as the archive writes times) and the site.

    ``fresh``: the capture was kept just now, so no other parser has read it.
    """

    capture_id: int
    at: str
    site: str
    fresh: bool = False


JOIN_ADDRESSES = (
    "ON CONFLICT (article_id, address_id) DO UPDATE SET "
    "section = CASE WHEN section_from IS NULL OR excluded.section_from < section_from"
    " THEN excluded.section ELSE section END, "
    "section_from = min(coalesce(section_from, excluded.section_from), coalesce(excluded.section_from, section_from)), "
    "seen_from = min(seen_from, excluded.seen_from), answered = max(answered, excluded.answered)"
)
"""What is known of an address twice: its earliest sight, and the section that was printed there first."""


@dataclass(frozen=True, slots=True)
class Known:
    """A key as the archive knows it: the article that it is of, and its own number."""

    article_id: int
    key_id: int


@dataclass(frozen=True, slots=True)
class Shown(Known):
    """A key at an address: ``address_id`` is None where its article was not seen there by then."""

    address_id: int | None


def find_article(connection: sqlite3.Connection, site: str, key: str) -> int | None:
    """Return the id of an article by any of its keys; None where it is not known."""
    known = find_key(connection, site, key)
    return known.article_id if known else None


def find_key(connection: sqlite3.Connection, site: str, key: str) -> Known | None:
    """Find a key; None where it is not known."""
    query = "SELECT article_id, id FROM article_keys WHERE site = ? AND native_key = ?"
    row = connection.execute(query, (site, key)).fetchone()
    return Known(*row) if row else None


def meet_key(connection: sqlite3.Connection, site: str, key: str) -> Known:
    """Find a key, written down on first sight: that of a new article, or another spelling of one that is known."""
    known = find_key(connection, site, key)
    if known is not None:
        return known
    article_id = _find_spelt_otherwise(connection, site, key) or _add_article(connection, site, key)
    return _add_key(connection, site, key, article_id)


def find_shown(connection: sqlite3.Connection, sighting: Sighting, key: str, url: str) -> Shown | None:
    """Find a key, and whether its article was seen under an address by then; None where the key is not known."""
    row = connection.execute(
        "SELECT k.article_id, k.id, (SELECT d.id FROM addresses d JOIN article_addresses aa ON aa.address_id = d.id "
        "WHERE d.site = k.site AND d.url = ? AND aa.article_id = k.article_id AND aa.seen_from <= ?) "
        "FROM article_keys k WHERE k.site = ? AND k.native_key = ?",
        (url, sighting.at, sighting.site, key),
    ).fetchone()
    return Shown(*row) if row else None


def add_listed(connection: sqlite3.Connection, sighting: Sighting, key: str, url: str, views: int | None) -> Shown:
    """Write down an article that a listing names and nothing else knows.

    Its row is what its one reading, still to be written, gives when it is derived. Another spelling of a key that is
    known is met like any other.
    """
    if article_id := _find_spelt_otherwise(connection, sighting.site, key):
        known = _add_key(connection, sighting.site, key, article_id)
        return Shown(known.article_id, known.key_id, None)
    address = find_address(connection, sighting.site, url)
    row = connection.execute(
        "INSERT INTO articles (site, native_key, address_id, listed, first_seen_at, last_seen_at, views, "
        "views_observed_at) VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5, iif(?5 IS NULL, NULL, ?4)) RETURNING id",
        (sighting.site, key, address, sighting.at, views),
    ).fetchone()
    known = _add_key(connection, sighting.site, key, row[0])
    connection.execute(
        "INSERT INTO article_addresses (article_id, address_id, seen_from, key_id) VALUES (?, ?, ?, ?)",
        (row[0], address, sighting.at, known.key_id),
    )
    return Shown(known.article_id, known.key_id, address)


def _add_article(connection: sqlite3.Connection, site: str, key: str) -> int:
    statement = "INSERT INTO articles (site, native_key) VALUES (?, ?) RETURNING id"
    return int(connection.execute(statement, (site, key)).fetchone()[0])


def _add_key(connection: sqlite3.Connection, site: str, key: str, article_id: int) -> Known:
    statement = "INSERT INTO article_keys (site, native_key, article_id) VALUES (?, ?, ?) RETURNING id"
    key_id = int(connection.execute(statement, (site, key, article_id)).fetchone()[0])
    add_clues(connection, site, key_id, [make_own_clue(key)])
    return Known(article_id, key_id)


def _find_spelt_otherwise(connection: sqlite3.Connection, site: str, key: str) -> int | None:
    """Find the article whose key is the same address in another spelling."""
    spelt = spell_key(key)
    if spelt is None:
        return None
    rows = connection.execute(
        "SELECT n.native_key, n.article_id FROM clues c JOIN article_keys n ON n.id = c.key_id "
        "WHERE c.site = ? AND c.clue = ? ORDER BY n.id LIMIT ?",
        (site, make_own_clue(key), MOST_SHARED),
    )
    return next((row[1] for row in rows if spell_key(row[0]) == spelt), None)


def add_address(
    connection: sqlite3.Connection,
    known: Known,
    sighting: Sighting,
    url: str,
    section: str | None,
    *,
    answered: bool,
) -> tuple[int, bool]:
    """Note an address under which an article was seen, and the section printed there; its id, and if it is a new one.

    ``answered``: the address itself was fetched and showed the article; a listing only names it.
    """
    address = find_address(connection, sighting.site, url)
    noted = connection.execute(
        "SELECT seen_from <= ?3 AND answered >= ?4 AND (?5 IS NULL OR coalesce(section_from <= ?3, 0)) "
        "FROM article_addresses WHERE article_id = ?1 AND address_id = ?2",
        (known.article_id, address, sighting.at, int(answered), section),
    ).fetchone()
    if noted and noted[0]:
        return address, False
    connection.execute(
        "INSERT INTO article_addresses (article_id, address_id, seen_from, answered, section, section_from, key_id) "
        f"VALUES (?1, ?2, ?3, ?4, ?5, iif(?5 IS NULL, NULL, ?3), ?6) {JOIN_ADDRESSES}",
        (known.article_id, address, sighting.at, int(answered), section, known.key_id),
    )
    return address, True
