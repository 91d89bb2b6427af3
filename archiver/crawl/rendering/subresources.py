"""What a page in the browser asks for: fetched with this project's guards, or not at all."""

import logging
from contextlib import suppress
from functools import partial

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Route
from playwright.async_api import Request as PageRequest
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from archiver.crawl.politeness.robots import RobotsRules
from archiver.crawl.spider import state_of
from archiver.crawl.transport.answers import BUSY
from archiver.crawl.transport.redirects import follow_redirects

logger = logging.getLogger(__name__)

MOST_PARTS = 60
"""Requests of one page; a script can ask without end."""
MOST_KEPT = 40
"""Scripts and style sheets that are fetched once a crawl."""
# Pictures, fonts and frames add nothing to the text; some scripts wait for their style sheet.
_COMMON = frozenset({"script", "stylesheet"})
_WANTED = _COMMON | {"xhr", "fetch"}
# What is the browser's or the connection's business, and cookies, of which there are none.
_UNSENT = frozenset({"cookie", "host", "connection", "content-length", "accept-encoding", "user-agent", "origin"})
_UNTOLD = frozenset({"set-cookie", "content-encoding", "content-length", "transfer-encoding", "connection"})
_PASSED_ON = ("User-Agent", "Accept-Language", "Proxy-Authorization")


class Subresources:
    """Answers what one page asks for: its own markup, then scripts and data from the hosts of the crawl.

    robots.txt holds for them, and what a host says of its state is heard as ever; they leave without the delay between
    two pages and count towards the budget. ``lost`` are those that failed: the page is not whole without them. The
    ``shelf`` holds the scripts and style sheets that pages of this crawl have in common.
    """

    def __init__(self, crawler: Crawler, request: Request, answer: Response, shelf: dict[str, Response]) -> None:
        self.lost: list[str] = []
        self._shelf = shelf
        self._crawler = crawler
        self._request = request
        self._answer = answer
        self._asked = 0

    async def attend(self, page: Page, _request: Request) -> None:
        """Stand between a page and the network, before it is opened."""
        await page.route_web_socket("**", lambda socket: socket.close())
        await page.route("**", self._respond)

    async def _respond(self, route: Route) -> None:
        answer = await self._find(route.request)
        with suppress(PlaywrightError):  # the page is closed by now
            if answer is None:
                await route.abort()
            else:
                await route.fulfill(status=answer.status, headers=_headers_of(answer), body=answer.body)

    async def _find(self, asked: PageRequest) -> Response | None:
        if asked.is_navigation_request():
            # The first is for the page itself; then a script leads elsewhere, or it is a frame. No content: the page
            # stays, where a refusal would put an error page in its place.
            first, self._answer = self._answer, Response(asked.url, status=204)
            return first
        if asked.resource_type not in _WANTED or asked.method not in ("GET", "POST"):
            return None
        if asked.url in self._shelf:
            return self._shelf[asked.url]
        answer = await self._fetch(asked)
        is_common = asked.resource_type in _COMMON and asked.method == "GET"
        if answer is not None and answer.status == 200 and is_common and len(self._shelf) < MOST_KEPT:
            self._shelf[asked.url] = answer
        return answer

    async def _fetch(self, asked: PageRequest) -> Response | None:
        """Fetch a part; None where it may not be had, or could not."""
        try:
            answer, refusal = await follow_redirects(
                asked.url, partial(self._ask, asked), state_of(self._crawler).options.covers
            )
        except IgnoreRequest:
            logger.info("robots.txt forbids %s, for which %s asks", asked.url, self._request.url)
            return None
        except Exception as error:  # noqa: BLE001 - told by the page, which is not whole
            logger.info("%s, for which %s asks: %s", asked.url, self._request.url, error)
            self.lost.append(f"{asked.url}, which could not be had: {error}")
            return None
        if answer is None or refusal:
            return None
        if answer.status in BUSY:
            self.lost.append(f"{asked.url}, which answered with status {answer.status}")
        return answer

    def _may_ask(self, url: str) -> bool:
        state = state_of(self._crawler)
        if not state.options.covers(url) or self._asked >= MOST_PARTS or not state.budget.left:
            return False
        self._asked += 1
        state.budget.pages += 1
        return True

    async def _ask(self, asked: PageRequest, url: str) -> Response | None:
        if not self._may_ask(url):
            return None
        own = {name: value for name, value in asked.headers.items() if _is_sent(name)}
        passed = {name: value.decode("latin-1") for name in _PASSED_ON if (value := self._request.headers.get(name))}
        kept: dict[str, object] = {
            name: self._request.meta[name] for name in ("proxy", "target") if name in self._request.meta
        }
        part = Request(
            url,
            method=asked.method,
            headers=own | passed,
            body=asked.post_data_buffer or b"",
            meta=kept,
        )
        robots = self._crawler.get_downloader_middleware(RobotsRules)
        if robots is not None and await robots.process_request(part) is not None:
            raise IgnoreRequest
        del part.meta["target"]
        return await self._crawler.engine.downloader.handlers.download_request_async(part)


def _is_sent(name: str) -> bool:
    return name not in _UNSENT and not name.startswith((":", "sec-"))


def _headers_of(answer: Response) -> dict[str, str]:
    headers = {str(name): value for name, value in answer.headers.to_unicode_dict().items()}
    return {name: value for name, value in headers.items() if name.lower() not in _UNTOLD}
