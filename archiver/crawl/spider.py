"""The spider all sites share: it asks, reads what comes back, and follows; a site only declares."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar, Literal, Self

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Request, Response
from twisted.python.failure import Failure as TwistedFailure

from archiver.clock import now
from archiver.crawl.discovery import Discovery, Target
from archiver.crawl.failures import describe_failure
from archiver.crawl.items import Failure, Remark, Visit
from archiver.crawl.options import read_options
from archiver.crawl.wholeness import ENCODINGS, is_whole
from archiver.model import Article, Capture, Listing, Problem, Unreadable
from archiver.platforms import platform_of
from archiver.record import read_capture
from archiver.site import Expectations, Revisits, Site
from archiver.urls import join_url

Output = Iterator[Visit | Failure | Remark | Request]

# RFC 9110: a request for later, or one that timed out; and what gateways say while the server behind them restarts.
BUSY = frozenset({408, 429, 500, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
LISTINGS_FIRST = 10
AGAIN_LAST = -10


class CommitteeSpider(scrapy.Spider):
    """Base of all sites.

    A site declares ``name``, ``title``, ``platform``, ``listings`` and, where they differ from the usual, ``timezone``,
    ``expectations``, ``revisits`` and ``tls``. It holds no parsing code.
    """

    title: ClassVar[str] = ""
    platform: ClassVar[str] = ""
    listings: ClassVar[tuple[str, ...]] = ()
    timezone: ClassVar[str] = "Asia/Ho_Chi_Minh"
    expectations: ClassVar[Expectations] = Expectations()
    revisits: ClassVar[Revisits] = Revisits()
    tls: ClassVar[Literal["verified", "tolerant"]] = "verified"

    def __init__(self, name: str | None = None, **arguments: str) -> None:
        super().__init__(name)
        self.site = self.declare_site()
        self.arguments = arguments
        self.options = read_options(self.site, arguments)
        self.discovery = Discovery(self.options, platform_of(self.site).read_address, self.site.zone)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **arguments: Any) -> Self:
        """Make the spider of one crawl; it looks at every answer before Scrapy decompresses it."""
        spider = super().from_crawler(crawler, *args, **arguments)
        crawler.signals.connect(spider.measure, signals.response_downloaded)
        return spider

    @classmethod
    def declare_site(cls) -> Site:
        """Return the site as declared; SiteError where the declaration is wrong."""
        site = Site(
            cls.name,
            cls.title,
            cls.platform,
            tuple(cls.listings),
            cls.timezone,
            cls.expectations,
            cls.revisits,
            cls.tls,
        )
        platform_of(site)
        return site

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the first page of every channel."""
        for target in self.discovery.begin():
            yield self._ask(target)

    def measure(self, response: Response, request: Request) -> None:
        """Note whether an answer came whole."""
        request.meta["whole"] = is_whole(response, self.settings.getint("DOWNLOAD_MAXSIZE"))

    def parse(self, response: Response, **kwargs: Any) -> Output:
        """Read an answer, hand it over to be kept, and follow it."""
        if not response.meta["whole"]:
            yield self._try_again(response) or Failure(response.url, describe_failure(ResponseDataLossError()))
            return
        target: Target = response.meta["target"]
        capture = capture_of(response)
        if response.status in REDIRECTS:
            yield from self._follow_redirect(response, capture, target)
            return
        page = read_capture(self.site, capture)
        again = self._try_again(response) if response.status in BUSY else None
        yield Visit(capture, page, final=again is None, expected=_key_of(target))
        if again:
            yield again
        elif isinstance(page, Listing) and target.kind == "listing":
            yield from self._follow_listing(page, target)
        elif isinstance(page, Article) and target.kind == "listing":
            yield Remark(capture.url, Problem("article_for_listing", "a listing's address answers with an article"))

    def fail(self, failure: TwistedFailure) -> Output:
        """Report an address that gave no answer."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it for errbacks
        yield Failure(request.url, describe_failure(failure.value or RuntimeError()))

    def _ask(self, target: Target, url: str | None = None, redirects: int = 0, tries: int = 1) -> Request:
        return Request(
            url or target.url,
            callback=self.parse,
            errback=self.fail,
            headers={"Accept-Encoding": ENCODINGS},
            priority=(LISTINGS_FIRST if target.kind == "listing" else 0) + (AGAIN_LAST if tries > 1 else 0),
            # Every answer comes here whatever its status, for it is kept; redirects are followed here for the same
            # reason. Doubles were sorted out by Discovery, before they became requests.
            meta={"target": target, "redirects": redirects, "tries": tries, "handle_httpstatus_all": True},
            dont_filter=True,
        )

    def _follow_listing(self, listing: Listing, target: Target) -> Output:
        step = self.discovery.follow(listing, target.walk)
        for problem in step.problems:
            yield Remark(listing.url, problem)
        for following in step.targets:
            yield self._ask(following)

    def _follow_redirect(self, response: Response, capture: Capture, target: Target) -> Output:
        location = response.headers.get("Location")
        url = join_url(response.url, location.decode("latin-1")) if location else None
        redirects = response.meta["redirects"] + 1
        problem = self._refuse_redirect(response.url, url, target, redirects)
        page = Unreadable(response.url, problem or Problem("redirect", f"to {url}"))
        yield Visit(capture, page, final=problem is not None, expected=_key_of(target))
        if problem is None:
            yield self._ask(target, url, redirects)

    def _refuse_redirect(self, url: str, location: str | None, target: Target, redirects: int) -> Problem | None:
        if location is None:
            return Problem("redirect_nowhere", "a redirect without an address that can be followed")
        if location == url or redirects > MOST_REDIRECTS:
            return Problem("redirect_loop", f"{redirects} redirects, the last one to {location}")
        if not self.discovery.allows(location):
            return Problem("redirect_offsite", f"redirects to another host: {location}")
        if target.kind == "article" and platform_of(self.site).read_address(location).kind != "article":
            return Problem("redirect_to_listing", f"the address of an article redirects to {location}")
        return None

    def _try_again(self, response: Response) -> Request | None:
        """Ask once more, after what is waiting; None where it was asked often enough."""
        meta = response.meta
        if meta["tries"] > self.settings.getint("RETRY_TIMES"):
            return None
        return self._ask(meta["target"], response.url, meta["redirects"], meta["tries"] + 1)


def _key_of(target: Target) -> str | None:
    return target.key if target.kind == "article" else None


def capture_of(response: Response) -> Capture:
    """Take an answer as it was received, its content encoding undone, with the present as its time."""
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    return Capture(response.url, now(), response.status, headers, response.body)
