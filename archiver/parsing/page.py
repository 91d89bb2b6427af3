"""Reading any page of a site: what kind of page it is, and what it prints."""

from dataclasses import replace
from datetime import tzinfo

from archiver.findings import Kind
from archiver.html.decoding import decode_page
from archiver.html.elements import Element, select_one, text_of
from archiver.html.links import Links
from archiver.html.markup import forget_markup
from archiver.html.tree import dispose_tree, no_search
from archiver.model import Article, Capture, Listing, Page, Problem, Unreadable
from archiver.parsing.article import read_article
from archiver.parsing.feeds.feed import read_feed_or_map
from archiver.parsing.feeds.json_listing import find_posts, read_json_listing
from archiver.parsing.fields.claims import add_claims
from archiver.parsing.generic.page import read_generic
from archiver.parsing.listing import ListingReader, read_row_texts
from archiver.parsing.pages.agreement import (
    PLAIN_TEXT,
    doubt_address,
    fill_text,
    has_content,
    hold_against,
    is_itself,
    is_recorded,
    outweighs,
    take_text,
)
from archiver.parsing.pages.continuation import add_following
from archiver.parsing.pages.document import PageRejectedError, TooDeepError, parse_html, parse_listing, parse_page
from archiver.parsing.pages.old_encodings import tell_conversion
from archiver.parsing.pages.refusals import recognise_refusal, recognise_refusal_in
from archiver.parsing.pages.scripted import recognise_scripted
from archiver.parsing.pages.stand_ins import LONGEST, read_stand_in, speaks_of_now
from archiver.parsing.pages.truncation import find_truncation, is_never_ended
from archiver.platforms.layout import Layout, Platform
from archiver.text.counting import count
from archiver.text.sketches import write_unread
from archiver.urls import path_of

CODE_VERSION = 6
"""Counts the changes of parsing that may read a page differently; kept with every reading."""

# How files begin that servers send as text/html.
_MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"\x1f\x8b",
    b"RIFF",
)
_MARKS = (b"\xff\xfe", b"\xfe\xff")
MOST_NULLS = 32
NESTED = "elements are nested deeper than any real page nests them"
LONGEST_HEAD = 60_000
NOTHING_FOUND: frozenset[Kind] = frozenset({"no_layout", "no_article", "uncertain_title"})


def read_page(capture: Capture, platform: Platform, zone: tzinfo) -> Page:
    """Read what a captured page prints, with the layout its platform had on the day of the capture.

    Pure: the same capture, platform and zone give the same outcome at any time. A page that is neither article nor
    listing comes back as Unreadable with the reason; nothing is raised for what a server sends.
    """
    other = read_feed_or_map(capture, platform, zone) or read_json_listing(capture, platform, zone)
    if other:
        return other
    problem = _refuse(capture)
    if problem:
        return Unreadable(capture.url, problem)
    try:
        with no_search():
            return _read_whole(capture, platform, zone)
    except TooDeepError as error:
        return Unreadable(capture.url, Problem("too_deep", str(error) or NESTED))
    except PageRejectedError as error:
        return Unreadable(capture.url, Problem("not_html", str(error)[:200]))
    finally:
        forget_markup()


def _read_whole(capture: Capture, platform: Platform, zone: tzinfo) -> Page:
    """Read a page that came whole, as far as its end tells; what did not is none, whatever could be read of it."""
    truncation = find_truncation(capture.body, capture.headers)
    if truncation is None:
        page = tell_conversion(_name_reason(_read(capture, platform, zone), capture), capture)
        return _add_posts(page, capture)
    if truncation.tail is not None:
        page, shorter = (_read(each, platform, zone) for each in (capture, _shorten(capture, truncation.tail)))
        if page == shorter and _shows_text(page):
            return page
    return Unreadable(capture.url, Problem("truncated", f"the page ends within {truncation.inside}"))


def _add_posts(page: Page, capture: Capture) -> Page:
    """Add to a listing where the posts of its site are given out, if its head names that (WordPress)."""
    if not isinstance(page, Listing) or page.kind != "page":
        return page
    posts = find_posts(decode_page(capture.body, capture.headers)[:LONGEST_HEAD], capture.url, capture.headers)
    return replace(page, more=(*page.more, posts)) if posts else page


def _shows_text(page: Page) -> bool:
    return bool(page.paragraphs if isinstance(page, Article) else isinstance(page, Listing) and page.entries)


def _shorten(capture: Capture, end: int) -> Capture:
    html = decode_page(capture.body, capture.headers)[:end]
    return replace(capture, body=html.encode("utf-8-sig", "replace"))


def _read(capture: Capture, platform: Platform, zone: tzinfo) -> Page:
    if not platform.layouts:
        return read_generic(capture, platform, zone)
    layout = platform.layout_on(capture.fetched_at.astimezone(zone).date())
    return _read_html(capture, platform, layout, zone)


def _name_reason(page: Page, capture: Capture) -> Page:
    """Say of a page in which nothing was found that a script was to write it, or that it has no end, if that is why."""
    if not isinstance(page, Unreadable) or page.problem.kind not in {*NOTHING_FOUND, "no_content"}:
        return page
    tree = parse_html(decode_page(capture.body, capture.headers))
    problem = recognise_scripted(tree) if page.problem.kind in NOTHING_FOUND else None
    if problem is None and is_never_ended(capture.body, capture.headers):
        problem = Problem("truncated", f"the page has no end; so far: {page.problem.detail}"[:200])
    if problem:
        return Unreadable(page.url, problem)
    heading, said = read_stand_in(tree)
    stands_in = "" if speaks_of_now(f"{heading}\n{said}"[:LONGEST]) else write_unread(heading, said)
    return replace(page, stands_in=stands_in)


def _refuse(capture: Capture) -> Problem | None:
    body = capture.body
    if not body or body.isspace():
        return Problem("empty_page", "the server answered with an empty page")
    if body.startswith(_MAGIC) or (b"\0" in body and body.count(b"\0") > MOST_NULLS and not body.startswith(_MARKS)):
        return Problem("not_html", f"{count(len(body), 'byte')} of a file, not a page")
    return None


def _read_html(capture: Capture, platform: Platform, layout: Layout, zone: tzinfo) -> Page:
    """Read a page by a layout: at an article's address as one first, at any other by the part that a listing needs."""
    html = decode_page(capture.body, capture.headers)
    expects_article = platform.read_address(capture.url).kind == "article"
    listing = None if expects_article else _read_cut_listing(html, capture, platform, layout, zone)
    if listing:
        return listing
    page = parse_page(html, layout)
    try:
        links = Links.of_page(capture.url, html, page)
        article = read_article(page, platform.read_address(capture.url), links, layout, zone, capture.fetched_at)
        if article:
            read = _settle_article(article, capture, platform, zone)
        elif expects_article and (listing := _read_cut_listing(html, capture, platform, layout, zone)):
            return listing
        else:
            read = _read_other(page, capture, platform, layout, zone)
        return add_claims(add_following(read, page, capture.url), html, platform.read_address)
    finally:
        dispose_tree(page)


def _read_cut_listing(html: str, capture: Capture, platform: Platform, layout: Layout, zone: tzinfo) -> Listing | None:
    """Read a listing from its part of the page; None for one without entries: the rest may say what the page is."""
    page = parse_listing(html, layout)
    if page is None:
        return None
    try:
        listing = ListingReader(capture.url, platform.read_address, zone, capture.fetched_at).read(page, layout)
    finally:
        dispose_tree(page)
    return listing if listing and (listing.entries or listing.non_articles) else None


def _read_other(page: Element, capture: Capture, platform: Platform, layout: Layout, zone: tzinfo) -> Page:
    """Read a page on which a layout finds no article."""
    listing = ListingReader(capture.url, platform.read_address, zone, capture.fetched_at).read(page, layout)
    if listing and _has_rows(listing) and platform.read_address(capture.url).kind == "listing":
        return listing
    refusal = recognise_refusal(page, path_of(capture.url)) if listing is None else None
    if refusal and len(text_of(page)) < PLAIN_TEXT:
        return Unreadable(capture.url, refusal)
    second = _read_second(capture, platform, zone)
    if listing:
        return _choose_listing(listing, second, read_row_texts(page, layout))
    if refusal:
        return second if is_itself(second, refusal) else Unreadable(capture.url, refusal)
    is_other = any(select_one(page, mark) is not None for mark in layout.others)
    return _name_missed(second, capture, platform, is_other)


def _read_second(capture: Capture, platform: Platform, zone: tzinfo) -> Page:
    """Read a page by the generic reader; where a proved platform expects an article, the page itself has to show it."""
    read = platform.read_address
    doubting = replace(platform, read_address=lambda url: doubt_address(read(url))) if platform.proved else platform
    return read_generic(capture, doubting, zone)


def _settle_article(article: Article, capture: Capture, platform: Platform, zone: tzinfo) -> Page:
    """Say what is recorded of an article that a layout fits: with its text, and held against the generic reader's."""
    refusal = recognise_refusal_in(article)
    if refusal:
        return Unreadable(capture.url, refusal)
    if article.paragraphs and platform.proved:
        return article
    second = _read_second(capture, platform, zone)
    if has_content(article) and platform.proved:
        return (fill_text(article, second) if isinstance(second, Article) else None) or article
    if not isinstance(second, Article):
        missing = _miss_content(article)
        return Unreadable(capture.url, missing) if missing else article
    if has_content(article):
        return hold_against(article, second)
    filled = take_text(article, second)
    missing = None if filled else _miss_content(article)
    return Unreadable(capture.url, missing) if missing else filled or article


def _choose_listing(listing: Listing, second: Page, rows: str) -> Page:
    """Choose between the listing that a layout found and what the generic reader took the page for."""
    if isinstance(second, Article) and outweighs(second, listing, rows):
        return second
    is_fuller = isinstance(second, Listing) and bool(second.entries) and not _has_rows(listing)
    return second if is_fuller else listing


def _has_rows(listing: Listing) -> bool:
    return bool(listing.entries or listing.non_articles)


def _name_missed(second: Page, capture: Capture, platform: Platform, is_other: bool) -> Page:
    """Say of a page that no layout fits what it is, and why there is nothing to record where there is nothing.

    At the address of an article the layouts of a proved platform should have fitted: such a look is a finding.
    """
    unknown = Problem("no_layout", f"fits no layout of {platform.name}: no article, no listing")
    if not isinstance(second, Article):
        return replace(second, problem=unknown) if isinstance(second, Unreadable) and platform.proved else second
    kind = platform.read_address(capture.url).kind
    if is_other or not is_recorded(second, kind, proved=platform.proved):
        return Unreadable(capture.url, unknown)
    if platform.proved and kind == "article":
        detail = f"fits no layout of {platform.name}; read as of no known platform, and not compared with other looks"
        problem = Problem("layout_missed", detail)
        return replace(second, problems=(*second.problems, problem))
    return second


def _miss_content(article: Article) -> Problem | None:
    """Refuse a title with nothing under it, not even a date: a page of the portal that was not itself."""
    if article.published or has_content(article):
        return None
    return Problem("no_content", f"a title and nothing under it: {article.title[:100]!r}")
