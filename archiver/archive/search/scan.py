"""Walking through the index, the newest content first, whatever the words: rowids of the index are places in time."""

import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from archiver.archive.search.query_language import Query, Term

_STEPS = 300
"""So many places are passed one by one before the index is asked anew; a question costs as much."""


class IndexScan(Protocol):
    """Places in descending order."""

    def go_down(self, highest: int) -> Iterator[int]:
        """Yield the places from ``highest`` down."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The places whose content matches: ``match`` is an expression of FTS5."""

    connection: sqlite3.Connection
    table: str
    match: str
    lowest: int

    def go_down(self, highest: int) -> Iterator[int]:
        """Yield the places from ``highest`` down."""
        query = (
            f"SELECT rowid FROM {self.table} WHERE {self.table} MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC"
        )
        return _first_column(self.connection.execute(query, (self.match, self.lowest, highest)))


@dataclass(frozen=True, slots=True)
class Everything:
    """All places."""

    connection: sqlite3.Connection
    lowest: int

    def go_down(self, highest: int) -> Iterator[int]:
        """Yield the places from ``highest`` down."""
        query = "SELECT place FROM search_order WHERE place BETWEEN ? AND ? ORDER BY place DESC"
        return _first_column(self.connection.execute(query, (self.lowest, highest)))


@dataclass(frozen=True, slots=True)
class Listed:
    """Places that are known, in ascending order."""

    places: Sequence[int]

    def go_down(self, highest: int) -> Iterator[int]:
        """Yield the places from ``highest`` down."""
        return (self.places[index] for index in range(bisect_right(self.places, highest) - 1, -1, -1))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The places of a walk that are among others; for walks to the end, where leaping does not pay."""

    walk: IndexScan
    places: frozenset[int]

    def go_down(self, highest: int) -> Iterator[int]:
        """Yield the places from ``highest`` down."""
        return filter(self.places.__contains__, self.walk.go_down(highest))


@dataclass(frozen=True, slots=True)
class Both:
    """The places of two walks at once; the one that is behind leaps."""

    first: IndexScan
    second: IndexScan

    def go_down(self, highest: int) -> Iterator[int]:
        """Yield the places from ``highest`` down."""
        one, other = self.first.go_down(highest), self.second.go_down(highest)
        left, right = next(one, None), next(other, None)
        while left is not None and right is not None:
            if left == right:
                yield left
                left, right = next(one, None), next(other, None)
            elif left > right:
                one, left = _reach(self.first, one, right)
            else:
                other, right = _reach(self.second, other, left)


def match_folded(query: Query) -> str | None:
    """Write a query as an expression for ``search_folded``; None where no word must be there.

    What was excluded with marks is left out, for ``-bạn`` does not mean ``ban``.
    """
    if not query.terms:
        return None
    wanted = " AND ".join(_quote_phrase(term.folded, term.prefix) for term in query.terms)
    unwanted = " OR ".join(_quote_phrase(term.folded, term.prefix) for term in query.excluded if not term.marked)
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def match_exact(terms: Sequence[Term]) -> str | None:
    """Write the words that were typed with marks as an expression for ``search_exact``; None where none was."""
    words = {
        _quote_phrase((exact,), term.prefix and last)
        for term in terms
        for exact, folded, last in _list_words(term)
        if exact != folded
    }
    return " AND ".join(sorted(words)) or None


def _list_words(term: Term) -> Iterator[tuple[str, str, bool]]:
    last = len(term.exact) - 1
    return ((exact, term.folded[at], at == last) for at, exact in enumerate(term.exact))


def _quote_phrase(words: Sequence[str], prefix: bool) -> str:
    """Write words as a string of FTS5; they are letters and digits, so nothing in them needs to be escaped."""
    return f'"{" ".join(words)}"{" *" if prefix else ""}'


def _reach(walk: IndexScan, places: Iterator[int], target: int) -> tuple[Iterator[int], int | None]:
    """Go on to the first place at or below ``target``, by a few steps or a leap."""
    for place in islice(places, _STEPS):
        if place <= target:
            return places, place
    places = walk.go_down(target)
    return places, next(places, None)


def _first_column(rows: sqlite3.Cursor) -> Iterator[int]:
    return (row[0] for row in rows)
