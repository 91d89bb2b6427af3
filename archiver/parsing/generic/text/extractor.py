"""Taking the text of an article out of any page with trafilatura, a well-kept extractor.

It is asked for its fast mode: what its second opinions (readability, justext) add costs half as much again and made no
set of pages more exact. What it leaves out between two lines of a text, ``alignment`` finds again in the page.
"""

import logging
from importlib.metadata import version

from lxml import etree  # type: ignore[import-untyped]  # lxml has no types of its own
from lxml import html as lxml_html

from archiver.html.flow import BLOCKS
from archiver.parsing.generic.outline import measure_text
from archiver.parsing.pages.document import TooDeepError

VERSION = version("trafilatura")
"""A part of the version of the parser: another one may read a page differently."""

LONG_TEXT = 100
"""A division of nothing but so many characters, most of them not linked, is a paragraph, whatever its element."""

MOST_ELEMENTS = 30_000
"""No real page has so many elements; some of what the extractor does to each takes longer the more there are."""

_COUNT = etree.XPath("count(descendant-or-self::*)")

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it has to say of a page is no news of a crawl


def extract_text(html: str) -> str:
    """Return the text of the article on a page, a paragraph a line; empty where it finds none.

    TooDeepError for a page that is nested deeper than it can follow.
    """
    import trafilatura  # noqa: PLC0415 - takes as long to load as all the rest, and most commands read no page

    try:
        tree = lxml_html.document_fromstring(html.encode("utf-8", "replace"), parser=_make_parser())
        if _COUNT(tree) >= MOST_ELEMENTS:
            return ""
        _mark_paragraphs(tree)
        return trafilatura.extract(tree, fast=True, include_comments=False) or ""
    except RecursionError:
        raise TooDeepError from None
    except etree.LxmlError:
        return ""


def _make_parser() -> lxml_html.HTMLParser:
    """Make a parser all whose elements are of one kind: that of each its own is asked for in Python else."""
    parser = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8")
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=lxml_html.HtmlElement))
    return parser


def _mark_paragraphs(tree: lxml_html.HtmlElement) -> None:
    """Make paragraphs of the divisions that are: the extractor passes over them where a page has others, too."""
    for division in tree.iter("div"):
        if BLOCKS.isdisjoint([child.tag for child in division]) and _is_paragraph(division):
            division.tag = "p"


def _is_paragraph(division: lxml_html.HtmlElement) -> bool:
    text = "".join(division.itertext()).strip()
    length = measure_text(text)
    if length < LONG_TEXT:
        return False
    return sum(measure_text("".join(link.itertext())) for link in division.iter("a")) < length / 3
