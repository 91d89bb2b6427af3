"""WordPress, whatever the theme.

Facts from saved pages of three themes and of the plugin that prints ``Post Views: N``; themes keep the names of the
classes that the system itself gives out: ``entry-title``, ``entry-content``, ``posted-on``, ``hentry``. A theme that
does not is left to the generic reader. All three print the generator, the link to the system's interface, and the
number of the post on the body. Themes print the count in places of their own: ``7331 Lượt xem``. Three themes are
proved, thousands are not, and so the layout only proposes.
"""

import re
from itertools import takewhile

from archiver.html.elements import Element, attribute_of, select, select_one, spaced_text_of, text_of
from archiver.platforms.generic import read_address as read_any_address
from archiver.platforms.layout import Address, ArticleLayout, Layout, ListingLayout, Platform
from archiver.urls import path_of

_LISTING = re.compile(r"/(?:page/\d+|category/.+|tag/.+|author/.+|feed|\d{4}(?:/\d\d){0,2})/?$")
_DATED = re.compile(r"/\d{4}/\d\d/(?:\d\d/)?[^/]*[^/\d][^/]*/?$")
# What a plugin or a theme prints a count in, the surest first; lists of popular posts have counts of others.
_VIEWS = (".post-views, .entry-content-views, .post-views-count", ".entry-views, .views, .view-count", ".entry-meta")
_OTHERS = ("aside", "nav", "footer", "li")
_CONTENT = "div.entry-content, div.the_content_wrapper"
_DAYS = (".entry-content-post-date", "time.entry-date.published", "time.entry-date", ".posted-on", ".entry-date")
# A theme prints the time of the day in the first paragraph of the text, and only the day in the head.
_POSTED = 'div.post-views + p:-soup-contains("Posted:")'


def read_address(url: str) -> Address:
    """Read an address: archives and dated articles have a form of their own, any other may lead to either."""
    address = read_any_address(url)
    path = path_of(address.url)
    if _LISTING.search(path):
        return Address("listing", address.key, address.url)
    return Address("article", address.key, address.url) if _DATED.search(path) else address


def _find_title(page: Element) -> str | None:
    """Find the title of the one article; a page with several is a listing."""
    titles = select(page, "h1.entry-title")
    return text_of(titles[0]) if len(titles) == 1 else None


def _find_byline(page: Element) -> str | None:
    article = _find_article(page)
    places = (_find_first(article, (_POSTED, *_DAYS)), _find_views(article))
    return " | ".join(spaced_text_of(place) for place in places if place is not None) or None


def _find_article(page: Element) -> Element:
    """Find the smallest element around both title and text; a count outside it is that of another post."""
    title, content = select_one(page, "h1.entry-title"), select_one(page, _CONTENT)
    if title is None or content is None:
        return page
    around = {id(parent) for parent in content.parents}
    return next((parent for parent in title.parents if id(parent) in around), page)


def _find_views(article: Element) -> Element | None:
    places = [place for selector in _VIEWS for place in select(article, selector)]
    return next((place for place in places if _belongs_to(place, article)), None)


def _belongs_to(place: Element, article: Element) -> bool:
    """Say whether no list or column of other posts stands between a place and the article around it."""
    within = takewhile(lambda parent: parent is not article, place.parents)
    return all(parent.name not in _OTHERS for parent in within)


def _find_first(page: Element, selectors: tuple[str, ...]) -> Element | None:
    """Find the best place of a date: beside the day of publication stands that of the last change."""
    return next((place for selector in selectors if (place := select_one(page, selector)) is not None), None)


def _find_next_link(page: Element, _url: str) -> str | None:
    link = select_one(page, "a.next.page-numbers[href], .nav-previous a[href], link[rel=next][href]")
    return attribute_of(link, "href") if link is not None else None


def _is_empty_listing(page: Element) -> bool:
    return select_one(page, "section.no-results, .not-found .page-title") is not None


WORDPRESS = Platform(
    name="wordpress",
    title="WordPress",
    layouts=(
        Layout(
            articles=(
                ArticleLayout(
                    mark="entry-title",
                    title=_find_title,
                    byline=_find_byline,
                    lead=None,
                    body=("div.entry-content", "div.the_content_wrapper"),
                    sections=(".cat-links a", "a[rel~=category]"),
                    content=_CONTENT,
                    boilerplate=("div.post-views", _POSTED, "div.sharedaddy", "div.jp-relatedposts", "form"),
                ),
            ),
            listings=(
                ListingLayout(
                    entry="article.post, .hentry",
                    link=".entry-title a[href]",
                    byline="time.entry-date, .posted-on, .entry-date",
                    sections=("h1.page-title", "h1.archive-title"),
                    next_link=_find_next_link,
                ),
            ),
            is_empty_listing=_is_empty_listing,
        ),
    ),
    read_address=read_address,
    marks=(
        'meta[name="generator"][content^="WordPress"]',
        'link[rel="https://api.w.org/"]',
        'body.single[class*="postid-"]',
        "body.wp-singular",
    ),
    version=3,
)
