"""Conditional requests (RFC 9110): a reader that has an answer already is told so, and gets nothing anew.

The ETag is a digest of the answer. Last-Modified is when the archive was last written, so a change that came in late,
with an older time, is no less new. It is left out while the archive is being written, for it counts whole seconds; and
it counts only where it is exactly what was sent, as after a restore the archive may be older than the answer.
"""

import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from email.utils import formatdate
from pathlib import Path
from time import time

from datasette import Response

_QUIET = 5.0
"""Seconds without a write; by the clock of the file system, not by ``ARCHIVE_NOW``."""


def answer_conditionally(
    connection: sqlite3.Connection, asked: Mapping[str, str], text: str, headers: Mapping[str, str], kind: str
) -> Response:
    """Answer with a text, or with 304 to who has it; ``asked`` are the headers of the request, in small letters."""
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    written = _write_last_modified(connection)
    said = {**headers, "etag": tag, "cache-control": "no-cache"} | ({"last-modified": written} if written else {})
    if _is_known(asked, tag, written):
        return Response("", 304, said, kind)
    return Response(text, headers=said, content_type=kind)


def _is_known(asked: Mapping[str, str], tag: str, written: str | None) -> bool:
    if (tags := asked.get("if-none-match")) is not None:
        return any(one.strip().removeprefix("W/") in (tag, "*") for one in tags.split(","))
    return written is not None and asked.get("if-modified-since") == written


def _write_last_modified(connection: sqlite3.Connection) -> str | None:
    path = next(row[2] for row in connection.execute("PRAGMA database_list") if row[1] == "main")
    times = []
    for ending in ("", "-wal"):
        with suppress(OSError):
            file = Path(f"{path}{ending}").stat()
            times.append(file.st_mtime if file.st_size else 0.0)  # who only reads makes an empty log
    written = max(times, default=0.0)
    return formatdate(written, usegmt=True) if 0 < written < time() - _QUIET else None
