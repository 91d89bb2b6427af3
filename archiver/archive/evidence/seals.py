"""Seals: digests over what a run kept and over how it was closed, so that a later change of either can be told.

A **seal** is SHA-256 over all captures of a run in the order of their time and address, one line of JSON each:

    [url, fetched_at, status, headers, payload digest, tls, purpose, expected, final, refused]

with the payload's digest in hexadecimal, compact separators, UTF-8 and a line feed after each. Whoever publishes it, or
mails it to somebody, has a witness that nothing was changed, added or left out since. It is made of what was received
and not of how that is packed, so merging, vacuum and reading again leave it as it is.

A **closing** is the same over the rest of what the ledger says of the run: its row, its fates, findings and downloads.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator

from archiver.archive.evidence.headers import read_headers
from archiver.errors import ArchiveError

_CAPTURES = """
    SELECT a.url, k.fetched_at, k.status, k.headers, h.headers, lower(hex(k.payload_digest)), k.tls, k.purpose,
        k.expected, k.final, k.refused
    FROM captures k JOIN addresses a ON a.id = k.address_id LEFT JOIN header_sets h ON h.id = k.header_set_id
    WHERE k.run_id = ? ORDER BY k.fetched_at, a.url
"""
# What is left out can change later: the rows that judging derives, and the seals themselves.
_LEDGER = (
    "SELECT uid, site, kind, arguments, started_at, finished_at, outcome, requests, articles_new, articles_changed, "
    "articles_unchanged, errors, scope, complete, found, articles_late, resumes, program, declaration FROM runs "
    "WHERE id = ?",
    "SELECT fate, reason, articles FROM fates WHERE run_id = ? ORDER BY fate, reason",
    "SELECT f.kind, f.url, f.detail, k.fetched_at FROM findings f LEFT JOIN captures k ON k.id = f.capture_id "
    "WHERE f.run_id = ? ORDER BY f.kind, f.url, f.detail",
    "SELECT a.url, d.fetched_at, d.status, lower(hex(d.digest)), d.problem, d.validators FROM downloads d "
    "JOIN addresses a ON a.id = d.address_id WHERE d.run_id = ? ORDER BY d.fetched_at, a.url",
)


def seal_run(connection: sqlite3.Connection, run_id: int) -> None:
    """Write the seal and the closing of a run; the last thing that happens to it."""
    connection.execute(
        "UPDATE runs SET seal = ?, closing = ? WHERE id = ?",
        (compute_seal(connection, run_id), compute_closing(connection, run_id), run_id),
    )


def seal_all(connection: sqlite3.Connection) -> None:
    """Seal the closed runs of an archive as it is: those of versions that made no seals."""
    rows = connection.execute("SELECT id FROM runs WHERE outcome IS NOT NULL AND seal IS NULL").fetchall()
    for row in rows:
        seal_run(connection, row[0])


def compute_seal(connection: sqlite3.Connection, run_id: int) -> bytes:
    """Return the digest over the captures of a run (32 bytes)."""
    return hashlib.sha256(write_sealed(connection, run_id)).digest()


def write_sealed(connection: sqlite3.Connection, run_id: int) -> bytes:
    """Write what the seal of a run is the digest of: a line for each capture."""
    rows = connection.execute(_CAPTURES, (run_id,))
    return b"".join(_write_line(_write_capture(row)) for row in rows)


def compute_closing(connection: sqlite3.Connection, run_id: int) -> bytes:
    """Return the digest over what the ledger says of a run (32 bytes)."""
    return _digest([*row] for query in _LEDGER for row in (*connection.execute(query, (run_id,)), ()))


def check_seals(connection: sqlite3.Connection, run_id: int) -> Iterator[str]:
    """Compute the seal and the closing of a closed run; yields a line for each that is another than was written."""
    row = connection.execute("SELECT seal, closing FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row[0] is None or row[1] is None:
        yield "it is closed, and its seal is missing"
        return
    if compute_seal(connection, run_id) != row[0]:
        yield "its captures are not those that were sealed when it was closed"
    if compute_closing(connection, run_id) != row[1]:
        yield "its counts, fates, findings or downloads are not those that were written when it was closed"


def _write_capture(row: sqlite3.Row) -> list[object]:
    url, fetched_at, status, packed, base, *others = row
    try:
        headers: object = read_headers(packed, base)
    except ArchiveError:  # no seal was made of these, so it does not fit
        headers = "damaged"
    return [url, fetched_at, status, headers, *others]


def _digest(rows: Iterable[list[object]]) -> bytes:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(_write_line(row))
    return digest.digest()


def _write_line(row: list[object]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
