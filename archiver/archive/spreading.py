"""What learned noise means for histories beyond the article that taught it, and what of a change may be noise."""

import sqlite3

from archiver.archive.content import Content
from archiver.archive.learned import OF_SITE, list_learned_in, list_versioned, load_noise, load_noise_of
from archiver.archive.moves import Look, find_moves, is_small
from archiver.archive.reading_rows import load_content
from archiver.archive.rederivation import derive_readings, rederive_article


def rederive_versioned(connection: sqlite3.Connection, site: str) -> None:
    """Derive those articles of a site anew whose history may be another now that other things are noise."""
    noise = None
    while noise != (noise := load_noise(connection, site)):  # they may teach more
        for article_id in list_versioned(connection, site):
            rederive_article(connection, article_id)


def spread_noise(connection: sqlite3.Connection, run_id: int, site: str) -> None:
    """Derive the articles of a site without what a run taught to be noise on all of its pages."""
    if any(rule.kind in OF_SITE for rule, _, _ in list_learned_in(connection, run_id)):
        rederive_versioned(connection, site)


def list_turns(connection: sqlite3.Connection, article_id: int) -> list[int]:
    """List the runs (ids) that saw one of two states of an article by turns, and made no snapshot of it."""
    derived, _ = derive_readings(connection, article_id)
    return [reading.run_id for reading in derived.turns]


def may_be_noise(connection: sqlite3.Connection, article_id: int, content: Content, *, is_counted: bool) -> bool:
    """Say whether a content differs from the snapshot before it in addresses or short texts alone.

    One that is not counted yet has no snapshot of its own.
    """
    before = connection.execute(
        "SELECT content_id FROM snapshots WHERE article_id = ? AND number IS NOT NULL ORDER BY number DESC "
        "LIMIT 1 OFFSET ?",
        (article_id, int(is_counted)),
    ).fetchone()
    if before is None:
        return False
    noise = load_noise_of(connection, article_id)
    old, new = (Look.of_content(each, noise) for each in (load_content(connection, before[0]), content))
    return is_small(old, new, find_moves(old, new))
