"""Questions to the archive, asked through the public views."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from archiver.archive.history.content import write_time
from archiver.archive.queries.article_filter import ArticleFilter, choose
from archiver.archive.queries.rows import (
    ArticleRow,
    EventRow,
    ObservationRow,
    RunRow,
    SiteRow,
    SnapshotRow,
    SummaryRow,
)
from archiver.archive.store.damage import DamageError, note_damage
from archiver.archive.store.values import read_zone, take_rows

_SUMMARY = "site, article_id, published_at, published_precision, title, views, state, snapshots, changed_at, url"


def list_articles(
    connection: sqlite3.Connection, wanted: ArticleFilter, limit: int | None = None
) -> Iterator[SummaryRow]:
    """List articles, the newest first; those without a date come last."""
    tail, values = select_articles(connection, wanted, limit)
    return take_rows(connection.execute(f"SELECT {_SUMMARY} {tail}", values), SummaryRow)


def select_articles(
    connection: sqlite3.Connection, wanted: ArticleFilter, limit: int | None = None
) -> tuple[str, list[str | int]]:
    """Return the end of a query of ``current_articles``, from FROM to LIMIT, and its values; the newest come first."""
    chosen = choose(wanted, zones_of_sites(connection))
    tail = (
        f"FROM current_articles a WHERE {chosen} "
        "ORDER BY published_at IS NULL, published_at DESC, site, article_id LIMIT ?"
    )
    return tail, [*chosen.values, -1 if limit is None else limit]


def find_articles(connection: sqlite3.Connection, reference: str) -> list[ArticleRow]:
    """Find articles by id, by ``site:id`` or by any address they were seen under; the full current row of each."""
    site, _, key = reference.partition(":")  # a key that is an address may have a port
    query = (
        "SELECT * FROM current_articles WHERE article_id = ?1 OR (site = ?2 AND article_id = ?3) OR EXISTS ("
        " SELECT 1 FROM articles a JOIN article_addresses aa ON aa.article_id = a.id"
        " JOIN addresses d ON d.id = aa.address_id"
        " WHERE d.url = ?1 AND a.site = current_articles.site AND a.native_key = current_articles.article_id)"
    )
    return list(take_rows(connection.execute(query, (reference, site, key)), ArticleRow))


def find_articles_ending(connection: sqlite3.Connection, ending: str, most: int) -> list[ArticleRow]:
    """Find articles whose ids end so, ``most`` at most, the latest published first; the full current row of each."""
    query = (
        "SELECT * FROM current_articles WHERE substr(article_id, -length(?1)) = ?1 "
        "ORDER BY published_at DESC, article_id LIMIT ?2"
    )
    return list(take_rows(connection.execute(query, (ending, most)), ArticleRow))


def list_snapshots(connection: sqlite3.Connection, site: str, article_id: str) -> Iterator[SnapshotRow]:
    """List the snapshots of an article, the oldest first."""
    return take_rows(_of_article(connection, "article_history", "snapshot", site, article_id), SnapshotRow)


def find_capture_at(connection: sqlite3.Connection, site: str, article_id: str, at: datetime) -> int | None:
    """Return the id of the last good capture of an article up to a time."""
    row = connection.execute(
        "SELECT r.capture_id FROM readings r JOIN article_keys a ON a.article_id = r.article_id "
        "JOIN captures k ON k.id = r.capture_id WHERE a.site = ? AND a.native_key = ? AND r.sign = 'content' "
        "AND r.standing = 'counted' AND k.fetched_at <= ? ORDER BY k.fetched_at DESC LIMIT 1",
        (site, article_id, write_time(at, "microseconds")),
    ).fetchone()
    return int(row[0]) if row else None


def find_sealed_run(connection: sqlite3.Connection, capture_id: int) -> tuple[int, str | None]:
    """Return the number of the run that brought a capture, and its seal; None while it goes on."""
    row = connection.execute(
        "SELECT n.run_id, nullif(lower(hex(r.seal)), '') FROM captures k JOIN runs r ON r.id = k.run_id "
        "JOIN run_numbers n ON n.id = r.id WHERE k.id = ?",
        (capture_id,),
    ).fetchone()
    return int(row[0]), row[1]


def list_observations(connection: sqlite3.Connection, site: str, article_id: str) -> Iterator[ObservationRow]:
    """List the observations of an article, the oldest first."""
    return take_rows(_of_article(connection, "view_history", "observed_at", site, article_id), ObservationRow)


def list_events(connection: sqlite3.Connection) -> Iterator[EventRow]:
    """List what happened to articles, the oldest first."""
    return take_rows(connection.execute("SELECT * FROM events ORDER BY at, site, article_id"), EventRow)


def list_runs(connection: sqlite3.Connection, site: str | None, limit: int | None) -> Iterator[RunRow]:
    """List runs, the newest first."""
    query = "SELECT * FROM run_summary WHERE ?1 IS NULL OR site = ?1 ORDER BY run_id DESC LIMIT ?2"
    return take_rows(connection.execute(query, (site, -1 if limit is None else limit)), RunRow)


def summarise_sites(connection: sqlite3.Connection) -> dict[str, SiteRow]:
    """Count the articles of each site and name its last crawl."""
    query = """
        SELECT s.name, (SELECT count(*) FROM current_articles WHERE site = s.name) AS articles,
            max(r.started_at) AS last_run, r.outcome
        FROM sites s LEFT JOIN runs r ON r.site = s.name AND r.kind = 'crawl' AND NOT r.withdrawn GROUP BY s.name
    """
    return {row["name"]: row for row in take_rows(connection.execute(query), SiteRow)}


def zones_of_sites(connection: sqlite3.Connection) -> dict[str, ZoneInfo]:
    """Return the zone in which each site's times are shown; UTC where the archive names none that is one."""
    rows = connection.execute("SELECT name, timezone FROM sites ORDER BY name")
    return Zones((str(row[0]), _find_zone(row[0], row[1])) for row in rows)


class Zones(dict[str, ZoneInfo]):
    """Time zones by site; of a site that the archive should know and does not, UTC, and a note of damage."""

    def __missing__(self, site: object) -> ZoneInfo:
        note_damage(DamageError(f"rows are of a site {site!r}, which is not there; its times are shown in UTC"))
        return ZoneInfo("UTC")


def titles_of_sites(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the title of each site, as it was declared last."""
    return dict(tuple(row) for row in connection.execute("SELECT name, title FROM sites ORDER BY name"))


def _of_article(connection: sqlite3.Connection, view: str, order: str, site: str, article_id: str) -> sqlite3.Cursor:
    query = f"SELECT * FROM {view} WHERE site = ? AND article_id = ? ORDER BY {order}"
    return connection.execute(query, (site, article_id))


def _find_zone(site: object, name: object) -> ZoneInfo:
    try:
        return read_zone(name)
    except DamageError as error:
        note_damage(DamageError(f"site {site}: {error}; its times are shown in UTC"))
        return ZoneInfo("UTC")
