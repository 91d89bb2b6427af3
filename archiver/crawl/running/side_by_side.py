"""The crawls of one process: many sites side by side, those on one host one after the other.

Each crawl keeps the delay of its hosts by itself. So two sites on one host are a group, which is never crawled but by
one process and one at a time: the host is not asked faster because it has two names.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import BaseSettings

from archiver.crawl.planning.options import read_options
from archiver.crawl.politeness.limits import is_hurried
from archiver.crawl.running.ending import interrupt_crawl
from archiver.crawl.running.reports import Report, Tally, tally_crawl, write_report
from archiver.crawl.spider import CommitteeSpider
from archiver.crawl.transport.downloader import downloader_of
from archiver.urls import site_of

Group = tuple[type[CommitteeSpider], ...]
"""Sites of which one is crawled at a time."""

# A site that is asked once a second takes 2 MB and 2 % of a core; one that is asked without pauses a core or half.
MOST_PATIENT, MOST_HURRIED = 250, 16
logger = logging.getLogger(__name__)


def group_by_host(spiders: Iterable[type[CommitteeSpider]], arguments: Mapping[str, str]) -> list[Group]:
    """Put sites together that ask the same host; hosts with and without ``www.`` are one, as everywhere."""
    groups: list[tuple[frozenset[str], Group]] = []
    for spider in spiders:
        hosts = frozenset(map(site_of, read_options(spider.declare_site(), arguments).start))
        joined = [(others, group) for others, group in groups if others & hosts]
        groups = [pair for pair in groups if pair not in joined]
        members = tuple(member for _, group in joined for member in group)
        groups.append((hosts.union(*(others for others, _ in joined)), (*members, spider)))
    return [group for _, group in groups]


def room_for(settings: BaseSettings) -> int:
    """Say how many groups a process crawls at a time."""
    return MOST_HURRIED if is_hurried(settings, "AUTOTHROTTLE_ENABLED") else MOST_PATIENT


def take_from(groups: Iterable[Group]) -> Callable[[], Awaitable[Group | None]]:
    """Let a process take all of these, one after the other."""
    waiting = iter(groups)

    async def take() -> Group | None:
        return next(waiting, None)

    return take


class SideBySide:
    """Takes groups as long as it has room and there are any, and crawls them; ``note`` hears how each site ended.

    ``take`` returns None when there is nothing more, or the crawl is to end. A site is crawled within ``around`` of it.
    """

    def __init__(
        self,
        settings: BaseSettings,
        arguments: Mapping[str, str],
        take: Callable[[], Awaitable[Group | None]],
        note: Callable[[Report], None],
        around: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext(),
    ) -> None:
        self._crawlers: list[Crawler] = []
        self._past = Tally()
        self._arguments = arguments
        self._take, self._note, self._around = take, note, around
        self._process = _Process(settings, self._crawl_all)
        self.loop = asyncio.get_event_loop()
        self._room = asyncio.Semaphore(room_for(settings))
        self._ended = asyncio.Event()
        self._ending: list[asyncio.Task[None]] = []

    def run(self) -> None:
        """Crawl until nothing is left to take; what goes wrong with the process itself is raised."""
        self._process.start(install_signal_handlers=False)
        if self._process.error:
            raise self._process.error

    def tally(self) -> Tally:
        """Count what came of all crawls so far."""
        return sum(map(tally_crawl, self._crawlers), self._past)

    def end(self) -> None:
        """Begin to end all crawls in order; nothing more is taken. To be called in the loop."""
        self._ended.set()
        self._ending = [self.loop.create_task(interrupt_crawl(crawler)) for crawler in self._crawlers]

    async def _crawl_all(self) -> None:
        async with asyncio.TaskGroup() as crawls:
            while not self._ended.is_set():
                await self._room.acquire()
                group = await self._take()
                if group is None:
                    return
                crawls.create_task(self._crawl_group(group))

    async def _crawl_group(self, group: Group) -> None:
        for number, spider in enumerate(group, 1):
            await self._crawl_site(spider, is_last=number == len(group))
        self._room.release()

    async def _crawl_site(self, spider: type[CommitteeSpider], *, is_last: bool) -> None:
        if self._ended.is_set():
            self._note(Report(spider.name, "interrupted"))
            return
        with self._around(spider.name):
            crawler = self._process.create_crawler(spider)
            self._crawlers.append(crawler)
            try:
                await self._process.crawl(crawler, **self._arguments)
            except Exception:
                logger.exception("the crawl of %s broke off", spider.name, extra={"site": spider.name})
            self._crawlers.remove(crawler)
            self._past += tally_crawl(crawler)
            self._note(write_report(crawler, interrupted=self._ended.is_set()))
        if not is_last:
            await self._leave_alone(crawler)

    async def _leave_alone(self, crawler: Crawler) -> None:
        """Wait until the next site may ask the hosts that this one asked last."""
        with suppress(TimeoutError, RuntimeError):  # one that came to nothing asked nobody
            await asyncio.wait_for(self._ended.wait(), downloader_of(crawler).longest_delay)


class _Process(AsyncCrawlerProcess):
    """Scrapy's process, which ends with the work that it is given, and not when no crawl happens to be under way."""

    def __init__(self, settings: BaseSettings, work: Callable[[], Awaitable[None]]) -> None:
        super().__init__(settings)  # type: ignore[arg-type]  # any BaseSettings works, frozen copies are made
        self.error: Exception | None = None
        self._work = work

    async def join(self) -> None:
        try:
            await self._work()
        except Exception as error:  # noqa: BLE001 - raised again where the process was started
            self.error = error


def list_names(group: Sequence[type[CommitteeSpider]]) -> tuple[str, ...]:
    """Name the sites of a group."""
    return tuple(spider.name for spider in group)
