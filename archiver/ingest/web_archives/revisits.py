"""Revisit records: what another record holds, told once more; kept in a temporary file, so memory stays flat.

What a revisit refers to is found by the digest that both name, by the id of the record, or by its address and time;
it may stand behind it, in another file, or in the archive already.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime

from archiver.archive.evidence.payloads import load_payload
from archiver.archive.history.content import write_time
from archiver.errors import ArchiveError
from archiver.formats.warc.reading import Record

_TABLES = (
    "CREATE TABLE recorded (name TEXT PRIMARY KEY, digest BLOB) WITHOUT ROWID",
    "CREATE TABLE waiting (id INTEGER PRIMARY KEY, source TEXT, url TEXT, at TEXT, fields TEXT, block BLOB)",
)


class Revisits:
    """Remembers which record holds which bytes, and the revisits whose record was not met yet."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._archive = connection
        self._connection = sqlite3.connect("", isolation_level=None)  # on disk, and gone with the process
        for statement in _TABLES:
            self._connection.execute(statement)

    def note(self, record: Record, digest: bytes | None) -> None:
        """Note which payload of the archive (SHA-256) a record holds; None for one that is not taken over."""
        self._connection.executemany(
            "INSERT INTO recorded VALUES (?1, ?2) ON CONFLICT DO UPDATE SET digest = coalesce(digest, ?2)",
            [(name, digest) for name in _list_names(record.fields, record.url, record.at)],
        )

    def find(self, record: Record) -> tuple[bool, bytes | None]:
        """Find what a revisit refers to: whether that was met, and the digest of its payload if it is taken over."""
        for name in _list_references(record):
            row = self._connection.execute("SELECT digest FROM recorded WHERE name = ?", (name,)).fetchone()
            if row is not None:
                return True, row[0]
        return False, None

    def find_kept(self, site: str, record: Record) -> bytes | None:
        """Find the payload in the archive that was captured at the address and time which a revisit names."""
        url = record.fields.get("warc-refers-to-target-uri", record.url)
        row = self._archive.execute(
            "SELECT k.payload_digest FROM addresses a JOIN captures k ON k.address_id = a.id "
            "WHERE a.site = ? AND a.url = ? AND k.fetched_at = ?",
            (site, url, _write(record.fields.get("warc-refers-to-date", ""))),
        ).fetchone()
        return row[0] if row else None

    def load(self, digest: bytes) -> bytes | None:
        """Load a payload; None where the archive does not have it (a dry run writes none)."""
        try:
            return load_payload(self._archive, digest)
        except ArchiveError:
            return None

    def wait(self, source: str, record: Record) -> None:
        """Let a revisit wait until all files are read."""
        at = record.at.isoformat() if record.at else None
        row = (source, record.url, at, json.dumps(dict(record.fields)), record.block)
        self._connection.execute("INSERT INTO waiting (source, url, at, fields, block) VALUES (?, ?, ?, ?, ?)", row)

    def list_waiting(self) -> Iterator[tuple[str, Record]]:
        """List the revisits that wait, with the files that they are from."""
        last = 0
        query = "SELECT id, source, url, at, fields, block FROM waiting WHERE id > ? ORDER BY id LIMIT 1"
        while row := self._connection.execute(query, (last,)).fetchone():
            last, source, url, at, fields, block = row
            time = datetime.fromisoformat(at) if at else None
            yield source, Record("revisit", url, time, json.loads(fields), block)


def _list_names(fields: Mapping[str, str], url: str, at: datetime | None) -> list[str]:
    named = [fields.get("warc-payload-digest", ""), fields.get("warc-record-id", "")]
    place = f"{url} {write_time(at, 'microseconds')}" if at else ""
    return [name for name in (*named, place) if name]


def _list_references(record: Record) -> list[str]:
    fields = record.fields
    url, at = fields.get("warc-refers-to-target-uri", record.url), _write(fields.get("warc-refers-to-date", ""))
    named = (fields.get("warc-refers-to", ""), f"{url} {at}" if at else "", fields.get("warc-payload-digest", ""))
    return [name for name in named if name]


def _write(date: str) -> str:
    try:
        return write_time(datetime.fromisoformat(date.strip()), "microseconds")
    except (ValueError, OverflowError):
        return ""
