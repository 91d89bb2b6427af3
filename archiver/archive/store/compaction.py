"""Making what earlier versions kept as small as this one keeps it."""

import json
import sqlite3

from archiver.archive.evidence.headers import pack_headers
from archiver.archive.history.packed_html import pack_html


def compact_headers(connection: sqlite3.Connection) -> None:
    """Pack the headers of all captures, which stand in ``headers_4``, and drop that."""
    query = "SELECT k.id, r.site, k.headers_4 FROM captures k JOIN runs r ON r.id = k.run_id ORDER BY k.id"
    for capture_id, site, text in connection.execute(query):
        headers = tuple((name, value) for name, value in json.loads(text))
        packed = pack_headers(connection, site, headers)
        connection.execute("UPDATE captures SET headers = ?, header_set_id = ? WHERE id = ?", (*packed, capture_id))
    connection.execute("ALTER TABLE captures DROP COLUMN headers_4")


def compact_bodies(connection: sqlite3.Connection) -> None:
    """Leave out of the HTML of all bodies what stands in their text."""
    ids = [row[0] for row in connection.execute("SELECT id FROM contents")]
    for content_id in ids:
        query = "SELECT body_html, body, images FROM contents WHERE id = ?"
        kept = pack_html(*connection.execute(query, (content_id,)).fetchone())
        connection.execute("UPDATE contents SET body_html = ? WHERE id = ?", (kept, content_id))
