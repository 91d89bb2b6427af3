"""The one way of a crawl into its archive: an answer becomes a page here, and a page becomes rows."""

import asyncio
import logging
import sqlite3
import time
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from archiver.archive.runs.run_log import Run, add_finding, count_error
from archiver.errors import ArchiverError
from archiver.ingest.record import read_capture, record_capture
from archiver.ingest.recording.client import ProcessLostError, RecordingClient
from archiver.ingest.recording.orders import Crawl, Order, Recorded, record_all
from archiver.ingest.recording.shared_commits import share_commits
from archiver.model import Capture, Page, Problem, Purpose
from archiver.site import Site

logger = logging.getLogger(__name__)

SecondProcess = Literal["auto", "always", "never"]
SECOND_PROCESS: tuple[SecondProcess, ...] = ("auto", "always", "never")
# A second process takes half a second to start and 50 MB. It is for crawls without a delay, of one's own servers: at
# one page a second there is nothing to be gained.
ENOUGH_PAGES = 48
ENOUGH_A_SECOND = 10
# Recording is for the one, reading for whoever has time: where the other owes so many answers, a page is read here. 235
# pages a second with 4, 227 with 6 and 8, 222 with 2, 200 where all are read there.
MOST_WAITING = 4


class Ingest:
    """Reads and records the answers of one run; ``database`` is a connection to the archive at ``path``.

    Pages that come in fast are read and recorded in a second process. Reading is pure and recording one transaction, so
    it makes no difference to the archive in which process they happen, and a crawl that loses the second one goes on
    alone. Where several crawls of this process write into the archive, an answer waits for those of others, at most
    ``patience`` seconds.
    """

    def __init__(
        self, database: Database, path: Path, run: Run, site: Site, second_process: SecondProcess, patience: float = 0.0
    ) -> None:
        self.database = database
        self.run = run
        self._crawl = Crawl.of_site(run, site)
        self._is_new_site = False
        self._path = path
        self._second_process = second_process
        self._patience = patience
        self._commits = share_commits(path)
        self._began = time.monotonic()
        self._recorded = 0
        self._client: RecordingClient | None = None
        self._starting: asyncio.Task[None] | None = None

    def adopt(self, site: Site) -> None:
        """Go on with a site whose platform was recognised; the next answer that is recorded writes it down."""
        self._crawl = Crawl.of_site(self.run, site)
        self._is_new_site = True

    async def read(self, capture: Capture) -> Page:
        """Read a capture."""
        if self._second_process == "always":
            await (self._starting or self._start())
        if self._client and self._client.is_open_for(self._crawl) and self._client.waiting < MOST_WAITING:
            try:
                return await self._client.read(capture)
            except ProcessLostError:
                self._go_on_alone()
        return read_capture(self._crawl.site, capture)

    async def record(self, capture: Capture, page: Page, purpose: Purpose, found: int | None = None) -> Recorded:
        """Record an answer; when this returns it is on disk.

        ``found`` counts the articles that the run found so far, where the answer may have added to them.
        """
        self._recorded += 1
        if self._is_due():
            self._start()
        order, self._is_new_site = Order(purpose, found, self._is_new_site), False
        if self._client and self._client.is_open_for(self._crawl):
            try:
                return await self._client.record(order, capture, page)
            except ProcessLostError:
                self._go_on_alone()
        if self._commits.is_shared:
            return await self._commits.record(self._crawl, (order, capture, page), self._patience)
        return record_all(self.database, self._crawl, [(order, capture, page)])[0]

    def keep(self, capture: Capture, page: Page, purpose: Purpose) -> None:
        """Keep an answer that nothing is read of: robots.txt."""
        record_capture(self.database, self.run, self._crawl.site, capture, page, purpose)

    def note(self, url: str, problem: Problem, *, is_error: bool) -> None:
        """Record what is to be said of an address without an answer."""
        with self.database.atomic():
            add_finding(self.database.conn, self.run, url, problem)
            if is_error:
                count_error(self.database.conn, self.run)

    def close(self) -> None:
        """Record what waits, and end the second process, which has nothing left to do."""
        self._commits.commit()
        self._end_process()

    def _end_process(self) -> None:
        if self._client:
            self._client.close()
            self._client = None

    def _is_due(self) -> bool:
        if self._starting or self._second_process != "auto" or self._recorded < ENOUGH_PAGES:
            return False
        return self._recorded > ENOUGH_A_SECOND * (time.monotonic() - self._began)

    def _start(self) -> asyncio.Task[None]:
        self._client = RecordingClient()
        self._starting = asyncio.get_running_loop().create_task(self._open(self._client, self._crawl))
        return self._starting

    async def _open(self, client: RecordingClient, crawl: Crawl) -> None:
        try:
            await client.open(self._path, crawl)
        except (ProcessLostError, ArchiverError, sqlite3.Error, OSError) as error:
            if self._client is client:
                logger.warning("no second process for recording: %s; the crawl goes on without", error)
                self._end_process()

    def _go_on_alone(self) -> None:
        if self._client:
            client, self._client = self._client, None
            client.close()
            logger.warning("the recording process ended (%s); the crawl goes on without it", client.describe_end())
