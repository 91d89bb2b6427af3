"""Searching articles and their history.

With the newest first nothing but what is shown is looked at. By relevance every match has to be weighed, at 2 ms a
thousand, so only the newest ``RANKED`` of them are (see ``has_more_matches``).
"""

import json
import sqlite3
from collections.abc import Iterator
from itertools import groupby, islice
from typing import Literal

from archiver.archive.queries.article_filter import choose, choose_articles, move_day
from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.search.index import DAY_PLACES, first_place
from archiver.archive.search.matching import Matching
from archiver.archive.search.query_language import Query
from archiver.archive.search.results import SearchResult, Shelf
from archiver.archive.search.scan import Both, Chosen, Everything, IndexScan, Listed, Matches

Order = Literal["newest", "relevance"]

RANKED = 10_000
"""By relevance so many of the newest matches are weighed."""
_FEW = 5_000
"""Of a site (or state) with no more articles than that, the places are listed first."""
_LAST_PLACE = (1 << 62) - 1
_WEIGHTS = "1.0, 10.0, 3.0"  # body, title, lead
# A full day leaves its place in the order to the days before (index.py): so many are looked at too.
_MARGIN = 31


def search_articles(
    connection: sqlite3.Connection, query: Query, *, order: Order = "newest", history: bool = False
) -> Iterator[SearchResult]:
    """Find articles as they were last seen; with ``history`` past snapshots too, each as a result of its own.

    First come those whose words have the marks that were typed, then those that are alike but for the marks; each of
    the two in the ``order`` asked for. Hits are found as they are asked for: take no more than are shown.
    """
    return iter(()) if query.is_empty else _Search(connection, query, order, history).find_hits()


def has_more_matches(connection: sqlite3.Connection, query: Query) -> bool:
    """Say whether more contents match than are weighed by relevance."""
    walk = _Search(connection, query, "relevance", history=True).choose_walk(exact=False)
    return next(islice(walk.go_down(_LAST_PLACE), RANKED, None), None) is not None


class _Search:
    """One search: what it asks the index, and what it makes of the answers."""

    def __init__(self, connection: sqlite3.Connection, query: Query, order: Order, history: bool) -> None:
        self.connection = connection
        self.query = query
        self.order = order
        self.shelf = Shelf(connection, query, history, choose(query.articles, zones_of_sites(connection)))
        self.matching = Matching(connection, query)
        self.folded, self.exact = self.matching.folded, self.matching.exact

    def find_hits(self) -> Iterator[SearchResult]:
        """Find all results, the exact ones first."""
        seen: set[int] = set()
        for exact in (True, False) if self.exact else (False,):
            for place in self._list_places(exact):
                if place not in seen and not (exact and not self.matching.has_phrases(place, self.matching.phrases)):
                    seen.add(place)
                    yield from self.shelf.load_hits(place, exact=exact or not self.exact)

    def choose_walk(self, exact: bool) -> IndexScan:
        """Choose the way through the index: the words asked for, and where few articles are meant, those."""
        since = self.query.articles.since
        lowest = first_place(move_day(since, -_MARGIN)) if since else 0
        walk: IndexScan = Everything(self.connection, lowest)
        if self.folded:
            walk = Matches(self.connection, "search_folded", self.folded, lowest)
        if exact and self.exact:
            rare = Matches(self.connection, "search_exact", self.exact, lowest)
            walk = rare if self._all_exact() else Both(rare, walk)
        return self._narrow(walk)

    def _all_exact(self) -> bool:
        """Say whether the words with marks are all there is to the query, so that one table answers it."""
        plain = all(len(term.exact) == 1 and term.marked for term in self.query.terms)
        return plain and all(term.marked for term in self.query.excluded)

    def _narrow(self, walk: IndexScan) -> IndexScan:
        """Go by the articles of a site, section or state, where only those are meant, and they are few."""
        meant = choose_articles(self.query.articles)
        count = f"SELECT count(*) FROM (SELECT 1 FROM articles a WHERE {meant} LIMIT {_FEW + 1})"
        if not meant.parts or (
            self.order == "newest" and self.connection.execute(count, meant.values).fetchone()[0] > _FEW
        ):
            return walk
        rows = self.connection.execute(
            "SELECT o.place FROM articles a JOIN snapshots s ON s.article_id = a.id AND s.number IS NOT NULL "
            f"JOIN search_order o ON o.content_id = s.content_id WHERE {meant}",
            meant.values,
        )
        places = frozenset(row[0] for row in rows)
        return Both(Listed(sorted(places)), walk) if self.order == "newest" else Chosen(walk, places)

    def _list_places(self, exact: bool) -> Iterator[int]:
        until = self.query.articles.until
        highest = first_place(move_day(until, 3)) if until else _LAST_PLACE
        walk = self.choose_walk(exact)
        places = walk.go_down(highest)
        if self.matching.excluded:
            places = (place for place in places if not self.matching.is_excluded(place))
        if self.order == "newest" or not self.folded:
            return self._sort_days(places)
        if isinstance(walk, Matches) and walk.match == self.folded and not self.matching.excluded:
            return self._rank_newest(walk, highest)
        return self._rank(list(islice(places, RANKED)))

    def _rank_newest(self, walk: Matches, highest: int) -> Iterator[int]:
        """Order the newest matches by relevance: those in the title weigh most, then those in the lead."""
        query = (
            f"SELECT rowid FROM (SELECT rowid, bm25(search_folded, {_WEIGHTS}) AS relevance FROM search_folded "
            "WHERE search_folded MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?) "
            "ORDER BY relevance, rowid DESC"
        )
        rows = self.connection.execute(query, (walk.match, walk.lowest, highest, RANKED))
        return (row[0] for row in rows)

    def _rank(self, places: list[int]) -> Iterator[int]:
        """Order places by relevance."""
        query = (
            "SELECT rowid FROM search_folded WHERE search_folded MATCH ? AND rowid BETWEEN ? AND ? "
            "AND +rowid IN (SELECT value FROM json_each(?)) "
            f"ORDER BY bm25(search_folded, {_WEIGHTS}), rowid DESC"
        )
        values = (self.folded, places[-1], places[0], json.dumps(places)) if places else (self.folded, 0, 0, "[]")
        return (row[0] for row in self.connection.execute(query, values))

    def _sort_days(self, places: Iterator[int]) -> Iterator[int]:
        """Order the places of each day by the hour; from day to day they are in order."""
        query = (
            "SELECT o.place FROM json_each(?) j JOIN search_order o ON o.place = j.value "
            "JOIN contents c ON c.id = o.content_id ORDER BY c.published_at DESC, o.place DESC"
        )
        for _, group in groupby(places, key=lambda place: place // DAY_PLACES):
            day = list(group)
            rows = self.connection.execute(query, (json.dumps(day),)) if len(day) > 1 else [day]
            yield from (row[0] for row in rows)
