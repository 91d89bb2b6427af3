"""Reading feeds: RSS 0.9, 1.0, 2.0 and Atom.

Our own few lines on lxml. feedparser, the library for it, brings sgmllib3k, and cleans and guesses much that is not
asked for here: a title, a link and a date of each entry.
"""

import re
from collections.abc import Iterator
from datetime import tzinfo

from archiver.html.xml_tree import (
    XmlElement,
    XmlRefusedError,
    XmlTruncatedError,
    children_named,
    name_of,
    parse_xml,
    peek_root,
    read_child,
    unzip,
)
from archiver.model import Capture, Listing, ListingEntry, Problem, Unreadable
from archiver.parsing.feeds.machine_dates import read_machine_date
from archiver.parsing.feeds.sitemap import read_sitemap
from archiver.platforms.layout import Platform
from archiver.text.cleaning import clean_text
from archiver.urls import join_url, site_of, strip_session

MOST_ENTRIES = 5000
_FEEDS = frozenset({"rss", "RDF", "feed"})
_MAPS = frozenset({"urlset", "sitemapindex"})
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_MARKUP = re.compile(r"<[a-zA-Z/][^<>]{0,500}>")


def is_feed_or_map(body: bytes) -> bool:
    """Say whether a document is a feed, a sitemap or a sitemap index, gzipped or not."""
    return peek_root(body) in _FEEDS | _MAPS


def read_feed_or_map(capture: Capture, platform: Platform, zone: tzinfo) -> Listing | Unreadable | None:
    """Read a capture that is a feed, a sitemap or a sitemap index, gzipped or not; None for any other page."""
    root = peek_root(capture.body)
    if root not in _FEEDS | _MAPS:
        return None
    try:
        tree = parse_xml(unzip(capture.body), capture.headers, root)
    except XmlTruncatedError as error:
        return Unreadable(capture.url, Problem("truncated", str(error)))
    except XmlRefusedError as error:
        return Unreadable(capture.url, Problem("not_html", str(error)))
    if tree is None:
        return Unreadable(capture.url, Problem("not_html", f"a {root} that is no XML"))
    if root in _MAPS:
        return read_sitemap(tree, capture, platform, zone)
    return read_feed(tree, capture, platform, zone)


def read_feed(tree: XmlElement, capture: Capture, platform: Platform, zone: tzinfo) -> Listing:
    """Read a feed's entries that lead to the feed's own site; the others are no articles of it."""
    entries: dict[str, ListingEntry] = {}
    non_articles = 0
    for item in _find_items(tree):
        entry = _read_item(item, tree, capture, platform, zone)
        non_articles += entry is None
        if entry:
            entries.setdefault(entry.native_key, entry)
    return Listing(strip_session(capture.url), entries=tuple(entries.values()), non_articles=non_articles, kind="feed")


def _find_items(tree: XmlElement) -> Iterator[XmlElement]:
    count = 0
    for element in tree.iter():
        if name_of(element) in ("item", "entry"):
            count += 1
            if count > MOST_ENTRIES:
                return
            yield element


def _read_item(
    item: XmlElement, tree: XmlElement, capture: Capture, platform: Platform, zone: tzinfo
) -> ListingEntry | None:
    base = capture.url
    for element in (tree, item):
        base = join_url(base, element.get(_XML_BASE) or "") or base
    link = _read_link(item)
    url = join_url(base, link) if link else None
    if url is None or site_of(url) != site_of(capture.url):
        return None
    address = platform.read_address(url)
    if address.kind == "listing":
        return None
    title = clean_text(_MARKUP.sub("", read_child(item, "title")))
    printed = read_child(item, "pubDate", "published", "date", "issued")
    return ListingEntry(address.key, address.url, title, read_machine_date(printed, zone, capture.fetched_at))


def _read_link(item: XmlElement) -> str:
    """Return the address of an entry: RSS prints it, Atom has it in ``href=``; else a guid that is an address."""
    for link in children_named(item, "link"):
        if (link.get("rel") or "alternate") == "alternate" and link.get("href"):
            return link.get("href") or ""
    printed = read_child(item, "link", "guid", "id")
    return printed if printed.startswith(("http://", "https://", "/")) else ""
