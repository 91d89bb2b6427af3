"""Reading any page of an unknown platform: what kind of page it is, and what it prints."""

from datetime import tzinfo

from archiver.model import Article, Capture, Page, Unreadable
from archiver.parsing.claims import add_claims
from archiver.parsing.document import parse_html
from archiver.parsing.furniture.style_sheets import mark_hidden
from archiver.parsing.generic.article import read_generic_article
from archiver.parsing.generic.listing import read_generic_listing
from archiver.parsing.links import Links
from archiver.parsing.refusals import recognise_refusal, recognise_refusal_in
from archiver.parsing.text import decode_page
from archiver.platforms.layout import Platform
from archiver.urls import path_of


def read_generic(capture: Capture, platform: Platform, zone: tzinfo) -> Page:
    """Read a page by the signs that all such pages share, the places that ``platform`` has from its site first."""
    html = decode_page(capture.body, capture.headers)
    page = parse_html(html)
    mark_hidden(page)
    address = platform.read_address(capture.url)
    links = Links.of_page(capture.url, html)
    article = read_generic_article(page, address, links, platform.places, zone, capture.fetched_at)
    if isinstance(article, Article):
        refusal = recognise_refusal_in(article)
        return Unreadable(capture.url, refusal) if refusal else add_claims(article, html, platform.read_address)
    listing = read_generic_listing(page, capture.url, platform, zone, capture.fetched_at)
    return listing or Unreadable(capture.url, recognise_refusal(page, path_of(capture.url)) or article)
