"""Taking over payloads of others: whatever way they are packed there, they can be unpacked here."""

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from archiver.archive.evidence.payloads import load_payload, write_whole
from archiver.archive.store.damage import DamageError, shorten
from archiver.errors import ArchiveError


def write_packed(connection: sqlite3.Connection, left: Sequence[sqlite3.Row]) -> None:
    """Write whole what the attached archive ``other`` has packed on other payloads: digests, each with its site.

    A payload may be whole in one archive and a difference in the other; what stands on it there must not stand on a
    difference here.
    """
    if not left:
        return
    path = next(row[2] for row in connection.execute("PRAGMA database_list") if row[1] == "other")
    with closing(sqlite3.connect(f"{Path(path).as_uri()}?mode=ro", uri=True)) as other:
        for digest, site in left:
            _take_over(connection, other, str(site or ""), digest)


def _take_over(connection: sqlite3.Connection, other: sqlite3.Connection, site: str, digest: bytes) -> None:
    """Write a payload whole; one that is damaged there is kept as it is, for its captures say that it was received."""
    try:
        write_whole(connection, site, digest, load_payload(other, digest))
    except ArchiveError:
        connection.execute(
            "INSERT INTO payloads (digest, size, encoding, data) SELECT digest, size, 'plain', data "
            "FROM other.payloads WHERE digest = ?",
            (digest,),
        )


def write_received(connection: sqlite3.Connection, site: str, digest: bytes, body: bytes) -> None:
    """Write the bytes of a payload, unless it is here; DamageError where they are not those of its digest."""
    if hashlib.sha256(body).digest() != digest:
        raise DamageError(f"payload {shorten(digest)}: its bytes have another digest")
    if not _is_here(connection, digest):
        write_whole(connection, site, digest, body)


def write_difference(
    connection: sqlite3.Connection, site: str, digest: bytes, base: bytes, data: bytes, *, size: int, is_whole: bool
) -> None:
    """Write a payload that is packed as a difference to one that is here; ArchiveError where it is not its digest's.

    It stays one where its base is whole here, too, unless it is to be whole.
    """
    if _is_here(connection, digest):
        return
    if not _is_here(connection, base):
        raise DamageError(f"payload {shorten(base)}, on which another stands, is not here")
    connection.execute(
        "INSERT INTO payloads (digest, size, encoding, base_digest, data) VALUES (?, ?, 'delta', ?, ?)",
        (digest, size, base, data),
    )
    body = load_payload(connection, digest)
    query = "SELECT base_digest IS NOT NULL FROM payloads WHERE digest = ?"
    if is_whole or connection.execute(query, (base,)).fetchone()[0]:
        write_whole(connection, site, digest, body)


def _is_here(connection: sqlite3.Connection, digest: bytes) -> bool:
    return connection.execute("SELECT 1 FROM payloads WHERE digest = ?", (digest,)).fetchone() is not None
