"""What a search shows of a place in the index: the states of articles that have this content."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from archiver.archive.queries.article_filter import Conditions
from archiver.archive.search.query_language import Query
from archiver.archive.search.snippets import Snippet, make_snippet
from archiver.archive.store.damage import DamageError, note_damage
from archiver.archive.store.values import read_attachments, read_images, read_row

_SHOWN = (
    "a.site, a.native_key, d.url, c.title, a.section, c.published_at, c.published_precision, a.views, a.state, "
    "a.snapshots, a.changed_at, s.number, s.number = a.snapshots, s.seen_from, s.seen_until"
)
_FIELDS = (
    "site article_id url title section published_at published_precision views state snapshots changed_at snapshot "
    "current seen_from seen_until"
).split()
_TEXTS = "c.title, c.lead, c.body, c.author, c.images, c.attachments"
# CROSS JOIN keeps SQLite from trying all articles of a site with each content.
_FROM = (
    "FROM search_order o JOIN contents c ON c.id = o.content_id JOIN snapshots s ON s.content_id = c.id "
    "CROSS JOIN latest_snapshots a ON a.id = s.article_id JOIN addresses d ON d.id = a.address_id"
)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A state of an article that a search found.

    ``section``, ``views``, ``state`` and ``changed_at`` are the article's, as in ``current_articles``, if the state
    ``snapshot`` is ``current``. Beside a past one, which stood from ``seen_from`` to ``seen_until``, ``changed_at`` is
    its begin, and the others are None: ``show --at`` tells them. ``snapshots`` says of how many states it is one.
    ``exact``: the words have the marks with which they were typed.
    """

    site: str
    article_id: str
    url: str
    title: str
    section: str | None
    published_at: str | None
    published_precision: str | None
    views: int | None
    state: str | None
    snapshots: int
    changed_at: str | None
    snapshot: int
    current: bool
    seen_from: str
    seen_until: str
    exact: bool
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where results are taken from: an archive, what is searched for, and whether past states are meant too."""

    connection: sqlite3.Connection
    query: Query
    history: bool
    wanted: Conditions

    def load_hits(self, place: int, *, exact: bool) -> Iterator[SearchResult]:
        """Load the results of a place that pass the filters."""
        number = "s.number IS NOT NULL" if self.history else "s.number = a.snapshots"
        meant = f"{_FROM} WHERE o.place = ? AND {number} AND {self.wanted}"
        query = f"SELECT {_SHOWN}, {_TEXTS} {meant} ORDER BY 1, 2, s.number DESC"
        for row in self.connection.execute(query, (place, *self.wanted.values)).fetchall():
            try:
                values = read_row(dict(zip(_FIELDS, row, strict=False)))
                snippet = make_snippet(_read_texts(row[len(_FIELDS) :]), self.query.terms, exact=exact)
            except DamageError as error:
                note_damage(error)
                continue
            yield SearchResult(**_date_back(values), exact=exact, snippet=snippet)


def _date_back(result: dict[str, Any]) -> dict[str, Any]:
    """Leave nothing of today beside a text of the past."""
    if result["current"]:
        return result | {"current": True}
    changed = result["seen_from"] if result["snapshot"] > 1 else None
    return result | {"current": False, "section": None, "views": None, "state": None, "changed_at": changed}


def load_texts(connection: sqlite3.Connection, place: int) -> list[str]:
    """Load the texts of a place's content."""
    query = f"SELECT {_TEXTS} FROM search_order o JOIN contents c ON c.id = o.content_id WHERE o.place = ?"
    return _read_texts(connection.execute(query, (place,)).fetchone())


def _read_texts(row: Sequence[str]) -> list[str]:
    """Return the texts of a content in the order in which a reader meets them."""
    title, lead, body, author, images, attachments = row
    captions = [item["caption"] for item in read_images(images)]
    names = [item["title"] for item in read_attachments(attachments)]
    return [str(text) for text in (lead, body, title, *captions, *names, author) if text]
