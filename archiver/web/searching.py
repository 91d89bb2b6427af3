"""Searching from the list of articles; the one place where the pages meet the archive's search."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from archiver.archive.browsing import Choice, list_page
from archiver.archive.queries import zones_of_sites

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found; of each row, ``pieces`` are the words around a match: text, and whether it matches.

    ``next`` is where the following page begins.
    """

    rows: tuple[Row, ...]
    next: str | None


def search(connection: sqlite3.Connection, words: str, choice: Choice, after: str, limit: int) -> Found:
    """Find the articles of a choice whose titles hold some words."""
    skipped = int(after) if after.isdecimal() and len(after) < 6 else 0
    rows = list_page(connection, choice, zones_of_sites(connection), limit=-1)
    found = [row for row in rows if words.casefold() in row["title"].casefold()][skipped : skipped + limit + 1]
    following = str(skipped + limit) if len(found) > limit else None
    return Found(tuple(found[:limit]), following)
