"""Recording what was read: articles, their snapshots and events, and every count."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Literal

from archiver.archive.content import COLUMNS, Content, find_changes
from archiver.archive.evidence import find_address
from archiver.archive.ledger import Run, count_in_run
from archiver.model import Article, Count, ListingEntry

Novelty = Literal["new", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A kept capture that shows articles: its id and time (as the archive writes times)."""

    capture_id: int
    at: str


@dataclass(frozen=True, slots=True)
class _Snapshot:
    number: int
    content_id: int
    digest: bytes


def record_article(connection: sqlite3.Connection, run: Run, sighting: Sighting, article: Article) -> Novelty:
    """Record an article page: a new snapshot only if the content differs from the one before, every count.

    Captures must come in the order of their time.
    """
    address = find_address(connection, run.site, article.url)
    article_id = _meet_article(connection, run.site, article.native_key, address, sighting)
    _note_address(connection, article_id, address, article.section)
    content = Content.of_article(article)
    content_id = _store_content(connection, content)
    _add_reading(connection, article_id, sighting, "article", article.views, article.layout, content_id)
    _note_views(connection, article_id, sighting, article.views)
    novelty = _record_content(connection, article_id, sighting, content, content_id, article.layout)
    count_in_run(connection, run, _TALLIES[novelty])
    return novelty


def record_entry(
    connection: sqlite3.Connection, run: Run, sighting: Sighting, entry: ListingEntry, layout: str
) -> None:
    """Record an article as a listing prints it: that it is listed, and its count. Never its content."""
    address = find_address(connection, run.site, entry.url)
    article_id = _meet_article(connection, run.site, entry.native_key, address, sighting)
    _note_address(connection, article_id, address, None)
    connection.execute("UPDATE articles SET listed = 1 WHERE id = ? AND listed = 0", (article_id,))
    _add_reading(connection, article_id, sighting, "listing", entry.views, layout, None)
    _note_views(connection, article_id, sighting, entry.views)


_TALLIES: dict[Novelty, Literal["articles_new", "articles_changed", "articles_unchanged"]] = {
    "new": "articles_new",
    "changed": "articles_changed",
    "unchanged": "articles_unchanged",
}


def _meet_article(connection: sqlite3.Connection, site: str, key: str, address: int, sighting: Sighting) -> int:
    """Return the id of an article, written down on first sight; its first address stays the one it is shown with."""
    row = connection.execute(
        "INSERT INTO articles (site, native_key, address_id, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (site, native_key) DO UPDATE SET last_seen_at = max(last_seen_at, excluded.last_seen_at) "
        "RETURNING id",
        (site, key, address, sighting.at, sighting.at),
    ).fetchone()
    return int(row[0])


def _note_address(connection: sqlite3.Connection, article_id: int, address: int, section: str | None) -> None:
    connection.execute(
        "INSERT INTO article_addresses VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET section = excluded.section "
        "WHERE excluded.section IS NOT NULL",
        (article_id, address, section),
    )
    if section:
        connection.execute("UPDATE articles SET section = coalesce(section, ?) WHERE id = ?", (section, article_id))


def _store_content(connection: sqlite3.Connection, content: Content) -> int:
    digest = content.digest
    row = connection.execute("SELECT id FROM contents WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        columns, marks = ", ".join(COLUMNS), ", ".join("?" * len(COLUMNS))
        row = connection.execute(
            f"INSERT INTO contents (digest, {columns}) VALUES (?, {marks}) RETURNING id",  # noqa: S608 - constants
            (digest, *(content.row[column] for column in COLUMNS)),
        ).fetchone()
    return int(row[0])


def _add_reading(
    connection: sqlite3.Connection,
    article_id: int,
    sighting: Sighting,
    source: Literal["article", "listing"],
    views: Count | None,
    layout: str,
    content_id: int | None,
) -> None:
    connection.execute(
        "INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            article_id,
            sighting.capture_id,
            source,
            content_id,
            views.value if views else None,
            views.raw if views else None,
            layout,
        ),
    )


def _note_views(connection: sqlite3.Connection, article_id: int, sighting: Sighting, views: Count | None) -> None:
    if views is None or views.value is None:
        return
    connection.execute(
        "UPDATE articles SET views = ?, views_observed_at = ? WHERE id = ? AND coalesce(views_observed_at, '') <= ?",
        (views.value, sighting.at, article_id, sighting.at),
    )


def _record_content(
    connection: sqlite3.Connection, article_id: int, sighting: Sighting, content: Content, content_id: int, layout: str
) -> Novelty:
    last = _find_last_snapshot(connection, article_id)
    if last is None:
        _add_snapshot(connection, article_id, sighting, 1, content_id, None, layout)
        _add_event(connection, article_id, sighting, "created", content.row["title"])
        return "new"
    changed = _compare(connection, last, content)
    if not changed:
        connection.execute(
            "UPDATE snapshots SET last_capture_id = ?, seen_until = ? WHERE article_id = ? AND number = ?",
            (sighting.capture_id, sighting.at, article_id, last.number),
        )
        return "unchanged"
    _add_snapshot(connection, article_id, sighting, last.number + 1, content_id, changed, layout)
    _add_event(connection, article_id, sighting, "edited", ", ".join(changed))
    if "title" in changed:
        _add_event(connection, article_id, sighting, "title_changed", content.row["title"])
    return "changed"


def _find_last_snapshot(connection: sqlite3.Connection, article_id: int) -> _Snapshot | None:
    row = connection.execute(
        "SELECT s.number, s.content_id, c.digest FROM snapshots s JOIN contents c ON c.id = s.content_id "
        "WHERE s.article_id = ? ORDER BY s.number DESC LIMIT 1",
        (article_id,),
    ).fetchone()
    return _Snapshot(*row) if row else None


def _compare(connection: sqlite3.Connection, last: _Snapshot, content: Content) -> tuple[str, ...]:
    if last.digest == content.digest:
        return ()
    row = connection.execute("SELECT * FROM contents WHERE id = ?", (last.content_id,)).fetchone()
    return find_changes(Content.of_row(row), content)


def _add_snapshot(
    connection: sqlite3.Connection,
    article_id: int,
    sighting: Sighting,
    number: int,
    content_id: int,
    changed: tuple[str, ...] | None,
    layout: str,
) -> None:
    fields = json.dumps(changed) if changed is not None else None
    capture, at = sighting.capture_id, sighting.at
    connection.execute(
        "INSERT INTO snapshots VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'page', ?)",
        (article_id, number, content_id, capture, capture, at, at, fields, layout),
    )


def _add_event(
    connection: sqlite3.Connection, article_id: int, sighting: Sighting, kind: str, detail: str | int | None
) -> None:
    connection.execute(
        "INSERT INTO article_events VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (article_id, sighting.capture_id, kind, detail),
    )
