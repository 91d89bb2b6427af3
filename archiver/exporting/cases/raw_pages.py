"""The answers in a case: their bytes and headers as received, and the pages as they looked, with what they need."""

import hashlib
import json
from functools import partial
from pathlib import Path

from archiver.archive.evidence.files import StoredFile, copy_files, locate_file
from archiver.archive.evidence.kept_requisites import KeptRequisite, PageRequisites
from archiver.errors import ArchiveError
from archiver.exporting.cases.places import HEADERS, PAGE, REQUISITES, SOURCE, lead, place_capture
from archiver.html.requisites import rewrite_page, rewrite_sheet
from archiver.model import Headers
from archiver.web.pages.raw import RawPage

# file: is what a browser calls the case's own files on a disk, where 'self' means nothing.
_KEPT = "'self' file:"
POLICY = (
    f"default-src 'none'; style-src {_KEPT} 'unsafe-inline'; img-src {_KEPT} data:; font-src {_KEPT} data:; "
    "base-uri 'none'; form-action 'none'"
)
"""No script and no request to the outside: the page's own files alone."""


def write_capture(folder: Path, kept_in: Path, page: RawPage, number: int) -> None:
    """Write an answer into a case: its bytes, its headers, and the page as it looked with all that it needs.

    ``kept_in`` is the folder of the archive's files.
    """
    capture, place = page.capture, place_capture(number, PAGE)
    _write(folder, place_capture(number, SOURCE), capture.body)
    _write(folder, place_capture(number, HEADERS), write_headers(capture.headers))
    if page.is_page:
        requisites = _Requisites(page.requisites)
        locate = partial(requisites.locate, place)
        _write(folder, place, rewrite_page(capture.body, capture.headers, capture.url, locate, POLICY))
        requisites.write(folder, kept_in)


def write_headers(headers: Headers) -> bytes:
    """Write headers as they stand in the lines that a seal is made of."""
    return json.dumps(headers, ensure_ascii=False, separators=(",", ":")).encode()


class _Requisites:
    """Where in a case lies what one page needs.

    Two pages share a style sheet where all that was valid beside it is the same, for it may ask for any of that.
    """

    def __init__(self, requisites: PageRequisites) -> None:
        self.each = {address: kept for address, kept in requisites.each.items() if kept.file}
        digests = sorted((address, _name(kept)) for address, kept in self.each.items())
        self._beside = json.dumps(digests)

    def locate(self, page: str, address: str) -> str | None:
        """Return the address of a requisite as seen from a page or a style sheet; None where it is not kept."""
        return lead(page, self.place(address)) if address in self.each else None

    def place(self, address: str) -> str:
        """Return where a kept requisite lies."""
        kept = self.each[address]
        if not kept.is_sheet:
            return f"{REQUISITES}/{_stored(kept).place}"
        name = hashlib.sha256(json.dumps([address, self._beside]).encode()).hexdigest()[:32]
        return f"{REQUISITES}/sheets/{name}.css"

    def write(self, folder: Path, kept_in: Path) -> None:
        """Write all of them; style sheets also as they were received, for in the others addresses are changed."""
        copy_files(map(_stored, self.each.values()), kept_in, folder / REQUISITES)
        for address, kept in self.each.items():
            place = self.place(address)
            if kept.is_sheet and not (folder / place).exists():
                body = locate_file(kept_in, _stored(kept)).read_bytes()
                _write(folder, place, rewrite_sheet(body, address, partial(self.locate, place)))


def _stored(kept: KeptRequisite) -> StoredFile:
    if kept.file is None:
        raise ArchiveError("a file of a page is not kept")
    return kept.file


def _name(kept: KeptRequisite) -> str:
    return _stored(kept).digest.hex()


def _write(folder: Path, place: str, content: bytes) -> None:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
