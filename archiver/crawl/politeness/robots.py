"""robots.txt (RFC 9309): what a host lets a crawler ask for, and how quickly."""

import asyncio
import logging
from dataclasses import dataclass

from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    IgnoreRequest,
    NotConfigured,
)
from scrapy.http import Request, Response
from scrapy.robotstxt import ProtegoRobotParser

from archiver.crawl.items import NOTED, Remark
from archiver.crawl.politeness.limits import product_of
from archiver.crawl.running.ending import EndedError
from archiver.crawl.spider import state_of
from archiver.crawl.transport.answers import BUSY
from archiver.crawl.transport.downloader import downloader_of, is_for_page
from archiver.crawl.transport.failures import RefusedError, describe_failure
from archiver.crawl.transport.hosts import REQUISITE
from archiver.crawl.transport.redirects import follow_redirects
from archiver.crawl.transport.truncation import ENCODINGS
from archiver.findings import name_status
from archiver.model import Problem
from archiver.urls import join_url

logger = logging.getLogger(__name__)

MOST_BYTES = 500 * 1024
"""What is read of a robots.txt; RFC 9309 (2.5) wants at least as much."""
MOST_DELAY = 60.0
"""Seconds of Crawl-delay that are obeyed; with more, a portal of a thousand articles would take days."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a robots.txt could not be read.

    ``lasting`` where asking again would change nothing, ``named`` where there is no way to the host, pages included, so
    that its own name tells more than that of robots.txt.
    """

    problem: Problem
    lasting: bool = False
    named: bool = False
    absent: bool = False


class RobotsRules:
    """Downloader middleware that asks for a host's robots.txt before everything else, and obeys it.

    It stands in for Scrapy's, which takes a robots.txt that cannot be read for one that allows everything. 2xx is
    obeyed, whatever it looks like: lines that are no rules are passed over, so a home page sent in its place allows
    everything. 4xx allows everything too. So does a redirect to another host: that one is not ours to ask, and many
    portals send every address they do not know to a central page. Anything else, 429 included, is a host that cannot
    say what it allows: then its last word of at most a day ago holds, and without one nothing is asked for.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        name = crawler.settings["ROBOTSTXT_USER_AGENT"] or product_of(str(crawler.settings["USER_AGENT"]))
        self._name: str = name
        self._tries = 1 + crawler.settings.getint("RETRY_TIMES")
        self._rules: dict[str, asyncio.Task[ProtegoRobotParser | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsRules":
        """Make the middleware of one crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> Request | None:
        """Raise IgnoreRequest for what robots.txt forbids; where it cannot be read, put the request back."""
        if "target" not in request.meta:  # it is robots.txt itself
            return None
        url = join_url(request.url, "/robots.txt")
        assert url is not None
        if url not in self._rules:
            self._rules[url] = asyncio.ensure_future(self._learn(url, request.url))
        rules = await self._rules[url]
        if rules is None and self._is_beside(url):
            raise RefusedError(
                "robots_unreachable", "robots.txt of the host cannot be read, so it was not asked for more"
            )
        if rules is None and is_for_page(request):
            return request  # nothing leaves any more, and what waits is left to the next run
        if rules is None:
            raise EndedError("the crawl ends")  # nobody would take it up again
        if not rules.allowed(request.url, self._name):
            raise IgnoreRequest("Forbidden by robots.txt")
        return None

    async def _learn(self, url: str, page: str) -> ProtegoRobotParser | None:
        """Return the rules of a host, and slow down as they say; None where nobody knows them, and the crawl ends."""
        state = state_of(self._crawler)
        is_beside = self._is_beside(url)
        allows = state.options.covers_requisite if is_beside else state.discovery.allows
        # A redirect that is not followed is an answer like any other: it brings no rules.
        answer, _ = await follow_redirects(url, self._insist, allows)
        body = self._recall(url, page, answer) if isinstance(answer, Refusal) else _rules_in(answer)
        if body is None:
            return None
        rules = ProtegoRobotParser(body[:MOST_BYTES], self._crawler.spider)
        if not is_beside:
            state.discovery.note_ways(way for line in rules.rp.sitemaps if (way := join_url(url, line)))
        self._obey_delay(url, rules.crawl_delay(self._name) or 0.0)
        return rules

    async def _insist(self, url: str) -> Response | Refusal:
        """Ask as often as for any other address that is busy or lost; the downloader pauses between."""
        answer = await self._try(url)
        for _ in range(self._tries - 1):
            if not isinstance(answer, Refusal) or answer.lasting:
                break
            answer = await self._try(url)
        return answer

    async def _try(self, url: str) -> Response | Refusal:
        request = Request(
            url,
            headers={"Accept-Encoding": ENCODINGS},
            meta={"dont_redirect": True, "dont_retry": True, "handle_httpstatus_all": True}
            | ({REQUISITE: True} if self._is_beside(url) else {}),
        )
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - told as a finding, whatever it is
            return _refuse(error)
        if response.status in BUSY or response.status >= 500 or response.status < 200 or response.status == 206:
            return Refusal(Problem(name_status(response.status), f"answered with status {response.status}"))
        return response

    def _recall(self, url: str, page: str, refusal: Refusal) -> bytes | None:
        """Return what the host said last, if that may still hold; without it the crawl ends, but for hosts beside."""
        last = state_of(self._crawler).robots.get(url)
        if last is not None and not refusal.absent:
            logger.info("%s: %s; that of %s is obeyed", url, refusal.problem.detail, last.fetched_at)
            return last.body if last.status < 300 else b""
        if self._is_beside(url):
            return None
        if refusal.named:
            downloader_of(self._crawler).end(page, refusal.problem)
        else:
            downloader_of(self._crawler).end(url, Problem("robots_unreachable", _explain(refusal.problem)))
        return None

    def _is_beside(self, url: str) -> bool:
        """Say whether an address is on a host beside the site's own, which has only some of what its pages show."""
        return not state_of(self._crawler).options.covers(url)

    def _obey_delay(self, url: str, seconds: float) -> None:
        if seconds > MOST_DELAY:
            told = f"robots.txt asks for {seconds:g} s between requests; {MOST_DELAY:g} s are kept"
            remark = Remark(url, Problem("crawl_delay_capped", told))
            self._crawler.signals.send_catch_log(NOTED, item=remark)
        if seconds:
            downloader_of(self._crawler).slow_down(Request(url), min(seconds, MOST_DELAY))


def _explain(problem: Problem) -> str:
    """Say why nothing is requested: the host is not there, or its robots.txt cannot be read."""
    if problem.kind == "no_such_host":
        return problem.detail
    return f"robots.txt cannot be read ({problem.detail}), so nothing was requested; the next run tries again"


def _rules_in(answer: Response) -> bytes:
    """Return the text of an answer; where it is an error, or leads elsewhere, there are no rules."""
    return answer.body if 200 <= answer.status < 300 else b""


def _refuse(error: Exception) -> Refusal:
    """Say what kept robots.txt from being read: a host that is not there, a way to it that is barred, or bad luck."""
    barred = isinstance(error, RefusedError)
    refused = isinstance(error, DownloadConnectionRefusedError)
    absent = barred or refused or isinstance(error, CannotResolveHostError)
    return Refusal(describe_failure(error), lasting=barred, named=barred or refused, absent=absent)
