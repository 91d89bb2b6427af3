"""Reading any page of an unknown platform: what kind of page it is, and what it prints."""

import re
from datetime import tzinfo

from archiver.html.decoding import decode_page
from archiver.html.elements import Element
from archiver.html.links import Links
from archiver.html.tree import dispose_tree
from archiver.model import Article, Capture, Listing, Page, Problem, Unreadable
from archiver.parsing.boilerplate.style_sheets import mark_hidden
from archiver.parsing.fields.claims import add_claims
from archiver.parsing.generic.article import read_generic_article
from archiver.parsing.generic.listing import (
    mark_piece,
    read_fragment,
    read_generic_listing,
    read_rows_elsewhere,
)
from archiver.parsing.pages.continuation import add_following
from archiver.parsing.pages.document import TooDeepError, parse_html
from archiver.parsing.pages.refusals import recognise_refusal, recognise_refusal_in
from archiver.platforms.layout import Platform
from archiver.urls import path_of

_WHOLE = re.compile(r"<(?:!doctype|html|head|body|title)\b", re.IGNORECASE)
MOST_TAGS = 200_000
FEWEST_DOCUMENTS = 3
"""A table of so many documents, each with its date, is a listing and no article with documents."""


def read_generic(capture: Capture, platform: Platform, zone: tzinfo) -> Page:
    """Read a page by the signs that all such pages share, the places that ``platform`` has from its site first."""
    html = decode_page(capture.body, capture.headers)
    if html.count("<") > MOST_TAGS:
        raise TooDeepError(f"more than {MOST_TAGS} tags, more than any real page has")
    page = parse_html(html)
    try:
        return _read_page(page, html, capture, platform, zone)
    finally:
        dispose_tree(page)


def _read_page(page: Element, html: str, capture: Capture, platform: Platform, zone: tzinfo) -> Page:
    mark_hidden(page)
    address = platform.read_address(capture.url)
    links = Links.of_page(capture.url, html, page)
    article = read_generic_article(page, html, address, links, platform.places, zone, capture.fetched_at)
    is_piece = not _WHOLE.search(html)
    listing = _read_listing(page, capture, platform, zone, article)
    if listing:
        return mark_piece(listing) if is_piece else listing
    if isinstance(article, Article):
        refusal = recognise_refusal_in(article)
        if refusal:
            return Unreadable(capture.url, refusal)
        return add_claims(add_following(article, page, capture.url), html, platform.read_address)
    if refusal := recognise_refusal(page, path_of(capture.url)):
        return Unreadable(capture.url, refusal)
    elsewhere = read_rows_elsewhere(page, capture.url, platform, zone, capture.fetched_at)
    if elsewhere is None and is_piece:
        elsewhere = read_fragment(page, capture.url, platform, zone, capture.fetched_at)
    return elsewhere or Unreadable(capture.url, article)


def _read_listing(
    page: Element, capture: Capture, platform: Platform, zone: tzinfo, article: Article | Problem
) -> Listing | None:
    """Read the listing on a page that is no article, or that has only been taken for one.

    Of what is no more than a title and a date these may be of a row; and documents may be the rows themselves.
    """
    if isinstance(article, Article) and len(article.attachments) >= FEWEST_DOCUMENTS:
        return read_rows_elsewhere(page, capture.url, platform, zone, capture.fetched_at, dated=True)
    if isinstance(article, Problem) or not _shows_anything(article):
        return read_generic_listing(page, capture.url, platform, zone, capture.fetched_at)
    return None


def _shows_anything(article: Article) -> bool:
    return bool(article.lead or article.paragraphs or article.images or article.attachments)
