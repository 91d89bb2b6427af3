"""What a run must know of the past before it begins: the known articles, and work that was left unfinished."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.archive.evidence.further_pages import list_earlier_pages
from archiver.archive.evidence.headers import read_headers
from archiver.archive.history.content import write_time
from archiver.archive.runs.run_log import LEFT_WORK
from archiver.archive.store.sql_files import Queries
from archiver.archive.store.values import read_json, read_time
from archiver.text.sketches import UNREAD

_SCOPES = ("daily", "deep", "full")  # each does what those before it do
RESUME_FOR = timedelta(hours=12)
"""So long a listing page may stand in for the one that is there now, in a run that takes up another."""
SLACK = timedelta(minutes=10)
"""So far the clocks of the machines that fill an archive may differ without a word."""
DID_ITS_WORK = (
    f"(outcome IN ('finished', 'problems') AND NOT EXISTS (SELECT 1 FROM fates WHERE run_id = runs.id AND {LEFT_WORK}))"
)
"""Of a row of ``runs``: it came to its end, and left nothing of what it had found. Walked listings are not enough."""


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article with the facts its next visit depends on.

    ``published_at`` is the printed date, ``visited_at`` the last capture of its own page, whatever that showed;
    ``changes`` counts the snapshots after the first. ``is_missed``: it was missing when it was visited last, and that
    was not believed.
    """

    key: str
    url: str
    title: str
    state: str
    listed: bool
    published_at: datetime | None
    first_seen_at: datetime
    changed_at: datetime | None
    visited_at: datetime
    changes: int
    is_missed: bool = False


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A run that did not do its work, with those it took up itself: their ids, and how far they were to go at most.

    ``uid`` is its own; ``started_at`` is when the first of them began, ``last_began`` when the last did.
    """

    uid: str
    ids: tuple[int, ...]
    scope: str
    started_at: datetime
    last_began: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A capture that an unfinished run made: a page that need not be asked for again, for a time."""

    capture_id: int
    url: str
    status: int
    fetched_at: datetime
    run_id: int


_QUERIES = Queries(__file__)


def list_known_articles(connection: sqlite3.Connection, site: str, at: datetime | None = None) -> list[KnownArticle]:
    """List the articles of a site that were read at least once; those that moved are another article's address now.

    A visit after ``at`` was dated by a clock that was ahead; it does not put off the next one while there is another.
    """
    until = write_time(at + SLACK, "microseconds") if at else "9999"
    rows = _QUERIES.ask(connection, "known", site=site, at=until, unread=UNREAD)
    return [_read_known(row) for row in rows]


def list_other_keys(connection: sqlite3.Connection, site: str) -> dict[str, str]:
    """List the keys of a site's articles that are not their first one, each with the key that names its article."""
    rows = connection.execute(
        "SELECT n.native_key, a.native_key FROM article_keys n JOIN articles a ON a.id = n.article_id "
        "WHERE n.site = ? AND n.native_key <> a.native_key",
        (site,),
    )
    return {row[0]: row[1] for row in rows}


def find_unfinished_run(
    connection: sqlite3.Connection, site: str, arguments: Mapping[str, str], at: datetime
) -> UnfinishedRun | None:
    """Find what a run with these arguments takes up when it begins: the last run of the same task, if it left work.

    The whole site behind the same start addresses is one task, whatever else was asked for, and is taken up whenever.
    A part of it (``since``, ``max_pages``) is taken up by the same question only, within RESUME_FOR. Runs that began
    in the future, by a clock that was ahead, wait for their time.
    """
    rows = connection.execute(
        f"SELECT id, uid, started_at, arguments, {DID_ITS_WORK} AS done FROM runs WHERE site = ? AND kind = 'crawl' "
        "AND outcome != 'locked' AND NOT withdrawn AND started_at <= ? ORDER BY started_at DESC, uid DESC",
        (site, write_time(at + SLACK, "microseconds")),
    )
    last = next((row for row in rows if _is_same_task(read_json(row["arguments"]), arguments)), None)
    if last is None or last["done"]:
        return None
    if _is_bounded(arguments) and last["started_at"] < write_time(at - RESUME_FOR, "microseconds"):
        return None
    return _read_chain(connection, last["id"], last["uid"])


def find_beginning(connection: sqlite3.Connection, run_id: int) -> datetime:
    """Return when the work of a run began, be it with the first of the runs that it takes up."""
    return _read_chain(connection, run_id, "").started_at


def list_kept_answers(connection: sqlite3.Connection, runs: tuple[int, ...], since: datetime) -> list[KeptAnswer]:
    """List the captures that some runs made since a time, in the order they were made."""
    rows = connection.execute(
        "SELECT k.id, a.url, k.status, k.fetched_at, k.run_id FROM captures k JOIN addresses a ON a.id = k.address_id "
        "WHERE k.run_id IN (SELECT value FROM json_each(?)) AND k.fetched_at >= ? "
        "AND (k.final OR k.status >= 300) ORDER BY k.fetched_at, a.url",
        (json.dumps(runs), write_time(since, "microseconds")),
    )
    return [KeptAnswer(key, url, status, read_time(at), run) for key, url, status, at, run in rows]


def list_non_articles(connection: sqlite3.Connection, site: str) -> list[tuple[str, datetime]]:
    """List the addresses that last answered with something other than an article, and without a finding, and when.

    The last answer counts alone: of a page that was asked for again, only the last try can have a finding.
    """
    rows = _QUERIES.ask(connection, "non_articles", site=site)
    return [(url, read_time(at)) for url, at in rows]


def find_last_walk(connection: sqlite3.Connection, site: str, start: str | None, at: datetime) -> datetime | None:
    """Return when the last run up to a time began that walked all listings of the same start addresses to their ends.

    Only one that also did its work counts: it was not cut off, and left no article that it had found.
    """
    row = connection.execute(
        "SELECT max(started_at) FROM runs WHERE site = ? AND kind = 'crawl' AND complete AND NOT withdrawn "
        f"AND arguments ->> 'start' IS ? AND started_at <= ? AND {DID_ITS_WORK}",
        (site, start, write_time(at + SLACK, "microseconds")),
    ).fetchone()
    return read_time(row[0]) if row[0] else None


def find_validators(connection: sqlite3.Connection, site: str, key: str) -> dict[str, str]:
    """Return ETag and Last-Modified of the last good capture of an article, under these names; none if it had none.

    Those of one page say nothing of the other pages of an article.
    """
    row = connection.execute(
        "SELECT k.id, k.headers, h.headers AS header_set "
        "FROM article_keys ak JOIN readings r ON r.article_id = ak.article_id "
        "JOIN captures k ON k.id = r.capture_id LEFT JOIN header_sets h ON h.id = k.header_set_id "
        "WHERE ak.site = ? AND ak.native_key = ? AND r.sign = 'content' "
        "AND r.standing = 'counted' ORDER BY k.fetched_at DESC LIMIT 1",
        (site, key),
    ).fetchone()
    names = {"etag": "ETag", "last-modified": "Last-Modified"}
    is_whole = row is not None and not list_earlier_pages(connection, row["id"])
    headers = read_headers(row["headers"], row["header_set"]) if is_whole else ()
    return {names[name.lower()]: value for name, value in headers if name.lower() in names}


def _read_known(row: sqlite3.Row) -> KnownArticle:
    key, url, title, state, listed, published, first_seen, changed, visited, changes, is_missed = row
    read = read_time
    return KnownArticle(
        key,
        url,
        title,
        state,
        bool(listed),
        read(published) if published else None,
        read(first_seen),
        read(changed) if changed else None,
        read(visited),
        changes,
        bool(is_missed),
    )


def _is_same_task(before: Mapping[str, str], arguments: Mapping[str, str]) -> bool:
    if _is_bounded(arguments) or _is_bounded(before):
        return dict(before) == dict(arguments)
    return before.get("start") == arguments.get("start")


def _is_bounded(arguments: Mapping[str, str]) -> bool:
    return "since" in arguments or "max_pages" in arguments


def _read_chain(connection: sqlite3.Connection, run_id: int, uid: str) -> UnfinishedRun:
    """Read a run and those it took up, one after the other."""
    rows = _QUERIES.ask(connection, "chain", run=run_id)
    scope = max((row["scope"] for row in rows), key=_SCOPES.index)
    first, last = (read_time(rows[place]["started_at"]) for place in (0, -1))
    return UnfinishedRun(uid, tuple(row["id"] for row in rows), scope, first, last)
