"""Where requests leave: hosts can be held and slowed down here, and at the end nothing more is sent."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from scrapy.core.downloader import Downloader, Slot
from scrapy.core.downloader.handlers import DownloadHandlers
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Request, Response
from scrapy.utils.asyncio import call_later
from twisted.internet.defer import Deferred

from archiver.clock import now
from archiver.crawl.planning.targets import Target
from archiver.crawl.politeness.backoff import Attempt, Backoff, read_wait
from archiver.crawl.politeness.limits import read_politeness
from archiver.crawl.running.ending import EndedError, stop_crawl
from archiver.crawl.spider import find_state
from archiver.crawl.transport.answers import BUSY
from archiver.crawl.transport.failures import describe_failure
from archiver.findings import name_status
from archiver.formats.file_ends import lacks_end
from archiver.model import Problem

# What says that a host is not there. An answer that breaks off, or is too large, comes from one that works.
UNREACHABLE = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError, DownloadFailedError)
ASKS_TO_WAIT = frozenset({429, 503})


class PoliteDownloader(Downloader):
    """Scrapy's downloader, whose queues can be held, host by host.

    Scrapy (2.19) knows no pause, sends a host's next request before anybody heard how the last one failed, and without
    a delay more at once than CONCURRENT_REQUESTS_PER_DOMAIN.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._politeness = read_politeness(crawler.settings)
        self._backoff: dict[str, Backoff] = {}
        self._held: dict[str, float] = {}
        self._files: set[asyncio.Task[Response]] = set()
        self.drops_files = False
        self.handlers = _WatchedHandlers(self.handlers, self)  # type: ignore[assignment]  # the one method that is used

    def slow_down(self, request: Request, seconds: float) -> None:
        """Leave at least so many seconds between the requests to a host; never fewer than there were before."""
        key, slot = self._get_slot(request)
        chosen = self.per_slot_settings.get(key, {})
        delay = max(float(chosen.get("delay", self._delay)), seconds)
        self.per_slot_settings[key] = chosen | {"delay": delay}  # a host's slot is made anew after a minute of rest
        slot.delay = max(slot.delay, delay)

    @property
    def longest_delay(self) -> float:
        """The longest that a host of this crawl is left alone between two requests, in seconds."""
        chosen = (float(own.get("delay", 0.0)) for own in self.per_slot_settings.values())
        return max(self._delay, *(slot.delay for slot in self.slots.values()), *chosen, 0.0)

    def end(self, url: str, problem: Problem) -> None:
        """End the crawl with a finding; what waits is not sent."""
        stop_crawl(self.crawler, url, problem)
        self.domain_concurrency = 0
        for slot in self.slots.values():
            slot.concurrency = 0

    def hear(self, request: Request, attempt: Attempt) -> None:
        """Draw the consequences of how a request ended, before the next one is sent."""
        key, slot = self._get_slot(request)
        backoff = self._backoff.setdefault(key, Backoff(self._politeness))
        verdict = backoff.hear(attempt)
        if isinstance(verdict, Problem):
            if not self._is_beside(request):
                self.end(request.url, verdict)
            return
        if not slot.concurrency:  # the crawl ends
            return
        usual = self.per_slot_settings.get(key, {}).get("concurrency", self.domain_concurrency)
        slot.concurrency = 1 if backoff.is_strained else usual
        if verdict:
            self._hold(key, slot, attempt.ended + verdict)

    def _is_beside(self, request: Request) -> bool:
        """Say whether a request left for a host beside the site's own: the crawl goes on without that one."""
        state = find_state(self.crawler.spider)
        return state is not None and not state.options.covers(request.url)

    async def fetch_file(self, download: Coroutine[Any, Any, Response]) -> Response:
        """Wait for a file, as long as the crawl goes on; EndedError when it ends."""
        task = asyncio.ensure_future(download)
        self._files.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            raise EndedError("the crawl ends") from None
        finally:
            self._files.discard(task)

    def drop_files(self) -> None:
        """End the downloads of files that are under way: articles wait for them, and the crawl for those."""
        self.drops_files = True
        for task in self._files:
            task.cancel()

    def _wait_for_download(
        self, slot: Slot, request: Request, queue_dfd: Deferred[Response]
    ) -> Coroutine[Any, Any, None]:
        """Count a request as sent at once; Scrapy waits for its task to begin, and the whole queue leaves meanwhile."""
        slot.transferring.add(request)
        return super()._wait_for_download(slot, request, queue_dfd)

    def _hold(self, key: str, slot: Slot, until: float) -> None:
        self._held[key] = max(until, self._held.get(key, 0.0))
        slot.close()  # takes back the time at which the next request was to leave
        slot.latercall = call_later(self._held[key] - time.monotonic(), self._latercall, slot)


class _WatchedHandlers:
    """Scrapy's download handlers, every outcome of which is told."""

    def __init__(self, handlers: DownloadHandlers, downloader: PoliteDownloader) -> None:
        self._handlers = handlers
        self._downloader = downloader

    async def download_request_async(self, request: Request) -> Response:
        """Send a request, and tell the downloader how it ended."""
        began = time.monotonic()
        if is_for_file(request):
            return await self._download_file(request, began)
        try:
            response = await self._handlers.download_request_async(request)
        except UNREACHABLE as error:
            self._tell(request, began, describe_failure(error), None)
            raise
        if response.status in BUSY or response.status >= 500:
            said = Problem(name_status(response.status), f"answered with status {response.status}")
            self._tell(request, began, said, _read_wait_of(response))
        else:
            self._tell(request, began, None, None)
        return response

    async def _download_file(self, request: Request, began: float) -> Response:
        """Download a file; one that cannot be had is no sign of a host that is down, but it may ask to wait.

        ResponseDataLossError for one that did not come whole, though the connection says so: it is asked for again.
        """
        response = await self._downloader.fetch_file(self._handlers.download_request_async(request))
        wait = _read_wait_of(response)
        if wait is not None:
            said = Problem(name_status(response.status), f"answered with status {response.status}")
            self._tell(request, began, said, wait)
        elif response.status < 500:
            self._tell(request, began, None, None)
        if response.status == 206 or (response.status == 200 and lacks_end(response.body)):
            raise ResponseDataLossError("the file has no end")
        return response

    def _tell(self, request: Request, began: float, problem: Problem | None, wait: float | None) -> None:
        self._downloader.hear(request, Attempt(request.url, began, time.monotonic(), problem, wait))


def _read_wait_of(response: Response) -> float | None:
    if response.status not in ASKS_TO_WAIT:
        return None
    return read_wait(_header(response, "Retry-After"), _header(response, "Date"), now())


def is_for_file(request: Request) -> bool:
    """Tell requests for files of articles from those for pages, and for robots.txt."""
    target = request.meta.get("target")
    return isinstance(target, Target) and target.kind == "file"


def is_for_page(request: Request) -> bool:
    """Tell requests of the spider, which a next run takes up, from all others."""
    target = request.meta.get("target")
    return isinstance(target, Target) and target.kind != "file"


def _header(response: Response, name: str) -> str | None:
    value: Any = response.headers.get(name)
    return value.decode("latin-1") if value else None


def downloader_of(crawler: Crawler) -> PoliteDownloader:
    """Return the downloader of a crawl of ours; TypeError for another one."""
    downloader = crawler.engine.downloader
    if not isinstance(downloader, PoliteDownloader):
        raise TypeError(f"DOWNLOADER must be a PoliteDownloader, and is {downloader}")
    return downloader
