"""Listings that a script asks for: JSON with entries in it, or with the HTML of their rows.

WordPress' interface of posts is one of them, and a further way to articles as feeds are: it says nothing of being
listed.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import tzinfo
from html import unescape
from itertools import islice
from urllib.parse import urlencode, urlsplit

from archiver.html.addresses import resolve_address
from archiver.html.decoding import decode_page
from archiver.html.elements import attribute_of, select
from archiver.model import Capture, Headers, Listing, ListingEntry, Page, Problem, Unreadable
from archiver.parsing.feeds.machine_dates import read_machine_date
from archiver.parsing.generic.listing import mark_piece, read_fragment
from archiver.parsing.pages.document import parse_html
from archiver.platforms.layout import Platform
from archiver.text.cleaning import clean_text
from archiver.urls import join_url, parameters_of, site_of, strip_session

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

POSTS = "wp/v2/posts"
MOST_DEPTH = 12
MOST_VALUES = 50_000
MOST_ENTRIES = 5000
LONGEST_BODY = 20_000_000
_LINKS = ("link", "url", "href", "permalink", "detailurl", "friendlyurl", "viewurl", "path")
_TITLES = ("title", "headline", "name", "subject", "tieude", "caption")
_DAYS = ("date", "published", "publisheddate", "publishdate", "publishedat", "datepublished", "pubdate", "displaydate")
_NEXT = ("next", "nexturl", "nextpage", "nextpageurl", "nextlink")
_MORE = ("hasmore", "hasnext", "hasnextpage", "more")
_ROWS = re.compile(r"<a\b[^>]{0,2000}\bhref", re.IGNORECASE)
_MARKUP = re.compile(r"<[a-zA-Z/][^<>]{0,500}>")
_LINK_HEADER = re.compile(r'<([^<>]{1,2000})>\s*;[^,]{0,300}?\brel\s*=\s*"?([^";,]{1,200})')
_INTERFACE = "api.w.org"
_OFFER = re.compile(r"<link\b[^<>]{0,300}api\.w\.org", re.IGNORECASE)


def read_json_listing(capture: Capture, platform: Platform, zone: tzinfo) -> Page | None:
    """Read an answer in JSON: the entries that it holds, or rows that it brings as HTML; None for any other page."""
    body = capture.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if body[:1] not in (b"{", b"[") or len(body) > LONGEST_BODY:
        return None
    try:
        tree: Json = json.loads(decode_page(capture.body, capture.headers).lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return _read_tree(tree, capture, platform, zone)


def find_posts(html: str, url: str, headers: Headers) -> str | None:
    """Find the address of the posts that WordPress' interface gives out, where a page names the interface."""
    named = [target for name, value in headers if name.lower() == "link" for target in _read_links(value, _INTERFACE)]
    base = join_url(url, named[0]) if named else _find_offered(html, url)
    if base is None or site_of(base) != site_of(url):
        return None
    wanted = urlencode({"per_page": 100, "_fields": "link,title,date"})
    return f"{base.rstrip('/')}/{POSTS}{'&' if '?' in base else '?'}{wanted}"


def _find_offered(html: str, url: str) -> str | None:
    """Find where the head of a page says that the interface is."""
    if not _OFFER.search(html):
        return None
    links = (link for link in select(parse_html(html), "link") if _INTERFACE in attribute_of(link, "rel"))
    return next((resolve_address(attribute_of(link, "href"), link, url) for link in links if link.get("href")), None)


def is_posts(url: str) -> bool:
    """Say whether an address is that of WordPress' interface of posts; nothing is lost where that is closed."""
    return urlsplit(url).path.rstrip("/").endswith(f"/{POSTS}") or POSTS in parameters_of(url).get("rest_route", "")


def _read_tree(tree: Json, capture: Capture, platform: Platform, zone: tzinfo) -> Page:
    values = list(islice(_walk(tree), MOST_VALUES))
    following = _find_next(values, capture)
    items = _choose_items(values)
    if items:
        listing = _read_items(items, capture, platform, zone, following)
        return listing if _says_end(values) or listing.kind == "feed" else mark_piece(listing)
    rows = "\n".join(value for value in values if isinstance(value, str) and _ROWS.search(value))
    found = read_fragment(parse_html(rows), capture.url, platform, zone, capture.fetched_at) if rows else None
    if found:
        following = found.next_url or following
        is_over = following is not None or _says_end(values)
        return replace(found, next_url=following, unturned="" if is_over else found.unturned)
    if rows or not _is_empty(tree):
        return Unreadable(capture.url, Problem("not_html", "JSON, and no articles are listed in it"))
    return Listing(strip_session(capture.url))  # what is behind the last page


def _choose_items(values: list[Json]) -> list[dict[str, Json]]:
    """Choose the list that shows the most titles with addresses; authors and channels have shorter names."""
    lists = ([_fold(one) for one in value if isinstance(one, dict)] for value in values if isinstance(value, list))
    kept = ([item for item in items if _first(item, _LINKS) and _first(item, _TITLES)] for items in lists)
    return max(kept, key=lambda items: sum(len(_first(item, _TITLES)) for item in items), default=[])[:MOST_ENTRIES]


def _read_items(
    items: list[dict[str, Json]], capture: Capture, platform: Platform, zone: tzinfo, following: str | None
) -> Listing:
    read = [_read_item(item, capture, platform, zone) for item in items]
    entries = {entry.native_key: entry for entry in reversed(read) if entry}
    return Listing(
        strip_session(capture.url),
        entries=tuple(reversed(entries.values())),
        non_articles=read.count(None),
        next_url=following,
        kind="feed" if is_posts(capture.url) else "page",
    )


def _says_end(values: list[Json]) -> bool:
    """Say whether an answer has a place for the address of what follows, or says by itself that nothing does."""
    folded = [_fold(value) for value in values if isinstance(value, dict)]
    return any(item[name] in (None, "", False) for item in folded for name in (*_NEXT, *_MORE) if name in item)


def _is_empty(tree: Json) -> bool:
    """Say whether an answer holds a place for entries or rows, with nothing in it."""
    inside = list(tree.values()) if isinstance(tree, dict) else []
    return tree == [] or any(value in ([], "") for value in inside)


def _walk(tree: Json) -> Iterator[Json]:
    """Yield all values, in the order in which they stand."""
    stack: list[tuple[Json, int]] = [(tree, 0)]
    while stack:
        value, depth = stack.pop()
        yield value
        if depth < MOST_DEPTH and isinstance(value, list | dict):
            inside: Iterable[Json] = value.values() if isinstance(value, dict) else value
            stack += [(one, depth + 1) for one in reversed(list(inside))]


def _fold(item: Mapping[str, Json]) -> dict[str, Json]:
    return {re.sub(r"[^a-z]", "", name.lower()): value for name, value in item.items()}


def _first(item: Mapping[str, Json], names: Iterable[str]) -> str:
    """Return the first text that an entry has under some names."""
    return next((text for name in names if (text := _text_of(item.get(name)))), "")


def _read_item(item: Mapping[str, Json], capture: Capture, platform: Platform, zone: tzinfo) -> ListingEntry | None:
    """Read an entry; None for one that leads to another site."""
    url = join_url(capture.url, _first(item, _LINKS))
    if url is None or site_of(url) != site_of(capture.url):
        return None
    address = platform.read_address(url)
    if address.kind == "listing":
        return None
    title = clean_text(_MARKUP.sub("", unescape(_first(item, _TITLES))))
    return ListingEntry(
        address.key, address.url, title, read_machine_date(_first(item, _DAYS), zone, capture.fetched_at)
    )


def _text_of(value: Json) -> str:
    """Return a text, or that of WordPress' ``{"rendered": …}``."""
    if isinstance(value, dict):
        value = value.get("rendered")
    return value.strip() if isinstance(value, str) else ""


def _find_next(values: list[Json], capture: Capture) -> str | None:
    """Find the next page: as a header names it, as the answer does, or by the number of pages that WordPress tells."""
    headers = {name.lower(): value for name, value in capture.headers}
    named = [*_read_links(headers.get("link", ""), "next")]
    folded = (_fold(value) for value in values if isinstance(value, dict))
    named += [text for item in folded for name in _NEXT if (text := _text_of(item.get(name))) and "/" in text]
    targets = (join_url(capture.url, text) for text in named)
    for target in targets:
        if target and site_of(target) == site_of(capture.url) and target != capture.url:
            return strip_session(target)
    return None


def _read_links(header: str, relation: str) -> list[str]:
    """Read from a Link header (RFC 8288) the targets of a relation."""
    return [target for target, names in _LINK_HEADER.findall(header) if relation in names]
