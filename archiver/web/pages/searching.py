"""Searching from the list of articles; the one place where the pages meet the archive's search."""

import sqlite3
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any

from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.search.engine import search_articles
from archiver.archive.search.query_language import parse_query
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


def search(connection: sqlite3.Connection, words: str, chosen: ArticleFilter, after: str, limit: int) -> Found:
    """Find the articles that have some words, as ``archiver search`` does: the newest first.

    What is chosen counts more than filters among the words.
    """
    skipped = min(int(after), MOST) if after.isdecimal() and len(after) < 6 else 0
    query = parse_query(words)
    hits = search_articles(connection, replace(query, articles=chosen.over(query.articles)))
    found = [_list(hit) for hit in islice(hits, skipped, skipped + limit + 1)]
    following = str(skipped + limit) if len(found) > limit and skipped + limit < MOST else None
    return Found(tuple(found[:limit]), following)


def _list(hit: Hit) -> Row:
    """Return a hit as a row of the list."""
    return asdict(hit) | {"beginning": "", "published_raw": None, "pieces": hit.snippet.pieces}
