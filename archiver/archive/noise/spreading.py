"""What learned noise means for the articles of a site beside the one that taught it."""

import sqlite3

from archiver.archive.history.snapshots import derive_readings, rederive_article
from archiver.archive.noise.learned_rules import OF_SITE, list_learned_in, list_versioned, load_noise


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
