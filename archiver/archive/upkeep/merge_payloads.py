"""Taking over payloads of another archive: whatever way they are packed there, they can be unpacked here."""

import sqlite3
from contextlib import closing
from pathlib import Path

from archiver.archive.evidence.payloads import load_payload, write_whole
from archiver.errors import ArchiveError

_COLUMNS = "digest, size, encoding, dictionary_digest, base_digest, data"
# What is whole first, then what stands on a payload that is whole here too.
_STATEMENTS = (
    """
    INSERT OR IGNORE INTO dictionaries (digest, site, made_at, data)
    SELECT digest, site, made_at, data FROM other.dictionaries
    """,
    f"""
    INSERT OR IGNORE INTO payloads ({_COLUMNS})
    SELECT {_COLUMNS} FROM other.payloads WHERE base_digest IS NULL
    """,
    f"""
    INSERT OR IGNORE INTO payloads ({_COLUMNS})
    SELECT {", ".join(f"p.{column}" for column in _COLUMNS.split(", "))} FROM other.payloads p
    JOIN main.payloads b ON b.digest = p.base_digest AND b.base_digest IS NULL
    """,
)
_LEFT = """
    SELECT p.digest, (SELECT r.site FROM other.captures k JOIN other.runs r ON r.id = k.run_id
        WHERE k.payload_digest = p.digest LIMIT 1)
    FROM other.payloads p WHERE NOT EXISTS (SELECT 1 FROM main.payloads o WHERE o.digest = p.digest)
"""


def merge_payloads(connection: sqlite3.Connection) -> None:
    """Copy the payloads of the attached archive ``other`` and the dictionaries that they are packed with.

    A payload may be whole in one archive and a difference in the other; what stands on it there is written whole here,
    for it must not stand on a difference.
    """
    for statement in _STATEMENTS:
        connection.execute(statement)
    left = connection.execute(_LEFT).fetchall()
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
