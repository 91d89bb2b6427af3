"""Joomla and its own component for articles.

Facts: the classes that its default templates print (``item-page``, ``article-info``, ``published``, ``hits``). Seen on
real portals: ``Hits: 152759``, pages of a list turned by ``?start=20``. No saved page was there to try it on.
"""

import re

from archiver.platforms.elements import Element, attribute_of, select, select_one, spaced_text_of
from archiver.platforms.generic import read_address as read_any_address
from archiver.platforms.layout import Address, ArticleLayout, Layout, ListingLayout, Platform
from archiver.urls import parameters_of, path_of

# /news/12-slug; without rewriting index.php?option=com_content&view=article&id=12:slug.
_ARTICLE = re.compile(r"/(?P<id>\d+)-[^/]+$")
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


def read_address(url: str) -> Address:
    """Read an address; the number of an article is its key, whatever menu leads to it."""
    address = read_any_address(url)
    parameters = parameters_of(address.url)
    if parameters.get("view") in {"category", "featured"} or "start" in parameters:
        return Address("listing", address.key, address.url)
    number = _NUMBER.match(parameters.get("id", "")) if parameters.get("view") == "article" else None
    match = _ARTICLE.search(path_of(address.url))
    if number or match:
        return Address("article", number[0] if number else match["id"] if match else "", address.url)
    return address


def _find_info_line(page: Element) -> str | None:
    places = select(page, ".item-page .published, .item-page .hits")
    return " | ".join(spaced_text_of(place) for place in places) or None


def _find_next_link(page: Element, url: str) -> str | None:
    """Find the nearest page after ``url``: the buttons have words of every language, their ``start`` is a number."""
    links = [attribute_of(link, "href") for link in select(page, '.pagination a[href*="start="]')]
    later = [(start, link) for link in links if (start := _start_of(link)) > _start_of(url)]
    return min(later)[1] if later else None


def _start_of(url: str) -> int:
    start = parameters_of(url).get("start", "")
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
                    title=".item-page h1, .item-page h2",
                    info_line=_find_info_line,
                    lead=None,
                    body=('.item-page [itemprop="articleBody"]', ".item-page .com-content-article__body"),
                    sections=(".item-page .category-name a",),
                    content=".item-page",
                    furniture=(".article-info", "ul.pager", "nav.pagenavigation"),
                    author='.item-page [itemprop="author"] [itemprop="name"]',
                ),
            ),
            listings=(
                ListingLayout(
                    entry=".blog .item, .blog .blog-item, .blog-featured .item, table.category tbody tr",
                    link="h2 a[href], .list-title a[href]",
                    info_line=".published, .list-date",
                    sections=(".blog h1", ".blog h2"),
                    next_link=_find_next_link,
                ),
            ),
            is_empty_listing=_lists_nothing,
        ),
    ),
    read_address=read_address,
    marks=('meta[name="generator"][content^="Joomla"]',),
)
