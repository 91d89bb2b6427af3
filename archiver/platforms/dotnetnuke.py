"""DotNetNuke with the two modules for news that most of its sites have: EasyDNNnews and NewsArticles (Ventrian).

Facts: the generator and the ids that the system prints; the templates that come with NewsArticles; for EasyDNNnews
what programs that read such sites look for (``edn_...``, in its older look ``article details`` and ``meta_text``). No
page of this family is saved among the samples, and sites write templates of their own.
"""

import re
from urllib.parse import urlsplit, urlunsplit

from archiver.html.elements import Element, attribute_of, prose_of, select, select_one, text_of
from archiver.platforms.generic import read_address as read_any_address
from archiver.platforms.layout import Address, ArticleLayout, Layout, ListingLayout, Place, Platform
from archiver.urls import parameters_of, path_of

# /News/ArtMID/908/ArticleID/123/slug, /tabid/55/articleType/ArticleView/articleId/6/slug.aspx, in any case of letters.
_ARTICLE = re.compile(r"/articleid/(?P<id>\d{1,18})(?=[/.]|$)", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_PAGE = re.compile(
    r"(?:/pgrid/(?P<list>\d{1,18}))?(?:/pageid/|[/?&]currentpage[/=])(?P<page>\d{1,7})(?=[/.&]|$)",
    re.IGNORECASE | re.ASCII,
)
_CATEGORY = re.compile(r"/articletype/(?!articleview)|/pgrid/", re.IGNORECASE)
_PAGER = 'a[href*="/pageid/" i], a[href*="currentpage" i]'


def read_address(url: str) -> Address:
    """Read an address; the number of an article is its key, whatever page of the site shows it."""
    address = read_any_address(url)
    path = path_of(address.url)
    if match := _ARTICLE.search(path):
        return Address("article", match["id"], urlunsplit(urlsplit(address.url)._replace(query="")))
    parameters = {name.lower(): value for name, value in parameters_of(address.url).items()}
    if _NUMBER.fullmatch(parameters.get("articleid", "")):
        return Address("article", parameters["articleid"], address.url)
    if _CATEGORY.search(path) or _PAGE.search(address.url):
        return Address("listing", address.key, address.url)
    return address


def _find_only(page: Element, selector: str) -> Element | None:
    """Find what an article prints once, and a listing once for each entry."""
    found = select(page, selector)
    return found[0] if len(found) == 1 else None


def _find_headline(page: Element) -> str | None:
    headline = _find_only(page, ".article .articleHeadline")
    return text_of(headline) if headline is not None else None


def _find_table_title(page: Element) -> str | None:
    title = _find_only(page, "td.articleContentCell a.articleTitle")
    return text_of(title) if title is not None else None


def _find_table_line(page: Element) -> str | None:
    """Find the day in the top cell, and behind the title time and counts: ``By A @ 10:25 :: 15 Views``."""
    day, title = select_one(page, "td.articleTopCell"), select_one(page, "a.articleTitle")
    behind = list(title.next_siblings) if title is not None else []
    line = " ".join(prose_of(piece) if isinstance(piece, Element) else str(piece) for piece in behind)
    line = (line.partition("@")[2] or line).replace("::", "|")
    printed = (text_of(day) if day is not None else "", line)
    return " | ".join(piece for piece in printed if piece.strip()) or None


def _join_lines(selector: str) -> Place:
    """Make a place of all that a selector fits, each text in it for itself: no words stand between the fields."""
    return lambda page: " | ".join(text for line in select(page, selector) for text in line.stripped_strings) or None


def _find_next_link(page: Element, url: str) -> str | None:
    """Find the nearest page after ``url``, of the same list: others on the page turn their own pages."""
    here = _PAGE.search(url)
    links = [(match, attribute_of(link, "href")) for link in select(page, _PAGER) if (match := _match_page(link))]
    name = here["list"] if here else next((match["list"] for match, _ in links), None)
    at = int(here["page"]) if here else 1
    later = [(int(match["page"]), href) for match, href in links if match["list"] == name and int(match["page"]) > at]
    return min(later)[1] if later else None


def _match_page(link: Element) -> re.Match[str] | None:
    return _PAGE.search(attribute_of(link, "href"))


def _make_list(entry: str, link: str, byline: Place) -> ListingLayout:
    return ListingLayout(entry, link, byline, sections=(), next_link=_find_next_link)


_EASY = ArticleLayout(
    mark="edn_articleDetails",
    title=".edn_articleDetails .edn_articleTitle:not(.edn_articleSubTitle)",
    byline=_join_lines(".edn_articleDetails .edn_metaDetails"),
    lead=".edn_articleDetails .edn_articleSummary",
    body=(".edn_articleDetails .edn_articleContent", ".edn_articleDetails .main_content", ".edn_articleDetails"),
    sections=(".eds_breadCrumbs li:last-child",),
    content=".edn_articleDetails",
    boilerplate=(".edn_articleTitle", ".edn_articleSubTitle", ".edn_metaDetails", ".edn_articleSummary"),
)
_EASY_OLDER = ArticleLayout(
    mark="main_content",
    title=".article.details > h1",
    byline=_join_lines(".article.details .meta_text, .article.details .edn_metaDetails1"),
    lead=".article.details .Detail_Summary",
    body=(".article.details .main_content",),
    sections=(".eds_breadCrumbs li:last-child",),
    content=".article.details",
    boilerplate=("h1", ".meta_text", ".rate_article"),
)
_STANDARD = ArticleLayout(
    mark="articleEntry",
    title=_find_headline,
    byline=_join_lines(".article .articleAuthor"),
    lead=None,
    body=(".article .articleEntry",),
    sections=(".article .articleCategories a",),
    content=".article .articleEntry, .articleFiles",
    author=".article .articleAuthor a",
)
_TABLE = ArticleLayout(
    mark="articleTextCell",
    title=_find_table_title,
    byline=_find_table_line,
    lead=None,
    body=("td.articleTextCell",),
    sections=(),
    content="td.articleTextCell",
)
DOTNETNUKE = Platform(
    name="dotnetnuke",
    title="DotNetNuke with EasyDNNnews or NewsArticles",
    layouts=(
        Layout(
            articles=(_EASY, _EASY_OLDER, _STANDARD, _TABLE),
            listings=(
                _make_list(
                    ".edn_article:not(.edn_articleDetails)",
                    ".edn_articleTitle a[href]",
                    _join_lines(".edn_metaDetails"),
                ),
                _make_list(
                    ".article.in_list:not(.in_list .in_list)",
                    "h1 a[href], h2 a[href]",
                    _join_lines(".meta_text, .edn_metaDetails"),
                ),
                _make_list(
                    ".article:has(> .articleHeadline)", ".articleHeadline a[href]", _join_lines(".articleAuthor")
                ),
                _make_list('table[id^="tblArticles1-"]', "a.articleTitle[href]", _find_table_line),
            ),
        ),
    ),
    read_address=read_address,
    marks=(
        'meta[name="generator" i][content^="DotNetNuke" i]',
        "#dnn_ContentPane",
        "div.DnnModule",
    ),
)
