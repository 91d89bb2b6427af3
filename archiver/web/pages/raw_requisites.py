"""The raw page with what it needs to be shown, at addresses of ours: kept files by their digests."""

import re
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from archiver.archive.evidence.files import StoredFile, folder_beside
from archiver.archive.evidence.kept_requisites import KeptRequisite, find_requisites, list_of_sheet
from archiver.archive.store.values import read_time
from archiver.errors import ArchiveError
from archiver.formats.file_types import STYLE_SHEET
from archiver.html.requisites import Locate, rewrite_page, rewrite_sheet
from archiver.model import Capture
from archiver.web.faults import MissingError
from archiver.web.pages.files import FILE_ROUTE, load_file

SHEET_ROUTE = r"^/requisite/([^/]+)/([^/]+)/([0-9a-f]{64})\.css$"
"""Site, time and digest of a style sheet; its own address, to which those in it are relative, is in ``?url=``."""


def write_page(capture: Capture, site: str, at: datetime, kept: Mapping[str, KeptRequisite]) -> bytes:
    """Write a captured page so that it asks for its requisites here."""
    return rewrite_page(capture.body, capture.headers, capture.url, _place(site, at, kept))


def load_sheet(connection: sqlite3.Connection, site: str, at: str, digest: str, url: str) -> bytes:
    """Return a kept style sheet, which asks for what was valid at a time; MissingError where it is not kept."""
    file, path = load_file(connection, digest, STYLE_SHEET.extension)
    sheet = KeptRequisite(file)
    needed = [each.address for each in list_of_sheet(folder_beside(connection), sheet, url)]
    time = _read_time(at)
    return rewrite_sheet(path.read_bytes(), url, _place(site, time, find_requisites(connection, site, needed, time)))


def find_requisite(connection: sqlite3.Connection, url: str) -> tuple[str, bytes] | None:
    """Return type and bytes of what lies at an address that ``place_requisite`` gave; None where nothing does."""
    path = urlsplit(url).path
    try:
        if match := re.match(SHEET_ROUTE, path):
            site, at, digest = map(unquote, match.groups())
            origin = parse_qs(urlsplit(url).query).get("url", [""])[0]
            return "text/css; charset=utf-8", load_sheet(connection, site, at, digest, origin)
        if match := re.match(FILE_ROUTE, path):
            file, place = load_file(connection, *match.groups())
            return file.media_type, place.read_bytes()
    except MissingError:
        return None
    return None


def place_requisite(file: StoredFile, site: str, at: datetime, address: str) -> str:
    """Return where a kept file is shown: a style sheet says of which time it is, and where it lay."""
    if file.media_type != STYLE_SHEET.media_type:
        return f"/file/{file.digest.hex()}.{file.extension}"
    query = urlencode({"url": address})
    return f"/requisite/{quote(site, safe='')}/{quote(at.isoformat(), safe='')}/{file.digest.hex()}.css?{query}"


def _place(site: str, at: datetime, kept: Mapping[str, KeptRequisite]) -> Locate:
    def locate(address: str) -> str | None:
        found = kept.get(address)
        return place_requisite(found.file, site, at, address) if found and found.file else None

    return locate


def _read_time(at: str) -> datetime:
    try:
        return read_time(at)
    except ArchiveError:
        raise MissingError("no_file") from None
