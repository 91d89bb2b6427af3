"""The run ledger: a run's row is there from its first second, and closed with a named outcome."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured
from sqlite_utils import Database

from archiver.archive.evidence.downloads import count_downloads
from archiver.archive.evidence.robots import load_robots
from archiver.archive.runs.health import Ending
from archiver.archive.runs.run_log import Finding, Outcome, close_run, count_changed, list_findings
from archiver.archive.store.connection import explain_error
from archiver.archive.store.damage import CONTENT_ERRORS, DamageError
from archiver.checks import check_run
from archiver.clock import is_moved, now
from archiver.crawl.items import Visit
from archiver.crawl.running.closing import account_for_articles, judge_articles, note_told
from archiver.crawl.running.ending import begin_end
from archiver.crawl.running.opening import plan_run
from archiver.crawl.spider import state_of
from archiver.crawl.state import CrawlState
from archiver.errors import ArchiveError
from archiver.ingest.recording.orders import Recorded
from archiver.ingest.recording.shared_commits import share_commits
from archiver.ingest.service import Ingest
from archiver.model import Article, Listing

_BROKEN: tuple[type[Exception], ...] = (ArchiveError, *CONTENT_ERRORS)
logger = logging.getLogger(__name__)
# The reasons of Scrapy's that are no failure: all was asked for, or as much as the user allowed with CLOSESPIDER_*.
DONE = frozenset({"finished", "closespider_itemcount", "closespider_pagecount", "closespider_timeout"})

# Seconds for which an answer waits for those of other sites, to be recorded with them: a quarter of its site's delay.
LEAST_PATIENCE, MOST_PATIENCE = 0.05, 0.25


class RunLedger:
    """Opens the archive and the run when the spider opens, counts what comes in, and closes both when it closes.

    ``outcome`` is None until then; ``broken`` says why the archive cannot be written any more.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.outcome: Outcome | None = None
        self.broken: str | None = None
        self.pages = 0
        self.errors = 0
        self.novelties = {"new": 0, "changed": 0, "unchanged": 0, "pending": 0}
        self.files = {"kept": 0, "unchanged": 0, "not kept": 0}
        self.findings: list[Finding] = []
        self._crawler = crawler
        self._path = Path(crawler.settings["ARCHIVE_DB"])
        self._commits = share_commits(self._path)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RunLedger":
        """Connect the ledger to the signals of a crawl; NotConfigured for one without an archive."""
        if not crawler.settings["ARCHIVE_DB"]:
            raise NotConfigured
        ledger = cls(crawler)
        crawler.signals.connect(ledger.open, signals.spider_opened)
        crawler.signals.connect(ledger.close, signals.spider_closed)
        return ledger

    def open(self) -> None:
        """Open archive and run; CloseSpider where the archive cannot be written."""
        try:
            self._begin(state_of(self._crawler))
        except _BROKEN as error:
            self.broken = self._explain(error)
            logger.warning("the run cannot begin: %s", self.broken)
            raise CloseSpider("archive_failed") from error

    def _begin(self, state: CrawlState) -> None:
        database = self._commits.join()
        try:
            self._open_run(database, state)
        except BaseException:
            self._commits.leave()
            raise

    def _open_run(self, database: Database, state: CrawlState) -> None:
        run, plan = plan_run(database, state)
        settings = self._crawler.settings
        patience = max(min(settings.getfloat("DOWNLOAD_DELAY") / 4, MOST_PATIENCE), LEAST_PATIENCE)
        second = settings["ARCHIVE_RECORDING_PROCESS"]
        robots = load_robots(database.conn, state.site.name, state.options.start, now())
        state.begin(Ingest(database, self._path, run, state.site, second, patience), plan, robots)

    def count(self, visit: Visit, recorded: Recorded) -> None:
        """Count an answer that was recorded."""
        self.pages += isinstance(visit.page, Article | Listing)
        if recorded.novelty and not visit.is_second:
            self.novelties[recorded.novelty] += 1

    def give_up(self, error: Exception) -> None:
        """End the crawl at once: what cannot be recorded must not be asked for."""
        if self.broken:
            return
        self.broken = self._explain(error)  # told by the report of the run, once
        logger.warning("the crawl ends here: %s", self.broken)
        begin_end(self._crawler, "archive_failed")

    def close(self, reason: str) -> None:
        """Close the run with its outcome and let the archive go."""
        state = state_of(self._crawler)
        if not state.is_open:
            return
        database = state.ingest.database
        state.ingest.close()
        try:
            self._try(partial(self._close_run, database, state, reason))
        finally:
            # Not before the error is gone: as long as it is told, its statement keeps the archive from being closed.
            self._try(self._commits.leave)

    def _try(self, step: Callable[[], None]) -> None:
        """Take a step of the end: with a full disk or a damaged row the next run finds this one open."""
        try:
            step()
        except _BROKEN as error:
            self.outcome, self.broken = None, self.broken or self._explain(error)
            logger.warning("the end of the run cannot be written: %s", error)

    def _close_run(self, database: Database, state: CrawlState, reason: str) -> None:
        with database.atomic():
            self._end(state, reason)

    def _end(self, state: CrawlState, reason: str) -> None:
        database, run = state.ingest.database, state.ingest.run
        stats = self._crawler.stats
        requests = int(stats.get_value("downloader/request_count", 0)) if stats else 0
        judge_articles(database, run, state)
        account_for_articles(database, run, state, reason if reason != "finished" else self.broken)
        self._note_told(state, reason)
        sound = self._judge(state, reason) == "finished"
        # Under a clock that a test moves by months, the dates of real servers are months off.
        ending = Ending(now(), requests, sound, state.discovery.is_complete, is_dated=not is_moved())
        check_run(database.conn, run, state.site, state.options.start, ending)
        self.findings = list_findings(database.conn, run)
        self.files = dict(zip(self.files, count_downloads(database.conn, run), strict=True))
        self.outcome = self._judge(state, reason)
        close_run(database.conn, run, self.outcome, requests, now())
        self._take_back(count_changed(database.conn, run))

    def _note_told(self, state: CrawlState, reason: str) -> None:
        """Note what whoever started the crawl has to say of it."""
        settings = self._crawler.settings
        note_told(state.ingest.database, state.ingest.run, state, settings["ARCHIVE_FINDINGS"])
        if self._judge(state, reason) == "failed":
            note_told(state.ingest.database, state.ingest.run, state, settings["ARCHIVE_FINDINGS_IF_FAILED"])

    def _take_back(self, changed: int) -> None:
        """Count as unchanged what seemed to have changed, and was noise."""
        surplus = max(self.novelties["changed"] - changed, 0)
        self.novelties["changed"] -= surplus
        self.novelties["unchanged"] += surplus

    def _judge(self, state: CrawlState, reason: str) -> Outcome:
        if reason == "shutdown":
            return "interrupted"
        if reason not in DONE or (state.budget.pages and not self.pages):
            return "failed"
        return "problems" if self.findings else "finished"

    def _explain(self, error: Exception) -> str:
        is_told = isinstance(error, ArchiveError) and not isinstance(error, DamageError)
        return str(error) if is_told else explain_error(self._path, error)


def ledger_of(crawler: Crawler) -> RunLedger:
    """Find the ledger of a crawl."""
    ledger = crawler.get_extension(RunLedger)
    if ledger is None:
        raise RuntimeError("EXTENSIONS must hold RunLedger: the pipelines write through it")
    return ledger
