"""Reading sitemaps (sitemaps.org protocol 0.9) and their indexes."""

from datetime import tzinfo

from archiver.html.xml_tree import XmlElement, children_named, name_of, read_child
from archiver.model import Capture, Listing, ListingEntry
from archiver.parsing.feeds.machine_dates import read_machine_date
from archiver.platforms.layout import Platform
from archiver.urls import join_url, site_of, strip_session

MOST_ADDRESSES = 50_000


def read_sitemap(tree: XmlElement, capture: Capture, platform: Platform, zone: tzinfo) -> Listing:
    """Read a sitemap's addresses, or the maps that an index names, those of the same site only.

    A title and a date of publication are in news sitemaps only; ``lastmod`` is the date of some change.
    """
    if name_of(tree) == "sitemapindex":
        return Listing(strip_session(capture.url), more=_read_index(tree, capture), kind="sitemap")
    entries: dict[str, ListingEntry] = {}
    for count, place in enumerate(children_named(tree, "url")):
        if count >= MOST_ADDRESSES:
            break
        entry = _read_place(place, capture, platform, zone)
        if entry:
            entries.setdefault(entry.native_key, entry)
    return Listing(strip_session(capture.url), entries=tuple(entries.values()), kind="sitemap")


def _read_index(tree: XmlElement, capture: Capture) -> tuple[str, ...]:
    maps: dict[str, None] = {}
    for place in children_named(tree, "sitemap"):
        url = join_url(capture.url, read_child(place, "loc"))
        if url and site_of(url) == site_of(capture.url) and len(maps) < MOST_ADDRESSES:
            maps[strip_session(url)] = None
    return tuple(maps)


def _read_place(place: XmlElement, capture: Capture, platform: Platform, zone: tzinfo) -> ListingEntry | None:
    loc = read_child(place, "loc")
    url = join_url(capture.url, loc) if loc else None
    address = platform.read_address(url) if url and site_of(url) == site_of(capture.url) else None
    if address is None or address.kind == "listing":
        return None
    news = next(children_named(place, "news"), None)
    if news is None:
        return ListingEntry(address.key, address.url, "")
    published = read_machine_date(read_child(news, "publication_date"), zone, capture.fetched_at)
    return ListingEntry(address.key, address.url, read_child(news, "title"), published)
