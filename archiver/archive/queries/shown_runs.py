"""The runs, as they are shown to readers, and the sites with how many articles each has."""

import sqlite3

from archiver.archive.queries.browsing import CHANGED
from archiver.archive.queries.rows import CountedRunRow, FateRow, RunFindingRow, ShownRunRow
from archiver.archive.store.values import take_row, take_rows

_RUNS = "run_numbers n JOIN runs r ON r.id = n.id"
_RUN = (
    "r.id, n.run_id, r.site, r.kind, r.started_at, r.finished_at, iif(r.withdrawn, 'withdrawn', r.outcome) AS outcome, "
    "r.scope, r.requests, r.errors, "
    "r.found AS articles_found, r.articles_new, r.articles_changed, r.articles_unchanged, "
    "(SELECT count(*) FROM findings WHERE run_id = r.id) AS findings"
)


def list_runs_before(
    connection: sqlite3.Connection, site: str | None, before: int | None, limit: int
) -> list[ShownRunRow]:
    """List runs, the newest first: of one site or of all, and those before a number."""
    query = (
        f"SELECT {_RUN} FROM {_RUNS} WHERE (?1 IS NULL OR r.site = ?1) AND (?2 IS NULL OR n.run_id < ?2) "
        "ORDER BY n.run_id DESC LIMIT ?3"
    )
    return list(take_rows(connection.execute(query, (site, before, limit)), ShownRunRow))


def list_last_runs(connection: sqlite3.Connection) -> dict[str, ShownRunRow]:
    """Return the last crawl of each site that counts, by the site's name."""
    last = "SELECT id, row_number() OVER (PARTITION BY site ORDER BY started_at DESC, uid DESC) AS place FROM runs"
    counts = "kind = 'crawl' AND NOT withdrawn"
    query = f"SELECT {_RUN} FROM {_RUNS} WHERE r.id IN (SELECT id FROM ({last} WHERE {counts}) WHERE place = 1)"
    return {row["site"]: row for row in take_rows(connection.execute(query), ShownRunRow)}


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
