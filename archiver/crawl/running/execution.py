"""Running crawls from beginning to end, and telling their outcome by an exit status."""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rapidfuzz import process
from scrapy import Spider
from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader

from archiver.archive.runs.run_log import close_run, find_adopted, open_run
from archiver.archive.store.connection import check_space
from archiver.archive.store.file import check_pages, create_or_open
from archiver.clock import now
from archiver.crawl.planning.options import read_options
from archiver.crawl.politeness.limits import introduce
from archiver.crawl.rendering.chromium import check_rendering
from archiver.crawl.running.ending import Interruption
from archiver.crawl.running.locks import SiteLocks
from archiver.crawl.running.project_settings import check_settings
from archiver.crawl.running.reports import Report, find_status
from archiver.crawl.running.sharing import Crew, choose_number
from archiver.crawl.running.side_by_side import Group, SideBySide, group_by_host, list_names, take_from
from archiver.crawl.running.undeclared import find_by_address
from archiver.crawl.running.witnesses import attest_runs, read_authority
from archiver.crawl.spider import CommitteeSpider
from archiver.errors import SiteError, UsageError
from archiver.signals import obey_signals

NONE_DECLARED = "no site is declared yet; archiver sites new URL declares one"


def choose_spiders(
    settings: BaseSettings, names: Sequence[str], arguments: Mapping[str, str]
) -> tuple[list[type[CommitteeSpider]], Mapping[str, str]]:
    """Return the spiders that are meant and what to ask of them; SiteError, UsageError.

    A site that nobody declared is meant by the name of the spider for such sites and an address, ``url``.
    """
    loaded = _load_all(settings)
    spiders = [_find_spider(loaded, name) for name in names]
    pattern = next((spider for spider in spiders if not spider.is_declared), None)
    if pattern is None:
        return spiders, arguments
    if len(spiders) > 1:
        raise UsageError(f"{pattern.name} is crawled alone: what it takes with -a is not for other sites")
    spider, arguments = find_by_address(pattern, arguments, load_spiders(settings).values())
    return [spider], arguments


def crawl_sites(
    settings: BaseSettings,
    spiders: Sequence[type[CommitteeSpider]],
    arguments: Mapping[str, str],
    jobs: int | None = 1,
) -> tuple[int, list[Report]]:
    """Crawl sites side by side and return the exit status and how each one ended.

    In ``jobs`` processes at most, and no more than there are hosts; None chooses. Everything a user can get wrong is
    checked before the first request: SiteError, UsageError, ArchiveError.
    """
    obey_signals()  # until the crawl begins; then Interruption does
    check_settings(settings)
    prepare(settings)
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
            reports += _crawl(settings, free, arguments, jobs, locks)
    if authority and not any(report.outcome == "interrupted" for report in reports):  # who ends a crawl waits
        attest_runs(archive, authority)
    return find_status(reports), reports


def prepare(settings: BaseSettings) -> None:
    """Make a project's settings those of a crawl that records."""
    introduce(settings)
    settings.set("ARCHIVE_ENABLED", value=True, priority="cmdline")


def find_spider(settings: BaseSettings, name: str) -> type[CommitteeSpider]:
    """Return the spider class of a site; SiteError with a suggestion where there is none of that name."""
    return _find_spider(_load_all(settings), name)


def _find_spider(loaded: Mapping[str, type[Spider]], name: str) -> type[CommitteeSpider]:
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
    settings: BaseSettings,
    spiders: Sequence[type[CommitteeSpider]],
    arguments: Mapping[str, str],
    jobs: int | None,
    locks: SiteLocks,
) -> list[Report]:
    groups = group_by_host(spiders, arguments)
    number = choose_number(settings, len(groups), jobs)
    if number > 1:
        crew = Crew(settings, arguments, [list_names(group) for group in groups], locks)
        reports = crew.run(number)
    else:
        reports = _crawl_here(settings, groups, arguments)
    told = {report.site for report in reports}
    return reports + [Report(spider.name, "interrupted") for spider in spiders if spider.name not in told]


def _crawl_here(settings: BaseSettings, groups: Sequence[Group], arguments: Mapping[str, str]) -> list[Report]:
    reports: list[Report] = []
    crawls = SideBySide(settings, arguments, take_from(groups), reports.append)
    with Interruption(lambda: crawls.loop.call_soon_threadsafe(crawls.end)):
        crawls.run()
    return reports


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
    return Report(spider.name, "locked", reason=locks.describe_holder(spider.name))
