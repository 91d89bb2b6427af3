"""From the text of a page to a tree, as small a tree as will do."""

import re
import warnings

from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning
from bs4.exceptions import ParserRejectedMarkup

from archiver.parsing.text import clean_text
from archiver.platforms.layout import Layout, Place

# Comments and scripts may hold tags that are none.
_DIVISION = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1|<(?P<close>/?)div\b", re.IGNORECASE | re.DOTALL)


class PageRejectedError(Exception):
    """The bytes are no HTML that a parser could read."""


def parse_page(html: str, layout: Layout) -> Tag:
    """Parse what ``layout`` needs of a page: its container and breadcrumb, or the whole page where they are not found.

    Parsing the container alone takes a tenth of the time and gives the same fields.
    """
    container = cut_container(html, layout)
    if container is None:
        return parse_html(html)
    breadcrumb = _cut_division(html, layout.breadcrumb) if layout.breadcrumb else None
    return parse_html((breadcrumb or "") + container)


def parse_html(html: str) -> Tag:
    """Parse HTML into a tree; PageRejectedError where lxml refuses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # a feed at a page's address: read as it comes
            return BeautifulSoup(html, "lxml")
    except ParserRejectedMarkup as error:
        raise PageRejectedError(str(error)) from error


def cut_container(html: str, layout: Layout) -> str | None:
    """Cut out the ``layout.container`` division around the article's title; None where it cannot be told apart."""
    mark = html.find(layout.article.mark)
    if mark < 0:
        return None
    start = _find_division(html, layout.container, mark)
    if start < 0:
        return None
    end = _find_end(html, start)
    return html[start:end] if end > mark else None


def read_place(page: Tag, place: Place | None) -> str | None:
    """Read the clean text at a place; None where the place is not there or empty."""
    if place is None:
        return None
    if callable(place):
        return clean_text(place(page) or "") or None
    element = page.select_one(place)
    return clean_text(element.get_text()) or None if element else None


def read_first(page: Tag, places: tuple[Place, ...]) -> str | None:
    """Read the first of several places that holds text."""
    return next((text for place in places if (text := read_place(page, place))), None)


def _cut_division(html: str, name: str) -> str | None:
    mark = html.find(name)
    start = html.rfind("<div", 0, mark) if mark >= 0 else -1
    return html[start : _find_end(html, start)] if start >= 0 else None


def _find_division(html: str, name: str, before: int) -> int:
    """Find the start of the last division with ``name`` among its classes that opens before a position."""
    at = html.rfind(name, 0, before)
    while at >= 0:
        start = html.rfind("<", 0, at)
        if html[start : start + 4].lower() == "<div":
            return start
        at = html.rfind(name, 0, start) if start > 0 else -1
    return -1


def _find_end(html: str, start: int) -> int:
    """Find where the division that opens at ``start`` is closed; -1 where it never is."""
    depth = 0
    for match in _DIVISION.finditer(html, start):
        if match["close"] is None:
            continue
        depth += -1 if match["close"] else 1
        if depth == 0:
            return match.start()
    return -1
