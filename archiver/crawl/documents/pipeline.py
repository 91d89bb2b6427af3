"""Documents and images of articles, and what their pages need to be shown, downloaded by Scrapy's pipeline for media.

Nothing here can change the state of an article, and hardly what a run comes to: a link to a document that is broken is
an everyday thing, written down and tried again when the article is visited next. One that did not come whole is told.
"""

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, DropItem
from scrapy.http import Request, Response
from scrapy.pipelines.media import MediaPipeline
from twisted.python.failure import Failure as TwistedFailure

from archiver.archive.evidence.downloads import Outcome, list_addresses_of
from archiver.crawl.documents.document_requests import DocumentRequests, FileAddress, pair_addresses
from archiver.crawl.documents.requisite_addresses import RequisiteAddresses
from archiver.crawl.items import NOTED, Failure, Remark, Visit
from archiver.crawl.run_extension import ledger_of
from archiver.crawl.running.ending import EndedError
from archiver.crawl.spider import state_of
from archiver.crawl.transport.downloader import downloader_of
from archiver.crawl.transport.failures import describe_failure
from archiver.errors import ArchiveError
from archiver.findings import Kind
from archiver.html.requisites import MOST_LEVELS
from archiver.model import Problem

# Files that wait for their answers, of each article: a page may link to thousands.
_BATCH = 4
# Problems of a file whose host answered, or was not asked.
_ANSWERED: frozenset[Kind] = frozenset(
    {"not_allowed", "robots_unreachable", "too_big", "truncated", "decode_error", "headers_too_large"}
)


class ArticleFilesPipeline(MediaPipeline):
    """Downloads the files of articles that were recorded or confirmed, as far as the site wants them.

    Requests go through the downloader with all its guards. Of Scrapy's own FilesPipeline nothing would be left: its
    store names files by their addresses, and forgets what they held before.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._ledger = ledger_of(crawler)
        self._state = state_of(crawler)
        self._opened: DocumentRequests | None = None
        self._requisites: RequisiteAddresses | None = None
        self._ended = False
        self._left_over: Iterator[FileAddress] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ArticleFilesPipeline":
        """Make the pipeline of one crawl."""
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.ask_for_left_over, signals.spider_idle)
        return pipeline

    def open_spider(self, spider: Spider | None = None) -> None:
        """Begin; what was downloaded is known to the archive, and not kept in memory as well."""
        super().open_spider()
        self.spiderinfo.downloaded = _Forgetful()

    async def close_spider(self, spider: Spider | None = None) -> None:
        """Wait for files that an earlier run left: the disk may take the last one when no request waits any more."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def process_item(self, item: dict[str, Any] | Visit, spider: Spider | None = None) -> Any:
        """Wait for the files of an article, a few at a time: no more articles are under way than files can follow."""
        await self._wait_for(self._list_files(item))
        if self._state.site.requisites:
            await self._wait_for_requisites(item)
        if isinstance(item, Visit):
            raise DropItem("recorded; not an article")
        return item

    async def _wait_for_requisites(self, item: dict[str, Any] | Visit) -> None:
        """Wait for what the page of an article needs to be shown, and for what its style sheets need."""
        key = item.purpose.expected if isinstance(item, Visit) else item["article_id"]
        if key is None or self._is_over:
            return
        try:
            self._requisites = self._requisites or RequisiteAddresses(self._state)
            files = self._requisites.list_of_page(key)
            for _ in range(MOST_LEVELS):
                await self._wait_for(files)
                files = self._requisites.list_of_sheets(files)
        except sqlite3.Error as error:
            self._ledger.give_up(error)

    async def _wait_for(self, addresses: Iterable[FileAddress]) -> None:
        files = iter(addresses)
        while not self._is_over and (batch := list(islice(files, _BATCH))):
            await super().process_item(batch)

    def ask_for_left_over(self) -> None:
        """Ask, when nothing else is left, for files that were never asked for; DontCloseSpider while there are some."""
        if self._is_over or not self._document_requests.has_room:
            return
        self._left_over = self._left_over or self._document_requests.list_left_over()
        batch = list(islice(self._left_over, _BATCH))
        if not batch:
            return
        task = asyncio.get_running_loop().create_task(super().process_item(batch))
        self._tasks.add(task)  # nobody else would hold it
        task.add_done_callback(self._tasks.discard)
        raise DontCloseSpider

    def get_media_requests(self, item: Any, info: MediaPipeline.SpiderInfo) -> list[Request]:
        """Ask for those files that are due; ``item`` are a few addresses, whatever article they are of."""
        try:
            return self._document_requests.ask(item)
        except sqlite3.Error as error:
            self._ledger.give_up(error)
            return []

    def media_to_download(self, request: Request, info: MediaPipeline.SpiderInfo, *, item: Any = None) -> None:
        """Return None: what need not be downloaded was never asked for."""

    async def media_downloaded(
        self, response: Response, request: Request, info: MediaPipeline.SpiderInfo, *, item: Any = None
    ) -> Any:
        """Keep a file, or write down why it is not kept."""
        self._state.budget.files += response.meta.get("redirect_times", 0)
        self._document_requests.hear(request.url, answered=True, status=response.status)
        try:
            self._record(request, await self._document_requests.judge(response, request.meta["document_request"]))
        except ArchiveError as error:  # the disk
            self._ledger.give_up(error)
        except Exception as error:  # noqa: BLE001 - a defect of the program, told as one of the spider's would be
            self._tell(Failure(response.url, Problem("internal_error", str(error)[:300])))

    def media_failed(self, failure: TwistedFailure, request: Request, info: MediaPipeline.SpiderInfo) -> Any:
        """Write down why a file was not answered; nothing of what the end of the crawl took back."""
        # The second: what becomes of a download that is dropped differs with how far it came.
        if isinstance(failure.value, EndedError) or downloader_of(self.crawler).drops_files:
            self._ended = True
            self._document_requests.forget(request.meta["document_request"])
            return
        problem = describe_failure(failure.value or RuntimeError())
        self._document_requests.hear(request.url, answered=problem.kind in _ANSWERED)
        self._record(request, Outcome(None, problem=problem.kind), problem if problem.kind == "truncated" else None)

    def file_path(
        self,
        request: Request,
        response: Response | None = None,
        info: MediaPipeline.SpiderInfo | None = None,
        *,
        item: Any = None,
    ) -> str:
        """Return nothing: where a file lies follows from its content alone."""
        return ""

    @property
    def _is_over(self) -> bool:
        """Say whether nothing more is asked for: the archive cannot be written, or the crawl is being ended."""
        return self._ended or self._ledger.broken is not None

    def _list_files(self, item: dict[str, Any] | Visit) -> list[FileAddress]:
        """List the files of an article that was recorded, or confirmed (304): then the archive knows them."""
        if self._ledger.broken or not self._document_requests.kinds:
            return []
        if isinstance(item, Visit):
            expected = item.purpose.expected
            return [FileAddress(url, url) for url in self._list_shown(expected)] if expected else []
        printed = [file["url"] for kind in self._document_requests.kinds for file in item[kind]]
        return pair_addresses(printed, self._list_shown(item["article_id"])) if printed else []

    def _list_shown(self, key: str) -> list[str]:
        """List the addresses of an article's files by which the archive knows them."""
        ingest = self._state.ingest
        return list_addresses_of(ingest.database.conn, ingest.run.site, key, self._document_requests.kinds)

    def _record(self, request: Request, outcome: Outcome, finding: Problem | None = None) -> None:
        if self._ledger.broken:
            return
        try:
            self._document_requests.record(request.meta["document_request"], outcome)
        except sqlite3.Error as error:
            self._ledger.give_up(error)
        if finding:
            self._tell(Remark(request.url, finding))

    def _tell(self, item: Failure | Remark) -> None:
        self.crawler.signals.send_catch_log(NOTED, item=item)

    @property
    def _document_requests(self) -> DocumentRequests:
        """What is asked for; made with the first article, when the ledger has opened the run."""
        if self._opened is None:
            self._opened = DocumentRequests(self._state, self.crawler.settings)
        return self._opened


class _Forgetful(dict[bytes, Any]):
    """Scrapy's memory of a crawl's files, some thousand bytes each; the archive is asked instead."""

    def __setitem__(self, key: bytes, value: Any) -> None:
        pass
