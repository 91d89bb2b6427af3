"""Clues: what an address or a page tells of who an article is, by which keys of one article find each other.

A clue proves nothing. Keys that share one are held against each other by what was captured under them (likeness.py and
same_article.py); a clue that many keys share, the home page named as canonical say, is none.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from archiver.urls import spell_key

MOST_SHARED = 60
"""A clue that more keys share than this tells nothing."""
_SHIFT = timedelta(hours=7)


def make_own_clue(key: str) -> str:
    """Return the clue that a key gives by itself: its address without host and spelling, or the id that it is."""
    spelt = spell_key(key)
    return f"at {spelt[1]}" if spelt else f"id {key}"


def make_title_clue(title: str, published_at: str | None) -> str:
    """Return the clue of a page: its title, and the day that it says it was published on."""
    told = f"{' '.join(title.split())}\n{find_day(published_at)}"
    return f"title {hashlib.sha256(told.encode()).hexdigest()[:20]}"


def list_printed(keys: Iterable[str]) -> tuple[str, ...]:
    """List the clues that a page prints: its ids, and the addresses that it calls its own, but for the home page."""
    return tuple(clue for clue in map(make_own_clue, keys) if clue != "at /")


def find_day(published_at: str | None) -> str:
    """Return the day of a date of publication; empty where there is none.

    One page prints the day and another the minute, so what counts is the day where nearly all sites are.
    """
    return (datetime.fromisoformat(published_at) + _SHIFT).date().isoformat() if published_at else ""


def add_clues(connection: sqlite3.Connection, site: str, key_id: int, clues: Iterable[str]) -> None:
    """Write clues of a key; those that are there already stay."""
    connection.executemany(
        "INSERT OR IGNORE INTO clues (site, clue, key_id) VALUES (?, ?, ?)", [(site, clue, key_id) for clue in clues]
    )


def write_all_clues(connection: sqlite3.Connection) -> None:
    """Write the clues of all keys and contents of an archive that has none yet.

    It joined keys in its own way, and forgot what was recorded under which.
    """
    rows = connection.execute(
        "SELECT n.id, n.site, o.id, a.native_key FROM article_keys n JOIN articles a ON a.id = n.article_id "
        "AND a.native_key <> n.native_key JOIN article_keys o ON o.site = a.site AND o.native_key = a.native_key"
    ).fetchall()
    for joined, site, first, key in rows:
        for key_id in (joined, first):
            add_clues(connection, site, key_id, [f"joined {key}"])
    for key_id, site, key in connection.execute("SELECT id, site, native_key FROM article_keys").fetchall():
        add_clues(connection, site, key_id, [make_own_clue(key)])
    rows = connection.execute(
        "SELECT DISTINCT n.site, n.id, c.title, c.published_at FROM readings r JOIN contents c ON c.id = r.content_id "
        "JOIN article_keys n ON n.id = r.key_id"
    ).fetchall()
    for site, key_id, title, published_at in rows:
        add_clues(connection, site, key_id, [make_title_clue(title, published_at)])


def list_sharing(connection: sqlite3.Connection, key_id: int) -> set[int]:
    """List the keys that share a clue with a key."""
    found: set[int] = set()
    clues = connection.execute("SELECT site, clue FROM clues WHERE key_id = ?", (key_id,)).fetchall()
    for site, clue in clues:
        query = "SELECT key_id FROM clues WHERE site = ? AND clue = ? LIMIT ?"
        keys = {row[0] for row in connection.execute(query, (site, clue, MOST_SHARED + 1))}
        found |= keys if len(keys) <= MOST_SHARED else set()
    return found - {key_id}


def load_clues(connection: sqlite3.Connection, key_id: int) -> frozenset[str]:
    """Return the clues of a key."""
    return frozenset(row[0] for row in connection.execute("SELECT clue FROM clues WHERE key_id = ?", (key_id,)))
