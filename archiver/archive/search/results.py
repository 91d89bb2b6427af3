"""What a search shows of a place in the index: the states of articles that have this content."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from archiver.archive.history.content import write_time
from archiver.archive.search.query_language import Query
from archiver.archive.search.snippets import Snippet, make_snippet
from archiver.archive.store.damage import DamageError, note_damage
from archiver.archive.store.values import read_attachments, read_images, read_row

_LATEST = "(SELECT max(number) FROM snapshots WHERE article_id = s.article_id AND number IS NOT NULL)"
_SHOWN = (
    "a.site, a.native_key, d.url, c.title, c.published_at, c.published_precision, a.views, a.state, "
    f"{_LATEST}, (SELECT seen_from FROM snapshots WHERE article_id = a.id AND number = {_LATEST} AND number > 1), "
    f"s.number, s.number = {_LATEST}, s.seen_from, s.seen_until"
)
_FIELDS = (
    "site article_id url title published_at published_precision views state snapshots changed_at snapshot current "
    "seen_from seen_until"
).split()
_TEXTS = "c.title, c.lead, c.body, c.author, c.images, c.attachments"
_FROM = (
    "FROM search_order o JOIN contents c ON c.id = o.content_id JOIN snapshots s ON s.content_id = c.id "
    "JOIN articles a ON a.id = s.article_id JOIN addresses d ON d.id = a.address_id"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A state of an article that a search found.

    ``views``, ``state`` and ``changed_at`` are the article's, as in ``current_articles``, if the state ``snapshot`` is
    ``current``. Beside a past one, which stood from ``seen_from`` to ``seen_until``, ``changed_at`` is its begin, and
    ``views`` and ``state`` are None: ``show --at`` tells them. ``snapshots`` says of how many states it is one.
    ``exact``: the words have the marks with which they were typed.
    """

    site: str
    article_id: str
    url: str
    title: str
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
    """Where hits are taken from: an archive, the filters of a query, and whether past states are meant too."""

    connection: sqlite3.Connection
    query: Query
    history: bool
    zones: Mapping[str, ZoneInfo]

    def load_hits(self, place: int, *, exact: bool) -> Iterator[Hit]:
        """Load the hits of a place that pass the filters."""
        number = "s.number IS NOT NULL" if self.history else f"s.number = {_LATEST}"
        query = f"SELECT {_SHOWN}, {_TEXTS} {_FROM} WHERE o.place = ? AND {number} ORDER BY 1, 2, s.number DESC"
        for row in self.connection.execute(query, (place,)).fetchall():
            try:
                values = read_row(dict(zip(_FIELDS, row, strict=False)))
                if not self._is_meant(values):
                    continue
                snippet = make_snippet(_read_texts(row[len(_FIELDS) :]), self.query.terms, exact=exact)
            except DamageError as error:
                note_damage(error)
                continue
            yield Hit(**_date_back(values), exact=exact, snippet=snippet)

    def _is_meant(self, hit: dict[str, Any]) -> bool:
        """Say whether a hit passes the filters."""
        query, zone = self.query, self.zones[hit["site"]]
        published, changed = hit["published_at"] or "", hit["changed_at"] or ""
        return (
            query.site in (None, hit["site"])
            and query.state in (None, hit["state"])
            and (query.since is None or published >= _begin_day(query.since, zone))
            and (query.before is None or "" < published < _begin_day(query.before, zone))
            and (query.changed_since is None or changed >= _begin_day(query.changed_since, zone))
        )


def _date_back(hit: dict[str, Any]) -> dict[str, Any]:
    """Leave nothing of today beside a text of the past."""
    if hit["current"]:
        return hit | {"current": True}
    changed = hit["seen_from"] if hit["snapshot"] > 1 else None
    return hit | {"current": False, "views": None, "state": None, "changed_at": changed}


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


def _begin_day(day: date, zone: ZoneInfo) -> str:
    try:
        return write_time(datetime.combine(day, time.min, zone).astimezone(UTC))
    except OverflowError:  # the first or last day of the calendar
        return day.isoformat()
