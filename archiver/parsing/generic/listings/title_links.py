"""The links of a page that may lead to articles, with the titles they print."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from archiver.html.addresses import resolve_address
from archiver.html.elements import Element, attribute_of, select, text_of
from archiver.parsing.body.documents import is_document
from archiver.parsing.boilerplate.names import is_boilerplate
from archiver.parsing.generic.outline import UNSPACED
from archiver.platforms.layout import Platform
from archiver.text.cleaning import clean_text
from archiver.urls import site_of, strip_tracking

MOST_LINKS = 5000
SHORTEST_TITLE = 8
USUAL_TITLE = 20
LONGEST_TITLE = 300
_CUT = re.compile(r"\s*(?:…|\.\.\.)$")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|zip|rar|7z|jpe?g|png|gif|mp[34])$", re.IGNORECASE)
_ROWS = frozenset({"tr", "li", "dd", "article"})


@dataclass(frozen=True, slots=True)
class TitleLink:
    """A link, the absolute address it leads to, and the title it prints."""

    element: Element
    href: str
    title: str


def find_links(page: Element, url: str, platform: Platform) -> Iterator[TitleLink]:
    """Yield the links that may lead to an article of the same site, those in menus left out."""
    for element, target in _list_links(page, url):
        title = read_title(element)
        if title and _may_be_article(target, url, platform):
            yield TitleLink(element, target, title)


def find_links_elsewhere(page: Element, url: str) -> Iterator[TitleLink]:
    """Yield the links to documents and to other sites; a row may print the title beside a link for its download."""
    for element, target in _list_links(page, url):
        if leads_elsewhere(target, url):
            title = read_title(element)
            yield TitleLink(element, target, title if is_title(title) else _read_row_title(element))


def leads_elsewhere(target: str, url: str) -> bool:
    """Say whether an address is that of a document, or of another site, so that no article is read there."""
    return site_of(target) != site_of(url) or is_document(target)


def _read_row_title(link: Element) -> str:
    row = next((parent for parent in islice(link.parents, 4) if parent.name in _ROWS), None)
    cells = [cell for cell in row.contents if isinstance(cell, Element)] if row is not None else []
    return max((clean_text(text_of(cell)) for cell in cells), key=len, default="")[:LONGEST_TITLE]


def _list_links(page: Element, url: str) -> Iterator[tuple[Element, str]]:
    count = 0
    for element in _elements_outside_boilerplate(page):
        if element.name != "a" or not element.has_attr("href"):
            continue
        count += 1
        if count > MOST_LINKS:
            return
        href = attribute_of(element, "href")
        if href and not href.startswith("#") and (target := resolve_address(href, element, url)):
            yield element, target


def _may_be_article(target: str, url: str, platform: Platform) -> bool:
    path = strip_tracking(target)
    if site_of(target) != site_of(url) or _FILE.search(path) or path == strip_tracking(url):
        return False
    return platform.read_address(target).kind != "listing" and len(path.split("/", 3)[-1]) > 1


def _elements_outside_boilerplate(page: Element) -> Iterator[Element]:
    stack = [page]
    while stack:
        element = stack.pop()
        if is_boilerplate(element):
            continue
        yield element
        stack.extend(child for child in reversed(element.contents) if isinstance(child, Element))


def read_title(link: Element) -> str:
    """Read the title that a link prints: its text, the ``title=`` where that is cut off, the picture's ``alt=``."""
    text = clean_text(text_of(link))
    whole = clean_text(attribute_of(link, "title"))
    cut = _CUT.sub("", text)
    if whole and (not text or (cut != text and whole.startswith(cut[:20]) and len(whole) > len(cut))):
        return whole
    images = [] if text else select(link, "img[alt]")
    return text or (clean_text(attribute_of(images[0], "alt")) if images else "")


def is_title(text: str, least: int = SHORTEST_TITLE) -> bool:
    """Say whether a text is long enough for a title; scripts without spaces need half the letters."""
    return len(text) >= least or len(UNSPACED.findall(text)) >= least // 2
