"""Which addresses a crawl asks for: every listing page once, every article once, nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Literal

from archiver.crawl.options import CrawlOptions
from archiver.model import Listing, ListingEntry, Problem
from archiver.platforms.layout import Address
from archiver.urls import host_of


@dataclass(slots=True)
class Walk:
    """A walk through one channel, page by page."""

    start: str
    pages: int = 0
    ended: bool = False
    strangers: int = 0
    found: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Target:
    """An address to ask for, what it should be, and the walk it belongs to."""

    kind: Literal["listing", "article"]
    key: str
    url: str
    walk: Walk


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a listing page: addresses to ask for, and what is odd about it."""

    targets: tuple[Target, ...]
    problems: tuple[Problem, ...] = ()


class Discovery:
    """Decides what to ask for; knows no Scrapy and no archive.

    An article is one request whatever channels, languages and sessions its address shows up with. Addresses of other
    hosts are never asked for.
    """

    def __init__(self, options: CrawlOptions, read_address: Callable[[str], Address], zone: tzinfo) -> None:
        self._options = options
        self._read_address = read_address
        self._zone = zone
        self._seen: set[str] = set()
        self._walks: list[Walk] = []
        self._known: Sequence[tuple[str, str]] = ()

    def begin(self) -> list[Target]:
        """Return the first page of every channel."""
        targets = []
        for url in self._options.start:
            walk = Walk(url)
            target = self._meet_listing(url, walk)
            if target:
                self._walks.append(walk)
                targets.append(target)
        return targets

    def know(self, articles: Sequence[tuple[str, str]]) -> None:
        """Learn which articles the archive holds: native key and address of each."""
        self._known = articles

    @property
    def is_complete(self) -> bool:
        """Say whether every channel was walked to its end: then what was not listed is listed no more."""
        limited = self._options.since is not None or self._options.max_pages is not None
        return bool(self._walks) and not limited and all(walk.ended for walk in self._walks)

    def _find_unlisted(self, walk: Walk) -> list[Target]:
        """Return the known articles that no listing showed, once all were walked; they may still answer."""
        entries = [ListingEntry(key, url, "") for key, url in self._known] if self.is_complete else []
        return [target for entry in entries if (target := self._meet_article(entry, walk))]

    def follow(self, listing: Listing, walk: Walk) -> Step:
        """Return what a page of a walk leads to: the page after it, and articles not seen before."""
        walk.pages += 1
        walk.strangers += listing.strangers
        known = len(walk.found)
        walk.found.update(entry.native_key for entry in listing.entries)
        articles = [target for entry in listing.entries if (target := self._meet_article(entry, walk))]
        if listing.next_url is None:
            walk.ended = True
            return Step((*articles, *self._find_unlisted(walk)), (*_check_total(listing, walk), *self._check_any()))
        if self._is_enough(listing, walk):
            return Step(tuple(articles))
        if len(walk.found) == known:
            return Step((), (Problem("endless_pager", f"page {walk.pages} of {walk.start} shows nothing new"),))
        after = self._meet_listing(listing.next_url, walk)
        return Step((*([after] if after else []), *articles))

    def allows(self, url: str) -> bool:
        """Say whether an address is on one of the hosts of this crawl."""
        return host_of(url) in self._options.hosts

    def _check_any(self) -> tuple[Problem, ...]:
        """Notice when all channels were walked and none showed an article."""
        if not self.is_complete or any(walk.found for walk in self._walks):
            return ()
        return (Problem("no_articles", "none of the listings shows an article"),)

    def _meet_listing(self, url: str, walk: Walk) -> Target | None:
        address = self._read_address(url)
        if not self._is_first_sight(f"{host_of(url)} listing {address.key}", url):
            return None
        return Target("listing", address.key, address.url, walk)

    def _meet_article(self, entry: ListingEntry, walk: Walk) -> Target | None:
        if self._is_too_old(entry) or not self._is_first_sight(f"article {entry.native_key}", entry.url):
            return None
        return Target("article", entry.native_key, entry.url, walk)

    def _is_first_sight(self, identity: str, url: str) -> bool:
        if not self.allows(url) or identity in self._seen:
            return False
        self._seen.add(identity)
        return True

    def _is_enough(self, listing: Listing, walk: Walk) -> bool:
        """Say whether the walk ends here by ``max_pages`` or ``since``: not one dated entry is young enough."""
        if self._options.max_pages is not None and walk.pages >= self._options.max_pages:
            return True
        days = [day for entry in listing.entries if (day := self._read_day(entry))]
        return self._options.since is not None and bool(days) and max(days) < self._options.since

    def _is_too_old(self, entry: ListingEntry) -> bool:
        day = self._read_day(entry)
        return self._options.since is not None and day is not None and day < self._options.since

    def _read_day(self, entry: ListingEntry) -> date | None:
        at = entry.published.at if entry.published else None
        return at.astimezone(self._zone).date() if at else None


def _check_total(listing: Listing, walk: Walk) -> tuple[Problem, ...]:
    """Check the total that a channel prints against what its pages showed."""
    found = len(walk.found) + walk.strangers
    if listing.results is None or listing.results.total == found:
        return ()
    return (Problem("listing_total", f"{walk.start} says {listing.results.total} articles, its pages show {found}"),)
