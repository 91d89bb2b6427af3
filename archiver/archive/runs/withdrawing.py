"""Runs whose readings are set aside, because the clock they were dated by was wrong, say: which, and since when.

A withdrawn run keeps its row, its captures and its seal. Nothing of it is read: it has no readings, so nothing that
follows from readings knows of it, and what looks at captures, downloads, findings or runs themselves leaves it out by
``WITHDRAWN``. A decision has a time, and of two that are merged the later one stands.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.archive.history.content import write_time
from archiver.archive.runs.declarations import redeclare
from archiver.archive.runs.run_log import Run, count_died_run, list_chain
from archiver.archive.runs.withdrawn import WITHDRAWN
from archiver.archive.store.values import read_time
from archiver.text.counting import count

_NUMBERED = (
    "SELECT r.id, r.site, r.outcome, r.withdrawn FROM runs r JOIN run_numbers n ON n.id = r.id WHERE n.run_id = ?"
)


@dataclass(frozen=True, slots=True)
class DecidedRun:
    """A run that is to be withdrawn or restored: whether it is open, and whether it is withdrawn now."""

    run: Run
    is_open: bool
    is_withdrawn: bool


def find_numbered_run(connection: sqlite3.Connection, number: int) -> DecidedRun | None:
    """Find a run by its number in ``run_summary``; None where no run has it."""
    row = connection.execute(_NUMBERED, (number,)).fetchone()
    return DecidedRun(Run(row[0], row[1]), row[2] is None, bool(row[3])) if row else None


def note_decision(connection: sqlite3.Connection, run: Run, at: datetime, *, withdrawn: bool) -> None:
    """Write that a run is withdrawn, or restored; its readings are not touched.

    It stands over every decision before it, also over one that was dated by a clock that was ahead.
    """
    before = connection.execute("SELECT decided_at FROM runs WHERE id = ?", (run.id,)).fetchone()[0]
    time = max(at, read_time(before) + timedelta(microseconds=1)) if before else at
    connection.execute(
        "UPDATE runs SET decided_at = ?, withdrawn = ? WHERE id = ?",
        (write_time(time, "microseconds"), int(withdrawn), run.id),
    )


def declare_by_last(connection: sqlite3.Connection, sites: Iterable[str]) -> None:
    """Let sites be declared as the last run that counts noted it, as far as one did."""
    for site in sites:
        row = connection.execute(
            "SELECT declaration FROM runs WHERE site = ? AND NOT withdrawn ORDER BY started_at DESC, uid DESC LIMIT 1",
            (site,),
        ).fetchone()
        if row and row[0]:
            redeclare(connection, site, row[0])


def count_decided(connection: sqlite3.Connection, site: str) -> None:
    """Count anew what runs brought that died and were decided on: their counts follow from what is read of them."""
    query = "SELECT id FROM runs WHERE site = ? AND outcome = 'died' AND decided_at IS NOT NULL ORDER BY id"
    for row in connection.execute(query, (site,)).fetchall():
        count_died_run(connection, Run(row[0], site))


def is_withdrawn(connection: sqlite3.Connection, run: Run) -> bool:
    """Say whether a run is set aside."""
    return bool(connection.execute("SELECT withdrawn FROM runs WHERE id = ?", (run.id,)).fetchone()[0])


def is_whole(connection: sqlite3.Connection, run: Run) -> bool:
    """Say whether a run walked all listings to their ends, on no page of a run that is withdrawn."""
    query = (
        "SELECT complete FROM runs WHERE id = ?1 "
        "AND NOT EXISTS (SELECT 1 FROM json_each(?2) c JOIN runs w ON w.id = c.value AND w.withdrawn)"
    )
    row = connection.execute(query, (run.id, json.dumps(list_chain(connection, run.id)))).fetchone()
    return bool(row and row[0])


def check_withdrawn(connection: sqlite3.Connection) -> list[str]:
    """Name what counts of runs that are set aside, one line each."""
    query = (
        f"SELECT count(*) FROM captures k CROSS JOIN readings r ON r.capture_id = k.id WHERE k.run_id IN {WITHDRAWN}"
    )
    readings = connection.execute(query).fetchone()[0]
    said = f"{count(readings, 'reading', 'is', 'are')} of runs that are withdrawn"
    return [said] if readings else []
