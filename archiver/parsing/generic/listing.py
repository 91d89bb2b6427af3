"""Reading a listing of an unknown platform."""

import re
from dataclasses import replace
from datetime import datetime, tzinfo
from itertools import islice

from archiver.html.addresses import resolve_address
from archiver.html.elements import Element, attribute_of, select, text_of
from archiver.model import Listing, ListingEntry, Problem
from archiver.parsing.article import find_unreadable
from archiver.parsing.boilerplate.names import is_boilerplate
from archiver.parsing.fields.byline import Byline
from archiver.parsing.generic.listings.channel import find_channel, is_box_of_another
from archiver.parsing.generic.listings.form_pager import find_next_form, find_next_query
from archiver.parsing.generic.listings.pager import find_next_url, is_page_of
from archiver.parsing.generic.listings.rows import MOST_LEVELS, Row, Rows, find_fragment_rows, find_rows
from archiver.parsing.generic.listings.script_pager import find_named_next
from archiver.parsing.generic.listings.title_links import USUAL_TITLE, find_links_elsewhere, is_title, leads_elsewhere
from archiver.parsing.listing import read_results
from archiver.parsing.unturned import find_unturned
from archiver.platforms.layout import Platform
from archiver.text.cleaning import clean_text
from archiver.urls import site_of, strip_session

LEAST_SHARE = 0.25
LEAST_SHARE_UNDATED = 0.5
LONGEST_ROW = 1500
MOST_NAMED = 3
PIECE = "a script asks for what follows, and names it nowhere"
_COMMENTS = re.compile(r"comments?\b|bình luận|/feed/.+/feed", re.IGNORECASE)
# "Hiển thị 1 - 20 of 26 kết quả": a line that holds hardly more than the three numbers.
_RESULTS = re.compile(r"[^\d\n]{0,30}\d[\d.,]*\s*[-–]\s*\d[\d.,]*\s+\S+\s+\d[\d.,]*[^\d\n]{0,30}")
_RESULT_WORDS = re.compile(
    r"kết quả|results?|hiển thị|showing|条|結果|результат|hasil|ergebnis|resultad|risultat", re.IGNORECASE
)

_EMPTY = re.compile(
    r"(?:(?:nội dung|dữ liệu|thông tin|bài viết|tin tức) )?đang (?:được )?cập nhật(?: nội dung)?[\s.…!]*"
    r"|(?:hiện )?(?:chưa|không) (?:có|tìm thấy) (?:bài viết|tin|dữ liệu|nội dung|kết quả|bản ghi)[\w ]{0,40}[\s.…!]*"
    r"|(?:no|there are no) (?:posts|articles|results|entries|items|news|data)[\w ]{0,40}[\s.…!]*"
    r"|(?:暂无|暫無|没有|沒有)(?:数据|數據|内容|內容|文章|信息|记录)[\s。.]*",
    re.IGNORECASE,
)


def read_generic_listing(page: Element, url: str, platform: Platform, zone: tzinfo, at: datetime) -> Listing | None:
    """Read the listing that is the main thing on a page; None where there is none, as on the page of an article."""
    found = find_rows(page, url, platform, zone, at)
    if found is None or not (platform.places.entry or is_main(found)):
        return None
    listing = _add_elsewhere(make_listing(page, url, platform, found), _find_beside(page, url, found))
    is_sure = platform.places.entry or found.share >= LEAST_SHARE_UNDATED or listing.next_url or listing.next_form
    first = found.rows[0].element
    return listing if is_sure or not (says_empty(found) or is_box_of_another(page, first)) else None


def read_fragment(page: Element, url: str, platform: Platform, zone: tzinfo, at: datetime) -> Listing | None:
    """Read a piece of a listing that a script puts into its page, with one row or more."""
    found = find_rows(page, url, platform, zone, at) or find_fragment_rows(page, url, platform, zone, at)
    return mark_piece(make_listing(page, url, platform, found)) if found else None


def mark_piece(listing: Listing) -> Listing:
    """Mark what a script puts into its page; where it names nothing that follows, the script may know more."""
    goes_on = bool(listing.entries) and listing.next_url is None and listing.next_form is None
    return replace(listing, is_piece=True, unturned=PIECE if goes_on else "")


def read_rows_elsewhere(
    page: Element, url: str, platform: Platform, zone: tzinfo, at: datetime, *, dated: bool = False
) -> Listing | None:
    """Read a listing whose rows lead to documents, or to other sites: what is listed there is named in a problem.

    ``dated``: only one most of whose rows print a date, and that is most of its page.
    """
    others = list(find_links_elsewhere(page, url))
    found = find_rows(page, url, platform, zone, at, others) if len(others) > 1 else None
    if found is None or not is_main(found):
        return None
    if dated and (2 * found.dated < len(found.rows) or found.share < LEAST_SHARE_UNDATED):
        return None
    elsewhere = [row for row in found.rows if leads_elsewhere(row.href, url)]
    if 2 * len(elsewhere) < len(found.rows):
        return None
    rows = tuple(row for row in found.rows if row not in elsewhere)
    listing = make_listing(page, url, platform, replace(found, rows=rows), found.rows[0].element)
    return _add_elsewhere(listing, [row.href for row in elsewhere])


def _find_beside(page: Element, url: str, found: Rows) -> list[str]:
    """Find where rows of the same shape lead that lie between those of articles, and lead to none."""
    own = {id(row.element) for row in found.rows}
    places = {(id(row.element.parent), row.element.name) for row in found.rows}
    beside: dict[int, str] = {}
    for link in find_links_elsewhere(page, url):
        around = (link.element, *islice(link.element.parents, MOST_LEVELS))
        row = next((one for one in around if (id(one.parent), one.name) in places), None)
        if row is not None and id(row) not in own and is_title(link.title, USUAL_TITLE):
            beside.setdefault(id(row), link.href)
    return list(beside.values())


def _add_elsewhere(listing: Listing, hrefs: list[str]) -> Listing:
    """Add to a listing what it leads to that is no article of the site: how much, and a problem that names it."""
    if not hrefs:
        return listing
    hosts = dict.fromkeys(site_of(href) for href in hrefs if site_of(href) != site_of(listing.url))
    documents = ["documents"] if any(site_of(href) == site_of(listing.url) for href in hrefs) else []
    places = ", ".join([*documents, *hosts][:MOST_NAMED])
    said = f"{len(hrefs)} of {len(hrefs) + len(listing.entries)} rows lead to {places} and to no article: {hrefs[0]}"
    problems = (*listing.problems, Problem("listed_elsewhere", said))
    return replace(listing, non_articles=len(set(hrefs)), problems=problems)


def is_main(found: Rows) -> bool:
    """Say whether rows are what their page is about, and no list beside or below something else."""
    usual = sorted(len(text_of(row.element)) for row in found.rows)[len(found.rows) // 2]
    if usual > LONGEST_ROW:
        return False
    if found.dated > 1:
        return found.share >= LEAST_SHARE
    titled = sum(is_title(row.title, USUAL_TITLE) for row in found.rows)
    return len(found.rows) > 2 and found.share >= LEAST_SHARE_UNDATED and 2 * titled >= len(found.rows)


def says_empty(found: Rows) -> bool:
    """Say whether a page prints before the rows that its channel has none: then they belong to a column beside it."""
    for text in found.rows[0].element.find_all_previous(string=_EMPTY):
        if _EMPTY.fullmatch(clean_text(text)) and not any(map(is_boilerplate, text.parents)):
            return True
    return False


def make_listing(page: Element, url: str, platform: Platform, found: Rows, first: Element | None = None) -> Listing:
    """Make the listing of rows that were found on a page; ``first`` is the first of them, where it is none of these."""
    entries: dict[str, ListingEntry] = {}
    for row in found.rows:
        if is_page_of(row.href, url):
            continue
        entry = _make_entry(row, platform)
        entries.setdefault(entry.native_key, entry)
    next_url, next_form = find_next_url(page, url) or find_next_query(page, url), find_next_form(page, url)
    if next_url is None and next_form is None:
        next_url = find_named_next(page, url)
    return Listing(
        url=strip_session(url),
        section=find_channel(page, first or found.rows[0].element),
        entries=tuple(entries.values()),
        next_url=next_url,
        results=read_results(_find_results(page)),
        next_form=next_form,
        unturned=find_unturned(page) if next_url is None and next_form is None else "",
        more=find_feeds(page, url),
        problems=tuple(problem for row in found.rows for problem in _problems(row)),
    )


def find_feeds(page: Element, url: str) -> tuple[str, ...]:
    """Find the feeds of the site that a page names, those of comments left out."""
    feeds: dict[str, None] = {}
    for link in select(page, "link[href]"):
        kind = attribute_of(link, "type").lower()
        target = resolve_address(attribute_of(link, "href"), link, url)
        if kind not in ("application/rss+xml", "application/atom+xml") or not target or site_of(target) != site_of(url):
            continue
        if not _COMMENTS.search(target) and not _COMMENTS.search(attribute_of(link, "title")):
            feeds[strip_session(target)] = None
    return tuple(feeds)[:10]


def _make_entry(row: Row, platform: Platform) -> ListingEntry:
    address = platform.read_address(row.href)
    return ListingEntry(address.key, address.url, row.title, row.published, row.views)


def _problems(row: Row) -> tuple[Problem, ...]:
    info = Byline(row.published, row.views)
    return tuple(Problem(problem.kind, f"{problem.detail} ({row.title})") for problem in find_unreadable(info))


def _find_results(page: Element) -> str | None:
    for text in page.find_all(string=_RESULT_WORDS):
        line = clean_text(text[:200])
        if len(text) < 200 and _RESULTS.fullmatch(line):
            return line
    return None
