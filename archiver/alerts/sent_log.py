"""What was told already, and what waits to be told: of each alert and address, by the log in the archive.

A row is written right after a service took a message, so nothing is told twice unless a process is killed between the
two. A mark says up to which change all is settled, that no run looks at the whole log again. An address that is new in
an alert begins where the one that is furthest behind stands: that may be the one it replaces.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from sqlite_utils import Database

from archiver.alerts.declarations import Alert
from archiver.archive.history.content import write_time
from archiver.archive.queries.changes import ChangeFilter, find_last_change, list_changes, list_learned
from archiver.archive.queries.cursors import load_cursor, move_cursor
from archiver.archive.queries.rows import ChangeRow, FindingRow
from archiver.archive.search.query_language import parse_query
from archiver.archive.store.values import read_time, take_rows
from archiver.findings import Kind

PURPOSE = "alerts"
FAILED: Final[Kind] = "alert_failed"
_NOT_TOLD = """
    SELECT l.id, r.finished_at
    FROM change_log l JOIN captures k ON k.id = l.capture_id JOIN runs r ON r.id = k.run_id
    WHERE l.id > ?1 AND l.seen_at >= ?2 AND r.kind = 'crawl' AND NOT r.withdrawn AND NOT EXISTS
        (SELECT 1 FROM sent_alerts s WHERE s.alert = ?3 AND s.address = ?4 AND s.change_id = l.id)
"""
_PROBLEMS = """
    SELECT r.id, n.run_id, r.site, r.started_at, r.finished_at, r.outcome,
        (SELECT count(*) FROM findings f WHERE f.run_id = r.id) AS findings
    FROM runs r JOIN run_numbers n ON n.id = r.id
    WHERE r.kind = 'crawl' AND NOT r.withdrawn AND r.outcome IN ('failed', 'died', 'problems') AND r.finished_at >= ?1
        AND coalesce(r.site = ?4, 1) AND NOT EXISTS
        (SELECT 1 FROM sent_problems s WHERE s.alert = ?2 AND s.address = ?3 AND s.run_id = r.id)
    ORDER BY r.finished_at DESC, r.id DESC
"""
_FAILING = "SELECT name, place ->> 'failing', place ->> 'run' FROM cursors WHERE purpose = ? AND place ->> 'failing'"
_RUN = "SELECT r.site, n.run_id, r.started_at FROM runs r JOIN run_numbers n ON n.id = r.id WHERE r.id = ?"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an address was not told of: the changes, the newest first, or runs with problems.

    ``settled`` is the number of the change up to which nothing is left for it once these are told.
    """

    changes: tuple[ChangeRow, ...] = ()
    runs: tuple[Mapping[str, object], ...] = ()
    settled: int = 0

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.changes) + len(self.runs)


def load_recent(connection: sqlite3.Connection, alert: Alert, most: int) -> Waiting:
    """Load the last changes, or runs with problems, that an alert is for, whether they were told or not."""
    if alert.problems:
        beginning = write_time(datetime(1970, 1, 1, tzinfo=UTC))
        rows = take_rows(connection.execute(_PROBLEMS, (beginning, "", "", alert.site)), dict[str, object])
        return Waiting(runs=tuple(islice(rows, most)))
    wanted = replace(_choose(alert, 0), since=None)
    return Waiting(changes=tuple(islice(list_changes(connection, wanted), most)))


def prepare_marks(database: Database, alerts: Iterable[Alert]) -> None:
    """Give every address of every alert its mark, and forget those of addresses that are no longer there."""
    wanted = {name_mark(alert.name, address.key): alert.name for alert in alerts for address in alert.to}
    marks = {name: _load_mark(database.conn, name) for name in _list_marks(database.conn)}
    if wanted.keys() == marks.keys():
        return
    with database.atomic():
        for name in wanted.keys() - marks.keys():
            kin = [mark["change"] for other, mark in marks.items() if other.split(" ")[0] == wanted[name]]
            move_cursor(database.conn, name, PURPOSE, {"change": min(kin, default=0)})
        for name in marks.keys() - wanted.keys():
            database.conn.execute("DELETE FROM cursors WHERE name = ? AND purpose = ?", (name, PURPOSE))


def find_waiting(connection: sqlite3.Connection, alert: Alert, key: str, bound: datetime) -> Waiting:
    """Find what an address was not told of yet, of runs that ended up to ``bound``."""
    return _find_runs(connection, alert, key, bound) if alert.problems else _find_changes(connection, alert, key, bound)


def note_sent(database: Database, alert: Alert, key: str, waiting: Waiting, at: datetime) -> None:
    """Write that an address was told: in one transaction, right after it was."""
    with database.atomic():
        changes = [(alert.name, key, row["change_id"], write_time(at)) for row in waiting.changes]
        runs = [(alert.name, key, row["id"], write_time(at)) for row in waiting.runs]
        database.conn.executemany("INSERT OR IGNORE INTO sent_alerts VALUES (?, ?, ?, ?)", changes)
        database.conn.executemany("INSERT OR IGNORE INTO sent_problems VALUES (?, ?, ?, ?)", runs)
        move_cursor(database.conn, name_mark(alert.name, key), PURPOSE, {"change": waiting.settled})


def note_nothing_due(database: Database, alert: Alert, key: str, waiting: Waiting) -> None:
    """Move the mark of an address that there is nothing for, if it moves far enough to be worth a transaction."""
    name = name_mark(alert.name, key)
    mark = _load_mark(database.conn, name)
    if waiting.settled > mark["change"] or "failing" in mark:
        with database.atomic():
            move_cursor(database.conn, name, PURPOSE, {"change": max(waiting.settled, mark["change"])})


def note_failed(database: Database, alert: Alert, key: str, waiting: Waiting, at: datetime) -> None:
    """Write since when an address takes nothing, and with which run that was met."""
    name = name_mark(alert.name, key)
    mark = _load_mark(database.conn, name)
    if "failing" in mark:
        return
    with database.atomic():
        run = _find_run(database.conn, waiting)
        move_cursor(database.conn, name, PURPOSE, {**mark, "failing": int(at.timestamp()), "run": run})


def list_failing(connection: sqlite3.Connection) -> Iterator[tuple[str, datetime, FindingRow]]:
    """List the marks of addresses that take nothing, since when, and a finding to fill in."""
    for name, since, run in connection.execute(_FAILING, (PURPOSE,)).fetchall():
        row = next(take_rows(connection.execute(_RUN, (run,)), FindingRow), None)
        if row is not None:
            yield str(name), datetime.fromtimestamp(int(since), UTC), {**row, "kind": FAILED}


def name_mark(alert: str, key: str) -> str:
    """Name the mark of an address of an alert."""
    return f"{alert} {key}"


def _find_changes(connection: sqlite3.Connection, alert: Alert, key: str, bound: datetime) -> Waiting:
    after = _load_mark(connection, name_mark(alert.name, key))["change"]
    last = max(find_last_change(connection), after)
    values = (after, write_time(alert.since), alert.name, key)
    ends = {int(number): end and read_time(end) for number, end in connection.execute(_NOT_TOLD, values)}
    waiting = [row for row in list_learned(connection, _choose(alert, after)) if row["change_id"] in ends]
    due = [row for row in waiting if (end := ends[row["change_id"]]) and end <= bound]
    told = {row["change_id"] for row in due}
    # What a run under way showed may read otherwise when it is judged; the mark stays before all of it.
    left = {number for number, end in ends.items() if end is None} | {row["change_id"] for row in waiting} - told
    newest_first = sorted(due, key=lambda row: (row["at"], row["change_id"]), reverse=True)
    return Waiting(changes=tuple(newest_first), settled=min(left, default=last + 1) - 1)


def _find_runs(connection: sqlite3.Connection, alert: Alert, key: str, bound: datetime) -> Waiting:
    values = (write_time(alert.since), alert.name, key, alert.site)
    rows = list(take_rows(connection.execute(_PROBLEMS, values), dict[str, object]))
    return Waiting(runs=tuple(row for row in rows if read_time(row["finished_at"]) <= bound))


def _choose(alert: Alert, after: int) -> ChangeFilter:
    return ChangeFilter(
        site=alert.site,
        kinds=alert.kind,
        fields=alert.field,
        since=alert.since,
        words=parse_query(alert.words),
        after=after,
    )


def _load_mark(connection: sqlite3.Connection, name: str) -> dict[str, int]:
    return {"change": 0} | (load_cursor(connection, name, PURPOSE) or {})


def _list_marks(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM cursors WHERE purpose = ?", (PURPOSE,)).fetchall()
    return [str(row[0]) for row in rows]


def _find_run(connection: sqlite3.Connection, waiting: Waiting) -> int:
    """Return the run that shows the newest of what waits (its id)."""
    if waiting.runs:
        return int(str(waiting.runs[0]["id"]))
    query = "SELECT k.run_id FROM change_log l JOIN captures k ON k.id = l.capture_id WHERE l.id = ?"
    return int(connection.execute(query, (waiting.changes[0]["change_id"],)).fetchone()[0])
