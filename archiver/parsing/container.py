"""Cutting out of the text of a page what is to be parsed of it: the division around an article, or around a listing.

Menus and side columns are most of a page, and to parse them takes most of the time. Where it is not certain that the
rest of the page says nothing more, nothing is cut.
"""

import re
from collections.abc import Iterator

from archiver.platforms.layout import Layout

_TAG = re.compile(r"<(?:(?P<hiding>!--|script\b|style\b)|(?P<close>/?)(?P<name>div|table)\b)", re.IGNORECASE)
# Comments, scripts and styles may hold tags that are none.
_ENDS = {
    name: re.compile(end, re.IGNORECASE) for name, end in (("!--", "-->"), ("script", "</script"), ("style", "</style"))
}
MOST_PLACES = 16
_HIDING = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))

# Comments, and white space before the beginning or end of a block: nobody sees them, and a tree is made of nodes.
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_IDLE_SPACE = re.compile(r">\s++(?=</?(?:div|h[1-6]|header|li|ol|p|section|table|tbody|td|tr|ul)\b)", re.IGNORECASE)


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
    return None if breadcrumb is None else _drop_idle(drop_unfinished_comment(breadcrumb + html[start:end]))


def _drop_idle(html: str) -> str:
    html = _IDLE_SPACE.sub(">", html)
    return _COMMENT.sub("", html) if "<!--" in html else html


def _find_content_end(html: str, name: str, mark: int) -> int:
    """Find where the division with ``name`` among its classes ends; what follows in the container is furniture."""
    content = re.compile(rf'<div\b[^>]*\bclass="[^">]*(?<![\w-]){name}(?![\w-])', re.IGNORECASE).search(html, mark)
    return _find_end(html, content.start()) if content else -1


def cut_listing(html: str, layout: Layout) -> str | None:
    """Cut out the breadcrumb, and the ``layout.container`` division that holds all of a listing.

    None where the page may be an article's, or where any of ``layout.listing_names`` stands outside the division.
    """
    if not layout.container or not layout.listing_names or any(article.mark in html for article in layout.articles):
        return None
    places = [at for name in layout.listing_names if (at := _find_name(html, name)) >= 0]
    mark = min(places, default=-1)
    start = _find_division(html, layout.container, mark) if mark >= 0 else -1
    end = _find_end(html, start) if start >= 0 else -1
    outside = ((0, start), (end, len(html)))
    if end < 0 or any(_may_name(html, name, *part) for name in layout.listing_names for part in outside):
        return None
    breadcrumb = _cut_breadcrumb(html, layout.breadcrumb, start) if layout.breadcrumb else ""
    return None if breadcrumb is None else _drop_idle(drop_unfinished_comment(breadcrumb + html[start:end]))


def drop_unfinished_comment(html: str) -> str:
    """Drop a comment that has no end, and with it the rest of the page, as a browser does; lxml took hours for many."""
    start = html.find("<!--", html.rfind("-->") + 1)
    return html if start < 0 else html[:start]


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
        if at < 0 or _is_in_tag(html, at):
            return at
    return -1


def _may_name(html: str, name: str, start: int, end: int) -> bool:
    """Say whether a tag between two places may have ``name`` in it; so it is taken where there are many of them."""
    for _ in range(MOST_PLACES):
        start = html.find(name, start, end)
        if start < 0 or _is_in_tag(html, start):
            return start >= 0
        start += 1
    return True


def _is_in_tag(html: str, at: int) -> bool:
    return html.rfind("<", 0, at) > html.rfind(">", 0, at) and not _is_hidden(html, at)


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
