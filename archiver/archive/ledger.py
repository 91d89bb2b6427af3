"""The ledger of runs: opened in the first second, closed with a named outcome, with all findings between."""

import json
import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from archiver.archive.content import write_time
from archiver.model import Problem
from archiver.site import Site

Outcome = Literal["finished", "problems", "failed", "interrupted", "died", "locked"]


@dataclass(frozen=True, slots=True)
class Run:
    """An open run: its row in ``runs`` and the site it is for."""

    id: int
    site: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a run has to say about an address."""

    kind: str
    url: str
    detail: str


def open_run(connection: sqlite3.Connection, site: Site, arguments: Mapping[str, str], at: datetime) -> Run:
    """Write the row of a run that begins, and the site as it is declared now."""
    connection.execute(
        "INSERT INTO sites VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET title = excluded.title, "
        "platform = excluded.platform, timezone = excluded.timezone",
        (site.name, site.title, site.platform, site.timezone),
    )
    row = connection.execute(
        "INSERT INTO runs (uid, site, kind, arguments, started_at) VALUES (?, ?, 'crawl', ?, ?) RETURNING id",
        (uuid.uuid4().hex, site.name, json.dumps(dict(arguments), ensure_ascii=False), write_time(at)),
    ).fetchone()
    return Run(row[0], site.name)


def close_run(connection: sqlite3.Connection, run: Run, outcome: Outcome, requests: int, at: datetime) -> None:
    """Write how a run ended and what it brought."""
    new, changed, seen = _tally_articles(connection, run)
    connection.execute(
        "UPDATE runs SET finished_at = ?, outcome = ?, requests = ?, articles_new = ?, articles_changed = ?, "
        "articles_unchanged = ? WHERE id = ?",
        (write_time(at), outcome, requests, new, changed, seen - new - changed, run.id),
    )


def _tally_articles(connection: sqlite3.Connection, run: Run) -> tuple[int, int, int]:
    """Count the articles that a run saw first, saw changed, and saw at all."""
    row = connection.execute(
        "SELECT count(DISTINCT CASE WHEN s.number = 1 THEN r.article_id END), "
        "count(DISTINCT CASE WHEN s.number > 1 THEN r.article_id END), count(DISTINCT r.article_id) "
        "FROM captures k JOIN readings r ON r.capture_id = k.id AND r.sign = 'content' AND r.standing = 'counted' "
        "LEFT JOIN snapshots s ON s.article_id = r.article_id AND s.first_capture_id = k.id AND s.number IS NOT NULL "
        "WHERE k.run_id = ?",
        (run.id,),
    ).fetchone()
    return row[0], row[1], row[2]


def count_error(connection: sqlite3.Connection, run: Run) -> None:
    """Count a request that brought no page; in the transaction of what it brought, so that it holds if the run dies."""
    connection.execute("UPDATE runs SET errors = errors + 1 WHERE id = ?", (run.id,))


def find_open_runs(connection: sqlite3.Connection, site: str) -> list[Run]:
    """Return the runs of a site that were never closed; the caller judges and closes them."""
    rows = connection.execute("SELECT id, site FROM runs WHERE site = ? AND outcome IS NULL ORDER BY id", (site,))
    return [Run(*row) for row in rows]


def add_finding(
    connection: sqlite3.Connection, run: Run, url: str, problem: Problem, capture_id: int | None = None
) -> None:
    """Write a finding of a run; the same finding twice is one."""
    connection.execute(
        "INSERT INTO findings (run_id, kind, url, detail, capture_id) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (run.id, problem.kind, url, problem.detail, capture_id),
    )


def list_findings(connection: sqlite3.Connection, run: Run) -> list[Finding]:
    """Return the findings of a run in the order they were made."""
    rows = connection.execute("SELECT kind, url, detail FROM findings WHERE run_id = ? ORDER BY id", (run.id,))
    return [Finding(*row) for row in rows]
