"""Taking over captures that others made, of any age: from files and web archives into the history of a site.

Each becomes a capture at its own time, in a run of its day and source of the kind ``import``. Such runs fetched
nothing, so checks, planning, resuming and alerts pass them over. What others were shown depends on their cookies,
languages and screens: a miss counts only at an address that showed the article before, and another look between two
equal ones of our own is no edit (archive/history/timeline.py).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlite_utils import Database

from archiver.archive.evidence.downloads import Outcome, record_download
from archiver.archive.evidence.files import StoredFile, folder_beside, keep_file
from archiver.archive.history.content import write_time
from archiver.archive.history.readings import Parser
from archiver.archive.history.snapshots import rederive_article
from archiver.archive.runs.exported_runs import ExportedRun
from archiver.archive.runs.imported_runs import (
    close_imported_runs,
    find_imported_run,
    open_exported_run,
    widen_run,
)
from archiver.archive.runs.run_log import Run, add_finding
from archiver.formats.file_types import UNKNOWN, FileType
from archiver.ingest.record import parser_of, read_answer, record_late
from archiver.model import Article, Capture, Page, Problem, Purpose
from archiver.platforms import platform_of
from archiver.site import Site
from archiver.urls import path_of, site_of

# Captures, and bytes of their bodies, that are written in one transaction: it takes as long for one as for twenty.
_MOST, _MOST_BYTES = 100, 16 << 20
_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class ImportedCapture:
    """A capture that somebody else made: ``source`` is the name of the file, or the address, that it is from.

    ``purpose`` is what its address was asked for where that is known; None says it by the address. ``run`` is the uid
    of the run of our own that made it, where the file describes that.
    """

    capture: Capture
    source: str
    purpose: Purpose | None = None
    run: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A document or image that somebody else received; ``capture`` has its bytes.

    ``kept`` instead says which file of the archive it is. ``validators`` are those that were noted of it; None takes
    them from the headers. ``run`` as above.
    """

    capture: Capture
    source: str
    kind: FileType | None = None
    kept: StoredFile | None = None
    validators: Mapping[str, str] | None = None
    run: str | None = None


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """What was not taken over because it did not come whole, or is none: ``at`` is None where it has no time."""

    source: str
    at: datetime | None
    url: str
    why: str


@dataclass(slots=True)
class Imported:
    """What an import came to so far: new captures and files, those known before, and what was not taken.

    ``skipped`` counts by reason.
    """

    captures: int = 0
    files: int = 0
    known: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    broken: list[BrokenRecord] = field(default_factory=list)

    @property
    def found(self) -> int:
        """How much could be read at all."""
        return self.captures + self.files + self.known


class Importer:
    """Takes captures over into the history of a site, a hundred in a transaction; to be closed at the end.

    An import that is killed has kept whole transactions. The next one, or the next crawl, closes the runs that it left
    (``finish_imports``), and what is kept already is passed over. With ``dry_run`` nothing is written.
    """

    def __init__(self, database: Database, site: Site, *, dry_run: bool = False) -> None:
        self.done = Imported()
        self._database = database
        self._site = site
        self._hosts = list_hosts(database, site)
        self.is_dry = dry_run
        self._waiting: list[ImportedCapture | ImportedFile] = []
        self._bytes = 0
        self._touched: set[int] = set()
        self._continuations: set[str] = set()
        self._runs: dict[tuple[str, str], Run] = {}
        self._parser: Parser | None = None
        self._exported: dict[str, ExportedRun] = {}
        self._own_runs: dict[str, Run | None] = {}

    def covers(self, url: str) -> bool:
        """Say whether an address is on a host of the site."""
        return site_of(url) in self._hosts

    def is_described(self, run: str | None) -> bool:
        """Say whether a file described a run of our own for this site, by its uid."""
        return run in self._exported

    def add(self, item: ImportedCapture | ImportedFile) -> None:
        """Take one over; it is on disk after the next hundred, or after ``flush``."""
        self._waiting.append(item)
        self._bytes += len(item.capture.body)
        if len(self._waiting) >= _MOST or self._bytes >= _MOST_BYTES:
            self.flush()

    def skip(self, reason: str) -> None:
        """Count something that is not taken over, by why."""
        self.done.skipped[reason] += 1

    def note_broken(self, record: BrokenRecord) -> None:
        """Note what did not come whole; it becomes a finding of the run of its day, if there is one."""
        self.done.broken.append(record)

    def flush(self) -> None:
        """Write what waits, in the order of time."""
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        waiting.sort(key=lambda item: (item.capture.fetched_at, item.capture.url))
        with self._writing():
            for item in waiting:
                self._take(item)
            touched, self._touched = self._touched, set()
            for article_id in sorted(touched):
                rederive_article(self._database.conn, article_id)

    def close(self) -> Imported:
        """Write what waits, and close, judge and seal the runs; returns what came of all."""
        self.flush()
        if not self.is_dry:
            with self._database.atomic():
                self._tell_broken()
                close_imported_runs(self._database.conn, self._site.name, self._exported)
        return self.done

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self.is_dry:
            yield
            return
        with self._database.atomic():
            yield

    def _take(self, item: ImportedCapture | ImportedFile) -> None:
        if self._is_known(item):
            self.done.known += 1
        elif isinstance(item, ImportedFile):
            self._take_file(item)
        else:
            self._take_capture(item)

    def _is_known(self, item: ImportedCapture | ImportedFile) -> bool:
        table = "downloads" if isinstance(item, ImportedFile) else "captures"
        row = self._database.conn.execute(
            f"SELECT 1 FROM addresses a JOIN {table} k ON k.address_id = a.id "  # noqa: S608 - one of the two above
            "WHERE a.site = ? AND a.url = ? AND k.fetched_at = ?",
            (self._site.name, item.capture.url, write_time(item.capture.fetched_at, "microseconds")),
        ).fetchone()
        return row is not None

    def _take_file(self, item: ImportedFile) -> None:
        self.done.files += 1
        if self.is_dry:
            return
        capture, connection = item.capture, self._database.conn
        folder = folder_beside(connection)
        file = item.kept or keep_file(folder, capture.body, item.kind or UNKNOWN)
        validators = _read_validators(capture) if item.validators is None else item.validators
        outcome = Outcome(capture.status, file, validators=validators)
        record_download(connection, self._run_of(item), capture.url, capture.fetched_at, outcome)

    def _take_capture(self, item: ImportedCapture) -> None:
        self.done.captures += 1
        if self.is_dry:
            return
        purpose = item.purpose or find_purpose(self._site, item.capture)
        page = read_answer(self._site, item.capture, purpose)
        if item.purpose is None and self._is_one_of_several(item.capture.url, page):
            purpose = replace(purpose, final=False)
        run, parser = self._run_of(item), self._find_parser()
        self._touched |= record_late(self._database, run, self._site, parser, item.capture, page, purpose)

    def _is_one_of_several(self, url: str, page: Page) -> bool:
        """Say whether a page has a part of an article's text: nobody says which others were fetched along with it."""
        if isinstance(page, Article) and page.next_url:
            self._continuations.add(page.next_url)
            return True
        return url in self._continuations

    def _find_parser(self) -> Parser:
        self._parser = self._parser or parser_of(self._database, self._site)
        return self._parser

    def describe(self, exported: ExportedRun) -> None:
        """Take note of what a file says of a run of our own, before its captures."""
        if exported.site == self._site.name:
            self._exported[exported.uid] = exported

    def _run_of(self, item: ImportedCapture | ImportedFile) -> Run:
        own = self._find_own_run(item)
        return own or self._find_run_of_day(item)

    def _find_own_run(self, item: ImportedCapture | ImportedFile) -> Run | None:
        """Find the run of our own that an item is of; None where it is of none, or that is closed here already."""
        if item.run is None or item.run not in self._exported:
            return None
        if item.run not in self._own_runs:
            exported = self._exported[item.run]
            self._own_runs[item.run] = open_exported_run(self._database.conn, self._site, item.source, exported)
        return self._own_runs[item.run]

    def _find_run_of_day(self, item: ImportedCapture | ImportedFile) -> Run:
        at, connection = item.capture.fetched_at.astimezone(UTC), self._database.conn
        named = (item.source, at.date().isoformat())
        run = self._runs.get(named)
        if run is None:
            run = self._runs[named] = find_imported_run(connection, self._site, item.source, at)
        else:
            widen_run(connection, run, at)
        return run

    def _tell_broken(self) -> None:
        """Write what was broken into the run of its day, or the first one; none is opened for it."""
        for record in self.done.broken:
            day = record.at.astimezone(UTC).date().isoformat() if record.at else ""
            run = self._runs.get((record.source, day)) or next(iter(self._runs.values()), None)
            if run:
                problem = Problem("broken_record", f"{record.source}: {record.why}")
                add_finding(self._database.conn, run, record.url, problem)


def finish_imports(database: Database, site: str) -> int:
    """Close the runs that a killed import of a site left open, in the transaction of the caller; returns how many."""
    return close_imported_runs(database.conn, site)


def find_purpose(site: Site, capture: Capture) -> Purpose:
    """Say what an address would have been asked for, by the address alone.

    A redirect was followed by whoever made it, or was not: what it led to is another capture, if there is one.
    """
    if path_of(capture.url) == "/robots.txt":
        return Purpose("robots", final=False)
    address = platform_of(site).read_address(capture.url)
    final = not 300 <= capture.status < 400 or capture.status == _NOT_MODIFIED
    if address.kind == "article":
        return Purpose("article", address.key, final=final)
    return Purpose("listing" if address.kind == "listing" else None, final=final)


def list_hosts(database: Database, site: Site) -> frozenset[str]:
    """List the hosts of a site, without ``www.``: declared ones, and those whose pages the archive has."""
    rows = database.conn.execute(
        "SELECT DISTINCT substr(a.url, 1, instr(substr(a.url, 9), '/') + 8) FROM addresses a "
        "WHERE a.site = ? AND EXISTS (SELECT 1 FROM captures WHERE address_id = a.id)",
        (site.name,),
    )
    declared = (*site.listings, *(f"http://{host}" for host in site.hosts))
    return frozenset(site_of(url) for url in (*declared, *(row[0] for row in rows)))


def _read_validators(capture: Capture) -> dict[str, str]:
    names = {"etag": "ETag", "last-modified": "Last-Modified"}
    return {names[name.lower()]: value for name, value in capture.headers if name.lower() in names}
