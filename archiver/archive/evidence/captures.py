"""Keeping captures: evidence is written once and never changed."""

import sqlite3

from archiver.archive.evidence.headers import pack_headers, read_headers
from archiver.archive.evidence.payloads import load_payload, store_payload
from archiver.archive.history.content import write_time
from archiver.archive.runs.run_log import Run
from archiver.archive.store.values import read_time
from archiver.errors import ArchiveError
from archiver.model import Capture, Purpose

UNNOTED = Purpose()
"""Nobody noted what the address was asked for."""


def keep_capture(connection: sqlite3.Connection, run: Run, capture: Capture, purpose: Purpose = UNNOTED) -> int | None:
    """Keep a capture with its payload and return its id; None where it is kept already (same address and time)."""
    address = find_address(connection, run.site, capture.url)
    digest = store_payload(connection, run.site, address, capture.body)
    headers, header_set = pack_headers(connection, run.site, capture.headers)
    at = write_time(capture.fetched_at, "microseconds")
    row = connection.execute(
        "INSERT INTO captures (run_id, address_id, fetched_at, status, headers, header_set_id, payload_digest, tls, "
        "purpose, expected, final, refused) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING RETURNING id",
        (run.id, address, at, capture.status, headers, header_set, digest, capture.tls, *_write_purpose(purpose)),
    ).fetchone()
    return int(row[0]) if row else None


def load_purpose(connection: sqlite3.Connection, capture_id: int) -> Purpose:
    """Return what the address of a capture was asked for."""
    row = connection.execute(
        "SELECT purpose, expected, final, refused FROM captures WHERE id = ?", (capture_id,)
    ).fetchone()
    return Purpose(row[0], row[1], bool(row[2]), row[3])


def _write_purpose(purpose: Purpose) -> tuple[str | None, str | None, int, str | None]:
    return purpose.kind, purpose.expected, int(purpose.final), purpose.refused


def find_address(connection: sqlite3.Connection, site: str, url: str) -> int:
    """Return the id of an address of a site, written down on first sight."""
    row = connection.execute("SELECT id FROM addresses WHERE site = ? AND url = ?", (site, url)).fetchone()
    if row is None:
        row = connection.execute("INSERT INTO addresses (site, url) VALUES (?, ?) RETURNING id", (site, url)).fetchone()
    return int(row[0])


def load_capture(connection: sqlite3.Connection, capture_id: int) -> Capture:
    """Return a capture as it was received; ArchiveError where it is not there or its payload is damaged."""
    row = connection.execute(
        "SELECT a.url, k.fetched_at, k.status, k.headers, h.headers AS header_set, k.payload_digest, k.tls "
        "FROM captures k JOIN addresses a ON a.id = k.address_id "
        "LEFT JOIN header_sets h ON h.id = k.header_set_id WHERE k.id = ?",
        (capture_id,),
    ).fetchone()
    if row is None:
        raise ArchiveError(f"there is no capture {capture_id}")
    headers = read_headers(row["headers"], row["header_set"])
    body = load_payload(connection, row["payload_digest"])
    return Capture(row["url"], read_time(row["fetched_at"]), row["status"], headers, body, row["tls"])
