"""From the text of a page to a tree, as small a tree as will do."""

from collections.abc import Callable
from threading import local

from lxml import etree  # type: ignore[import-untyped]  # lxml has no types of its own

from archiver.html.elements import Element, find_ancestor, select_one
from archiver.html.markup import MOST_KEPT, DeepMarkupError, Parsed, parse_beginning, parse_once
from archiver.html.tree import Part, parse_part, parse_tree
from archiver.parsing.body.marks import shifted_text_of
from archiver.parsing.pages.container import find_article_part, find_ended_part, find_listing_part, guess_end
from archiver.platforms.layout import ArticleLayout, Layout, Place
from archiver.text.cleaning import clean_text

_KEPT = local()


class PageRejectedError(Exception):
    """The bytes are no HTML that a parser could read."""


class TooDeepError(Exception):
    """Elements nested deeper than any real page nests them."""


def parse_page(html: str, layout: Layout) -> Element:
    """Parse what ``layout`` needs of a page: its container and breadcrumb, or the whole page where they are not found.

    A tree of the container alone takes a fifth of the time and gives the same fields.
    """
    found: tuple[str, Layout, Part | None] | None = vars(_KEPT).pop("article", None)
    is_found = found is not None and found[0] is html and found[1] is layout
    part = found[2] if found and is_found else _find_article(html, layout)
    return parse_html(html) if part is None else parse_part(part)


def parse_listing(html: str, layout: Layout) -> Element | None:
    """Parse what ``layout`` needs of a page of a listing; None where nobody can tell without the whole page."""
    article = _find_article(html, layout)
    _KEPT.article = (html, layout, article)
    part = _find_part(html, layout, find_listing_part) if article is None else None
    return None if part is None else parse_part(part)


def parse_html(html: str) -> Element:
    """Parse HTML into a tree; PageRejectedError where the parser refuses, TooDeepError where it would take minutes."""
    kept: tuple[str, Element] | None = vars(_KEPT).pop("page", None)
    if kept and kept[0] == html:
        return kept[1]
    try:
        return parse_tree(html)
    except DeepMarkupError as error:
        raise TooDeepError from error
    except etree.LxmlError as error:
        raise PageRejectedError(str(error)) from error


def give_back(page: Element, html: str) -> None:
    """Give a tree back that was only looked at: who parses the same page next has it, and may change it."""
    if len(html) <= MOST_KEPT:
        _KEPT.page = (html, page)


def _find_article(html: str, layout: Layout) -> Part | None:
    """Find the part that an article needs; where its content ended before the rest of the page, that is not parsed."""
    end = guess_end(html, layout)
    if end > 0:
        try:
            part = find_ended_part(parse_beginning(html, end), layout)
        except (DeepMarkupError, etree.LxmlError):
            part = None
        if part is not None:
            return part
    return _find_part(html, layout, find_article_part)


def _find_part(html: str, layout: Layout, find: Callable[[Parsed, Layout], Part | None]) -> Part | None:
    """Find the part that a layout needs; None where there is none, or the page has to be read whole."""
    if not layout.container:
        return None
    try:
        return find(parse_once(html), layout)
    except (DeepMarkupError, etree.LxmlError):
        return None


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
