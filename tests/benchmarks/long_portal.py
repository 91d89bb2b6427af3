"""A portal of long pages: articles of 8.5 KB of text each, on pages of 97 KB, most of it menus."""

from dataclasses import replace

from tests.benchmarks.menus import write_menu
from tests.benchmarks.prose import Prose
from tests.portal import Portal, PortalArticle, article_path, huge_portal

TEXT_BYTES = 8_500
"""UTF-8 of title, lead and paragraphs of an article; a word less or a sentence more."""
PAGE_BYTES = 97_000
"""Bytes of an article page, the mean of all."""
_WEIGHED = 50


def make_long_portal(count: int) -> Portal:
    """Make the replica of ``count`` articles in 5 channels, 20 to a listing page, with long texts; always the same."""
    portal, prose = huge_portal(count), Prose(seed=7)
    for article in portal.listed():
        portal.add(_lengthen(article, prose))
    return portal


def write_filling(portal: Portal) -> bytes:
    """Write the menu that makes the portal's article pages as long as they should be."""
    pages = [len(portal.page(article_path(article)).body) for article in portal.listed()[:_WEIGHED]]
    return write_menu(PAGE_BYTES - sum(pages) // len(pages))


def _lengthen(article: PortalArticle, prose: Prose) -> PortalArticle:
    """Give an article its text; the rows of a table stay."""
    table = tuple(text for text in article.paragraphs if "\t" in text)
    written = sum(len(text.encode()) for text in (article.title, article.lead, *table))
    return replace(article, paragraphs=(*table, *prose.write_paragraphs(TEXT_BYTES - written)))
