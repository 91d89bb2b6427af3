"""Searching from the list of articles; the one place where the pages meet the archive's search."""

import sqlite3
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

from archiver.archive.queries.browsing import Choice, find_section
from archiver.archive.search.engine import search_articles
from archiver.archive.search.query_language import Query, day_after, parse_query
from archiver.archive.search.results import Hit

MOST = 3_000
"""So many hits can be paged through; they are found anew for every page."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found; of each row, ``pieces`` are the words around a match: text, and whether it matches.

    ``next`` is where the following page begins.
    """

    rows: tuple[Row, ...]
    next: str | None


def search(connection: sqlite3.Connection, words: str, choice: Choice, after: str, limit: int) -> Found:
    """Find the articles of a choice that have some words, as ``archiver search`` does: the newest first."""
    skipped = min(int(after), MOST) if after.isdecimal() and len(after) < 6 else 0
    hits = search_articles(connection, _ask(words, choice))
    rows = (row for hit in hits if (row := _load(connection, hit, choice)))
    found = list(islice(rows, skipped, skipped + limit + 1))
    following = str(skipped + limit) if len(found) > limit and skipped + limit < MOST else None
    return Found(tuple(found[:limit]), following)


def _ask(words: str, choice: Choice) -> Query:
    """Read the words; what the form chooses counts more than filters among them."""
    query = parse_query(words)
    return replace(
        query,
        site=choice.site or query.site,
        state=query.state if choice.state in (None, "away") else choice.state,
        since=choice.since or query.since,
        before=day_after(choice.until) if choice.until else query.before,
    )


def _load(connection: sqlite3.Connection, hit: Hit, choice: Choice) -> Row | None:
    """Return a hit as a row of the list; None where the form does not choose it."""
    away, changed = choice.state == "away", choice.changed
    if (away and hit.state == "live") or (changed and hit.snapshots == 1):
        return None
    section = find_section(connection, hit.site, hit.article_id)
    if choice.section not in (None, section):
        return None
    more = {"section": section, "beginning": "", "published_raw": None, "pieces": hit.snippet.pieces}
    return asdict(hit) | more
