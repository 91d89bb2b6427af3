"""What is kept of what a captured page needs to look as it looked: its style sheets, pictures and fonts.

Shown is what was valid then: of each address the newest download until the end of the capture's run, which asked for
them because of the page; else the first one later, which is told.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path

from archiver.archive.evidence.files import StoredFile, check_stored, folder_beside, has_file, locate_file
from archiver.archive.history.content import write_time
from archiver.archive.runs.withdrawn import WITHDRAWN
from archiver.archive.store.damage import DamageError, note_damage, shorten
from archiver.archive.store.values import read_time, read_value
from archiver.formats.file_types import STYLE_SHEET
from archiver.html.requisites import (
    MOST_LEVELS,
    MOST_REQUISITES,
    Requisite,
    list_requisites,
    list_sheet_requisites,
)
from archiver.model import Capture


@dataclass(frozen=True, slots=True)
class KeptRequisite:
    """What is kept of an address: the file and when it was received, or confirmed; or why there is none.

    ``is_later``: nothing was kept before. ``asked_at`` None: the address was never asked for.
    """

    file: StoredFile | None = None
    asked_at: str | None = None
    problem: str | None = None
    is_later: bool = False

    @property
    def is_sheet(self) -> bool:
        """Say whether it is a style sheet, which asks for more itself."""
        return self.file is not None and self.file.media_type == STYLE_SHEET.media_type


@dataclass(frozen=True, slots=True)
class PageRequisites:
    """What is kept of all that a page and its style sheets ask for, by absolute address, in the order of asking.

    ``at`` is the time for which it was looked up. ``omitted`` are those beyond MOST_REQUISITES, or in style sheets that
    others import too deep.
    """

    at: datetime
    each: Mapping[str, KeptRequisite]
    omitted: int = 0

    def locate(self, address: str) -> KeptRequisite | None:
        """Return what is kept of an address with a file; else None."""
        kept = self.each.get(address)
        return kept if kept and kept.file else None

    @property
    def missing(self) -> dict[str, KeptRequisite]:
        """What the page asks for and is not kept."""
        return {address: kept for address, kept in self.each.items() if kept.file is None}

    @property
    def later(self) -> dict[str, KeptRequisite]:
        """What was kept only after the page."""
        return {address: kept for address, kept in self.each.items() if kept.is_later}


def gather_requisites(connection: sqlite3.Connection, capture_id: int, capture: Capture) -> PageRequisites:
    """Return what is kept of all that a captured page asks for, be it through its style sheets."""
    site, at = find_time(connection, capture_id)
    folder = folder_beside(connection)
    each: dict[str, KeptRequisite] = {}
    asked: Iterable[Requisite] = list_requisites(capture.body, capture.headers, capture.url)
    for _ in range(MOST_LEVELS):
        new = dict.fromkeys(requisite.address for requisite in asked if requisite.address not in each)
        found = find_requisites(connection, site, islice(new, MOST_REQUISITES - len(each)), at)
        each |= found
        asked = [more for address, kept in found.items() for more in list_of_sheet(folder, kept, address)]
        if len(found) < len(new) or not asked:
            break
    else:
        new, found = {requisite.address: None for requisite in asked if requisite.address not in each}, {}
    return PageRequisites(at, each, len(new) - len(found))


def find_requisites(
    connection: sqlite3.Connection, site: str, addresses: Iterable[str], at: datetime
) -> dict[str, KeptRequisite]:
    """Return what was valid at a time of what a site's pages ask for, by address; each is there, kept or not."""
    folder = folder_beside(connection)
    found = {address: KeptRequisite() for address in addresses}
    time = write_time(at, "microseconds")
    rows = connection.execute(_VALID, {"site": site, "at": time, "urls": json.dumps([*found])})
    for url, fetched_at, problem, *file in rows:
        try:
            found[url] = _read(folder, time, read_value("fetched_at", fetched_at), problem, file)
        except DamageError as error:
            note_damage(DamageError(f"file {shorten(url)}: {error}"))
    return found


def find_time(connection: sqlite3.Connection, capture_id: int) -> tuple[str, datetime]:
    """Return the site of a capture, and the time for which its requisites are looked up: the end of its run.

    Of a capture that a run only brought in, from a WARC say, it is its own.
    """
    site, fetched_at, began, ended = connection.execute(
        "SELECT r.site, k.fetched_at, r.started_at, r.finished_at FROM captures k JOIN runs r ON r.id = k.run_id "
        "WHERE k.id = ?",
        (capture_id,),
    ).fetchone()
    at = read_time(fetched_at)
    end = read_time(ended) + _WHOLE_SECOND if ended else at
    return site, end if read_time(began) <= at <= end else at


def list_of_sheet(folder: Path, kept: KeptRequisite, address: str) -> tuple[Requisite, ...]:
    """List what a kept style sheet asks for; nothing for any other file."""
    return _list_of_sheet(locate_file(folder, kept.file), address) if kept.file and kept.is_sheet else ()


@lru_cache(maxsize=512)  # its name tells its bytes, and all pages of a site have the same ones
def _list_of_sheet(path: Path, address: str) -> tuple[Requisite, ...]:
    return tuple(list_sheet_requisites(path.read_bytes(), address))


def _read(folder: Path, at: str, fetched_at: str, problem: str | None, row: list[object]) -> KeptRequisite:
    if problem:
        return KeptRequisite(None, fetched_at, problem)
    file = check_stored(StoredFile(*row))  # type: ignore[arg-type]  # checked there
    if not has_file(folder, file):
        return KeptRequisite(None, fetched_at, "no_file")
    return KeptRequisite(file, fetched_at, is_later=fetched_at > at)


_WHOLE_SECOND = timedelta(seconds=1)  # the end of a run is written without parts of one
_COUNTS = f"address_id = a.id AND run_id NOT IN {WITHDRAWN}"
_VALID = f"""
    SELECT a.url, d.fetched_at, d.problem, f.digest, f.size, f.media_type, f.extension
    FROM json_each(:urls) wanted CROSS JOIN addresses a ON a.site = :site AND a.url = wanted.value
    JOIN downloads d ON d.address_id = a.id AND d.fetched_at = coalesce(
        (SELECT max(fetched_at) FROM downloads WHERE {_COUNTS} AND digest IS NOT NULL AND fetched_at <= :at),
        (SELECT min(fetched_at) FROM downloads WHERE {_COUNTS} AND digest IS NOT NULL),
        (SELECT max(fetched_at) FROM downloads WHERE {_COUNTS}))
    LEFT JOIN files f ON f.digest = d.digest
"""
