"""Running crawls from beginning to end, and telling their outcome by an exit status."""

import asyncio
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rapidfuzz import process
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader

from archiver.archive.runs.run_log import Finding, Outcome, close_run, find_adopted, open_run
from archiver.archive.store.connection import check_space
from archiver.archive.store.file import check_pages, create_or_open
from archiver.clock import now
from archiver.crawl.planning.options import read_options
from archiver.crawl.politeness.limits import introduce
from archiver.crawl.rendering.chromium import check_rendering
from archiver.crawl.run_extension import RunLedger
from archiver.crawl.running.ending import Interruption
from archiver.crawl.running.locks import SiteLocks
from archiver.crawl.running.project_settings import check_settings
from archiver.crawl.running.undeclared import find_by_address
from archiver.crawl.running.witnesses import attest_runs, read_authority
from archiver.crawl.spider import CommitteeSpider
from archiver.errors import SiteError, UsageError
from archiver.signals import obey_signals

STATUSES: dict[Outcome | None, int] = {
    "finished": 0,
    "problems": 3,
    "failed": 1,
    "died": 1,
    "locked": 75,
    "interrupted": 130,
    None: 1,  # the spider never opened
}
NONE_DECLARED = "no site is declared yet; archiver sites new URL declares one"
# Of several sites the gravest outcome is told.
GRAVEST_FIRST = (130, 1, 75, 3, 0)


@dataclass(frozen=True, slots=True)
class Report:
    """How the crawl of one site ended; ``outcome`` None if its row could not be opened, or not be closed.

    ``reason`` is a line for people where a run did not take place or broke off: who holds the lock, what is wrong with
    the archive. ``files`` counts the documents and images that were kept, found unchanged, and could not be had.
    """

    site: str
    outcome: Outcome | None
    novelties: Mapping[str, int]
    findings: Sequence[Finding]
    reason: str = ""
    files: Mapping[str, int] = field(default_factory=dict)


def choose_spiders(
    settings: BaseSettings, names: Sequence[str], arguments: Mapping[str, str]
) -> tuple[list[type[CommitteeSpider]], Mapping[str, str]]:
    """Return the spiders that are meant and what to ask of them; SiteError, UsageError.

    A site that nobody declared is meant by the name of the spider for such sites and an address, ``url``.
    """
    spiders = [find_spider(settings, name) for name in names]
    pattern = next((spider for spider in spiders if not spider.is_declared), None)
    if pattern is None:
        return spiders, arguments
    if len(spiders) > 1:
        raise UsageError(f"{pattern.name} is crawled alone: what it takes with -a is not for other sites")
    spider, arguments = find_by_address(pattern, arguments, load_spiders(settings).values())
    return [spider], arguments


def crawl_sites(
    settings: BaseSettings, spiders: Sequence[type[CommitteeSpider]], arguments: Mapping[str, str]
) -> tuple[int, list[Report]]:
    """Crawl sites side by side and return the exit status and how each one ended.

    Everything a user can get wrong is checked before the first request: SiteError, UsageError, ArchiveError.
    """
    obey_signals()  # until the crawl begins; then Interruption does
    check_settings(settings)
    introduce(settings)
    settings.set("ARCHIVE_ENABLED", value=True, priority="cmdline")
    wait = _read_wait(settings)
    authority = read_authority(settings.get("ARCHIVE_TSA", ""))
    spiders = sorted(spiders, key=lambda spider: spider.name)
    for spider in spiders:
        site = spider.declare_site()
        read_options(site, arguments)
        spider.update_settings(settings.copy())
        if site.rendered:
            check_rendering(site.name)
    archive = Path(settings["ARCHIVE_DB"])
    create_or_open(archive).close()
    with SiteLocks(archive) as locks:
        free = [spider for spider in spiders if locks.take(spider.name, wait)]
        reports = [_note_locked(archive, locks, spider) for spider in spiders if spider not in free]
        if free:
            _check_archive(archive)
            reports += _crawl(settings, free, arguments)
    if authority and not any(report.outcome == "interrupted" for report in reports):  # who ends a crawl waits
        attest_runs(archive, authority)
    statuses = {STATUSES[report.outcome] for report in reports}
    return next(status for status in GRAVEST_FIRST if status in statuses), reports


def find_spider(settings: BaseSettings, name: str) -> type[CommitteeSpider]:
    """Return the spider class of a site; SiteError with a suggestion where there is none of that name."""
    loaded = _load_all(settings)
    every = _choose_ours(loaded)
    if name in every:
        return every[name]
    if name in loaded:
        raise SiteError(f"{name} is a spider of Scrapy's own kind and has no archive; use: scrapy crawl {name}")
    spiders = [name for name, spider in every.items() if spider.is_declared]
    match = process.extractOne(name, spiders, score_cutoff=60)
    declared = f"declared are: {', '.join(sorted(spiders))}" if spiders else NONE_DECLARED
    hint = f"did you mean {match[0]}?" if match else declared
    raise SiteError(f"there is no site {name!r}; {hint}")


def load_spiders(settings: BaseSettings) -> dict[str, type[CommitteeSpider]]:
    """Return all declared sites by name; SiteError where a declaration cannot be loaded."""
    return {name: spider for name, spider in _choose_ours(_load_all(settings)).items() if spider.is_declared}


def is_plain(settings: BaseSettings, name: str) -> bool:
    """Say whether a spider of the project is none of ours; SiteError where the files cannot be loaded."""
    spider = _load_all(settings).get(name)
    return spider is not None and not issubclass(spider, CommitteeSpider)


def _choose_ours(spiders: Mapping[str, type[Spider]]) -> dict[str, type[CommitteeSpider]]:
    return {name: spider for name, spider in spiders.items() if issubclass(spider, CommitteeSpider)}


def _load_all(settings: BaseSettings) -> dict[str, type[Spider]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # two sites of one name: Scrapy would take the second
            loader = get_spider_loader(settings)
    except Exception as error:  # a site file can raise anything while it is imported
        said = " ".join(str(error).split())
        raise SiteError(f"the sites under spiders/ cannot be loaded: {type(error).__name__}: {said}") from error
    return {name: loader.load(name) for name in sorted(loader.list())}


def _read_wait(settings: BaseSettings) -> float:
    """Return the seconds to wait for another run of the same site; ``inf`` waits as long as it takes."""
    value = settings.get("ARCHIVE_WAIT", 0)
    try:
        wait = float(value)
    except (TypeError, ValueError):
        wait = math.nan
    if not wait >= 0:
        raise UsageError(f"-s ARCHIVE_WAIT={value}: {value!r} is no number of seconds; inf waits without end")
    return wait


def _check_archive(path: Path) -> None:
    """Find what would end the crawl later, before anything is asked for."""
    check_space(path)
    database = create_or_open(path)
    check_pages(database, path)
    database.close()


def _crawl(
    settings: BaseSettings, spiders: Sequence[type[CommitteeSpider]], arguments: Mapping[str, str]
) -> list[Report]:
    runner = AsyncCrawlerProcess(settings)  # type: ignore[arg-type]  # any BaseSettings works, frozen copies are made
    crawlers = [runner.create_crawler(spider) for spider in spiders]
    with Interruption(crawlers, asyncio.get_event_loop()) as interruption:
        for crawler in crawlers:
            runner.crawl(crawler, **arguments)
        runner.start(install_signal_handlers=False)
    return [_report(crawler, interrupted=interruption.happened) for crawler in crawlers]


def _note_locked(archive: Path, locks: SiteLocks, spider: type[CommitteeSpider]) -> Report:
    """Write into the ledger that a run did not take place, since another holds the lock."""
    database = create_or_open(archive)
    with database.atomic():
        site = spider.declare_site()
        known = None if spider.is_declared else find_adopted(database.conn, site.name)
        platform, timezone = known or (site.platform, site.timezone)
        run = open_run(database.conn, replace(site, platform=platform, timezone=timezone), {}, now())
        close_run(database.conn, run, "locked", 0, now())
    database.close()
    return Report(spider.name, "locked", {}, (), locks.describe_holder(spider.name))


def _report(crawler: Crawler, *, interrupted: bool) -> Report:
    ledger = crawler.get_extension(RunLedger) if crawler.extensions else None
    outcome = ledger.outcome if ledger else None
    if outcome is None and interrupted:
        outcome = "interrupted"
    reason = "" if outcome else "the run could not be opened, or not be closed; see the log"
    if ledger is None:
        return Report(crawler.spidercls.name, outcome, {}, (), reason)
    return Report(
        crawler.spidercls.name, outcome, ledger.novelties, ledger.findings, ledger.broken or reason, ledger.files
    )
