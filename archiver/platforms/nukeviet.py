"""NukeViet, the system of very many districts and schools: the pages of its module for news, versions 4 and 5.

From what the system's own themes print; no page of this family is saved among the samples.
"""

import re
from urllib.parse import urlsplit, urlunsplit

from archiver.html.elements import Element, attribute_of, prose_of, select, select_one, text_of
from archiver.platforms.layout import Address, ArticleLayout, Layout, ListingLayout, Platform
from archiver.urls import parameters_of, path_of, strip_tracking

# /[<language>/]<module>/<category>/<alias>-<id>.html; a printed version has print/ before the category.
_ARTICLE = re.compile(
    r"^(?P<before>(?:/[a-z]{2}(?=/))?/[^/]+)(?:/(?P<way>print|savefile))?(?P<rest>(?:/[^/]+)*/[^/]*?-(?P<id>\d+))\.html$"
)
_OPERATION = re.compile(r"(?:^|/)[^/]*-(?P<id>\d+)$")
_PAGE = re.compile(r"(?:/page-|[?&]page=)(\d{1,7})(?:/|&|$)", re.ASCII)
_LABEL = re.compile(r"^\s*(?:tác giả|author)\s*:\s*", re.IGNORECASE)


def read_address(url: str) -> Address:
    """Read an address of the system: every module of every language counts its articles on its own.

    So the native key is language, module and id. Where a site leaves the module out of its addresses the category
    stands in its place.
    """
    url = strip_tracking(url)
    if match := _ARTICLE.match(path_of(url)):
        path = f"{match['before']}{match['rest']}.html"
        return Address(
            "article", f"{match['before'][1:]}/{match['id']}", urlunsplit(urlsplit(url)._replace(path=path, query=""))
        )
    parameters = parameters_of(url)
    operation = _OPERATION.search(parameters.get("op", ""))
    if operation and parameters.get("nv"):
        before = "/".join(filter(None, (parameters.get("language"), parameters["nv"])))
        return Address("article", f"{before}/{operation['id']}", url)
    return Address("listing", urlunsplit(("", "", path_of(url).rstrip("/") or "/", urlsplit(url).query, "")), url)


def _find_byline(page: Element) -> str | None:
    """Find the line under the title: the date, and what a theme prints beside it."""
    date = select_one(page, "div.news_column span.h5")
    row = date.find_parent("div", class_="row") if date is not None else None
    return prose_of(row if row is not None else date) if date is not None else None


def _find_author(page: Element) -> str | None:
    lines = [text_of(line) for line in select(page, "div.news_column p.h5.text-right")]
    return next((_LABEL.sub("", line) for line in lines if _LABEL.match(line)), None)


def _page_number(url: str) -> int:
    match = _PAGE.search(url)
    return int(match[1]) if match else 1


def _find_next_link(page: Element, url: str) -> str | None:
    """Find the link to the page after ``url`` by its number; the words differ from theme to theme."""
    links = [attribute_of(link, "href") for link in select(page, "ul.pagination li a[href]")]
    later = [(number, href) for href in links if (number := _page_number(href)) > _page_number(url)]
    return min(later)[1] if later else None


_SECTIONS = ("ul.temp-breadcrumbs li + li:last-child", "ol.breadcrumbs li + li:last-child")


def _make_list(entry: str, link: str, byline: str) -> ListingLayout:
    return ListingLayout(entry=entry, link=link, byline=byline, sections=_SECTIONS, next_link=_find_next_link)


NUKEVIET = Platform(
    name="nukeviet",
    title="NukeViet, its module for news (districts, schools)",
    layouts=(
        Layout(
            articles=(
                ArticleLayout(
                    mark="news-bodyhtml",
                    title="div.news_column h1.title",
                    byline=_find_byline,
                    lead="div.news_column div.hometext",
                    body=("#news-bodyhtml",),
                    sections=_SECTIONS,
                    content="div.news_column",
                    author=_find_author,
                ),
            ),
            listings=(
                _make_list("div.viewcat-grid", "h2 a[href], h3 a[href], h4 a[href]", "div.text-muted"),
                _make_list("div.news_column div.panel-body", "h2 a[href], h3 a[href]", "div.text-muted"),
            ),
        ),
    ),
    read_address=read_address,
    marks=('meta[name="generator"][content*="nukeviet" i]', "div.news_column #news-bodyhtml"),
)
