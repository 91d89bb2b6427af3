"""What a crawl may be asked for with ``-a NAME=VALUE``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit, urlunsplit

from rapidfuzz import process

from archiver.errors import UsageError
from archiver.site import Site
from archiver.urls import MOST_ADDRESS, host_of, join_url, shorten_address, site_of

EXAMPLES = {
    "start": "start=https://example.vn/tin-tuc (several with a comma)",
    "since": "since=2018-04-27",
    "max_pages": "max_pages=3",
    "full": "full=1",
    "deep": "deep=1",
}


URL_EXAMPLE = "url=https://example.vn/tin-tuc (several of one host with a comma)"
BY_ADDRESS = "scrapy crawl site -a url=https://HOST/CHANNEL"


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """The arguments of one crawl.

    ``start`` are other listing addresses than the declared ones; their hosts become the allowed ones. ``since`` is a
    day in the site's zone: older articles are left out. ``max_pages`` bounds the listing pages walked from each start
    address. ``full`` visits every article, ``deep`` walks all listing pages. ``former`` are the hosts that the site had
    before, as it declares; ``requisite_hosts`` those beside its own that may be asked for style sheets, pictures and
    fonts, and for nothing else.
    """

    start: tuple[str, ...] = ()
    since: date | None = None
    max_pages: int | None = None
    full: bool = False
    deep: bool = False
    former: tuple[str, ...] = ()
    requisite_hosts: tuple[str, ...] = ()

    @property
    def is_bounded(self) -> bool:
        """Say whether only a part of the site is asked for."""
        return self.since is not None or self.max_pages is not None

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts (with port) that the crawl may ask."""
        return frozenset(host_of(url) for url in self.start)

    def renew(self, url: str) -> str:
        """Return an address of a former host as it is on the host of today; any other as it is."""
        if host_of(url) not in self.former or self.covers(url):
            return url
        today = urlsplit(self.start[0])
        return urlunsplit(urlsplit(url)._replace(scheme=today.scheme, netloc=today.netloc))

    def covers(self, url: str) -> bool:
        """Say whether an address is on a host of this crawl; with and without ``www.`` it is one."""
        return site_of(url) in {host.removeprefix("www.") for host in self.hosts}

    def covers_requisite(self, url: str) -> bool:
        """Say whether an address may be asked for as a style sheet, picture or font."""
        return host_of(url) in self.requisite_hosts or self.covers(url)

    def find_bar(self, url: str) -> str | None:
        """Say why an address is never asked for, whatever it leads to."""
        if len(url) > MOST_ADDRESS:
            return f"an address of more than {MOST_ADDRESS} characters"
        return None if self.covers(url) else "on another host"


def read_options(site: Site, arguments: Mapping[str, str]) -> CrawlOptions:
    """Read spider arguments; UsageError says which one is wrong and how it is written."""
    for name in arguments:
        if name == "url":
            raise UsageError(f"url= is for sites without a file in spiders/: {BY_ADDRESS}; {site.name} takes start=")
        if name not in EXAMPLES:
            raise UsageError(_say_unknown(name))
    return CrawlOptions(
        start=_read_start(site, arguments.get("start")),
        since=_read_since(arguments.get("since")),
        max_pages=_read_max_pages(arguments.get("max_pages")),
        full=_read_switch("full", arguments.get("full")),
        deep=_read_switch("deep", arguments.get("deep")),
        former=site.hosts,
        requisite_hosts=site.requisite_hosts,
    )


def _say_unknown(name: str) -> str:
    match = process.extractOne(name, EXAMPLES, score_cutoff=60)
    hint = f"did you mean {match[2]}?" if match else f"known: {', '.join(EXAMPLES)}"
    return f"unknown argument {name!r}; {hint}"


def _read_start(site: Site, value: str | None) -> tuple[str, ...]:
    if value is None:
        if not site.listings:
            raise UsageError(
                f"site {site.name} declares no address, since none is known; give one: "
                f"scrapy crawl {site.name} -a start=https://HOST/CHANNEL"
            )
        return site.listings
    return read_addresses("start", value, EXAMPLES["start"])


def read_addresses(name: str, value: str, example: str) -> tuple[str, ...]:
    """Read the addresses of an argument; UsageError where one is none."""
    addresses = [part.strip() for part in value.split(",")]
    urls = [join_url(address, "") for address in addresses]
    if not all(urls):
        raise UsageError(f"{name}={shorten_address(value)!r} is no list of addresses; write {example}")
    if longest := next((url for url in urls if url and len(url) > MOST_ADDRESS), None):
        raise UsageError(f"{name}={shorten_address(longest)} is too long; {MOST_ADDRESS} characters are the most")
    return tuple(dict.fromkeys(url for url in urls if url))


def _read_since(value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise UsageError(f"since={value!r} is no day; write {EXAMPLES['since']}") from None


def _read_max_pages(value: str | None) -> int | None:
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and int(value)):
        raise UsageError(f"max_pages={value!r} is no number of pages; write {EXAMPLES['max_pages']}")
    return int(value)


def _read_switch(name: str, value: str | None) -> bool:
    if value in (None, "0", "1"):
        return value == "1"
    raise UsageError(f"{name}={value!r} is neither 0 nor 1; write {EXAMPLES[name]}")
