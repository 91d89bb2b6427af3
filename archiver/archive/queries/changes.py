"""What happened to articles, run by run, the last run first; and the runs themselves, as they are shown to readers.

Runs are few; so the newest events are found without sorting them all: run by run, as they are asked for.
"""

import sqlite3
from collections.abc import Iterator

from archiver.archive.queries.browsing import CHANGED
from archiver.archive.queries.rows import (
    ArticleEventRow,
    ChangeRow,
    CountedRunRow,
    FateRow,
    RunFindingRow,
    ShownRunRow,
)
from archiver.archive.store.values import take_row, take_rows

_EVENT = (
    "k.fetched_at AS at, e.kind, e.detail, a.id, a.site, a.native_key AS article_id, a.state, a.views, c.title, "
    "(SELECT number FROM snapshots WHERE article_id = a.id AND first_capture_id = e.capture_id "
    "AND number IS NOT NULL) AS snapshot"
)
# The title is that of the event's time: what was once said of it does not change.
_THEN = (
    "(SELECT coalesce(max(iif(seen_from <= k.fetched_at, number, NULL)), min(number)) FROM snapshots "
    "WHERE article_id = a.id AND number IS NOT NULL)"
)
_EVENTS = (
    f"SELECT {_EVENT} FROM captures k CROSS JOIN article_events e ON e.capture_id = k.id "
    "CROSS JOIN articles a ON a.id = e.article_id "
    f"CROSS JOIN snapshots s ON s.article_id = a.id AND s.number = {_THEN} "
    "CROSS JOIN contents c ON c.id = s.content_id "
    "WHERE k.run_id = ?1 "
)
_RUNS = "run_numbers n JOIN runs r ON r.id = n.id"
_RUN = (
    "r.id, n.run_id, r.site, r.kind, r.started_at, r.finished_at, iif(r.withdrawn, 'withdrawn', r.outcome) AS outcome, "
    "r.scope, r.requests, r.errors, "
    "r.found AS articles_found, r.articles_new, r.articles_changed, r.articles_unchanged, "
    "(SELECT count(*) FROM findings WHERE run_id = r.id) AS findings"
)


def list_changes(connection: sqlite3.Connection, site: str | None = None) -> Iterator[ChangeRow]:
    """List what happened to known articles, the last run first; new articles and their titles apart are left out.

    Rows come as they are asked for: take no more than are shown.
    """
    query = "SELECT id FROM runs WHERE ?1 IS NULL OR site = ?1 ORDER BY started_at DESC, uid DESC"
    for run in connection.execute(query, (site,)).fetchall():
        kinds = "AND e.kind NOT IN ('created', 'title_changed')"
        yield from take_rows(
            connection.execute(f"{_EVENTS} {kinds} ORDER BY at DESC, a.native_key", (run[0],)), ChangeRow
        )


def list_new(connection: sqlite3.Connection, site: str, limit: int) -> list[ChangeRow]:
    """List the articles that were met first in the last runs of a site."""
    query = "SELECT id FROM runs WHERE site = ? ORDER BY started_at DESC, uid DESC"
    found: list[ChangeRow] = []
    for run in connection.execute(query, (site,)).fetchall():
        events = f"{_EVENTS} AND e.kind = 'created' ORDER BY at DESC, a.native_key LIMIT ?2"
        found += take_rows(connection.execute(events, (run[0], limit - len(found))), ChangeRow)
        if len(found) >= limit:
            break
    return found


def list_events_of_run(connection: sqlite3.Connection, run: int, limit: int) -> list[ChangeRow]:
    """List what a run (by its id) showed: changes first, then new articles."""
    query = f"{_EVENTS} AND e.kind <> 'title_changed' AND e.kind {{}} 'created' ORDER BY at, a.native_key LIMIT ?2"
    changed = list(take_rows(connection.execute(query.format("<>"), (run, limit)), ChangeRow))
    return changed + list(take_rows(connection.execute(query.format("="), (run, limit - len(changed))), ChangeRow))


def list_events_of_article(connection: sqlite3.Connection, article: int) -> list[ArticleEventRow]:
    """List what happened to an article (by its id), the oldest first."""
    query = (
        "SELECT k.fetched_at AS at, e.kind, e.detail FROM article_events e JOIN captures k ON k.id = e.capture_id "
        "WHERE e.article_id = ? ORDER BY k.fetched_at, e.kind"
    )
    return list(take_rows(connection.execute(query, (article,)), ArticleEventRow))


def list_runs_before(
    connection: sqlite3.Connection, site: str | None, before: int | None, limit: int
) -> list[ShownRunRow]:
    """List runs, the newest first: of one site or of all, and those before a number."""
    query = (
        f"SELECT {_RUN} FROM {_RUNS} WHERE (?1 IS NULL OR r.site = ?1) AND (?2 IS NULL OR n.run_id < ?2) "
        "ORDER BY n.run_id DESC LIMIT ?3"
    )
    return list(take_rows(connection.execute(query, (site, before, limit)), ShownRunRow))


def find_last_run(connection: sqlite3.Connection, site: str) -> ShownRunRow | None:
    """Return the last run of a site that counts; None where there is none."""
    query = f"SELECT {_RUN} FROM {_RUNS} WHERE r.site = ? AND NOT r.withdrawn ORDER BY n.run_id DESC LIMIT 1"
    row = connection.execute(query, (site,)).fetchone()
    return take_row(row, ShownRunRow) if row is not None else None


def find_run(connection: sqlite3.Connection, number: int) -> CountedRunRow | None:
    """Return a run by its number, with how many answers it kept."""
    query = (
        f"SELECT {_RUN}, (SELECT count(*) FROM captures WHERE run_id = r.id) AS captures "
        f"FROM {_RUNS} WHERE n.run_id = ?"
    )
    row = connection.execute(query, (number,)).fetchone()
    return take_row(row, CountedRunRow) if row is not None else None


def list_findings(connection: sqlite3.Connection, run: int, limit: int = -1) -> list[RunFindingRow]:
    """List what a run (by its id) has to say: all of it, or the first ``limit``."""
    query = "SELECT kind, url, detail FROM findings WHERE run_id = ? ORDER BY id LIMIT ?"
    return list(take_rows(connection.execute(query, (run, limit)), RunFindingRow))


def list_fates(connection: sqlite3.Connection, run: int) -> list[FateRow]:
    """List what became of the articles that a run (by its id) found and did not read."""
    query = "SELECT fate, reason, articles FROM fates WHERE run_id = ? ORDER BY fate, articles DESC"
    return list(take_rows(connection.execute(query, (run,)), FateRow))


def count_articles(connection: sqlite3.Connection) -> dict[str, tuple[str, int, int, int]]:
    """Count the articles of each site: its title, all, those that are not live, those that changed."""
    sites = "SELECT name, title, (SELECT count(*) FROM articles WHERE site = name) FROM sites ORDER BY title"
    away = _count(connection, "SELECT site, count(*) FROM articles WHERE state <> 'live' GROUP BY site")
    changed = _count(
        connection, f"SELECT site, count(*) FROM ({CHANGED}) JOIN articles ON id = article_id GROUP BY site"
    )
    rows = connection.execute(sites)
    return {name: (title, count, away.get(name, 0), changed.get(name, 0)) for name, title, count in rows}


def _count(connection: sqlite3.Connection, query: str) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(query)}
