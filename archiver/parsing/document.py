"""From the text of a page to a tree, as small a tree as will do."""

import re
from collections.abc import Iterator

from bs4.exceptions import ParserRejectedMarkup

from archiver.parsing.text import clean_text
from archiver.parsing.tree import grow_tree
from archiver.platforms.elements import Element, find_ancestor, select_one, text_of
from archiver.platforms.layout import ArticleLayout, Layout, Place

_TAG = re.compile(r"<(?:(?P<hiding>!--|script\b|style\b)|(?P<close>/?)(?P<name>div|table)\b)", re.IGNORECASE)
# Comments, scripts and styles may hold tags that are none.
_ENDS = {
    name: re.compile(end, re.IGNORECASE) for name, end in (("!--", "-->"), ("script", "</script"), ("style", "</style"))
}
MOST_PLACES = 16
_HIDING = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))

# The largest real pages have 4,000 tags. Scrapy's and lxml's own selectors drop what lies below 2,048 levels.
MANY_TAGS = 5000
MOST_DEPTH = 2000
_NESTING = re.compile(
    r"<(?P<close>/?)(?!(?:area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|option|p|param|source|td|th|tr|wbr)\b)"
    r"[a-z][a-z0-9]*",
    re.IGNORECASE,
)

# Comments, and white space before the beginning or end of a block: nobody sees them, and a tree is made of nodes.
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_IDLE_SPACE = re.compile(r">\s++(?=</?(?:div|h[1-6]|header|li|ol|p|section|table|tbody|td|tr|ul)\b)", re.IGNORECASE)


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


def parse_html(html: str) -> Element:
    """Parse HTML into a tree; PageRejectedError where the parser refuses, TooDeepError where it would take minutes."""
    html = _drop_unfinished_comment(html.replace("\0", ""))
    if html.count("<") > MANY_TAGS:
        _check_depth(html)
    try:
        return grow_tree(html)
    except ParserRejectedMarkup as error:
        raise PageRejectedError(str(error)) from error


def _drop_unfinished_comment(html: str) -> str:
    """Drop a comment that has no end, and with it the rest of the page, as a browser does; lxml took hours for many."""
    start = html.find("<!--", html.rfind("-->") + 1)
    return html if start < 0 else html[:start]


def _check_depth(html: str) -> None:
    """Count how many elements are open at once; those that the next one ends by itself do not nest."""
    depth = 0
    for match in _NESTING.finditer(html):
        depth = max(depth + (-1 if match["close"] else 1), 0)
        if depth > MOST_DEPTH:
            raise TooDeepError


def cut_container(html: str, layout: Layout) -> str | None:
    """Cut out the breadcrumb, and the ``layout.container`` division around the article's title.

    None where they cannot be told apart from the rest of the page.
    """
    if not layout.container or not layout.content:
        return None
    mark = next((at for article in layout.articles if (at := _find_name(html, article.mark)) >= 0), -1)
    start = _find_division(html, layout.container, mark) if mark >= 0 else -1
    end = _find_content_end(html, layout.content, mark) if start >= 0 else -1
    if end < 0 or _find_end(html[:mark], start) >= 0:
        return None
    breadcrumb = _cut_breadcrumb(html, layout.breadcrumb, start) if layout.breadcrumb else ""
    return None if breadcrumb is None else _drop_idle(_drop_unfinished_comment(breadcrumb + html[start:end]))


def _drop_idle(html: str) -> str:
    html = _IDLE_SPACE.sub(">", html)
    return _COMMENT.sub("", html) if "<!--" in html else html


def _find_content_end(html: str, name: str, mark: int) -> int:
    """Find where the division with ``name`` among its classes ends; what follows in the container is furniture."""
    content = re.compile(rf'<div\b[^>]*\bclass="[^">]*(?<![\w-]){name}(?![\w-])', re.IGNORECASE).search(html, mark)
    return _find_end(html, content.start()) if content else -1


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
    return clean_text(text_of(element)) or None if element is not None else None


def read_first(page: Element, places: tuple[Place, ...]) -> str | None:
    """Read the first of several places that holds text."""
    return next((text for place in places if (text := read_place(page, place))), None)


def _cut_breadcrumb(html: str, name: str, before: int) -> str | None:
    """Cut out the division with ``name`` in its tag, empty if there is none; None where it cannot be told apart."""
    start = _find_division(html, name, before)
    if start < 0:
        return None if name in html else ""
    end = _find_end(html, start) if not _is_hidden(html, start) else -1
    return html[start:end] if end > 0 else None


def _find_name(html: str, name: str) -> int:
    """Find the first tag with ``name`` in it; -1 where there is none among the first few places."""
    at = -1
    for _ in range(MOST_PLACES):
        at = html.find(name, at + 1)
        if at < 0 or (html.rfind("<", 0, at) > html.rfind(">", 0, at) and not _is_hidden(html, at)):
            return at
    return -1


def _is_hidden(html: str, at: int) -> bool:
    """Say whether a position is inside a comment, script or style: one ends behind it before the next one begins."""
    for opening, closing in _HIDING:
        end = html.find(closing, at)
        if end >= 0 and html.find(opening, at, end) < 0:
            return True
    return False


def _find_division(html: str, name: str, before: int) -> int:
    """Find the start of the last division with ``name`` in its tag that opens before a position.

    -1 where there is none among the last few places.
    """
    for _ in range(MOST_PLACES):
        at = html.rfind(name, 0, before)
        before = html.rfind("<", 0, at) if at >= 0 else -1
        if before < 0 or html[before : before + 4].lower() == "<div":
            return before
    return -1


def _find_end(html: str, start: int) -> int:
    """Find where the division that opens at ``start`` is closed; -1 where it never is.

    As in a browser, the end of a division in a table closes none that stands around the table, and the end of a
    table closes all that is open in it. Where that leads nowhere a table was never closed, and divisions are counted
    alone: a browser would put the rest of the page into the table.
    """
    end = _match_tags(html, start, with_tables=True)
    return end if end >= 0 else _match_tags(html, start, with_tables=False)


def _match_tags(html: str, start: int, *, with_tables: bool) -> int:
    open_divisions = [0]  # around all tables, in the first table, in the table within that
    for at, name, closes in _find_tags(html, start):
        if name == "div":
            open_divisions[-1] += 1 if not closes else -1 if open_divisions[-1] else 0
        elif with_tables and not closes:
            open_divisions.append(0)
        elif with_tables and len(open_divisions) > 1:
            open_divisions.pop()
        if open_divisions == [0]:
            return at
    return -1


def _find_tags(html: str, start: int) -> Iterator[tuple[int, str, bool]]:
    """Yield the tags of divisions and tables: where they stand, their names, and whether they are end tags."""
    at = start
    while match := _TAG.search(html, at):
        at = match.end()
        if match["name"]:
            yield match.start(), match["name"].lower(), bool(match["close"])
        elif end := _ENDS[match["hiding"].lower()].search(html, at):
            at = end.end()
        else:
            return
