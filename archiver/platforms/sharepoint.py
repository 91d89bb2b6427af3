"""News pages on SharePoint, as ministries and districts run them: every site its own web parts, some names in common.

Facts from saved pages of two portals of 2019, on web parts that many provinces share, and from what others print. The
header above a text may hold the name of its folder instead of its title. All pages may be titled with the portal's
name.
"""

import re

from archiver.html.elements import (
    Element,
    attribute_of,
    children_of,
    classes_of,
    prose_of,
    select,
    select_one,
    text_of,
)
from archiver.platforms.generic import read_address
from archiver.platforms.layout import ArticleLayout, Layout, ListingLayout, Place, Platform
from archiver.platforms.postback import find_next_postback

# 31/12/9999 is what SharePoint keeps where no date was given: it says nothing.
_NO_DATE = re.compile(r"31\D12\D9999(?:\D+\d{1,2}:\d\d(?::\d\d)?)?(?:\s*(?:SA|CH|AM|PM))?", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}")
# Views of lists turn their pages by a script that is given the address, with \u0026 for the ampersands in it.
_REFRESH = re.compile(r"""RefreshPageTo\(\s*event\s*,\s*["']([^"']{0,2000}Paged=TRUE[^"']{0,2000})["']""")
_BODY = ('div[class*="ExternalClass"]', "div.ms-rtestate-field", "#tableforprint")


def _has_body(page: Element) -> bool:
    return any(select_one(page, selector) is not None for selector in _BODY)


def _find_column_title(page: Element) -> str | None:
    """Find the title above a body; in a list it is a link."""
    titles = [title for title in select(page, "p.Title") if select_one(title, "a[href]") is None]
    return text_of(titles[0]) if titles and _has_body(page) else None


def _find_column_time(page: Element) -> str | None:
    time = select_one(page, "td.Time")
    return _NO_DATE.sub("", text_of(time)) if time is not None else None


def _find_time_beside(cell: Element) -> str | None:
    """Find the time in the cell right or left of a row's title."""
    beside = (cell.find_next_sibling("td"), cell.find_previous_sibling("td"))
    time = next((other for other in beside if other is not None and "Time" in classes_of(other)), None)
    return _NO_DATE.sub("", text_of(time)) if time is not None else None


def _find_folder(page: Element) -> str | None:
    """Find the name of the folder: in a cell of its own, or left of the time that stands above the title."""
    folder = select_one(page, ".ms-news-header .FolderTitle")
    if folder is None:
        time = select_one(page, "td.Time")
        folder = time.find_previous_sibling("td") if time is not None else None
    return text_of(folder) if folder is not None and select_one(folder, "p.Title") is None else None


def _find_header(page: Element) -> str | None:
    """Find the header above a body; in a list it is a link, and beside the name of a folder stands no title."""
    headers = [
        header for header in select(page, ".ms-news-header") if select_one(header, "a[href], .FolderTitle") is None
    ]
    return prose_of(headers[0]) if headers and _has_body(page) else None


def _split_header(header: str) -> tuple[str, str | None]:
    """Split the date off a title, in parentheses that may be empty: "(05.08.2019 16:32)", "( )"."""
    title, _, date = header.rstrip().removesuffix(")").rpartition("(")
    is_dated = header.rstrip().endswith(")") and (not date.strip() or _YEAR.search(date))
    return (title, date) if title and is_dated else (header, None)


def _find_header_title(page: Element) -> str | None:
    return _split_header(_find_header(page) or "")[0]


def _find_header_time(page: Element) -> str | None:
    date = _split_header(_find_header(page) or "")[1]
    return _find_column_time(page) if date is None else _NO_DATE.sub("", date)


def _find_next_link(page: Element, _url: str) -> str | None:
    """Find the address of the page that follows: a step back says so with ``PagedPrev=TRUE``."""
    steps = [_REFRESH.search(attribute_of(link, "onclick")) for link in select(page, "a[onclick]")]
    addresses = [match[1].replace("\\u0026", "&").replace("\\u002f", "/") for match in steps if match]
    return next((address for address in addresses if "PagedPrev=TRUE" not in address), None)


def _find_row_title(row: Element) -> str | None:
    """Find the title of a row whose link holds the date too."""
    link = select_one(row, "a[href]")
    pieces = [child if isinstance(child, str) else _title_piece(child) for child in children_of(link)] if link else []
    return "".join(pieces)


def _title_piece(element: Element) -> str:
    return "" if "ShowDate" in classes_of(element) else text_of(element)


def _make_article(title: Place, byline: Place) -> ArticleLayout:
    return ArticleLayout(
        mark="ExternalClass",
        title=title,
        byline=byline,
        lead='[class*="lv_description"]',
        body=_BODY,
        sections=(_find_folder,),
        content=", ".join(_BODY),
        boilerplate=("p.Title", '[class*="lv_description"]', "ul.contextMenu"),
        signed=False,
    )


def _make_list(entry: str, link: str, byline: Place, title: Place | None = None) -> ListingLayout:
    return ListingLayout(
        entry=entry,
        link=link,
        byline=byline,
        sections=(".a_header_style1",),
        title=title,
        next_link=_find_next_link,
        next_form=lambda page, url: None if _find_next_link(page, url) else find_next_postback(page, url),
    )


SHAREPOINT = Platform(
    name="sharepoint",
    title="News pages on SharePoint (ministries, districts)",
    layouts=(
        Layout(
            articles=(
                _make_article(_find_header_title, _find_header_time),
                _make_article(_find_column_title, _find_column_time),
            ),
            listings=(
                _make_list("td.TitleFront", "a[href]", ".ShowDate", _find_row_title),
                _make_list("td:has(> p.Title)", "p.Title a[href]", _find_time_beside),
                _make_list(".ms-news-header", "a[href]", "span"),
            ),
        ),
    ),
    read_address=read_address,
    marks=(
        ".ms-news-header",
        'meta[name="generator" i][content*="SharePoint" i]',
        'form div[class^="ExternalClass"]',
        "td.TitleFront > a .ShowDate",
    ),
    version=2,
    proved=True,
)
