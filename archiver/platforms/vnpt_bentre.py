"""The school and ward portals of Bến Tre (``*.bentre.edu.vn``): portlets of VNPT on Liferay 6.

Facts from pages of three schools captured in 2021 and 2022. An article prints no view count; the listing does.
"""

import re
from urllib.parse import urlsplit, urlunsplit

from archiver.html.addresses import resolve_address
from archiver.html.elements import Element, attribute_of, prose_of, select, select_one, text_of
from archiver.model import Form
from archiver.platforms.layout import Address, ArticleLayout, Layout, ListingLayout, Platform
from archiver.urls import strip_session

# The whole identity is a query without a value, behind a path with or without its slash: /chi-tiet-tin?/<slug>/<id>.
# HTTrack saved such a page as chi-tiet-tin/index828a.html.
_SAVED_INDEX = re.compile(r"/index[0-9a-f]{4}\.html$")
_ARTICLE_PATH = re.compile(r"/chi-tiet-tin$")
_ARTICLE_QUERY = re.compile(r"/[^/&=]*/(?P<id>\d+)", re.ASCII)
_DOCUMENT = re.compile(r"/vanbanconfig/\w+/Detail_Document_Config/(?P<id>\d+)$", re.ASCII)
# What happened in the portlet before a page is shown: /channel/-/dst/<instance>/displayUI_DST?p_auth=….
_ACTION = re.compile(r"/-/.*")
_DOWNLOAD = re.compile(r"CountDownConfig\((?:[^)]{0,500},)?\s*'([^']+)'\)")
_DOWNLOADS = re.compile(r"\(\d+-lượt\)\s*$")
_SET_COLOUR = re.compile(r"color\s*:\s*[#\w]", re.IGNORECASE)


def read_address(url: str) -> Address:
    """Read an address of the family; articles and documents have ids of one and the same series (Liferay's counter)."""
    url = strip_session(url)
    parts = urlsplit(url)
    path = _SAVED_INDEX.sub("", parts.path).rstrip("/")
    article = _ARTICLE_QUERY.fullmatch(parts.query) if _ARTICLE_PATH.search(path) else _DOCUMENT.search(path)
    if article:
        return Address("article", article["id"], url)
    return Address(
        "listing", urlunsplit(("", "", _ACTION.sub("", path) or "/", _query_of_listing(parts.query), "")), url
    )


def _query_of_listing(query: str) -> str:
    """Return the part of a query that names a category: ``/xem-them/8414681``."""
    return next((item for item in query.split("&") if item.startswith("/")), "")


def _find_article_id(page: Element) -> str | None:
    """Find the id that the page keeps in a form, or that of the address which it calls its own."""
    field = select_one(page, 'input[name$="_articleAjax"]')
    if field is not None:
        return attribute_of(field, "value")
    own = select_one(page, 'meta[property="og:url"][content*="?/"]')
    address = read_address(attribute_of(own, "content")) if own is not None else None
    return address.key if address is not None and address.kind == "article" else None


def _find_lead(page: Element) -> str | None:
    lead = select_one(page, "div.UI_Tinbai_chitiet_noidungngan")
    return prose_of(lead) if lead is not None else None


def _find_documents(content: Element) -> list[tuple[str, str]]:
    """Find the files of a document; the number behind a name counts its downloads."""
    links = [(link, _DOWNLOAD.search(attribute_of(link, "onclick"))) for link in select(content, "a[onclick]")]
    return [(match[1], _DOWNLOADS.sub("", text_of(link))) for link, match in links if match]


def _find_portlet_title(page: Element) -> str | None:
    """Find the head of the portlet that holds the list; it bears the channel's name."""
    rows = select_one(page, "div.UI_Danhsachtin_Phantrang")
    portlet = rows.find_parent("section") if rows is not None else None
    title = select_one(portlet, "span.portlet-title-text") if portlet is not None else None
    return text_of(title) if title is not None else None


def _find_next_form(page: Element, url: str) -> Form | None:
    """Find the form behind the button after the coloured one; without a coloured one the first page is shown."""
    buttons = select(page, 'div.UI_Danhsachtin_Phantrang form input[type="submit"]')
    coloured = [place for place, button in enumerate(buttons) if _SET_COLOUR.search(attribute_of(button, "style"))]
    following = (coloured[0] if coloured else 0) + 1
    form = buttons[following].find_parent("form") if following < len(buttons) else None
    action = resolve_address(attribute_of(form, "action") or url, form, url) if form is not None else None
    if form is None or action is None:
        return None
    hidden = [field for field in select(form, "input[name]") if attribute_of(field, "type") == "hidden"]
    fields = tuple((attribute_of(field, "name"), attribute_of(field, "value")) for field in hidden)
    return Form(action, fields, attribute_of(buttons[following], "value"))


def _is_empty_listing(page: Element) -> bool:
    """Say whether a paged list is there, and links to nothing."""
    rows = select_one(page, "div.UI_Danhsachtin_Phantrang")
    return rows is not None and select_one(rows, "a[href]") is None


def _label_cell(label: str) -> str:
    """Return the selector of the cell with a label in the table of a document."""
    return f'td:has(> strong:-soup-contains-own("{label}"))'


def _cell_after(label: str) -> str:
    return f"table.DetailCB_config {_label_cell(label)} + td"


_NEWS = ArticleLayout(
    mark="idDivMainChiTietTinTittle",
    title="#idDivMainChiTietTinTittle",
    byline="span.UI_Tinbai_chitiet_startdate",
    lead=_find_lead,
    body=("div.UI_Tinbai_chitiet_noidung",),
    sections=(),
    content="div.UI_Tinbai_chitiet",
    native_key=_find_article_id,
    signed=False,
)
# A table of number, subject, body, dates of issue and of effect, signer. None of its dates is one of publication.
_DOCUMENT_TABLE = ArticleLayout(
    mark="DetailCB_config",
    title=_cell_after("Trích yếu"),
    byline=None,
    lead=None,
    body=("table.DetailCB_config",),
    sections=(_cell_after("Loại văn bản"),),
    content="table.DetailCB_config",
    boilerplate=("td:has(> a[onclick])", _label_cell("Văn bản đính kèm")),
    documents=_find_documents,
)
_ROWS = ListingLayout(
    entry="div.UI_Danhsachtin_Phantrang_item",
    link=".UI_Danhsachtin_Phantrang_tieude a[href]",
    byline=".UI_Danhsachtin_Phantrang_tieude span",
    sections=(_find_portlet_title,),
    next_form=_find_next_form,
)

VNPT_BENTRE = Platform(
    name="vnpt_bentre",
    title="VNPT portals on Liferay of Bến Tre (*.bentre.edu.vn, *.bentre.gov.vn)",
    layouts=(Layout(articles=(_NEWS, _DOCUMENT_TABLE), listings=(_ROWS,), is_empty_listing=_is_empty_listing),),
    read_address=read_address,
    marks=(
        "#idDivMainChiTietTinTittle",
        "div.UI_Danhsachtin_Phantrang",
        "table.DetailCB_config",
        "div.UI_Danhsachtin_tieude_item",
    ),
    version=2,
    proved=True,
)
