"""Who an article is: its keys and its addresses."""

import sqlite3
from dataclasses import dataclass

from archiver.archive.evidence import find_address
from archiver.archive.ledger import Run


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


def find_article(connection: sqlite3.Connection, site: str, key: str) -> int | None:
    """Return the id of an article by any of its keys; None where it is not known."""
    query = "SELECT article_id FROM article_keys WHERE site = ? AND native_key = ?"
    row = connection.execute(query, (site, key)).fetchone()
    return int(row[0]) if row else None


def meet_article(connection: sqlite3.Connection, site: str, key: str) -> int:
    """Return the id of an article, written down on first sight."""
    known = find_article(connection, site, key)
    if known is not None:
        return known
    row = connection.execute(
        "INSERT INTO articles (site, native_key) VALUES (?, ?) RETURNING id", (site, key)
    ).fetchone()
    connection.execute("INSERT INTO article_keys VALUES (?, ?, ?)", (site, key, row[0]))
    return int(row[0])


def find_shown(connection: sqlite3.Connection, sighting: Sighting, key: str, url: str) -> tuple[int | None, bool]:
    """Return the id of an article by any of its keys, and whether it was seen under an address by then."""
    row = connection.execute(
        "SELECT k.article_id, EXISTS (SELECT 1 FROM addresses d JOIN article_addresses aa ON aa.address_id = d.id "
        "WHERE d.site = k.site AND d.url = ? AND aa.article_id = k.article_id AND aa.seen_from <= ?) "
        "FROM article_keys k WHERE k.site = ? AND k.native_key = ?",
        (url, sighting.at, sighting.site, key),
    ).fetchone()
    return (int(row[0]), bool(row[1])) if row else (None, False)


def add_listed(connection: sqlite3.Connection, sighting: Sighting, key: str, url: str, views: int | None) -> int:
    """Write down an article that a listing names and nothing else knows; returns its id.

    Its row is what its one reading, still to be written, gives when it is derived.
    """
    address = find_address(connection, sighting.site, url)
    row = connection.execute(
        "INSERT INTO articles (site, native_key, address_id, listed, first_seen_at, last_seen_at, views, "
        "views_observed_at) VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5, iif(?5 IS NULL, NULL, ?4)) RETURNING id",
        (sighting.site, key, address, sighting.at, views),
    ).fetchone()
    connection.execute("INSERT INTO article_keys VALUES (?, ?, ?)", (sighting.site, key, row[0]))
    connection.execute(
        "INSERT INTO article_addresses (article_id, address_id, seen_from) VALUES (?, ?, ?)",
        (row[0], address, sighting.at),
    )
    return int(row[0])


def add_key(connection: sqlite3.Connection, site: str, key: str, article_id: int) -> None:
    """Give an article a key; a key that was another article's is this one's from now on."""
    connection.execute(
        "INSERT INTO article_keys VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET article_id = excluded.article_id",
        (site, key, article_id),
    )


def add_address(
    connection: sqlite3.Connection,
    article_id: int,
    sighting: Sighting,
    url: str,
    section: str | None,
    *,
    answered: bool,
) -> bool:
    """Note an address under which an article was seen, and the section printed there; True if it is a new one.

    ``answered``: the address itself was fetched and showed the article; a listing only names it.
    """
    address = find_address(connection, sighting.site, url)
    known = connection.execute(
        "SELECT seen_from <= ?3 AND answered >= ?4 AND (?5 IS NULL OR coalesce(section_from <= ?3, 0)) "
        "FROM article_addresses WHERE article_id = ?1 AND address_id = ?2",
        (article_id, address, sighting.at, int(answered), section),
    ).fetchone()
    if known and known[0]:
        return False
    connection.execute(
        "INSERT INTO article_addresses (article_id, address_id, seen_from, answered, section, section_from) "
        f"VALUES (?1, ?2, ?3, ?4, ?5, iif(?5 IS NULL, NULL, ?3)) {JOIN_ADDRESSES}",
        (article_id, address, sighting.at, int(answered), section),
    )
    return True


def was_known_before(connection: sqlite3.Connection, run: Run, article_id: int) -> bool:
    """Say whether a page of an article was read before a run began."""
    query = (
        "SELECT 1 FROM readings r JOIN captures k ON k.id = r.capture_id WHERE r.article_id = ? AND r.sign = 'content' "
        "AND k.fetched_at < (SELECT started_at FROM runs WHERE id = ?) LIMIT 1"
    )
    return connection.execute(query, (article_id, run.id)).fetchone() is not None


def absorb_article(connection: sqlite3.Connection, article_id: int, other_id: int) -> None:
    """Let an article take over everything of another that turned out to be the same."""
    connection.execute(
        "INSERT INTO article_addresses (article_id, address_id, seen_from, answered, section, section_from) "
        "SELECT ?, address_id, seen_from, answered, section, section_from FROM article_addresses WHERE article_id = ? "
        f"{JOIN_ADDRESSES}",
        (article_id, other_id),
    )
    connection.execute("UPDATE OR IGNORE readings SET article_id = ? WHERE article_id = ?", (article_id, other_id))
    connection.execute("UPDATE article_keys SET article_id = ? WHERE article_id = ?", (article_id, other_id))
    for table in ("article_addresses", "readings", "snapshots", "article_events"):
        connection.execute(f"DELETE FROM {table} WHERE article_id = ?", (other_id,))
    connection.execute("DELETE FROM articles WHERE id = ?", (other_id,))
