"""Portals of the Fatherland Front (Mặt trận Tổ quốc) of provinces and districts.

From what such pages print; no page of this family is saved among the samples. Title and counters stand in the
division of the body, in front of it.
"""

import re

from archiver.platforms.elements import Element, prose_of, select, select_one
from archiver.platforms.generic import read_address
from archiver.platforms.layout import ArticleLayout, Layout, Platform

_DATES = ("date", "time", "ngay")
_DATE_PLACES = tuple(f'#contentdetail [{name}*="{word}" i]' for name in ("class", "id") for word in _DATES)
MOST_LINES = 8
_SOME_DAY = re.compile(r"\d[/.-]\d{1,2}[/.-]\d{4}")


def _find_info_line(page: Element) -> str | None:
    """Find the line of the counters, and the date, which may stand on a line of its own."""
    badge = select_one(page, "#contentdetail span.badge")
    counters = prose_of(badge.parent) if badge is not None and badge.parent is not None else ""
    if _SOME_DAY.search(counters):
        return counters
    lines = (prose_of(element) for place in _DATE_PLACES for element in select(page, place)[:MOST_LINES])
    date = next((line for line in lines if _SOME_DAY.search(line)), "")
    return f"{date} | {counters}"


MAT_TRAN = Platform(
    name="mat_tran",
    title="Portals of the Fatherland Front (Mặt trận Tổ quốc)",
    layouts=(
        Layout(
            articles=(
                ArticleLayout(
                    mark="contentdetail",
                    title="#contentdetail #title",
                    info_line=_find_info_line,
                    lead=None,
                    body=("#contentdetail",),
                    sections=("ol.breadcrumb li:last-child", "ul.breadcrumb li:last-child"),
                    content="#contentdetail",
                    furniture=("#title", ":has(> span.badge)", *(place.partition(" ")[2] for place in _DATE_PLACES)),
                ),
            ),
            listings=(),
        ),
    ),
    read_address=read_address,
    marks=("#contentdetail #title",),
    partial=True,
)
