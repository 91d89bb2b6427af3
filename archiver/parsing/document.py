"""From the text of a page to a tree, as small a tree as will do."""

import re

from bs4.exceptions import ParserRejectedMarkup

from archiver.parsing.container import cut_container, cut_listing, drop_unfinished_comment
from archiver.parsing.marks import shifted_text_of
from archiver.parsing.text import clean_text
from archiver.parsing.tree import grow_tree
from archiver.platforms.elements import Element, find_ancestor, select_one
from archiver.platforms.layout import ArticleLayout, Layout, Place

# The largest real pages have 4,000 tags. Scrapy's and lxml's own selectors drop what lies below 2,048 levels.
MANY_TAGS = 5000
MOST_DEPTH = 2000
_NESTING = re.compile(
    r"<(?P<close>/?)(?!(?:area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|option|p|param|source|td|th|tr|wbr)\b)"
    r"[a-z][a-z0-9]*",
    re.IGNORECASE,
)


class PageRejectedError(Exception):
    """The bytes are no HTML that a parser could read."""


class TooDeepError(Exception):
    """Elements nested deeper than any real page nests them."""


def parse_page(html: str, layout: Layout) -> Element:
    """Parse what ``layout`` needs of a page: its container and breadcrumb, or the whole page where they are not found.

    Parsing the container alone takes a fifth of the time and gives the same fields.
    """
    container = cut_container(html, layout)
    return parse_html(html if container is None else container)


def parse_listing(html: str, layout: Layout) -> Element | None:
    """Parse what ``layout`` needs of a page of a listing; None where nobody can tell without the whole page."""
    container = cut_listing(html, layout)
    return None if container is None else parse_html(container)


def parse_html(html: str) -> Element:
    """Parse HTML into a tree; PageRejectedError where the parser refuses, TooDeepError where it would take minutes."""
    html = drop_unfinished_comment(html.replace("\0", ""))
    if html.count("<") > MANY_TAGS:
        _check_depth(html)
    try:
        return grow_tree(html)
    except ParserRejectedMarkup as error:
        raise PageRejectedError(str(error)) from error


def _check_depth(html: str) -> None:
    """Count how many elements are open at once; those that the next one ends by itself do not nest."""
    depth = 0
    for match in _NESTING.finditer(html):
        depth = max(depth + (-1 if match["close"] else 1), 0)
        if depth > MOST_DEPTH:
            raise TooDeepError


def find_container(page: Element, layout: Layout, places: ArticleLayout) -> Element:
    """Find the ``layout.container`` around the article's title; the page itself where there is none."""
    title = places.title
    element = select_one(page, title) if isinstance(title, str) else None
    container = find_ancestor(element, layout.container) if element is not None and layout.container else None
    return page if container is None else container


def read_place(page: Element, place: Place | None) -> str | None:
    """Read the clean text at a place; None where the place is not there or empty."""
    if place is None:
        return None
    if callable(place):
        return clean_text(place(page) or "") or None
    element = select_one(page, place)
    return read_element(element) if element is not None else None


def read_element(element: Element) -> str | None:
    """Read the clean text of an element; None where it is empty."""
    return clean_text(shifted_text_of(element)) or None


def read_first(page: Element, places: tuple[Place, ...]) -> str | None:
    """Read the first of several places that holds text."""
    return next((text for place in places if (text := read_place(page, place))), None)
