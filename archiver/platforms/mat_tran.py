"""Portals of the Fatherland Front (Mặt trận Tổ quốc) of provinces and districts.

Facts from the saved pages of one portal of 2019, and from what others print. Title and counters stand in the division
of the body, in front of it; in front of them are buttons, behind the text a form for comments. The text has a division
of its own in one look (``#detail``); in the other everything stands side by side. Each thing in the line below the
title follows a picture that says what it is.
"""

import re

from archiver.html.elements import Element, attribute_of, children_of, prose_of, select, select_one, text_of
from archiver.platforms.generic import read_address
from archiver.platforms.layout import ArticleLayout, Layout, ListingLayout, Platform

_DATES = ("date", "time", "ngay", "calendar")
_DATE_PLACES = tuple(f'#contentdetail [{name}*="{word}" i]' for name in ("class", "id") for word in _DATES)
MOST_LINES = 8
_SOME_DAY = re.compile(r"\d[/.-]\d{1,2}[/.-]\d{4}")
_LEADS_NOWHERE = ('a[href="#"]', 'a[href^="javascript:" i]')
# Buttons stand in a row without text of its own; a form for comments is what people write into, and what is above it.
_BUTTONS = tuple(f":has(> {link}:not(:first-of-type)):not(:has(p))" for link in _LEADS_NOWHERE)
_COMMENTS = (
    "form",
    "#boxcomment",
    "div.modal",
    '[class*="comment" i]:not(:has(#title))',
    "div:has(textarea):not(:has(p, #title))",
    *(f"{heading}:has(+ form)" for heading in ("h2", "h3", "h4", "h5")),
)


def _find_behind_picture(page: Element, name: str) -> str | None:
    """Find what follows a picture of the line below the title: the text up to the next picture."""
    picture = select_one(page, f"#contentdetail .glyphicon-{name}")
    if picture is None:
        return None
    pieces = []
    for sibling in picture.next_siblings:
        if isinstance(sibling, Element) and "glyphicon" in attribute_of(sibling, "class"):
            break
        pieces.append(prose_of(sibling) if isinstance(sibling, Element) else str(sibling))
        if pieces[-1].strip():
            break
    return "".join(pieces)


def _find_byline(page: Element) -> str | None:
    """Find the line of the counters, and the date, which may stand on a line of its own."""
    badge = select_one(page, "#contentdetail span.badge")
    counters = prose_of(badge.parent) if badge is not None and badge.parent is not None else ""
    if _SOME_DAY.search(counters):
        return counters
    lines = (prose_of(element) for place in _DATE_PLACES for element in select(page, place)[:MOST_LINES])
    days = (line for line in (_find_behind_picture(page, "calendar") or "", *lines) if _SOME_DAY.search(line))
    return f"{next(days, '')} | {counters}"


def _find_section(page: Element) -> str | None:
    return _find_behind_picture(page, "tasks")


def _find_author(page: Element) -> str | None:
    return _find_behind_picture(page, "user")


def _find_row_title(row: Element) -> str | None:
    """Find the title of a row; before it stands the row's number."""
    title = select_one(row, ".title")
    if title is None:
        return None
    pieces = (child if isinstance(child, str) else _title_piece(child) for child in children_of(title))
    return "".join(pieces)


def _title_piece(element: Element) -> str:
    return "" if "badge" in attribute_of(element, "class") else text_of(element)


MAT_TRAN = Platform(
    name="mat_tran",
    title="Portals of the Fatherland Front (Mặt trận Tổ quốc)",
    layouts=(
        Layout(
            articles=(
                ArticleLayout(
                    mark="contentdetail",
                    title="#contentdetail #title",
                    byline=_find_byline,
                    lead=None,
                    body=("#contentdetail #detail", "#contentdetail"),
                    sections=(_find_section, "ol.breadcrumb li:last-child", "ul.breadcrumb li:last-child"),
                    content="#contentdetail",
                    boilerplate=(
                        "#title",
                        ":has(> span.badge)",
                        *(place.partition(" ")[2] for place in _DATE_PLACES),
                        *_BUTTONS,
                        *_COMMENTS,
                    ),
                    author=_find_author,
                    signed=False,
                ),
            ),
            listings=(
                ListingLayout(
                    entry="#boxlist01 li",
                    link="a[href]",
                    byline="div:not(.title, .summary)",
                    title=_find_row_title,
                ),
            ),
        ),
    ),
    read_address=read_address,
    marks=("#contentdetail #title", "#boxlist01 .list01"),
    version=2,
    proved=True,
)
