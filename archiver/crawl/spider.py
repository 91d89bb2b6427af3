"""The spider all sites share: it asks, reads what comes back, and follows; a site only declares."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Request, Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure as TwistedFailure

from archiver.crawl.components import add_components, add_settings, gather_components, is_recording
from archiver.crawl.items import Failure, Remark, Visit
from archiver.crawl.planning.discovery import Discovery
from archiver.crawl.planning.targets import Agenda, Target, WalkStep
from archiver.crawl.rendering.chromium import render_pages
from archiver.crawl.shown_page import show_page
from archiver.crawl.state import CrawlState
from archiver.crawl.transport.answers import BUSY, FORM_REDIRECTS, NOT_MODIFIED, capture_of, is_partial
from archiver.crawl.transport.failures import describe_failure
from archiver.crawl.transport.redirects import find_redirect
from archiver.crawl.transport.requests import make_request, write_conditions
from archiver.crawl.transport.truncation import ENCODINGS
from archiver.findings import name_status
from archiver.ingest.record import read_capture
from archiver.model import Article, Capture, Listing, Page, Problem, Unreadable
from archiver.onboarding.pages import guess_zone_of_capture
from archiver.parsing.feeds.json_listing import is_posts
from archiver.parsing.pages.continuation import conclude, goes_on
from archiver.parsing.pages.recognition import recognise_capture
from archiver.platforms import name_platform, platform_of
from archiver.platforms.layout import Platform
from archiver.site import Expectations, Places, Revisits, Site
from archiver.urls import MOST_ADDRESS, host_of

Output = AsyncIterator[Visit | Failure | Remark | Request | dict[str, Any]]

LISTINGS_FIRST = 10
# Asked for and not yet recorded, at most: what a kill can cost. Enough to fill the pause between two answers.
MOST_IN_FLIGHT = 16
AGAIN_LAST = -10


class CommitteeSpider(scrapy.Spider):
    """Base of all sites.

    A site declares ``name``, ``title``, ``platform``, ``listings`` and, where they differ from the usual, ``timezone``,
    ``expectations``, ``revisits``, ``tls``, ``places``, ``attachments``, ``rendered``, ``hosts``, ``noise`` and
    ``requisites``. It holds no parsing code: ``platform`` is the name of one of ours, or a Platform of the project's
    own package. One not ``is_declared`` stands for sites that have no file of their own; their platform is that of
    their first page.
    """

    title: ClassVar[str] = ""
    platform: ClassVar[str | Platform] = ""
    listings: ClassVar[tuple[str, ...]] = ()
    timezone: ClassVar[str] = "Asia/Ho_Chi_Minh"
    expectations: ClassVar[Expectations] = Expectations()
    revisits: ClassVar[Revisits] = Revisits()
    tls: ClassVar[Literal["verified", "tolerant"]] = "verified"
    places: ClassVar[Places] = Places()
    is_declared: ClassVar[bool] = True
    attachments: ClassVar[Literal["none", "documents", "all"]] = "documents"
    rendered: ClassVar[bool] = False
    hosts: ClassVar[tuple[str, ...]] = ()
    noise: ClassVar[tuple[str, ...]] = ()
    requisites: ClassVar[bool | tuple[str, ...]] = False
    every: ClassVar[float] = 24

    def __init__(self, name: str | None = None, **arguments: str) -> None:
        super().__init__(name)
        self.state = CrawlState(self.declare_site(), arguments, is_decided=self.is_declared)
        self._agenda = Agenda()
        self._in_flight = 0
        self._walking = True

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **arguments: Any) -> Self:
        """Make the spider of one crawl; where nothing is recorded it needs no start, for it only reads pages."""
        if not is_recording(crawler.settings) and not cls.listings:
            arguments = {"start": "http://localhost/"} | arguments
        spider = super().from_crawler(crawler, *args, **arguments)
        spider.state.budget.most = crawler.settings.getint("ARCHIVE_MAX_REQUESTS")
        crawler.signals.connect(spider.go_on, signals.spider_idle)
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Add what is ours to the project's settings and the site's own (SiteError); certificates and rendering too."""
        add_settings(settings)
        components = gather_components(settings, getattr(cls, "name", ""), cls.custom_settings or {})
        super().update_settings(settings)
        add_components(settings, components)
        if cls.tls == "tolerant":
            settings.set("DOWNLOAD_VERIFY_CERTIFICATES", value=False, priority="spider")
        if cls.rendered and is_recording(settings):
            render_pages(settings)

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        """Say whether an address is on a host of this site: so ``scrapy parse URL`` finds it."""
        return host_of(request.url) in {host_of(url) for url in cls.listings}

    @classmethod
    def declare_site(cls) -> Site:
        """Return the site as declared; SiteError where the declaration is wrong."""
        site = Site(
            cls.name,
            cls.title,
            name_platform(cls.name, cls.platform),
            tuple(cls.listings),
            cls.timezone,
            cls.expectations,
            cls.revisits,
            cls.tls,
            cls.places,
            cls.attachments,
            cls.rendered,
            tuple(cls.hosts),
            cls.noise if isinstance(cls.noise, str) else tuple(cls.noise),
            tuple(cls.requisites) if isinstance(cls.requisites, list) else cls.requisites,
            cls.every,
        )
        platform_of(site)
        return site

    async def start(self) -> AsyncIterator[Any]:
        """Ask for what another run left, and for the first page of every channel."""
        if not is_recording(self.settings):
            self.logger.error("nothing is asked for, since no archive is open; use: scrapy crawl %s", self.name)
            return
        self._agenda.put_first(self.discovery.list_left())
        for output in self._take_step(self.discovery.begin(), self.state.options.start[0]):
            yield output
        for request in self._ask_more():
            yield request

    def go_on(self) -> None:
        """Ask for what still waits though nothing is under way any more; DontCloseSpider if there is something.

        Last come second looks: all that was read is recorded now, so it is known which articles need one.
        """
        self._in_flight = 0
        requests = list(self._ask_more())
        if not requests:
            self._agenda.extend(self.discovery.take_second_looks())
            requests = list(self._ask_more())
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    @property
    def site(self) -> Site:
        """The site as it is read now."""
        return self.state.site

    @property
    def discovery(self) -> Discovery:
        """What is asked for."""
        return self.state.discovery

    async def parse(self, response: Response, **kwargs: Any) -> Output:
        """Read an answer, hand it over to be kept, follow it, and ask for more.

        An answer that no crawl asked for, but ``scrapy parse`` or ``scrapy check``, is only shown.
        """
        if "target" not in response.meta:
            capture = capture_of(response)
            page = await self._read_page(capture)
            for shown in show_page(self.site, capture, page, self.parse):
                yield shown
            return
        try:
            async for output in self._read(response, response.meta["target"]):
                yield output
        finally:
            self._in_flight -= 1
        for request in self._ask_more():
            yield request

    def fail(self, failure: TwistedFailure) -> Iterator[Failure | Request]:
        """Report an address that gave no answer, and ask for more."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it for errbacks
        problem = describe_failure(failure.value or RuntimeError())
        if not is_posts(request.url):
            yield Failure(request.url, problem, request.meta["target"].expected)
        self._in_flight -= 1
        yield from self._ask_more()

    async def _read(self, response: Response, target: Target) -> Output:
        capture = capture_of(response, target.form)
        redirect = find_redirect(response, response.meta["redirects"], self.discovery.allows)
        if redirect is not None:
            for output in self._follow_redirect(response, capture, target, redirect):
                yield output
            return
        page = self._find_unchanged(response, target) or await self._read_page(capture)
        again = self._try_again(response) if response.status in BUSY or is_partial(page) else None
        following = again or self._ask_following(page, target)
        page = page if following else conclude(target.pages, page)
        purpose = target.write_purpose(final=following is None)
        yield Visit(capture, page, purpose, is_second=target.is_second, first_url=target.first_url)
        if following:
            yield following
        elif isinstance(page, Listing) and target.walk and target.kind == "listing":
            for remark in self._take_step(self.discovery.follow(page, target.walk), page.url):
                yield remark
        elif isinstance(page, Article) and target.kind == "listing":
            yield Remark(capture.url, Problem("article_for_listing", "a listing's address answers with an article"))

    def _ask_following(self, page: Page, target: Target) -> Request | None:
        """Ask for the page on which an article goes on; None where it does not, or where nobody may ask."""
        if target.kind != "article" or not goes_on(target.pages, page):
            return None
        assert isinstance(page, Article)
        url = page.next_url or ""
        if not self.discovery.allows(url) or len(url) > MOST_ADDRESS:
            return None
        return self._ask(replace(target, url=url, validators={}, pages=(*target.pages, page)))

    async def _read_page(self, capture: Capture) -> Page:
        return await self.state.read(capture) if self.state.is_decided else self._read_first(capture)

    def _find_unchanged(self, response: Response, target: Target) -> Listing | None:
        """Return the listing that an answer stands for that brought none (304), where it was asked for so."""
        is_unchanged = response.status == NOT_MODIFIED and target.kind == "listing" and not response.meta["redirects"]
        return self.discovery.find_unchanged(target) if is_unchanged else None

    def _read_first(self, capture: Capture) -> Page:
        """Read a page of a site whose platform is not known yet; the first that shows articles decides it."""
        timezone = guess_zone_of_capture(capture) or self.site.timezone
        site = replace(self.site, platform=recognise_capture(capture).name, timezone=timezone)
        page = read_capture(site, capture)
        if isinstance(page, Article) or (isinstance(page, Listing) and page.entries):
            self.state.adopt(site.platform, site.timezone)
        return page

    def _ask_more(self) -> Iterator[Request]:
        """Ask for what waits, a few at a time; when all walks are over, for what no listing led to.

        One at a time, until the platform of the site is known.
        """
        room = min(self.state.budget.left, (MOST_IN_FLIGHT if self.state.is_decided else 1) - self._in_flight)
        targets = self._agenda.take(room)
        if not targets and not self._in_flight and self._walking:
            following = self.discovery.proceed()
            self._walking = bool(following)
            self._agenda.extend(following)
            targets = self._agenda.take(room)
        yield from [self._ask(target) for target in targets]  # counted at once: other callbacks run in between

    def _ask(
        self, target: Target, url: str | None = None, redirects: int = 0, tries: int = 1, *, sends: bool = True
    ) -> Request:
        self.state.budget.pages += 1
        self._in_flight += 1
        if target.kind == "article":
            self.discovery.accounting.note(target.key, "asked")
        return make_request(
            url or target.url,
            target.form if sends else None,
            callback=self.parse,
            errback=self.fail,
            headers={"Accept-Encoding": ENCODINGS} | (write_conditions(target) if not redirects else {}),
            priority=(LISTINGS_FIRST if target.kind == "listing" else 0) + (AGAIN_LAST if tries > 1 else 0),
            # Every answer comes here whatever its status, for it is kept; redirects are followed here for the same
            # reason. Doubles were sorted out by Discovery, before they became requests.
            meta={"target": target, "redirects": redirects, "tries": tries, "sends": sends}
            | {"handle_httpstatus_all": True},
            dont_filter=True,
        )

    def _take_step(self, step: WalkStep, url: str) -> Iterator[Remark]:
        self._agenda.extend(step.targets)
        for problem in step.problems:
            yield Remark(url, problem)

    def _follow_redirect(
        self, response: Response, capture: Capture, target: Target, redirect: str | Problem
    ) -> Iterator[Visit | Request]:
        """Hand over a redirect, which is kept like every answer, and ask for what it leads to."""
        refusal = redirect if isinstance(redirect, Problem) else None
        if isinstance(redirect, str) and target.kind == "article":
            refusal = self.discovery.refuse_redirect(redirect)
        page: Page = Unreadable(response.url, refusal or Problem(name_status(response.status), f"to {redirect}"))
        page = conclude(target.pages, page) if refusal else page
        purpose = target.write_purpose(final=refusal is not None, refused=refusal.kind if refusal else None)
        yield Visit(capture, page, purpose, is_second=target.is_second, first_url=target.first_url)
        if refusal is None:
            sends = response.meta["sends"] and response.status in FORM_REDIRECTS
            yield self._ask(target, str(redirect), response.meta["redirects"] + 1, sends=sends)

    def _try_again(self, response: Response) -> Request | None:
        """Ask once more, after what is waiting; None where it was asked often enough."""
        meta = response.meta
        if meta["tries"] > self.settings.getint("RETRY_TIMES"):
            return None
        return self._ask(meta["target"], response.url, meta["redirects"], meta["tries"] + 1, sends=meta["sends"])


def find_state(spider: object) -> CrawlState | None:
    """Return the state of a crawl; None where a spider is none of ours."""
    return spider.state if isinstance(spider, CommitteeSpider) else None


def state_of(crawler: Crawler) -> CrawlState:
    """Return the state of a crawl of ours; TypeError for any other."""
    state = find_state(crawler.spider)
    if state is None:
        raise TypeError(f"{crawler.spider} is no CommitteeSpider")
    return state
