"""What the pages of articles need to be shown: which style sheets, pictures and fonts a run has not looked at yet."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain

from archiver.archive.evidence.captures import load_capture
from archiver.archive.evidence.files import folder_beside
from archiver.archive.evidence.kept_requisites import find_requisites, list_of_sheet
from archiver.archive.queries.queries import find_capture_at
from archiver.clock import now
from archiver.crawl.documents.document_requests import FileAddress
from archiver.crawl.state import CrawlState
from archiver.html.requisites import MOST_REQUISITES, Requisite, list_requisites

MOST_KNOWN = 50_000
"""Addresses that a run remembers; then it begins anew, and the archive tells what need not be asked for."""


class RequisiteAddresses:
    """The requisites that one run meets, each address once: the pages of a site share nearly all of them."""

    def __init__(self, state: CrawlState) -> None:
        self._connection: sqlite3.Connection = state.ingest.database.conn
        self._site = state.site.name
        self._known: set[str] = set()

    def list_of_page(self, key: str) -> list[FileAddress]:
        """List what the page of an article asks for that was recorded or confirmed last."""
        capture_id = find_capture_at(self._connection, self._site, key, now())
        if capture_id is None:
            return []
        capture = load_capture(self._connection, capture_id)
        return self._choose_new(list_requisites(capture.body, capture.headers, capture.url))

    def list_of_sheets(self, asked: Iterable[FileAddress]) -> list[FileAddress]:
        """List what the style sheets among files ask for that were asked for just now."""
        sheets = [file.url for file in asked if file.kind == "style"]
        found = find_requisites(self._connection, self._site, sheets, now())
        folder = folder_beside(self._connection)
        return self._choose_new([*chain.from_iterable(list_of_sheet(folder, kept, url) for url, kept in found.items())])

    def _choose_new(self, requisites: Sequence[Requisite]) -> list[FileAddress]:
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        new = [each for each in requisites[:MOST_REQUISITES] if each.address not in self._known]
        self._known.update(each.address for each in new)
        return [FileAddress(each.address, each.address, each.kind) for each in new]
