"""Portals on the CMS of VHV.vn ("Hệ thống CMS", edu.viettel.vn): schools, districts, thousands of bodies.

Facts from pages of six schools saved between 2021 and 2024. Looks are told by what their names have in common: an
article is an ``article`` of a ``detail-layout`` with the page's ``h1``, a list a section ``Article-Detail-…``, and what
stands in a narrow column is a box beside the page, whatever it is called. The ``datePublished`` that the pages carry
is the time of the last edit, years off, so only what is printed counts. The pages of a list are turned by a script
that asks a service for them; no address of a second page can be read off the first.
"""

import re
from functools import partial
from itertools import islice
from urllib.parse import urlsplit, urlunsplit

from archiver.html.elements import Element, attribute_of, prose_of, select, select_one, text_of
from archiver.platforms.layout import Address, ArticleLayout, Layout, ListingLayout, Place, Platform
from archiver.urls import parameters_of, path_of, strip_tracking

_LABEL = re.compile(r"^\s*tác giả\s*:\s*", re.IGNORECASE)
_VIEWS = re.compile(r"\s*(?:số )?lượt (?:xem|đọc|truy cập)", re.IGNORECASE)
_DOWNLOAD = re.compile(r"downloadFile\((?:[^)]{0,500},)?\s*'([^']+)'\)")
# What HTTrack made of /?page=home.
_SAVED_HOME = re.compile(r"/index[0-9a-f]{0,4}\.html")
_DOCUMENT = "div.legal-document-detailLayout-default"
# Columns of a page have twelve parts; a box of news beside the page has four of them or less.
_NARROW = ", ".join(f".columns-widget > .row > .col-md-{parts} *" for parts in (2, 3, 4))
_PAGED = f"section.section-list:has(> div.default-pagination):not({_NARROW})"
_LIST = f'section[class*="Article-Detail-"]:not({_NARROW})'
_ROW_TITLES = ("h2", "h3", "h4", "h5", ".post-title", ".entry-title", ".news-title")
_ROW_LINK = ", ".join(f"{title} a[href]" for title in _ROW_TITLES)
# The page of an article that is not there: the frame of one, and the boxes beside it.
_VACANT = 'body:has(article[class*="detail-layout"]:not(:has(h1)))'
_OTHER_DATES = ('[class*="date" i]', "time", '[class*="time" i]')
_ROW_DATE = ".post-date, .news-date, .pub-date, .time-news, .date"
# What a script is told of a list: ..."id":"26"...}),{ itemsPerPage: "12", pageNo: 1, totalItems: 25, ...
_TOTAL = re.compile(r'"id":"(?P<module>\d+)"[^{}]{0,200}\}\),\{[^{}]{0,200}totalItems: (?P<total>\d{1,9})')
_NO_ITEMS = "Nội dung đang được cập nhật"


def read_address(url: str) -> Address:
    """Read an address of the family: articles end in ``.html``, and no id is in it; their native key is the path.

    Channels do not end so where the system itself answers, but in copies of such sites they do.
    """
    url = strip_tracking(url)
    path = path_of(url)
    if path.endswith(".html") and not _SAVED_HOME.fullmatch(path):
        return Address("unknown", path, urlunsplit(urlsplit(url)._replace(query="")))
    return Address("listing", urlunsplit(("", "", path, urlsplit(url).query, "")), url)


def _find_lead(article: str, page: Element) -> str | None:
    lead = select_one(page, f"{article} div.brief") or select_one(page, f"{article} div.brief-detail")
    return prose_of(lead) if lead is not None else None


def _find_author(article: str, page: Element) -> str | None:
    """Find the author; the count may stand in a box of the same name."""
    lines = (text_of(author) for author in select(page, f"{article} div.author"))
    return next((_LABEL.sub("", line) for line in lines if not _VIEWS.match(line)), None)


def _find_byline(article: str, page: Element) -> str | None:
    """Find the line of the date, and that of the count where it stands beside the author."""
    outside = ':not([itemprop="articleBody"] *, .content-detail *)'
    places = (f"{article} .post-date, {article} .news-date", *(f"{article} {name}{outside}" for name in _OTHER_DATES))
    dates = (date for place in places if (date := select_one(page, place)) is not None)
    lines = [prose_of(date) for date in islice(dates, 1)]
    lines += [line for author in select(page, f"{article} div.author") if _VIEWS.match(line := text_of(author))]
    return " | ".join(lines) or None


def _find_view_row(page: Element) -> str | None:
    """Find the view count of a document: the cell after its label; a like label beside it counts downloads."""
    cell = select_one(page, f'{_DOCUMENT} td.td-title:-soup-contains-own("Số lượt xem") + td')
    return f"Số lượt xem: {text_of(cell)}" if cell is not None else None


def _find_documents(content: Element) -> list[tuple[str, str]]:
    """Find the files behind buttons, whose words are the same everywhere, and the one that a frame shows."""
    scripts = [_DOWNLOAD.search(attribute_of(link, "onclick")) for link in select(content, "a[onclick]")]
    frames = [attribute_of(frame, "src") for frame in select(content, "iframe[src]")]
    shown = [parameters_of(source).get("file", source) for source in frames]
    return [*((match[1], "") for match in scripts if match), *((source, "") for source in shown)]


def _find_results(page: Element) -> str | None:
    """Find how many articles a paged list has: its script knows, and only its first page has an address."""
    pager = select_one(page, f"{_PAGED} > div.default-pagination")
    number = attribute_of(pager, "id").removeprefix("pagination") if pager is not None else ""
    found = (_TOTAL.finditer(script.string or "") for script in select(page, "script"))
    total = next((match["total"] for matches in found for match in matches if match["module"] == number), None)
    rows = len(select(page, f"{_PAGED} > article"))
    return f"1 - {rows} / {total}" if total and rows else None


def _is_empty_listing(page: Element) -> bool:
    return any(_NO_ITEMS in text_of(element) for element in select(page, "div.no-items"))


_SECTIONS = ("ol.breadcrumb li.last-item",)


def _make_news(name: str, kind: str) -> ArticleLayout:
    """Make one of the looks of an article, which differ in names only; rows of a list may bear the name of one."""
    article = f"article{kind}:not(.item-block)"
    return ArticleLayout(
        mark=name,
        title=f"{article} h1",
        byline=partial(_find_byline, article),
        lead=partial(_find_lead, article),
        body=(f'{article} [itemprop="articleBody"]', f"{article} .content-detail"),
        sections=_SECTIONS,
        content=article,
        boilerplate=("div.author", "div.rating"),
        author=partial(_find_author, article),
        documents=_find_documents,
    )


_DOCUMENT_TABLE = ArticleLayout(
    mark="legal-document-detailLayout-default",
    title=f"{_DOCUMENT} td.title",
    byline=_find_view_row,
    lead=None,
    body=(f'{_DOCUMENT} td.td-title:-soup-contains-own("Mô tả") + td',),
    sections=_SECTIONS,
    content=_DOCUMENT,
    documents=_find_documents,
)


def _rows_of(section: str) -> str:
    """Return the selector of the rows of a list, whatever divisions stand between."""
    return ", ".join(f"{section} {row}" for row in ("article", ".news-item", 'div[class*="listType"]'))


def _make_list(entry: str, link: str, byline: str | None = None, results: Place | None = None) -> ListingLayout:
    return ListingLayout(entry, link, byline, _SECTIONS, next_link=None, results=results)


VHV = Platform(
    name="vhv",
    title="Portals on the CMS of VHV.vn (schools, districts)",
    layouts=(
        Layout(
            articles=(
                _make_news("detail-layout", '[class*="detail-layout"]'),
                _make_news("Article-News", ".Article-News"),
                _DOCUMENT_TABLE,
            ),
            listings=(
                *(_make_list(_rows_of(place), _ROW_LINK, _ROW_DATE, _find_results) for place in (_PAGED, _LIST)),
                _make_list(f"article.item-block.Article-News:not({_NARROW})", _ROW_LINK, _ROW_DATE),
                _make_list(", ".join(f"{_LIST} {title}:has(a[href])" for title in _ROW_TITLES), "a[href]"),
                _make_list("div.list-legal-document-table tbody > tr", "td.tg-yw4l a[href]"),
                _make_list("div.legalddocument-default", "a.title-documment[href]"),
                _make_list(f"{_VACANT} article.item-block.Article-News", _ROW_LINK, _ROW_DATE),
            ),
            is_empty_listing=_is_empty_listing,
            others=(
                '[class*="album-wrapper"]',
                '[class*="album" i] h1',
                '[class*="video" i] h1',
                '[class*="person" i] h1',
                'article[class*="-person"]',
            ),
        ),
    ),
    read_address=read_address,
    marks=(
        'article[class*="news-detail-layout"]',
        "article.Article-News",
        'article[class*="pdf-detail-layout"]',
        _DOCUMENT,
        "div.ModuleWrapper[id^=module]",
    ),
    version=2,
    proved=True,
)
