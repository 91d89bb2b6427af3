"""How far a walk goes: as far as a person asked, or as a daily run needs; and whether it saw all there is."""

from datetime import date, tzinfo

from archiver.crawl.planning.accounting import Accounting
from archiver.crawl.planning.options import CrawlOptions
from archiver.crawl.planning.plan import Scope
from archiver.crawl.planning.targets import Walk
from archiver.model import Listing, ListingEntry, Problem
from archiver.text.counting import count
from archiver.urls import MOST_ADDRESS, shorten_address

FIRST_PIECE = 2


class Bounds:
    """The bounds of one crawl; ``overlap`` pages without anything new end a walk of a daily run."""

    def __init__(self, options: CrawlOptions, zone: tzinfo, overlap: int) -> None:
        self._options = options
        self._zone = zone
        self._overlap = overlap

    def is_enough(self, listing: Listing, walk: Walk, scope: Scope) -> bool:
        """Say whether the walk ends before the last page: by ``max_pages`` or ``since``, or in a daily run."""
        if not self._options.is_bounded:
            return scope == "daily" and walk.stale > self._overlap
        if self._options.max_pages is not None and walk.pages >= self._options.max_pages:
            return True
        days = [day for entry in listing.entries if (day := self._read_day(entry))]
        return self._options.since is not None and bool(days) and max(days) < self._options.since

    def is_too_old(self, entry: ListingEntry) -> bool:
        """Say whether an entry was published before ``since``."""
        day = self._read_day(entry)
        return self._options.since is not None and day is not None and day < self._options.since

    def _read_day(self, entry: ListingEntry) -> date | None:
        at = entry.published.at if entry.published else None
        return at.astimezone(self._zone).date() if at else None


def is_walked(walk: Walk) -> bool:
    """Say whether a channel was seen whole; a feed, or a sitemap, is none, and what a 304 stands for is not seen."""
    return walk.ended and not walk.is_way and not walk.confirmed


def find_unturned(listing: Listing, walk: Walk) -> str:
    """Say what shows that a channel goes on behind the last page that could be asked for; empty where nothing does.

    The pager of a later page has numbers without an address too: that of the page itself. The first piece that a script
    asks for may name nothing that follows; where it does, the last one is that which does not.
    """
    if listing.results is not None and listing.results.total > len(walk.found) + walk.non_articles:
        return f"it says {count(listing.results.total, 'article')}"
    return listing.unturned if walk.pages == 1 or (walk.pages == FIRST_PIECE and listing.is_piece) else ""


def check_total(listing: Listing, walk: Walk) -> tuple[Problem, ...]:
    """Check the total that a channel prints against what its pages showed."""
    found = len(walk.found) + walk.non_articles
    if listing.results is None or listing.results.total == found:
        return ()
    return (
        Problem(
            "listing_total", f"{walk.start} says {count(listing.results.total, 'article')}, its pages show {found}"
        ),
    )


def check_addresses(listing: Listing, walk: Walk, met: Accounting) -> tuple[Problem, ...]:
    """Notice what a page leads to that is too long to be asked for: articles not ``met`` before, its next page."""
    following = listing.next_url or (listing.next_form.url if listing.next_form else "")
    articles = {entry.url for entry in listing.entries if len(entry.url) > MOST_ADDRESS and entry.native_key not in met}
    named = [f"an article of {walk.start}: {shorten_address(url)}" for url in sorted(articles)]
    if len(following) > MOST_ADDRESS:
        named.append(f"page {walk.pages + 2} of {walk.start}: {shorten_address(following)}")
    return tuple(Problem("address_too_long", said) for said in named)
