"""Files that are one though their addresses differ: those that answered with the same bytes (rule 13 of history)."""

import json
import sqlite3
from collections.abc import Iterable, Mapping

from archiver.archive.history.content import Content
from archiver.archive.runs.withdrawn import WITHDRAWN
from archiver.archive.store.values import read_attachments, read_images

_READERS = (("attachments", read_attachments), ("images", read_images))
# What a download is worth anything for: its bytes were kept, by a run that is not set aside.
_COUNTS = f"d.digest IS NOT NULL AND d.run_id NOT IN {WITHDRAWN}"


def find_files(connection: sqlite3.Connection, site: str, contents: Iterable[Content]) -> dict[str, bytes]:
    """Return the digests of the files that contents name, by their addresses, as each was downloaded first."""
    urls = {item["url"] for content in contents for column, read in _READERS for item in read(content.row[column])}
    rows = connection.execute(
        "SELECT a.url, d.digest, min(d.fetched_at) FROM json_each(?) u CROSS JOIN addresses a ON a.site = ? "
        f"AND a.url = u.value JOIN downloads d ON d.address_id = a.id WHERE {_COUNTS} GROUP BY a.id",
        (json.dumps(sorted(urls)), site),
    )
    return {row[0]: row[1] for row in rows}


def find_aliases(connection: sqlite3.Connection, site: str, contents: Iterable[Content]) -> Mapping[str, str]:
    """Return for addresses of files that contents name the one that answered first with the same bytes.

    An address that was downloaded before is another file once its bytes are others: so what counts is what the one
    had last before the other was downloaded first. Later downloads change nothing of that.
    """
    files = find_files(connection, site, contents)
    if len(files) < 2:
        return {}
    rows = connection.execute(_FIRST, (site, json.dumps(sorted(files)))).fetchall()
    aliases: dict[str, str] = {}
    for place, (url, at, digest) in enumerate(rows):
        for earlier, _, _ in rows[:place]:
            if _digest_before(connection, site, earlier, at) == digest:
                aliases[url] = aliases.get(earlier, earlier)
                break
    return aliases


def list_exchanged(connection: sqlite3.Connection, run_id: int) -> set[int]:
    """List the articles of which a run saw files exchanged: a download may show that they are the same."""
    rows = connection.execute(
        "SELECT s.article_id FROM captures k CROSS JOIN readings r ON r.capture_id = k.id AND r.sign = 'content' "
        "CROSS JOIN snapshots s ON s.article_id = r.article_id AND s.first_capture_id = k.id WHERE k.run_id = ? "
        "AND s.number > 1 AND (s.changed_fields LIKE '%\"attachments\"%' OR s.changed_fields LIKE '%\"images\"%')",
        (run_id,),
    )
    return {row[0] for row in rows}


def _digest_before(connection: sqlite3.Connection, site: str, url: str, at: str) -> bytes | None:
    row = connection.execute(
        "SELECT d.digest FROM addresses a JOIN downloads d ON d.address_id = a.id WHERE a.site = ? AND a.url = ? "
        f"AND {_COUNTS} AND d.fetched_at < ? ORDER BY d.fetched_at DESC LIMIT 1",
        (site, url, at),
    ).fetchone()
    return row[0] if row else None


_FIRST = f"""
    SELECT a.url, min(d.fetched_at) AS at, d.digest FROM addresses a JOIN downloads d ON d.address_id = a.id
    WHERE a.site = ? AND a.url IN (SELECT value FROM json_each(?)) AND {_COUNTS}
    GROUP BY a.id ORDER BY at, a.url
"""
