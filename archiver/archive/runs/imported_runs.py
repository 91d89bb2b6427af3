"""Runs of captures that others made: one for each day and source, opened and closed by what they hold.

Their uid follows from site, source and day, so an import that was killed goes on with the runs that it left open, and
two machines that import one file have the same runs. What is closed is sealed: captures of its day that come later make
a run of their own.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import count
from types import MappingProxyType

from archiver.archive.evidence.same_files import list_exchanged
from archiver.archive.evidence.seals import seal_run
from archiver.archive.history.content import write_time
from archiver.archive.history.reconciling import reconcile
from archiver.archive.noise.learned_rules import list_noisier, load_all_noise
from archiver.archive.noise.spreading import rederive_versioned
from archiver.archive.runs.exported_runs import ExportedRun, restore_described
from archiver.archive.runs.run_log import Run, close_run, open_run
from archiver.archive.store.damage import DamageError
from archiver.archive.store.values import read_json, read_time
from archiver.site import Site

SOURCE = "source"
"""Under this name the arguments of a run say where its captures are from: the name of a file, or an address."""
PART_OF = "part_of"
"""Under this name stands the uid of the run of our own that its captures are from."""


def find_imported_run(connection: sqlite3.Connection, site: Site, source: str, at: datetime) -> Run:
    """Return the open run for captures of a day from a source, opened where there is none; ``at`` is a capture's time.

    It begins with the earliest of its captures.
    """
    uid, open_id = _find_uid(connection, site.name, source, at.date().isoformat())
    if open_id is None:
        return open_run(connection, site, {SOURCE: source}, at, kind="import", uid=uid)
    run = Run(open_id, site.name)
    widen_run(connection, run, at)
    return run


def widen_run(connection: sqlite3.Connection, run: Run, at: datetime) -> None:
    """Let an open run begin with a capture that is earlier than those that it has."""
    began = write_time(at, "microseconds")
    connection.execute("UPDATE runs SET started_at = ?1 WHERE id = ?2 AND started_at > ?1", (began, run.id))


def _find_uid(connection: sqlite3.Connection, site: str, source: str, of: str) -> tuple[str, int | None]:
    """Find the first uid for a day, or a part of a run, that no closed run has; and the open run of it, if any."""
    for number in count():
        named = json.dumps([site, source, of, number], ensure_ascii=False)
        uid = hashlib.sha256(named.encode()).hexdigest()[:32]
        row = connection.execute("SELECT id, outcome FROM runs WHERE uid = ?", (uid,)).fetchone()
        if row is None or row["outcome"] is None:
            return uid, row["id"] if row else None
    raise AssertionError("numbers have no end")


def open_exported_run(connection: sqlite3.Connection, site: Site, source: str, exported: ExportedRun) -> Run | None:
    """Open a run of our own that a file describes, under its own uid; None where the archive has it closed already.

    While it is open it is an import like others.
    """
    row = connection.execute("SELECT id, outcome FROM runs WHERE uid = ?", (exported.uid,)).fetchone()
    if row is not None:
        return Run(row["id"], site.name) if row["outcome"] is None else None
    began = read_time(exported.started_at)
    arguments = {SOURCE: source, PART_OF: exported.uid}
    return open_run(connection, site, arguments, began, kind="import", uid=exported.uid)


def close_imported_runs(
    connection: sqlite3.Connection, site: str, exported: Mapping[str, ExportedRun] = MappingProxyType({})
) -> int:
    """Close all open runs of imports of a site, judge them and what came later, and seal them; returns how many.

    Those that a file describes, by their uids, are what they were if all of them came. One pass in the order of time
    over everything that they touch, in the transaction of the caller.
    """
    runs = _list_open(connection, site)
    if not runs:
        return 0
    noise = load_all_noise(connection)
    restored = {run for uid, run in runs.items() if uid in exported and _restore(connection, run, exported[uid])}
    for uid, run in runs.items():
        if run not in restored:
            _write_end(connection, run, uid)
    closed = [*runs.values()]
    articles = _list_articles(connection, closed).union(*(list_exchanged(connection, run.id) for run in closed))
    reconcile(connection, articles, [run.id for run in closed])
    for name in list_noisier(connection, noise):
        rederive_versioned(connection, name)
    for run in closed:
        _seal(connection, run, is_restored=run in restored)
    return len(runs)


def _restore(connection: sqlite3.Connection, run: Run, exported: ExportedRun) -> bool:
    return exported.site == run.site and restore_described(connection, run, exported)


def _seal(connection: sqlite3.Connection, run: Run, *, is_restored: bool) -> None:
    if is_restored:
        seal_run(connection, run.id)
    else:
        count_imported_run(connection, run)


def find_source(connection: sqlite3.Connection, run_id: int) -> str | None:
    """Say where the captures of a run are from; None for a run that fetched them itself."""
    row = connection.execute("SELECT kind, arguments FROM runs WHERE id = ?", (run_id,)).fetchone()
    return read_source(row["kind"], row["arguments"]) if row else None


def find_source_of_capture(connection: sqlite3.Connection, capture_id: int) -> str | None:
    """Say where a capture is from; None for one that a crawl of ours fetched."""
    row = connection.execute("SELECT run_id FROM captures WHERE id = ?", (capture_id,)).fetchone()
    return find_source(connection, row["run_id"]) if row else None


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


def _list_open(connection: sqlite3.Connection, site: str) -> dict[str, Run]:
    """List the open runs of imports of a site by their uids, in the order in which they began."""
    query = "SELECT uid, id FROM runs WHERE site = ? AND kind = 'import' AND outcome IS NULL ORDER BY started_at, uid"
    return {row["uid"]: Run(row["id"], site) for row in connection.execute(query, (site,))}


def _list_articles(connection: sqlite3.Connection, runs: Iterable[Run]) -> set[int]:
    rows = connection.execute(
        "SELECT DISTINCT r.article_id FROM json_each(?) u CROSS JOIN captures k ON k.run_id = u.value "
        "CROSS JOIN readings r ON r.capture_id = k.id",
        (json.dumps([run.id for run in runs]),),
    )
    return {row[0] for row in rows}


def _write_end(connection: sqlite3.Connection, run: Run, uid: str) -> None:
    """Let a run end with its last capture or file: what is judged again looks at closed runs alone.

    Of a run of our own that did not come whole the uid is not that of the whole one.
    """
    arguments = read_json(connection.execute("SELECT arguments FROM runs WHERE id = ?", (run.id,)).fetchone()[0])
    if arguments.get(PART_OF) == uid:
        part, _ = _find_uid(connection, run.site, arguments.get(SOURCE, ""), uid)
        connection.execute("UPDATE runs SET uid = ? WHERE id = ?", (part, run.id))
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
