"""Joomla and its own component for articles.

Facts: the templates that come with its versions 1.6 to 5, read one by one: ``item-page``, ``article-info``,
``published``, ``hits``; a heading of the menu above the title; a text without an element of its own up to 2.5; the
first entries of a list in ``items-leading``. Seen on real portals: ``Hits: 152759``, pages of a list turned by
``?start=20``. No saved page was there to try it on, and sites have templates of their own.
"""

import re

from archiver.html.elements import Element, attribute_of, select, select_one, spaced_text_of, text_of
from archiver.platforms.generic import read_address as read_any_address
from archiver.platforms.layout import Address, ArticleLayout, Layout, ListingLayout, Platform
from archiver.urls import parameters_of, path_of

# /news/12-slug; without rewriting index.php?option=com_content&view=article&id=12:slug.
_ARTICLE = re.compile(r"/(?P<id>\d+)-[^/]+$")
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_ENTRIES = ", ".join(
    (
        *(f".{blog} {entry}" for blog in ("blog", "blog-featured") for entry in (".item", ".blog-item")),
        ".items-leading > div:not(.blog-item)",
        "table.category tbody tr",
    )
)
_HEADINGS = ", ".join(f".item-page {place}" for place in ("> h1", "> h2", "> .page-header h1", "> .page-header h2"))


def read_address(url: str) -> Address:
    """Read an address; the number of an article is its key, whatever menu leads to it."""
    address = read_any_address(url)
    parameters = parameters_of(address.url)
    if parameters.get("view") in {"category", "featured"} or {"start", "limitstart"} & parameters.keys():
        return Address("listing", address.key, address.url)
    number = _NUMBER.match(parameters.get("id", "")) if parameters.get("view") == "article" else None
    match = _ARTICLE.search(path_of(address.url))
    if number or match:
        return Address("article", number[0] if number else match["id"] if match else "", address.url)
    return address


def _find_title(page: Element) -> str | None:
    """Find the title: where the heading of the menu stands above it, that is the h1 and the title an h2."""
    headings = select(page, _HEADINGS)
    title = next((heading for heading in headings if heading.name == "h2"), headings[0] if headings else None)
    return text_of(title) if title is not None else None


def _find_byline(page: Element) -> str | None:
    """Find one date, that of publication where several are printed, and the count."""
    days = (select_one(page, f".item-page .{name}") for name in ("published", "create", "modified"))
    places = (next((day for day in days if day is not None), None), select_one(page, ".item-page .hits"))
    return " | ".join(spaced_text_of(place) for place in places if place is not None) or None


def _find_next_link(page: Element, url: str) -> str | None:
    """Find the nearest page after ``url``: the buttons have words of every language, their ``start`` is a number."""
    links = [attribute_of(link, "href") for link in select(page, '.pagination a[href*="start="]')]
    later = [(start, link) for link in links if (start := _start_of(link)) > _start_of(url)]
    return min(later)[1] if later else None


def _start_of(url: str) -> int:
    parameters = parameters_of(url)
    start = parameters.get("start") or parameters.get("limitstart", "")
    return int(start) if _NUMBER.fullmatch(start) else 0


def _lists_nothing(page: Element) -> bool:
    return select_one(page, "div.blog, div.category-list, div.blog-featured") is not None


JOOMLA = Platform(
    name="joomla",
    title="Joomla",
    layouts=(
        Layout(
            articles=(
                ArticleLayout(
                    mark="item-page",
                    title=_find_title,
                    byline=_find_byline,
                    lead=None,
                    body=('.item-page [itemprop="articleBody"]', ".item-page .com-content-article__body", ".item-page"),
                    sections=(".item-page .category-name a",),
                    content=".item-page",
                    boilerplate=(
                        *(".article-info", ".page-header", ".item-page > h1", ".item-page > h2:first-of-type"),
                        *("ul.actions", "ul.pager", "ul.pagenav", "nav.pagenavigation"),
                    ),
                    author='.item-page [itemprop="author"] [itemprop="name"]',
                ),
            ),
            listings=(
                ListingLayout(
                    entry=_ENTRIES,
                    link="h2 a[href], .list-title a[href]",
                    byline=".published, .list-date",
                    sections=(".subheading-category", ".blog > h2", ".blog > h1", ".blog > .page-header h1"),
                    next_link=_find_next_link,
                ),
            ),
            is_empty_listing=_lists_nothing,
        ),
    ),
    read_address=read_address,
    marks=('meta[name="generator"][content^="Joomla"]',),
    version=2,
)
