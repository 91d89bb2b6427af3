"""The kept copies of documents and images, sent so that they can do nothing in the reader's browser."""

import sqlite3
from pathlib import Path

from archiver.archive.evidence.downloads import find_file
from archiver.archive.evidence.files import StoredFile, folder_beside, has_file
from archiver.web.faults import MissingError

FILE_ROUTE = r"^/file/([0-9a-f]{64})\.([a-z0-9]{1,8})$"
"""Digest and ending of a file."""
SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif"})
"""What a browser shows itself; everything else it is told to save."""
_CLOSED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def load_file(connection: sqlite3.Connection, digest: str, extension: str) -> tuple[StoredFile, Path]:
    """Find a file by the digest and the ending in its address; MissingError where it is not kept, or not there."""
    file = find_file(connection, bytes.fromhex(digest))
    folder = folder_beside(connection)
    if file is None or file.extension != extension or not has_file(folder, file):
        raise MissingError("no_file")
    return file, folder / file.place


def write_headers(file: StoredFile) -> dict[str, str]:
    """Return what a file is sent with.

    The viewers that browsers have for PDF do not start in a sandbox; they run nothing of a document in its page.
    """
    is_pdf = file.media_type == "application/pdf"
    return {
        "content-disposition": "inline" if file.media_type in SHOWN else "attachment",
        "content-security-policy": _CLOSED if is_pdf else f"sandbox; {_CLOSED}",
        "cache-control": "private, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
    }
