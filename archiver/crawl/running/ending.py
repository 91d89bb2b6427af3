"""Ending a crawl before its work is done: by a signal, or since nothing can be recorded any more.

Scrapy 2.19 stops by waiting for every request it has taken from its queue: up to sixteen that wait for their turn, at
a second or more each, one that hangs until its time-out, a pause for as long as the server asked for. Here what has
not been sent yet is dropped at once, and what is on its way gets a few seconds.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Self

from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request

from archiver.crawl.items import NOTED, Failure
from archiver.crawl.spider import state_of
from archiver.model import Problem
from archiver.signals import list_ending

logger = logging.getLogger(__name__)

GRACE_SECONDS = 5.0
"""For answers that are on their way when a crawl is to end."""

LIMIT_SECONDS = 9.0
"""For everything after the signal, the end of the run included."""

INTERRUPTED = 130
_POLL_SECONDS = 0.05
_abandoned: list[asyncio.Task[Any]] = []


class EndedError(IgnoreRequest):
    """A request that is taken back since the crawl ends; the next run asks for it."""


class Interruption:
    """SIGTERM, SIGHUP and Ctrl-C while crawls run: the first ends them in order, the second ends the process.

    ``end`` begins the end of the crawls, and is called in another thread; so is ``before_leaving``, where the process
    ends at once.

    A thread waits for the signals, for Python's own handlers would wait until SQLite or lxml give way to them. Where
    the end takes longer than LIMIT_SECONDS, since the archive is locked perhaps, the process ends as if killed: what
    was committed stays, and the next run closes this one as died.
    """

    def __init__(self, end: Callable[[], object], before_leaving: Callable[[], object] = lambda: None) -> None:
        self.happened = False
        self._end = end
        self._before_leaving = before_leaving
        self._signals = list_ending()
        self._ended = threading.Event()
        self._limit = limit_end(self._leave)
        self._thread = threading.Thread(target=self._watch, name="signals", daemon=True)

    def __enter__(self) -> Self:
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, self._signals)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._limit.cancel()
        if self._thread.ident is not None and self._thread.is_alive():
            signal.pthread_kill(self._thread.ident, signal.SIGTERM)  # it waits for one
        self._thread.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)

    def _watch(self) -> None:
        signal.sigwait(self._signals)
        if self._ended.is_set():
            return
        self.happened = True
        self._limit.start()
        self._end()
        signal.sigwait(self._signals)
        if not self._ended.is_set():
            self._leave()

    def _leave(self) -> None:
        self._before_leaving()
        leave()


def limit_end(leave: Callable[[], object]) -> threading.Timer:
    """Make a timer, yet to be started, for the most that an end may take."""
    timer = threading.Timer(LIMIT_SECONDS, leave)
    timer.daemon = True
    return timer


def stop_crawl(crawler: Crawler, url: str, problem: Problem) -> None:
    """End a crawl early, with one finding that says why; what waits is left to the next run."""
    state = state_of(crawler)
    if state.closing:
        return
    state.ended = problem
    logger.warning("the crawl ends here: %s", problem.detail)
    crawler.signals.send_catch_log(NOTED, item=Failure(url, problem))
    begin_end(crawler, problem.kind)


def begin_end(crawler: Crawler, reason: str) -> None:
    """Begin to end a crawl, unless something else did already."""
    state = state_of(crawler)
    if state.closing is None:
        state.closing = asyncio.get_running_loop().create_task(end_crawl(crawler, reason))


async def end_crawl(crawler: Crawler, reason: str) -> None:
    """Close a spider: nothing more is sent, and what is on its way may arrive for GRACE_SECONDS."""
    engine = crawler.engine
    closing = asyncio.ensure_future(_close_spider(engine, reason))
    deadline = time.monotonic() + GRACE_SECONDS
    waiting: set[Request] = set()
    while not closing.done():
        _take_back(engine)
        late = time.monotonic() > deadline
        # What waits now and did a moment ago: between the network and the spider an answer is in neither's hands.
        before, waiting = waiting, _find_waiting(engine, late=late)
        _forget(engine, waiting if late else waiting & before)
        if late:
            downloader: Any = engine.downloader  # ours, which imports this module
            downloader.drop_files()
        await asyncio.wait([closing], timeout=_POLL_SECONDS)


async def _close_spider(engine: ExecutionEngine, reason: str) -> None:
    """Close the spider, unless it came to its own end in the meantime: to Scrapy a second time is an error."""
    if engine.spider is not None:
        await engine.close_spider_async(reason=reason)


def _take_back(engine: ExecutionEngine) -> None:
    """Let nothing leave any more, neither what waits for its delay nor what comes out of a pause or robots.txt now."""
    downloader = engine.downloader
    downloader.domain_concurrency = downloader.ip_concurrency = 0
    for slot in downloader.slots.values():
        slot.concurrency = 0
        while slot.queue:
            request, answer = slot.queue.popleft()
            request.errback = None  # it did not fail, it is left for the next run
            answer.errback(EndedError("the crawl ends"))


def _find_waiting(engine: ExecutionEngine, *, late: bool) -> set[Request]:
    """Return what the engine waits for, but for answers being read, and unless ``late`` those on their way.

    There is no public way to this (Scrapy 2.19); whoever raises the pin in pyproject.toml runs tests/test_interruption.
    """
    taken, scraping = engine._slot, engine.scraper.slot  # noqa: SLF001
    if taken is None or taken.closing is None or scraping is None:
        return set()
    kept = scraping.active | {queued[1] for queued in scraping.queue}
    if not late:
        kept = kept.union(*(slot.transferring for slot in engine.downloader.slots.values()))
    return taken.inprogress - kept


def _forget(engine: ExecutionEngine, requests: set[Request]) -> None:
    """Make the engine wait no longer for requests; their tasks are kept, so that nothing complains of their loss."""
    taken = engine._slot  # noqa: SLF001 - as above
    for request in requests:
        if taken is not None and request in taken.inprogress:
            taken.remove_request(request)
    if requests:
        _abandoned.extend(asyncio.all_tasks())


async def interrupt_crawl(crawler: Crawler) -> None:
    """End a crawl since somebody wants that, as soon as it has begun."""
    while not _is_running(crawler):
        if not crawler.crawling and crawler.spider is not None:
            return  # it ended by itself
        await asyncio.sleep(_POLL_SECONDS)
    await end_crawl(crawler, "shutdown")


def _is_running(crawler: Crawler) -> bool:
    try:
        return crawler.engine.running and crawler.engine.spider is not None
    except RuntimeError:  # not made yet
        return False


def leave() -> None:
    """End the process at once; the archive's transactions see to it that nothing is half written."""
    sys.stderr.flush()
    os._exit(INTERRUPTED)
