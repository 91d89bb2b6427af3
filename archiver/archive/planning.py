"""What a run must know of the past before it begins: the known articles, and work that was left unfinished."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.archive.content import write_time
from archiver.archive.headers import read_headers
from archiver.archive.values import read_json, read_time


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article with the facts its next visit depends on.

    ``published_at`` is the printed date, ``visited_at`` the last capture of its own page, whatever that showed;
    ``changes`` counts the snapshots after the first.
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


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A run that was cut off, with the runs it took up itself: their ids, oldest first, and how far it was to go."""

    uid: str
    ids: tuple[int, ...]
    scope: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A capture that an unfinished run made: a page that need not be asked for again."""

    capture_id: int
    url: str
    status: int


def list_known_articles(connection: sqlite3.Connection, site: str) -> list[KnownArticle]:
    """List the articles of a site that were read at least once; those that moved are another article's address now."""
    rows = connection.execute(
        "SELECT c.article_id, c.url, c.title, c.state, c.listed, c.published_at, c.first_seen_at, c.changed_at, "
        "(SELECT max(k.fetched_at) FROM readings r JOIN captures k ON k.id = r.capture_id"
        " WHERE r.article_id = a.id AND r.source = 'article') AS visited_at, c.snapshots - 1 "
        "FROM current_articles c JOIN articles a ON a.site = c.site AND a.native_key = c.article_id "
        "WHERE c.site = ? AND c.state != 'moved' ORDER BY c.article_id",
        (site,),
    )
    return [_read_known(row) for row in rows]


def find_unfinished_run(
    connection: sqlite3.Connection, site: str, arguments: Mapping[str, str], since: datetime
) -> UnfinishedRun | None:
    """Find the last run of a site if it did not finish, was asked for the same, and began at ``since`` or later."""
    row = connection.execute(
        "SELECT id, uid, scope, started_at, outcome, arguments FROM runs WHERE site = ? AND outcome != 'locked' "
        "ORDER BY started_at DESC, id DESC LIMIT 1",
        (site,),
    ).fetchone()
    if row is None or row["outcome"] not in ("died", "interrupted", "failed"):
        return None
    if read_json(row["arguments"]) != dict(arguments) or row["started_at"] < write_time(since):
        return None
    began = read_time(row["started_at"])
    return UnfinishedRun(row["uid"], _list_chain(connection, row["id"]), row["scope"], began)


def find_beginning(connection: sqlite3.Connection, run_id: int) -> datetime:
    """Return when the work of a run began, be it with the first of the runs that it takes up."""
    ids = json.dumps(_list_chain(connection, run_id))
    query = "SELECT min(started_at) FROM runs WHERE id IN (SELECT value FROM json_each(?))"
    return read_time(connection.execute(query, (ids,)).fetchone()[0])


def list_kept_answers(connection: sqlite3.Connection, runs: tuple[int, ...]) -> list[KeptAnswer]:
    """List the captures of some runs in the order they were made."""
    rows = connection.execute(
        "SELECT k.id, a.url, k.status FROM captures k JOIN addresses a ON a.id = k.address_id "
        "WHERE k.run_id IN (SELECT value FROM json_each(?)) ORDER BY k.id",
        (json.dumps(runs),),
    )
    return [KeptAnswer(*row) for row in rows]


def list_strangers(connection: sqlite3.Connection, site: str) -> list[tuple[str, datetime]]:
    """List the addresses that answered with something other than an article, and without a finding, and when last."""
    rows = connection.execute(
        "SELECT a.url, max(k.fetched_at) FROM addresses a JOIN captures k ON k.address_id = a.id WHERE a.site = ? "
        "AND (k.status BETWEEN 200 AND 299 OR k.status IN (404, 410)) "
        "AND NOT EXISTS (SELECT 1 FROM readings WHERE capture_id = k.id AND sign = 'content') "
        "AND k.id NOT IN (SELECT capture_id FROM findings WHERE capture_id IS NOT NULL) GROUP BY a.id",
        (site,),
    )
    return [(url, read_time(at)) for url, at in rows]


def find_last_walk(connection: sqlite3.Connection, site: str, start: str | None) -> datetime | None:
    """Return when the last run began that walked all listings, from the same start addresses, to their ends."""
    row = connection.execute(
        "SELECT max(started_at) FROM runs WHERE site = ? AND complete AND arguments ->> 'start' IS ?",
        (site, start),
    ).fetchone()
    return read_time(row[0]) if row[0] else None


def find_validators(connection: sqlite3.Connection, site: str, key: str) -> dict[str, str]:
    """Return ETag and Last-Modified of the last good capture of an article, under these names; none if it had none."""
    row = connection.execute(
        "SELECT k.headers, h.headers AS header_set "
        "FROM article_keys ak JOIN readings r ON r.article_id = ak.article_id "
        "JOIN captures k ON k.id = r.capture_id LEFT JOIN header_sets h ON h.id = k.header_set_id "
        "WHERE ak.site = ? AND ak.native_key = ? AND r.sign = 'content' "
        "AND r.standing = 'counted' ORDER BY k.fetched_at DESC LIMIT 1",
        (site, key),
    ).fetchone()
    names = {"etag": "ETag", "last-modified": "Last-Modified"}
    headers = read_headers(row["headers"], row["header_set"]) if row else ()
    return {names[name.lower()]: value for name, value in headers if name.lower() in names}


def _read_known(row: sqlite3.Row) -> KnownArticle:
    key, url, title, state, listed, published, first_seen, changed, visited, changes = row
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
    )


def _list_chain(connection: sqlite3.Connection, run_id: int) -> tuple[int, ...]:
    """List a run and those it took up, one after the other, oldest first."""
    rows = connection.execute(
        "WITH RECURSIVE chain (id, resumes) AS (SELECT id, resumes FROM runs WHERE id = ? "
        "UNION SELECT r.id, r.resumes FROM runs r JOIN chain c ON r.uid = c.resumes) SELECT id FROM chain ORDER BY id",
        (run_id,),
    )
    return tuple(row[0] for row in rows)


RESUME_FOR = timedelta(hours=12)
"""So long a run that was cut off can be taken up: its listing pages are not older than that."""
