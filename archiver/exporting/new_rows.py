"""What is new since a place that a cursor kept: nothing is ever left out, however late it comes.

The rows of an article may become others at any time: by a capture, a late judgement, captures of any age that are
imported, a newer parser, a run that is withdrawn or counts again. So no date and no id says what is new. A place knows
of each article that was given a mark, which follows from all of its rows: where they are others now, the mark is, too.

Of articles, history and attachments all rows of an article with another mark are given. Events and view counts are
single: those of entries in the change log, or of captures, after the place are new, and of an article that was not
given yet all are. The mark of the earlier ones says whether they are as they were. Where counts that waited for a
judgement account for the difference, they are given, too; any other difference, and all rows of the article are given
again: its past has become another.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.queries.export_rows import list_keys, read_article
from archiver.archive.store.sql_files import read_statements
from archiver.archive.store.values import Row, read_rows
from archiver.errors import UsageError

_ARTICLES, _HISTORY, _ATTACHMENTS, _COUNTED, _COUNTS, _WAITING, _ALL_EVENTS, _LOGGED, _EVENTS = read_statements(
    Path(__file__).with_name("new_rows.sql")
)
_MARKED = {"articles": _ARTICLES, "history": _HISTORY, "attachments": _ATTACHMENTS}
_FILTER, _CAPTURE, _CHANGE = "filter", "capture", "change"
_INNER = frozenset(["capture_id", "mark"])  # columns of these queries that no view has
Key = tuple[str, str]
Place = dict[str, int]


class NewRows(NamedTuple):
    """The rows that are new; and the place behind them, which is known when all of them were taken."""

    rows: Iterator[Row]
    place: Place


def extract_new_rows(
    connection: sqlite3.Connection, what: str, wanted: ArticleFilter, before: Mapping[str, int] | None
) -> NewRows:
    """Give the rows of a view of EXTRACTS that are new since a place, all where it is None; UsageError.

    An article that the filter did not let through before has all of its rows given when it does. The filter itself
    must be the same each time.
    """
    # What a later version may filter by as well does not count until it is asked for.
    place = {_FILTER: _mark(sorted((name, value) for name, value in asdict(wanted).items() if value))}
    if before and before.get(_FILTER) != place[_FILTER]:
        raise UsageError("the cursor was begun with other filters; use the same ones, or give it another name")
    source = _open_source(connection, what, before or {})
    place |= source.place
    return NewRows(_take_rows(source, list_keys(connection, wanted), place), place)


def _take_rows(source: "_Source", keys: Iterator[Key], place: Place) -> Iterator[Row]:
    for key in keys:
        article = source.find(key)
        place[article.name] = article.mark
        yield from source.read(article)


def _open_source(connection: sqlite3.Connection, what: str, before: Mapping[str, int]) -> "_Source":
    if what == "views":
        return _Counts(connection, before)
    return _Events(connection, before) if what == "events" else _WholeArticles(connection, what, before)


class _Article(NamedTuple):
    """An article: its key; its name in a place, which is its id in decimal digits; and its mark."""

    key: Key
    name: str
    mark: int


class _Source(ABC):
    """Where rows come from; ``place`` is what is to be known of it next time, articles apart."""

    def __init__(self, connection: sqlite3.Connection, before: Mapping[str, int]) -> None:
        self.connection = connection
        self.before = before
        self.place: Place = {}

    @abstractmethod
    def find(self, key: Key) -> _Article:
        """Find an article."""

    @abstractmethod
    def read(self, article: _Article) -> Iterator[Row]:
        """Read what is new of an article."""


class _WholeArticles(_Source):
    """Rows that are given for a whole article, when one of them is another."""

    def __init__(self, connection: sqlite3.Connection, what: str, before: Mapping[str, int]) -> None:
        super().__init__(connection, before)
        self.what = what
        self.articles = dict(_mark_articles(connection, _MARKED[what]))

    def find(self, key: Key) -> _Article:
        return self.articles.get(key) or _Article(key, _number(self.connection, key), 0)

    def read(self, article: _Article) -> Iterator[Row]:
        if self.before.get(article.name) != article.mark:
            yield from read_article(self.connection, self.what, article.key)


class _SingleRows(_Source):
    """Rows that are given once each; the mark of an article is the sum of the marks of its rows.

    ``articles`` has each article, and the sum of those rows that are not of captures or entries after the place.
    """

    query: str

    def __init__(self, connection: sqlite3.Connection, before: Mapping[str, int]) -> None:
        super().__init__(connection, before)
        self.articles: dict[Key, tuple[_Article, int]] = {}

    def find(self, key: Key) -> _Article:
        return self.articles[key][0]

    def read(self, article: _Article) -> Iterator[Row]:
        _, older = self.articles[article.key]
        given = self.before.get(article.name)
        if given == article.mark:
            return
        rows = list(read_rows(self.connection.execute(self.query, {"id": int(article.name)})))
        for row in rows if given is None else self.choose(rows, article, older - given):
            yield {name: row[name] for name in row if name not in _INNER}

    @abstractmethod
    def choose(self, rows: list[Row], article: _Article, more: int) -> Iterable[Row]:
        """Choose rows of an article that was given; those that are not new add up to ``more`` than they did."""


class _Counts(_SingleRows):
    """View counts; those that waited for a judgement are known by name."""

    query = _COUNTS

    def __init__(self, connection: sqlite3.Connection, before: Mapping[str, int]) -> None:
        super().__init__(connection, before)
        self.capture = before.get(_CAPTURE, 0)
        for number, site, key, mark, older in connection.execute(_COUNTED, {"capture": self.capture}):
            named = _mark((site, key))  # its rows are others under another name
            self.articles[site, key] = _Article((site, key), str(number), named + mark), named + older
        newest = connection.execute("SELECT coalesce(max(id), 0) FROM captures").fetchone()[0]
        waiting = connection.execute(_WAITING)
        self.place = {_CAPTURE: newest, **{_name_waiting(row[0], row[1]): 1 for row in waiting}}

    def choose(self, rows: list[Row], article: _Article, more: int) -> Iterable[Row]:
        late = {row["capture_id"] for row in rows if _name_waiting(article.name, row["capture_id"]) in self.before}
        if sum(row["mark"] for row in rows if row["capture_id"] in late) != more:
            return rows
        return [row for row in rows if row["capture_id"] in late or row["capture_id"] > self.capture]


class _Events(_SingleRows):
    """Events, in the order in which the archive learned of them."""

    query = _EVENTS

    def __init__(self, connection: sqlite3.Connection, before: Mapping[str, int]) -> None:
        super().__init__(connection, before)
        change = before.get(_CHANGE, 0)
        self.newer = {tuple(row) for row in connection.execute(_LOGGED, {"change": change})}
        for (number, site, key), rows in groupby(connection.execute(_ALL_EVENTS), itemgetter(0, 1, 2)):
            self._add(number, site, key, [tuple(row)[3:] for row in rows if row[4]])
        self.place = {_CHANGE: connection.execute("SELECT coalesce(max(id), 0) FROM change_log").fetchone()[0]}

    def _add(self, number: int, site: str, key: str, events: list[tuple[int, str, str | None]]) -> None:
        marks = {event: _mark((site, key, *event)) for event in events}
        newer = sum(mark for event, mark in marks.items() if (number, *event[:2]) in self.newer)
        whole = sum(marks.values())
        self.articles[site, key] = _Article((site, key), str(number), whole), whole - newer

    def choose(self, rows: list[Row], article: _Article, more: int) -> Iterable[Row]:
        number = int(article.name)
        return rows if more else [row for row in rows if (number, row["capture_id"], row["kind"]) in self.newer]


def _mark_articles(connection: sqlite3.Connection, query: str) -> Iterator[tuple[Key, _Article]]:
    """Mark each article by the rows of a query: its id, its key, and what is told of it."""
    for (number, site, key), rows in groupby(connection.execute(query), itemgetter(0, 1, 2)):
        yield (site, key), _Article((site, key), str(number), _mark(tuple(tuple(row) for row in rows)))


def _mark(value: object) -> int:
    text = repr(value).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), signed=True)


def _name_waiting(article: object, capture: object) -> str:
    return f"{article}/{capture}"


def _number(connection: sqlite3.Connection, key: Key) -> str:
    return str(connection.execute("SELECT id FROM articles WHERE site = ? AND native_key = ?", key).fetchone()[0])
