"""Pages that a script writes, rendered in chromium (scrapy-playwright), which has no way to the network itself."""

import asyncio
import logging
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError, ResponseDataLossError
from scrapy.http import Request, Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from archiver.crawl.planning.targets import Target
from archiver.crawl.rendering.subresources import Subresources
from archiver.crawl.spider import state_of
from archiver.crawl.transport.connections import Connections
from archiver.crawl.transport.failures import RefusedError

RENDERED = "X-Archiver-Rendered"
"""The header of a rendered page, ours: the browser and its version."""

# Day before month and 24 hours, as the readers of dates expect: scripts ask the browser how to write them.
LOCALE = "en-GB"
_CLOSING_SECONDS = 5.0

_browsers: WeakKeyDictionary[Crawler, ScrapyPlaywrightDownloadHandler] = WeakKeyDictionary()
logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)  # what fails is told as a finding


class RenderedPages(Connections):
    """Downloads as ever; of a page of news that came whole, gives what a browser makes of it.

    Everything the browser wants is fetched the plain way, too: chromium itself reaches nothing. Every page has a
    context of its own, without cookies. Redirects, errors, feeds, files and answers to forms are not rendered.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._crawler = crawler
        self._seconds = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._numbers = count()
        self._shelf: dict[str, Response] = {}
        self._is_owner = crawler not in _browsers  # http and https have a handler each, and one browser
        if self._is_owner:
            _browsers[crawler] = ScrapyPlaywrightDownloadHandler(crawler)
        self._browser = _browsers[crawler]

    async def download_request(self, request: Request) -> Response:
        """Return an answer, rendered where it is a page of news; raises as ``Connections`` does."""
        if not _is_for_page(request):
            return await super().download_request(request)
        for name in ("If-None-Match", "If-Modified-Since"):  # the frame stays as it was, while what fills it changes
            request.headers.pop(name, None)
        answer = await super().download_request(request)
        if answer.status != 200 or not _is_markup(answer):
            return answer
        try:
            async with asyncio.timeout(self._seconds):
                return await self._render(request, answer)
        except (TimeoutError, PlaywrightTimeoutError) as error:
            raise DownloadTimeoutError(f"the page was not rendered within {self._seconds:g} s") from error
        except PlaywrightError as error:
            raise DownloadFailedError(f"chromium: {error.message}") from error

    async def close(self) -> None:
        """Close the connections and the browser."""
        await super().close()
        if self._is_owner:
            await self._browser.close()

    async def _render(self, request: Request, answer: Response) -> Response:
        parts = Subresources(self._crawler, request, answer, self._shelf)
        content = PageMethod("content")
        errand = Request(request.url, headers={"User-Agent": request.headers.get("User-Agent") or b""})
        errand.meta.update(
            playwright=True,
            playwright_include_page=True,
            playwright_context=f"page-{next(self._numbers)}",
            playwright_context_kwargs={
                "accept_downloads": False,
                "service_workers": "block",
                "locale": LOCALE,
                "timezone_id": state_of(self._crawler).site.timezone,
            },
            playwright_page_init_callback=parts.attend,
            playwright_page_methods=[PageMethod("wait_for_load_state", "networkidle"), content],
        )
        try:
            await self._browser.download_request(errand)
            version = errand.meta["playwright_page"].context.browser.version
        finally:
            await _close(errand.meta.get("playwright_page"))
        if parts.lost:
            raise ResponseDataLossError(f"the page asks for {parts.lost[0]}")
        return self._replace(answer, str(content.result).encode("utf-8", "replace"), version)

    def _replace(self, answer: Response, body: bytes, version: str) -> Response:
        if self._default_maxsize and len(body) > self._default_maxsize:
            raise RefusedError("too_big", f"the page is larger than DOWNLOAD_MAXSIZE once rendered: {len(body)} bytes")
        rendered = answer.replace(body=body)
        rendered.headers[RENDERED] = f"chromium/{version}"
        return rendered


async def _close(page: Page | None) -> None:
    """Leave nothing of a page; one whose script never ends must not hold up the crawl."""
    if page is not None:
        try:
            await asyncio.wait_for(page.context.close(), _CLOSING_SECONDS)
        except (TimeoutError, PlaywrightError) as error:
            logging.getLogger(__name__).info("chromium did not close a page: %s", error)


def _is_for_page(request: Request) -> bool:
    target: Any = request.meta.get("target")
    if not isinstance(target, Target) or target.kind == "file" or request.method != "GET":
        return False
    return target.walk is None or not target.walk.is_way


def _is_markup(answer: Response) -> bool:
    kind = (answer.headers.get("Content-Type") or b"").partition(b";")[0].strip().lower()
    return kind in (b"text/html", b"application/xhtml+xml", b"")
