"""Running crawls from beginning to end, and telling their outcome by an exit status."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import process
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoader

from archiver.archive.file import create_or_open
from archiver.archive.ledger import Finding, Outcome, close_run, open_run
from archiver.clock import now
from archiver.crawl.ledger import RunLedger
from archiver.crawl.locks import SiteLocks
from archiver.crawl.options import read_options
from archiver.crawl.project_settings import check_settings
from archiver.crawl.spider import CommitteeSpider
from archiver.errors import SiteError

STATUSES: dict[Outcome | None, int] = {
    "finished": 0,
    "problems": 3,
    "failed": 1,
    "died": 1,
    "locked": 75,
    "interrupted": 130,
    None: 1,  # the spider never opened
}
# Of several sites the gravest outcome is told.
GRAVEST_FIRST = (130, 1, 75, 3, 0)


@dataclass(frozen=True, slots=True)
class Report:
    """How the crawl of one site ended; ``outcome`` None if it never began."""

    site: str
    outcome: Outcome | None
    novelties: Mapping[str, int]
    findings: Sequence[Finding]


def crawl_sites(settings: BaseSettings, names: Sequence[str], arguments: Mapping[str, str]) -> tuple[int, list[Report]]:
    """Crawl sites side by side and return the exit status and how each one ended.

    Everything a user can get wrong is checked before the first request: SiteError, UsageError, ArchiveError.
    """
    check_settings(settings)
    spiders = [find_spider(settings, name) for name in names]
    for spider in spiders:
        read_options(spider.declare_site(), arguments)
    archive = Path(settings["ARCHIVE_DB"])
    create_or_open(archive).close()
    with SiteLocks(archive) as locks:
        free = [spider for spider in spiders if locks.take(spider.name)]
        reports = [_note_locked(archive, spider) for spider in spiders if spider not in free]
        if free:
            reports += [_report(crawler) for crawler in _run(settings, free, arguments)]
    statuses = {STATUSES[report.outcome] for report in reports}
    return next(status for status in GRAVEST_FIRST if status in statuses), reports


def find_spider(settings: BaseSettings, name: str) -> type[CommitteeSpider]:
    """Return the spider class of a site; SiteError with a suggestion where there is none of that name."""
    spiders = load_spiders(settings)
    if name in spiders:
        return spiders[name]
    match = process.extractOne(name, list(spiders), score_cutoff=60)
    hint = f"did you mean {match[0]}?" if match else f"declared are: {', '.join(sorted(spiders))}"
    raise SiteError(f"there is no site {name!r}; {hint}")


def load_spiders(settings: BaseSettings) -> dict[str, type[CommitteeSpider]]:
    """Return all declared sites by name; SiteError where a declaration cannot be loaded."""
    try:
        loader = SpiderLoader.from_settings(settings)
    except Exception as error:  # a site file can raise anything while it is imported
        raise SiteError(f"the sites under spiders/ cannot be loaded: {type(error).__name__}: {error}") from error
    spiders = {name: loader.load(name) for name in sorted(loader.list())}
    return {name: spider for name, spider in spiders.items() if issubclass(spider, CommitteeSpider)}


def _run(
    settings: BaseSettings, spiders: Sequence[type[CommitteeSpider]], arguments: Mapping[str, str]
) -> list[Crawler]:
    logging.getLogger("scrapy.downloadermiddlewares.robotstxt").addFilter(_shorten)
    runner = AsyncCrawlerProcess(settings)  # type: ignore[arg-type]  # any BaseSettings works, frozen copies are made
    crawlers = [runner.create_crawler(spider) for spider in spiders]
    for crawler in crawlers:
        runner.crawl(crawler, **arguments)
    runner.start()
    return crawlers


def _shorten(record: logging.LogRecord) -> bool:
    """Make a line of the log of what Scrapy tells with a traceback: a host without an answer is no defect."""
    if record.exc_info:
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def _note_locked(archive: Path, spider: type[CommitteeSpider]) -> Report:
    """Write into the ledger that a run did not take place, since another holds the lock."""
    database = create_or_open(archive)
    with database.atomic():
        run = open_run(database.conn, spider.declare_site(), {}, now())
        close_run(database.conn, run, "locked", 0, now())
    database.close()
    return Report(spider.name, "locked", {}, ())


def _report(crawler: Crawler) -> Report:
    ledger = crawler.get_extension(RunLedger) if crawler.extensions else None
    if ledger is None:
        return Report(crawler.spidercls.name, None, {}, ())
    return Report(crawler.spidercls.name, ledger.outcome, ledger.novelties, ledger.findings)
