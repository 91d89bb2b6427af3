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

from archiver.archive.evidence.downloads import count_downloads
from archiver.archive.evidence.robots import load_robots
from archiver.archive.history.readings import Novelty
from archiver.archive.runs.health import Ending
from archiver.archive.runs.run_log import (
    Finding,
    Outcome,
    Run,
    add_finding,
    close_run,
    count_changed,
    count_error,
    find_adopted,
    list_findings,
    open_run,
)
from archiver.archive.store.connection import explain_error
from archiver.archive.store.damage import CONTENT_ERRORS, DamageError
from archiver.archive.store.file import close_archive, create_or_open
from archiver.checks import check_run
from archiver.clock import is_moved, now
from archiver.crawl.items import Failure, Remark, Visit
from archiver.crawl.planning.accounting import settle_visit
from archiver.crawl.planning.plan import Plan, make_plan
from archiver.crawl.recorder import Recorder
from archiver.crawl.running.closing import account_for_articles, close_died_runs, judge_articles
from archiver.crawl.running.ending import end_crawl
from archiver.crawl.spider import CommitteeSpider
from archiver.crawl.transport.answers import capture_of
from archiver.errors import ArchiveError
from archiver.ingest.record import record_capture
from archiver.ingest.recording.orders import Crawl, Order
from archiver.model import Article, Capture, Listing, Page, Problem, Purpose, Unreadable
from archiver.site import Site

_BROKEN: tuple[type[Exception], ...] = (ArchiveError, *CONTENT_ERRORS)
logger = logging.getLogger(__name__)
# The reasons of Scrapy's that are no failure: all was asked for, or as much as the user allowed with CLOSESPIDER_*.
DONE = frozenset({"finished", "closespider_itemcount", "closespider_pagecount", "closespider_timeout"})


class RunLedger:
    """Opens the archive and the run when the spider opens, closes both when it closes.

    ``outcome`` is None until then; ``ended`` says what ended the run early. The pipeline writes through it, so that
    archive and run have one owner.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.outcome: Outcome | None = None
        self.broken: str | None = None
        self.pages = 0
        self.errors = 0
        self.novelties = {"new": 0, "changed": 0, "unchanged": 0, "pending": 0}
        self.files = {"kept": 0, "unchanged": 0, "not kept": 0}
        self.findings: list[Finding] = []
        self.robots: dict[str, Capture] = {}
        self.ended: Problem | None = None
        self._crawler = crawler
        self._path = Path(crawler.settings["ARCHIVE_DB"])
        self._database: Database | None = None
        self._run: Run | None = None
        self._site: Site | None = None
        self._recorder: Recorder | None = None
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RunLedger":
        """Connect the ledger to the signals of a crawl."""
        ledger = cls(crawler)
        crawler.signals.connect(ledger.open, signals.spider_opened)
        crawler.signals.connect(ledger.close, signals.spider_closed)
        crawler.signals.connect(ledger.note_defect, signals.spider_error)
        crawler.signals.connect(ledger.note_defect, signals.item_error)
        crawler.signals.connect(ledger.keep_robots, signals.response_received)
        return ledger

    def open(self, spider: CommitteeSpider) -> None:
        """Open archive and run; CloseSpider where the archive cannot be written."""
        try:
            self._begin(spider)
        except _BROKEN as error:
            self.broken = self._explain(error)
            logger.warning("the run cannot begin: %s", self.broken)
            raise CloseSpider("archive_failed") from error

    def _begin(self, spider: CommitteeSpider) -> None:
        self._database = create_or_open(self._path)
        with self._database.atomic():
            if not spider.is_decided and (adopted := find_adopted(self._database.conn, spider.name)):
                spider.adopt(*adopted)
            close_died_runs(self._database, spider.site)
            plan = make_plan(self._database, spider.site, spider.options, spider.arguments, now())
            spider.discovery.adopt(plan)
            self._site = spider.site
            self._run = open_run(
                self._database.conn,
                spider.site,
                spider.arguments,
                now(),
                scope=plan.scope,
                resumes=plan.resumed.uid if plan.resumed else None,
            )
        self._recorder = Recorder(self._database, self._path, spider.settings["ARCHIVE_RECORDING_PROCESS"])
        spider.read = self.read
        self.robots = load_robots(self._database.conn, spider.site.name, spider.options.start, now())
        _tell_plan(plan)

    def opened(self) -> tuple[Database, Run]:
        """Return archive and run; ArchiveError where the run was never opened."""
        if self._database is None or self._run is None:
            raise ArchiveError("the run was never opened")
        return self._database, self._run

    def record(self, spider: CommitteeSpider, item: Failure | Remark) -> None:
        """Record what the spider noted without an answer."""
        database, run = self.opened()
        with database.atomic():
            add_finding(database.conn, run, item.url, item.problem)
            if isinstance(item, Failure):
                count_error(database.conn, run)
        if isinstance(item, Failure):
            self.errors += 1
            spider.discovery.fates.settle(item.expected, "failed", item.problem.kind)

    async def read(self, site: Site, capture: Capture) -> Page:
        """Read a capture of this crawl's site."""
        assert self._recorder is not None
        return await self._recorder.read(Crawl.of_site(self.opened()[1], site), capture)

    async def record_visit(self, spider: CommitteeSpider, visit: Visit) -> Novelty | None:
        """Record an answer; returns what an article page brought. What this returns for is on disk."""
        _, run = self.opened()
        assert self._recorder is not None
        site, fates = spider.site, spider.discovery.fates
        found = fates.accountable if isinstance(visit.page, Listing) else None
        is_new_site = site != self._site  # its platform was recognised on this page
        self._site = site
        order = Order(visit.purpose, found, is_new_site)
        recorded = await self._recorder.record(Crawl.of_site(run, site), order, visit.capture, visit.page)
        self.pages += isinstance(visit.page, Article | Listing)
        if recorded.novelty and not visit.is_second:
            self.novelties[recorded.novelty] += 1
        if recorded.is_fleeting and not visit.is_second and isinstance(visit.page, Article):
            url = visit.first_url or visit.capture.url
            spider.discovery.look_again(visit.purpose.expected or visit.page.native_key, url)
        if visit.purpose.final:
            settle_visit(spider.discovery.fates, visit, recorded.novelty, stranger=recorded.is_stranger)
        return recorded.novelty

    def keep_robots(self, response: Response, request: Request, spider: CommitteeSpider) -> None:
        """Keep the answer to a request that is Scrapy's own and not the spider's: robots.txt."""
        if "target" in request.meta or self._run is None or self.broken:
            return
        database, run = self.opened()
        page = Unreadable(response.url, Problem("not_html", "robots.txt, asked for before everything else"))
        try:
            record_capture(database, run, spider.site, capture_of(response), page, Purpose("robots", final=False))
        except sqlite3.Error as error:
            self.give_up(error)

    def give_up(self, error: Exception) -> None:
        """End the crawl at once: what cannot be recorded must not be asked for."""
        if self.broken:
            return
        self.broken = self._explain(error)  # told by the report of the run, once
        logger.warning("the crawl ends here: %s", self.broken)
        self._closing = asyncio.get_running_loop().create_task(end_crawl(self._crawler, "archive_failed"))

    def stop(self, url: str, problem: Problem) -> None:
        """End the run early, with one finding that says why; what waits is left to the next one."""
        if self.broken or self._closing:
            return
        assert isinstance(self._crawler.spider, CommitteeSpider)
        self.ended = problem
        logger.warning("the crawl ends here: %s", problem.detail)
        try:
            self.record(self._crawler.spider, Failure(url, problem))
            self._closing = asyncio.get_running_loop().create_task(end_crawl(self._crawler, problem.kind))
        except sqlite3.Error as error:
            self.give_up(error)

    def note_defect(self, failure: TwistedFailure, response: Response | None, spider: CommitteeSpider) -> None:
        """Report a page that the program itself failed on: the spider, or what takes its items."""
        if self.broken or self._run is None:
            return
        problem = Problem("internal_error", failure.getErrorMessage()[:300])
        try:
            self.record(spider, Failure(response.url if response else spider.options.start[0], problem))
        except sqlite3.Error as error:
            self.give_up(error)

    def close(self, spider: CommitteeSpider, reason: str) -> None:
        """Close the run with its outcome and let the archive go."""
        if self._run is None:
            return
        database, run = self.opened()
        if self._recorder:
            self._recorder.close()
        stats = self._crawler.stats
        requests = int(stats.get_value("downloader/request_count", 0)) if stats else 0
        try:
            with database.atomic():
                judge_articles(database, run, spider)
                account_for_articles(database, run, spider, reason if reason != "finished" else self.broken)
                sound = self._judge(spider, reason) == "finished"
                # Under a clock that a test moves by months, the dates of real servers are months off.
                ending = Ending(now(), requests, sound, spider.discovery.is_complete, is_dated=not is_moved())
                check_run(database.conn, run, spider.site, spider.options.start, ending)
                self.findings = list_findings(database.conn, run)
                self.files = dict(zip(self.files, count_downloads(database.conn, run), strict=True))
                self.outcome = self._judge(spider, reason)
                close_run(database.conn, run, self.outcome, requests, now())
                self._take_back(count_changed(database.conn, run))
            close_archive(database)
        except _BROKEN as error:  # a full disk, a damaged row: the next run finds this one open
            self.outcome, self.broken = None, self.broken or self._explain(error)
            logger.warning("the end of the run cannot be written: %s", error)
            database.close()

    def _take_back(self, changed: int) -> None:
        """Count as unchanged what seemed to have changed, and was noise."""
        surplus = max(self.novelties["changed"] - changed, 0)
        self.novelties["changed"] -= surplus
        self.novelties["unchanged"] += surplus

    def _judge(self, spider: CommitteeSpider, reason: str) -> Outcome:
        if reason == "shutdown":
            return "interrupted"
        if reason not in DONE or (spider.asked and not self.pages):
            return "failed"
        return "problems" if self.findings else "finished"

    def _explain(self, error: Exception) -> str:
        is_told = isinstance(error, ArchiveError) and not isinstance(error, DamageError)
        return str(error) if is_told else explain_error(self._path, error)


def _tell_plan(plan: Plan) -> None:
    logger.info("plan: %s; %d known articles, %d of them to visit", plan.scope, len(plan.known), len(plan.visits))
    if plan.left:
        logger.info("%d articles that listings named were never read; they come first", len(plan.left))
    if plan.resumed:
        logger.info(
            "takes up the run of %s that was cut off: %d listing pages and %d articles are here already",
            plan.resumed.started_at.isoformat(timespec="seconds"),
            len(plan.listings),
            len(plan.done),
        )
