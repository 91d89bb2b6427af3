"""Whether one content is what a query asks for; and which contents are, where they are few."""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice

from archiver.archive.search.query_language import Query, Term
from archiver.archive.search.results import load_texts
from archiver.archive.search.scan import Matches, match_exact, match_folded
from archiver.archive.search.snippets import find_terms

FEW = 2_000
"""So many contents that match are few: their articles are looked at one by one."""
SOME = 20_000
"""So many can be named. Of more, or where every fifth content matches, one that does is met soon."""
_COMMON = 5
_LAST_PLACE = (1 << 62) - 1


class Matching:
    """The words of a query, asked of single contents; words that were typed with marks must stand there with them."""

    def __init__(self, connection: sqlite3.Connection, query: Query) -> None:
        self.connection = connection
        self.folded, self.exact = match_folded(query), match_exact(query.terms)
        # What match_folded leaves out.
        self.excluded = [term for term in query.excluded if term.marked or not query.terms]
        self.phrases = [term for term in query.terms if term.marked and len(term.exact) > 1]

    def has_content(self, content_id: int) -> bool:
        """Say whether a content (by its id) is what is asked for."""
        query = "SELECT place FROM search_order WHERE content_id = ?"
        row = self.connection.execute(query, (content_id,)).fetchone()
        return row is not None and self._has_place(row[0])

    def list_articles(self, most: int = SOME) -> list[int] | None:
        """List the articles (by their ids) whose states may be what is asked for; None where more contents match."""
        if not self.folded:
            return None
        places = self._list_places(Matches(self.connection, "search_folded", self.folded, 0).go_down(_LAST_PLACE), most)
        if places is None:
            return None
        query = (
            "SELECT DISTINCT s.article_id FROM search_order o JOIN snapshots s ON s.content_id = o.content_id "
            f"WHERE o.place IN ({', '.join(map(str, places))})"
        )
        return [row[0] for row in self.connection.execute(query)]

    def _list_places(self, walk: Iterator[int], most: int) -> list[int] | None:
        """Take all places of a walk down; None where they are too many, or stand close together from the beginning."""
        places = list(islice(walk, FEW + 1))
        if len(places) > FEW:
            passed = self.connection.execute("SELECT count(*) FROM search_order WHERE place >= ?", (places[-1],))
            if len(places) * _COMMON > passed.fetchone()[0]:
                return None
            places += islice(walk, most - FEW)
        return places if len(places) <= most else None

    def is_excluded(self, place: int) -> bool:
        """Say whether a word that must not be there is there."""
        return any(
            self._matches("search_folded", match_folded(Query((term,))), place)
            and self._matches("search_exact", match_exact([term]), place)
            and (len(term.exact) == 1 or self.has_phrases(place, [term]))
            for term in self.excluded
        )

    def has_phrases(self, place: int, phrases: Sequence[Term]) -> bool:
        """Say whether phrases that were typed with marks stand in a content with these marks."""
        texts = load_texts(self.connection, place) if phrases else []
        return all(any(find_terms(text, [phrase], exact=True) for text in texts) for phrase in phrases)

    def _has_place(self, place: int) -> bool:
        return (
            self._matches("search_folded", self.folded, place)
            and self._matches("search_exact", self.exact, place)
            and self.has_phrases(place, self.phrases)
            and not self.is_excluded(place)
        )

    def _matches(self, table: str, match: str | None, place: int) -> bool:
        query = f"SELECT 1 FROM {table} WHERE {table} MATCH ? AND rowid = ?"
        return match is None or self.connection.execute(query, (match, place)).fetchone() is not None
