"""Visits to the replica without processes: what a crawl records, made in one process and at any time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.history.reconciling import judge_run
from archiver.archive.runs.run_log import Run, close_run, note_walk, open_run
from archiver.archive.store.file import create_or_open
from archiver.ingest.record import read_capture, record_capture
from archiver.model import Capture, Listing, Page, Purpose
from archiver.platforms import platform_of
from archiver.site import Site
from tests.portal import Portal

SITE = Site("dukdhcd", "Đảng ủy Khối các trường Đại học, Cao đẳng Hà Nội", "liferay_hanoi")
BASE = "http://dukdhcd.example"


class Visits:
    """Runs over a portal into one archive; each at the time it is given."""

    def __init__(self, path: Path, site: Site = SITE, base: str = BASE) -> None:
        self.database: Database = create_or_open(path)
        self.site = site
        self.base = base

    def run(self, portal: Portal, at: datetime, *, unlisted: bool = True) -> list[str]:
        """Walk all listings and visit every article, listed or known; returns the kinds of what was found."""
        run = self.begin(at)
        clock = _seconds(at)
        seen: set[str] = set()
        for channel in portal.channels:
            for entry_url in self._walk(portal, run, f"/{channel}", clock):
                key = platform_of(self.site).read_address(entry_url).key
                if key not in seen:
                    seen.add(key)
                    self.visit(run, portal, entry_url, next(clock), key)
        if unlisted:
            for row in list(self.database.query("SELECT article_id, url FROM current_articles")):
                if row["article_id"] not in seen:
                    self.visit(run, portal, row["url"], next(clock), row["article_id"])
        return self.end(run, at)

    def begin(self, at: datetime) -> Run:
        """Open a run."""
        with self.database.atomic():
            return open_run(self.database.conn, self.site, {}, at)

    def visit(self, run: Run, portal: Portal, url: str, at: datetime, key: str | None = None) -> Page:
        """Fetch an address, or a path of the portal, as the article ``key`` if one is expected there; record it."""
        path = url.removeprefix(self.base)
        response = portal.answer(path)
        capture = Capture(self.base + path, at, response.status, tuple(response.headers), response.body)
        page = read_capture(self.site, capture)
        purpose = Purpose("article" if key else "listing", key)
        record_capture(self.database, run, self.site, capture, page, purpose)
        return page

    def end(self, run: Run, at: datetime) -> list[str]:
        """Judge and close a run; returns the kinds of what was found."""
        with self.database.atomic():
            note_walk(self.database.conn, run, complete=True, late=0)
            problems = judge_run(self.database.conn, run)
            close_run(self.database.conn, run, "finished", 0, at)
        rows = self.database.query("SELECT kind FROM findings WHERE run_id = ? ORDER BY id", [run.id])
        return [row["kind"] for row in rows] + [problem.kind for problem in problems]

    def query(self, sql: str, *values: object) -> list[dict[str, object]]:
        """Ask the archive."""
        return list(self.database.query(sql, values))

    def dump(self, *views: str) -> dict[str, list[dict[str, object]]]:
        """Return all rows of public views, in an order of their own."""
        return {view: sorted(self.query(f"SELECT * FROM {view}"), key=str) for view in views}

    def _walk(self, portal: Portal, run: Run, path: str, clock: Iterator[datetime]) -> Iterator[str]:
        url: str | None = self.base + path
        while url:
            page = self.visit(run, portal, url, next(clock))
            if not isinstance(page, Listing):
                return
            yield from (entry.url for entry in page.entries)
            url = page.next_url


def _seconds(start: datetime) -> Iterator[datetime]:
    second = 0
    while True:
        yield start + timedelta(seconds=second)
        second += 1
