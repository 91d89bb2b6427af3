"""A look at a site before it is declared: a few pages, asked for with all our politeness, and nothing archived."""

import asyncio
from collections.abc import AsyncIterator, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.settings import BaseSettings

from archiver.crawl.politeness.limits import introduce
from archiver.crawl.running.ending import Interruption, interrupt_crawl
from archiver.crawl.running.project_settings import check_settings
from archiver.crawl.spider import CommitteeSpider
from archiver.crawl.transport.answers import capture_of
from archiver.crawl.transport.failures import describe_failure
from archiver.crawl.transport.redirects import follow_redirects
from archiver.crawl.transport.truncation import ENCODINGS
from archiver.model import Capture, Problem
from archiver.onboarding.questions import Ask, InquiryReply

Findings = TypeVar("Findings")
Inquiry = Generator[Ask, Sequence[InquiryReply], Findings]
"""Says which pages it wants next, gets the answers, and returns what it made of them in the end."""


@dataclass(slots=True)
class _Errand:
    """An inquiry under way: ``outcome`` holds what it returned, once it did; ``error`` what it failed with."""

    inquiry: Inquiry[Any]
    outcome: tuple[Any, ...] = ()
    error: Exception | None = None


def survey(settings: BaseSettings, urls: Sequence[str], inquiry: Inquiry[Findings]) -> Findings:
    """Fetch what an inquiry asks for from the hosts of ``urls``, one page after the other, and return its outcome.

    robots.txt, the delay between requests and the guard of private addresses hold as in every crawl; ``urls`` may be
    private themselves, for somebody gave them. KeyboardInterrupt where the user ended it.
    """
    check_settings(settings)
    introduce(settings)
    errand = _Errand(inquiry)
    settings.set("ARCHIVE_DB", "", priority="cmdline")
    settings.set("ARCHIVE_ENABLED", value=True, priority="cmdline")
    settings.set("ITEM_PIPELINES", {}, priority="cmdline")
    runner = AsyncCrawlerProcess(settings)  # type: ignore[arg-type]  # any BaseSettings works
    crawler = runner.create_crawler(SurveySpider)
    loop = asyncio.get_event_loop()
    with Interruption(lambda: asyncio.run_coroutine_threadsafe(interrupt_crawl(crawler), loop)) as interruption:
        runner.crawl(crawler, errand=errand, start=",".join(url.replace(",", "%2C") for url in urls))
        runner.start(install_signal_handlers=False)
    if errand.error:
        raise errand.error
    if interruption.happened or not errand.outcome:
        raise KeyboardInterrupt
    findings: Findings = errand.outcome[0]
    return findings


class SurveySpider(CommitteeSpider):
    """Asks for the pages of an inquiry, and follows no link by itself."""

    name = "survey"
    title = "A look at a site"
    platform = "generic"

    def __init__(self, name: str | None = None, *, errand: _Errand, **arguments: str) -> None:
        super().__init__(name, **arguments)
        self._errand = errand

    async def start(self) -> AsyncIterator[Any]:
        """Go through the rounds of the inquiry."""
        try:
            await self._go_through()
        except Exception as error:  # noqa: BLE001 - raised again where the survey was asked for
            self._errand.error = error
        return
        yield  # Scrapy wants an iterator, and there is nothing left to ask for

    def go_on(self) -> None:
        """Ask for nothing else: what robots.txt or a page leads to is left alone."""

    async def _go_through(self) -> None:
        inquiry = self._errand.inquiry
        try:
            ask = next(inquiry)
            while True:
                await asyncio.sleep(ask.pause)
                ask = inquiry.send([InquiryReply(url, await self._fetch(url)) for url in ask.urls])
        except StopIteration as end:
            self._errand.outcome = (end.value,)

    async def _fetch(self, url: str) -> Capture | Problem:
        """Fetch one page, redirects followed; a Problem where there is no answer."""
        answer, refusal = await follow_redirects(url, self._download, self.state.options.covers)
        if refusal and refusal.kind == "redirect_offsite":
            return replace(refusal, detail=f"{refusal.detail}; give that address")
        return refusal or (answer if isinstance(answer, Problem) else capture_of(answer))

    async def _download(self, url: str) -> Response | Problem:
        request = Request(
            url,
            headers={"Accept-Encoding": ENCODINGS},
            meta={"target": None, "handle_httpstatus_all": True},
            dont_filter=True,
        )
        try:
            return await self.crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - told to the user, whatever it is
            return self._explain(error)

    def _explain(self, error: Exception) -> Problem:
        """Say why there is no answer; what ended the whole survey tells more than what it did to one request."""
        if self.state.ended:
            return self.state.ended
        problem = describe_failure(error)
        forbidden = isinstance(error, IgnoreRequest) and "robots.txt" in str(error)
        return Problem("not_allowed", "robots.txt forbids it") if forbidden else problem
