"""Runs as an export to WARC describes them, so that an import can let them be again what they were.

A run comes back with its own uid, its row, fates and findings only if all that it kept came with it: as many captures
and files as it had, and the same seal. Else what came of it is an import like others (imported_runs.py): a run that
walked all listings says what left them, and half of one must not.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archiver.archive.evidence.captures import find_address
from archiver.archive.evidence.seals import compute_seal
from archiver.archive.runs.run_log import Run
from archiver.archive.store.damage import DamageError
from archiver.archive.store.values import read_json, read_time

# As they stand in the row; what judging derives is derived again.
_COLUMNS = (
    "kind",
    "arguments",
    "started_at",
    "finished_at",
    "outcome",
    "requests",
    "articles_new",
    "articles_changed",
    "articles_unchanged",
    "errors",
    "scope",
    "complete",
    "found",
    "articles_late",
    "resumes",
    "program",
    "declaration",
)
_FATES = "SELECT fate, reason, articles FROM fates WHERE run_id = ? ORDER BY fate, reason"
_FINDINGS = (
    "SELECT f.kind, f.url, f.detail, a.url AS page, k.fetched_at AS at FROM findings f "
    "LEFT JOIN captures k ON k.id = f.capture_id LEFT JOIN addresses a ON a.id = k.address_id "
    "WHERE f.run_id = ? ORDER BY f.id"
)
_UNANSWERED = (
    "SELECT a.url, d.fetched_at, d.status, d.problem, d.validators FROM downloads d JOIN addresses a "
    "ON a.id = d.address_id WHERE d.run_id = ? AND d.digest IS NULL ORDER BY d.fetched_at, a.url"
)
_KEPT = (
    "SELECT (SELECT count(*) FROM captures WHERE run_id = ?1) AS captures, "
    "(SELECT count(*) FROM downloads WHERE run_id = ?1 AND digest IS NOT NULL) AS files"
)


@dataclass(frozen=True, slots=True)
class ExportedRun:
    """A run as a file describes it; ``said`` has what ``describe_run`` wrote."""

    uid: str
    site: str
    started_at: str
    said: Mapping[str, Any]


def describe_run(connection: sqlite3.Connection, run_id: int) -> dict[str, object]:
    """Describe a closed run: its row, what it kept, its seal, fates, findings, and files that it could not have."""
    row = connection.execute(
        f"SELECT uid, site, lower(hex(seal)) AS seal, {', '.join(_COLUMNS)} FROM runs WHERE id = ?", (run_id,)
    ).fetchone()
    kept = connection.execute(_KEPT, (run_id,)).fetchone()
    return {
        **dict(row),
        **dict(kept),
        "fates": [[*fate] for fate in connection.execute(_FATES, (run_id,))],
        "findings": [[*finding] for finding in connection.execute(_FINDINGS, (run_id,))],
        "unanswered": [[*asked] for asked in connection.execute(_UNANSWERED, (run_id,))],
    }


def read_described(text: str) -> ExportedRun | None:
    """Read what ``describe_run`` wrote; None for what is no such thing."""
    try:
        said = read_json(text)
    except DamageError:
        return None
    if not isinstance(said, dict) or not all(isinstance(said.get(name), str) for name in ("uid", "site", "started_at")):
        return None
    try:
        read_time(said["started_at"])
    except DamageError:
        return None
    return ExportedRun(said["uid"], said["site"], said["started_at"], said)


def restore_described(connection: sqlite3.Connection, run: Run, exported: ExportedRun) -> bool:
    """Let an open run be closed as it was, if all that it kept is here; False where it is not, or wrong is said.

    What judging derives follows, in the transaction of the caller, who also seals it.
    """
    if not _is_whole(connection, run, exported.said):
        return False
    connection.execute("SAVEPOINT described")
    try:
        _write_row(connection, run, exported.said)
        for row in _write_rest(run, exported.said):
            connection.execute(*row)
        _write_unanswered(connection, run, exported.said)
    except (sqlite3.Error, ArithmeticError, LookupError, TypeError, ValueError, DamageError):
        # What no run of ours has: it was written by another hand.
        connection.execute("ROLLBACK TO described")
        return False
    finally:
        connection.execute("RELEASE described")
    return True


def _is_whole(connection: sqlite3.Connection, run: Run, said: Mapping[str, Any]) -> bool:
    kept = connection.execute(_KEPT, (run.id,)).fetchone()
    if (kept["captures"], kept["files"]) != (said.get("captures"), said.get("files")):
        return False
    return compute_seal(connection, run.id).hex() == said.get("seal")


def _write_row(connection: sqlite3.Connection, run: Run, said: Mapping[str, Any]) -> None:
    assignments = ", ".join(f"{column} = ?" for column in _COLUMNS)
    read_time(said["finished_at"])
    connection.execute(f"UPDATE runs SET {assignments} WHERE id = ?", (*(said[column] for column in _COLUMNS), run.id))
    connection.execute("DELETE FROM findings WHERE run_id = ?", (run.id,))


def _write_rest(run: Run, said: Mapping[str, Any]) -> Iterator[tuple[str, tuple[object, ...]]]:
    for fate, reason, articles in said["fates"]:
        yield "INSERT OR REPLACE INTO fates VALUES (?, ?, ?, ?)", (run.id, fate, reason, articles)
    for kind, url, detail, page, at in said["findings"]:
        yield _ADD_FINDING, (run.id, kind, url, detail, run.site, page, at)


_ADD_FINDING = (
    "INSERT OR IGNORE INTO findings (run_id, kind, url, detail, capture_id) VALUES (?, ?, ?, ?, "
    "(SELECT k.id FROM addresses a JOIN captures k ON k.address_id = a.id "
    "WHERE a.site = ? AND a.url = ? AND k.fetched_at = ?))"
)


def _write_unanswered(connection: sqlite3.Connection, run: Run, said: Mapping[str, Any]) -> None:
    for url, at, status, problem, validators in said["unanswered"]:
        connection.execute(
            "INSERT INTO downloads VALUES (?, ?, ?, ?, NULL, ?, ?) ON CONFLICT DO NOTHING",
            (find_address(connection, run.site, url), at, run.id, status, problem, validators),
        )


def write_described(described: Mapping[str, object]) -> str:
    """Write a description as it stands in a file."""
    return json.dumps(described, ensure_ascii=False, separators=(",", ":"))
