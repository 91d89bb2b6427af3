"""Runs of captures that others made: one for each day and source, opened and closed by what they hold.

Their uid follows from site, source and day, so an import that was killed goes on with the runs that it left open, and
two machines that import one file have the same runs. What is closed is sealed: captures of its day that come later make
a run of their own.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from itertools import count

from archiver.archive.evidence.seals import seal_run
from archiver.archive.history.content import write_time
from archiver.archive.history.reconciling import reconcile
from archiver.archive.noise.learned_rules import list_noisier, load_all_noise
from archiver.archive.noise.spreading import rederive_versioned
from archiver.archive.runs.run_log import Run, close_run, open_run
from archiver.archive.store.damage import DamageError
from archiver.archive.store.values import read_json
from archiver.site import Site

SOURCE = "source"
"""Under this name the arguments of a run say where its captures are from: the name of a file, or an address."""


def find_imported_run(connection: sqlite3.Connection, site: Site, source: str, at: datetime) -> Run:
    """Return the open run for captures of a day from a source, opened where there is none; ``at`` is a capture's time.

    It begins with the earliest of its captures.
    """
    for number in count():
        uid = _make_uid(site.name, source, at, number)
        row = connection.execute("SELECT id, outcome, started_at FROM runs WHERE uid = ?", (uid,)).fetchone()
        if row is None:
            return open_run(connection, site, {SOURCE: source}, at, kind="import", uid=uid)
        if row["outcome"] is None:
            widen_run(connection, Run(row["id"], site.name), at)
            return Run(row["id"], site.name)
    raise AssertionError  # count() has no end


def widen_run(connection: sqlite3.Connection, run: Run, at: datetime) -> None:
    """Let an open run begin with a capture that is earlier than those that it has."""
    began = write_time(at, "microseconds")
    connection.execute("UPDATE runs SET started_at = ?1 WHERE id = ?2 AND started_at > ?1", (began, run.id))


def _make_uid(site: str, source: str, at: datetime, number: int) -> str:
    named = json.dumps([site, source, at.date().isoformat(), number], ensure_ascii=False)
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def close_imported_runs(connection: sqlite3.Connection, site: str) -> int:
    """Close all open runs of imports of a site, judge them and what came later, and seal them; returns how many.

    One pass in the order of time over everything that they touch, in the transaction of the caller.
    """
    runs = _list_open(connection, site)
    if not runs:
        return 0
    noise = load_all_noise(connection)
    for run in runs:
        _write_end(connection, run)
    reconcile(connection, _list_articles(connection, runs), [run.id for run in runs])
    for name in list_noisier(connection, noise):
        rederive_versioned(connection, name)
    for run in runs:
        count_imported_run(connection, run)
    return len(runs)


def find_source(connection: sqlite3.Connection, run_id: int) -> str | None:
    """Say where the captures of a run are from; None for a run that fetched them itself."""
    row = connection.execute("SELECT kind, arguments FROM runs WHERE id = ?", (run_id,)).fetchone()
    return read_source(row["kind"], row["arguments"]) if row else None


def read_source(kind: str, arguments: str) -> str | None:
    """Read the source of a run from its arguments; None for a run that fetched its captures itself."""
    if kind != "import":
        return None
    try:
        read = read_json(arguments)
    except DamageError:
        return None
    source = read.get(SOURCE) if isinstance(read, dict) else None
    return source if isinstance(source, str) else None


def _list_open(connection: sqlite3.Connection, site: str) -> list[Run]:
    query = "SELECT id, site FROM runs WHERE site = ? AND kind = 'import' AND outcome IS NULL ORDER BY started_at, uid"
    return [Run(row[0], row[1]) for row in connection.execute(query, (site,))]


def _list_articles(connection: sqlite3.Connection, runs: Iterable[Run]) -> set[int]:
    rows = connection.execute(
        "SELECT DISTINCT r.article_id FROM json_each(?) u CROSS JOIN captures k ON k.run_id = u.value "
        "CROSS JOIN readings r ON r.capture_id = k.id",
        (json.dumps([run.id for run in runs]),),
    )
    return {row[0] for row in rows}


def _write_end(connection: sqlite3.Connection, run: Run) -> None:
    """Let a run end with its last capture or file: what is judged again looks at closed runs alone."""
    connection.execute(
        "UPDATE runs SET outcome = iif(EXISTS (SELECT 1 FROM findings WHERE run_id = ?1), 'problems', 'finished'), "
        "finished_at = max(started_at, coalesce((SELECT max(fetched_at) FROM captures WHERE run_id = ?1), ''), "
        "coalesce((SELECT max(fetched_at) FROM downloads WHERE run_id = ?1), '')) WHERE id = ?1",
        (run.id,),
    )


def count_imported_run(connection: sqlite3.Connection, run: Run) -> None:
    """Count what an import that is closed brought, by the captures that are here now, and seal it."""
    row = connection.execute("SELECT outcome, finished_at FROM runs WHERE id = ?", (run.id,)).fetchone()
    close_run(connection, run, row["outcome"], 0, datetime.fromisoformat(row["finished_at"]))
    statement = "UPDATE runs SET found = articles_new + articles_changed + articles_unchanged WHERE id = ?"
    connection.execute(statement, (run.id,))
    seal_run(connection, run.id)
