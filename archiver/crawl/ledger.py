"""The run ledger: a run's row is there from its first second, and closed with a named outcome."""

import asyncio
import logging
import sqlite3
from pathlib import Path

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response
from sqlite_utils import Database
from twisted.python.failure import Failure as TwistedFailure

from archiver.archive.file import close_archive, create_or_open
from archiver.archive.judgement import judge_run
from archiver.archive.ledger import (
    Finding,
    Outcome,
    Run,
    add_finding,
    close_run,
    count_error,
    find_open_runs,
    list_findings,
    open_run,
)
from archiver.archive.queries import list_known_articles
from archiver.clock import now
from archiver.crawl.items import Failure, Remark, Visit
from archiver.crawl.spider import CommitteeSpider, capture_of
from archiver.errors import ArchiveError
from archiver.model import Article, Listing, Problem, Unreadable
from archiver.record import parser_of, record_capture
from archiver.site import Site

logger = logging.getLogger(__name__)


class RunLedger:
    """Opens the archive and the run when the spider opens, closes both when it closes.

    ``outcome`` is None until then. The pipeline writes through it, so that archive and run have one owner.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.outcome: Outcome | None = None
        self.broken: str | None = None
        self.pages = 0
        self.errors = 0
        self.novelties = {"new": 0, "changed": 0, "unchanged": 0, "pending": 0}
        self.findings: list[Finding] = []
        self._crawler = crawler
        self._path = Path(crawler.settings["ARCHIVE_DB"])
        self._database: Database | None = None
        self._run: Run | None = None
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RunLedger":
        """Connect the ledger to the signals of a crawl."""
        ledger = cls(crawler)
        crawler.signals.connect(ledger.open, signals.spider_opened)
        crawler.signals.connect(ledger.close, signals.spider_closed)
        crawler.signals.connect(ledger.note_defect, signals.spider_error)
        crawler.signals.connect(ledger.keep_robots, signals.response_received)
        return ledger

    def open(self, spider: CommitteeSpider) -> None:
        """Open archive and run; CloseSpider where the archive cannot be written."""
        try:
            self._begin(spider)
        except (ArchiveError, sqlite3.Error) as error:
            logger.error("the run cannot begin: %s", error)
            raise CloseSpider("archive_failed") from error

    def _begin(self, spider: CommitteeSpider) -> None:
        self._database = create_or_open(self._path)
        with self._database.atomic():
            self._close_died_runs(self._database, spider.site)
            self._run = open_run(self._database.conn, spider.site, spider.arguments, now())
        spider.discovery.know(list_known_articles(self._database.conn, spider.site.name))

    def record(self, spider: CommitteeSpider, item: Visit | Failure | Remark) -> str | None:
        """Record what the spider brought; returns what an article page brought (new, changed, unchanged)."""
        database, run = self._opened()
        if isinstance(item, Visit):
            return self._record_visit(database, run, spider, item)
        with database.atomic():
            add_finding(database.conn, run, item.url, item.problem)
            if isinstance(item, Failure):
                count_error(database.conn, run)
        self.errors += isinstance(item, Failure)
        return None

    def keep_robots(self, response: Response, request: Request, spider: CommitteeSpider) -> None:
        """Keep the answer to a request that is Scrapy's own and not the spider's: robots.txt."""
        if "target" in request.meta or self._run is None or self.broken:
            return
        database, run = self._opened()
        page = Unreadable(response.url, Problem("robots", "asked for before everything else"))
        try:
            record_capture(database, run, spider.site, capture_of(response), page, final=False)
        except sqlite3.Error as error:
            self.give_up(error)

    def give_up(self, error: Exception) -> None:
        """End the crawl at once: what cannot be recorded must not be asked for."""
        if self.broken:
            return
        self.broken = f"the archive cannot be written: {error}"
        logger.error("%s; the crawl ends here, what was recorded before stays", self.broken)
        assert self._crawler.engine is not None
        closing = self._crawler.engine.close_spider_async(reason="archive_failed")
        self._closing = asyncio.get_running_loop().create_task(closing)

    def note_defect(self, failure: TwistedFailure, response: Response, spider: CommitteeSpider) -> None:
        """Report a page that the program itself failed on."""
        problem = Problem("internal_error", failure.getErrorMessage()[:300])
        self.record(spider, Failure(response.url, problem))

    def close(self, spider: CommitteeSpider, reason: str) -> None:
        """Close the run with its outcome and let the archive go."""
        if self._run is None:
            return
        database, run = self._opened()
        stats = self._crawler.stats
        requests = int(stats.get_value("downloader/request_count", 0)) if stats else 0
        try:
            with database.atomic():
                self._judge_articles(database, run, spider)
                self.findings = list_findings(database.conn, run)
                self.outcome = self._judge(reason)
                close_run(database.conn, run, self.outcome, requests, now())
            close_archive(database)
        except sqlite3.Error as error:  # a full disk: the next run finds this one open
            logger.error("the end of the run cannot be written: %s", error)
            database.close()

    def _close_died_runs(self, database: Database, site: Site) -> None:
        """Close the runs that a kill or a power cut left open; what they recorded is judged like any other."""
        parser = parser_of(database, site)
        for run in find_open_runs(database.conn, site.name):
            judge_run(database.conn, run, parser, listings_complete=False)
            close_run(database.conn, run, "died", 0, now())

    def _record_visit(self, database: Database, run: Run, spider: CommitteeSpider, visit: Visit) -> str | None:
        novelty = record_capture(
            database, run, spider.site, visit.capture, visit.page, final=visit.final, expected=visit.expected
        )
        self.pages += isinstance(visit.page, Article | Listing)
        if novelty:
            self.novelties[novelty] += 1
        return novelty

    def _judge_articles(self, database: Database, run: Run, spider: CommitteeSpider) -> None:
        """Decide what the run's bad signs mean, now that all of them are known."""
        parser = parser_of(database, spider.site)
        for problem in judge_run(database.conn, run, parser, listings_complete=spider.discovery.is_complete):
            add_finding(database.conn, run, spider.options.start[0], problem)

    def _judge(self, reason: str) -> Outcome:
        if reason == "shutdown":
            return "interrupted"
        if reason != "finished" or not self.pages:
            return "failed"
        return "problems" if self.findings else "finished"

    def _opened(self) -> tuple[Database, Run]:
        if self._database is None or self._run is None:
            raise ArchiveError("the run was never opened")
        return self._database, self._run
