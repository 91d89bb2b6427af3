"""The Liferay 6.2 portals of Hà Nội (``*.hanoi.gov.vn``).

Facts from 11,000 article pages and 1,400 listings of sotttt.hanoi.gov.vn, captured in August 2022.
"""

import re
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

from archiver.html.elements import (
    Element,
    attribute_of,
    children_named,
    classes_of,
    find_ancestor,
    select,
    select_any,
    select_one,
    text_of,
)
from archiver.platforms.layout import Address, ArticleLayout, Layout, ListingLayout, Platform
from archiver.urls import drop_parameters, parameters_of, path_of, strip_session, strip_tracking

# /<channel>/-/view_content/<id>-<slug>.html; the print version has pop_up/ before the id.
_ARTICLE = re.compile(r"^(?P<channel>.*)/-/view_content/(?:pop_up/)?(?P<id>\d+)(?P<slug>[^/]*)")
# The trap: every page links to itself with /en and /vi behind, and such an address answers with the listing.
_LANGUAGE_BEHIND = re.compile(r"(?:/(?:en|vi))+/?$")
# What Liferay itself adds to the address of an article: views, portlets and the way back.
_OWN_PARAMETERS = re.compile(r"redirect|inheritRedirect|p_\w*|_\w+|doAs\w+|refererPlid|controlPanelCategory")
_PAGE_NUMBER = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_PAGE_PARAMETER = re.compile(r"^_101(?:_INSTANCE_\w+)?_cur$")
_ENTRY_ID = re.compile(r"^_101_(?:INSTANCE_\w+?_)?(\d+)$")


def read_address(url: str) -> Address:
    """Read an address of the family.

    The numeric id is the native key, whatever the channel, language, session or view that stand around it; parameters
    that are not Liferay's own are asked for as they are printed. A listing
    is known by its channel and page number, so page 1 is one page under both of its addresses.
    """
    url = strip_session(url)
    if match := _ARTICLE.match(path_of(url)):
        path = f"{match['channel']}/-/view_content/{match['id']}{match['slug']}"
        plain = drop_parameters(strip_tracking(url), _OWN_PARAMETERS)
        return Address("article", match["id"], urlunsplit(urlsplit(plain)._replace(path=path)))
    channel = _LANGUAGE_BEHIND.sub("", path_of(url)).rstrip("/") or "/"
    return Address("listing", f"{channel}#{_page_number(url)}", url)


def _page_number(url: str) -> int:
    numbers = [value for name, value in parameters_of(url).items() if _PAGE_PARAMETER.match(name)]
    return int(numbers[0]) if numbers and _PAGE_NUMBER.fullmatch(numbers[0]) else 1


def _find_entry_id(page: Element) -> str | None:
    content = select_one(page, "div.asset-full-content div.asset-content[id]")
    match = _ENTRY_ID.match(attribute_of(content, "id")) if content is not None else None
    return match.group(1) if match else None


def _find_next_link(page: Element, url: str) -> str | None:
    """Find the button to the page after ``url``; its word depends on language and scripts, its page number does not."""
    pagers = [pager for pager in select(page, "ul.pager") if "lfr-pagination-buttons" in classes_of(pager)]
    buttons = [button for pager in pagers for button in children_named(pager, "li")]
    links = [link for button in buttons if "disabled" not in classes_of(button) for link in children_named(button, "a")]
    later = [(number, href) for link in links if (number := _page_number(href := attribute_of(link, "href"))) > 1]
    following = [(number, href) for number, href in later if number > _page_number(url)]
    return min(following)[1] if following else None


def _is_empty_listing(page: Element) -> bool:
    """Say whether a portlet that publishes news is there, and links to none."""
    publisher = select_one(page, "div.portlet-boundary_101_")
    return publisher is not None and not select(publisher, 'a[href*="/view_content/"]')


def _find_portlet_title(page: Element) -> str | None:
    """Find the head of the portlet that shows the news; side columns have portlets with heads too."""
    news = select_any(page, ("div.asset-full-content-title", "div.asset-bounddary", "tbody.table-data"))
    portlet = find_ancestor(news[0], "portlet-boundary") if news else None
    title = select_one(portlet, "span.portlet-title-text") if portlet is not None else None
    return text_of(title) if title is not None else None


_SECTIONS = ("div.dd_chuyenmuc span.tintuc", _find_portlet_title)

_ARTICLE_LAYOUT = ArticleLayout(
    mark="asset-full-content-title",
    title="div.asset-full-content-title",
    byline="div.assetPublishDate",
    lead="p.sapo",
    body=("div.journal-content-article", "div.asset-content"),
    sections=_SECTIONS,
    content="div.asset-full-content",
    # The first is the account name of whoever typed the article in, not its author.
    boilerplate=("p.view-content-author", "div.sapo-wrapper", "div.related_asset", "div.asset-control-detail", "form"),
    native_key=_find_entry_id,
)
_ABSTRACTS = ListingLayout(
    entry="div.asset-bounddary",
    link="h3.asset-title a[href]",
    byline="div.assetPublishDate",
    sections=_SECTIONS,
    next_link=_find_next_link,
    results="small.search-results",
)
_TABLE = replace(
    _ABSTRACTS,
    entry="tbody.table-data > tr",
    link="td.table-cell a[href]",
    byline="td.table-cell + td.table-cell",
)

LIFERAY_HANOI = Platform(
    name="liferay_hanoi",
    title="Liferay 6.2 portals of Hà Nội (*.hanoi.gov.vn)",
    layouts=(
        Layout(
            container="portlet-boundary",
            content="asset-full-content",
            breadcrumb="dd_chuyenmuc",
            listing_names=("asset-bounddary", "table-data", "lfr-pagination-buttons", "search-results"),
            articles=(_ARTICLE_LAYOUT,),
            listings=(_ABSTRACTS, _TABLE),
            is_empty_listing=_is_empty_listing,
        ),
    ),
    read_address=read_address,
    marks=("div.asset-full-content-title", "div.asset-bounddary", 'td.table-cell a[href*="/-/view_content/"]'),
    proved=True,
)
