"""Taking over payloads of another archive: whatever way they are packed there, they can be unpacked here."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from archiver.archive.evidence.payloads import load_payload, write_whole
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
