"""Searching from the list of articles; the one place where the pages meet the archive's search."""

import sqlite3
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypedDict

from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.search.engine import search_articles
from archiver.archive.search.query_language import parse_query
from archiver.archive.search.results import SearchResult

MOST = 3_000
"""So many results can be paged through; they are found anew for every page."""


class FoundRow(TypedDict):
    """A result as a row of the list; ``pieces`` are the words around a match: text, and whether it matches."""

    site: str
    article_id: str
    title: str
    section: str | None
    views: int | None
    state: str | None
    snapshots: int
    published_at: str | None
    published_precision: str | None
    published_raw: None
    beginning: str
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found; ``next`` is where the following page begins."""

    rows: tuple[FoundRow, ...]
    next: str | None


def search(connection: sqlite3.Connection, words: str, chosen: ArticleFilter, after: str, limit: int) -> Found:
    """Find the articles that have some words, as ``archiver search`` does: the newest first.

    What is chosen counts more than filters among the words.
    """
    skipped = min(int(after), MOST) if after.isdecimal() and len(after) < 6 else 0
    query = parse_query(words)
    results = search_articles(connection, replace(query, articles=chosen.over(query.articles)))
    found = [_list(result) for result in islice(results, skipped, skipped + limit + 1)]
    following = str(skipped + limit) if len(found) > limit and skipped + limit < MOST else None
    return Found(tuple(found[:limit]), following)


def _list(result: SearchResult) -> FoundRow:
    return {
        "site": result.site,
        "article_id": result.article_id,
        "title": result.title,
        "section": result.section,
        "views": result.views,
        "state": result.state,
        "snapshots": result.snapshots,
        "published_at": result.published_at,
        "published_precision": result.published_precision,
        "published_raw": None,
        "beginning": "",
        "pieces": result.snippet.pieces,
    }
