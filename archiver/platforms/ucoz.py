"""uCoz, where sites of districts, schools and papers are made of ready modules: news, blog, articles.

Facts: the classes of its default templates (``eTitle``, ``eMessage``, ``eDetails``), its addresses and pagers
(``/news/<name>/2015-05-20-12``, ``?page2``, ``swchItem``), from programs that read or convert such sites; ``e-reads``,
``e-author`` and the value of the generator are not confirmed. No page of this family is saved among the samples, and
sites write templates of their own.
"""

import re
from urllib.parse import urlsplit, urlunsplit

from archiver.html.elements import Element, attribute_of, prose_of, select, select_one, text_of
from archiver.platforms.generic import read_address as read_any_address
from archiver.platforms.layout import Address, ArticleLayout, Layout, ListingLayout, Platform
from archiver.urls import path_of

# /news/[<name>/]2015-05-20-12: day and number; /publ/[<category>/][<name>/]1-3-0-12: page, category, 0, number.
_ARTICLE = re.compile(
    r"^/(?P<module>(?:news|blog)(?=/(?:[^/]+/)*\d{4}-\d\d-\d\d-)|(?:publ|load)(?=/(?:[^/]+/)*\d{1,9}-\d{1,9}-0-))"
    r"/(?:[^/]+/)*(?:\d{1,9}-){3}(?P<id>[1-9]\d{0,17})/?$",
    re.ASCII,
)
# The modules print their lists at their own name, a page, a category, a month or a day.
_LISTING = re.compile(r"^/(?:(?:news|blog|publ|load)(?:/(?:[^/]+/)*[\d-]{1,40})?/?)?$", re.ASCII)
_NUMBER = re.compile(r"\d{1,7}", re.ASCII)
_DETAILS = ".eDetails, .eDetails1, .eDetails2"
# The number 8 of the module "index" is a profile: who added the article.
_PROFILE = 'a[href*="/index/8-"]'
_PAGERS = ("#pagesBlock1", ".pagesBlockuz1", ".catPages1", ".pagesBlock1")


def read_address(url: str) -> Address:
    """Read an address: every module counts its articles on its own, so the native key is module and number."""
    address = read_any_address(url)
    if match := _ARTICLE.match(path_of(address.url)):
        plain = urlunsplit(urlsplit(address.url)._replace(query=""))
        return Address("article", f"{match['module']}/{match['id']}", plain)
    if _LISTING.match(path_of(address.url)):
        return Address("listing", address.key, address.url)
    return address


def _find_title(page: Element) -> str | None:
    """Find the title of the one article; in a list the titles are links."""
    titles = [title for title in select(page, ".eTitle") if select_one(title, "a[href]") is None]
    return text_of(titles[0]) if len(titles) == 1 and select_one(page, ".eMessage") is not None else None


def _find_byline(page: Element) -> str | None:
    return " | ".join(prose_of(line) for line in select(page, _DETAILS)) or None


def _find_author(page: Element) -> str | None:
    author = select_one(page, ".e-author .ed-value, .eDetails .e-author a")
    if author is None:
        author = next((link for line in select(page, _DETAILS) for link in select(line, _PROFILE)), None)
    return text_of(author) if author is not None else None


def _find_next_link(page: Element, _url: str) -> str | None:
    """Find the page after the one that is marked as current, by the printed numbers."""
    pager = next((pager for name in _PAGERS if (pager := select_one(page, name)) is not None), None)
    if pager is None:
        return None
    current = select_one(pager, "b.swchItemA, .swchItemA1, b")
    at = _number_of(current) if current is not None else 1
    later = [(_number_of(link), attribute_of(link, "href")) for link in select(pager, "a[href]")]
    return min(((number, href) for number, href in later if number > at), default=(0, None))[1]


def _number_of(element: Element) -> int:
    text = text_of(element).strip()
    return int(text) if _NUMBER.fullmatch(text) else 0


def _make_list(entry: str) -> ListingLayout:
    return ListingLayout(
        entry=entry,
        link=".eTitle a[href]",
        byline=_find_byline,
        next_link=_find_next_link,
    )


UCOZ = Platform(
    name="ucoz",
    title="uCoz, its modules for news, blog and articles",
    layouts=(
        Layout(
            articles=(
                ArticleLayout(
                    mark="eTitle",
                    title=_find_title,
                    byline=_find_byline,
                    lead=None,
                    body=(".eMessage",),
                    sections=(".e-category .ed-value", ".breadcrumbs a:last-of-type"),
                    content=".eMessage",
                    author=_find_author,
                ),
            ),
            listings=(_make_list('div[id^="entryID"]'), _make_list("table.eBlock, div.eBlock")),
        ),
    ),
    read_address=read_address,
    marks=(
        'meta[name="generator" i][content^="uCoz" i]',
        'link[href^="/.s/src/css/"]',
        'div[id^="entryID"] .eTitle',
    ),
)
