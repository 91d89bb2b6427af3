"""The links of a page that may lead to articles, with the titles they print."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.parsing.furniture.names import is_furniture
from archiver.parsing.text import clean_text
from archiver.platforms.addresses import resolve_address
from archiver.platforms.elements import Element, attribute_of, select, text_of
from archiver.platforms.layout import Platform
from archiver.urls import site_of, strip_tracking

MOST_LINKS = 5000
SHORTEST_TITLE = 8
USUAL_TITLE = 20
_CUT = re.compile(r"\s*(?:…|\.\.\.)$")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|jpe?g|png|gif|mp[34])$", re.IGNORECASE)
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class TitleLink:
    """A link, the absolute address it leads to, and the title it prints."""

    element: Element
    href: str
    title: str


def find_links(page: Element, url: str, platform: Platform) -> Iterator[TitleLink]:
    """Yield the links that may lead to an article of the same site, those in menus left out."""
    count = 0
    for element in _elements_outside_furniture(page):
        if element.name != "a" or not element.has_attr("href"):
            continue
        count += 1
        if count > MOST_LINKS:
            return
        href = attribute_of(element, "href")
        target = resolve_address(href, element, url) if href and not href.startswith("#") else None
        title = read_title(element) if target else ""
        if target and title and _may_be_article(target, url, platform):
            yield TitleLink(element, target, title)


def _may_be_article(target: str, url: str, platform: Platform) -> bool:
    path = strip_tracking(target)
    if site_of(target) != site_of(url) or _FILE.search(path) or path == strip_tracking(url):
        return False
    return platform.read_address(target).kind != "listing" and len(path.split("/", 3)[-1]) > 1


def _elements_outside_furniture(page: Element) -> Iterator[Element]:
    stack = [page]
    while stack:
        element = stack.pop()
        if is_furniture(element):
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
    return len(text) >= least or len(_UNSPACED.findall(text)) >= least // 2
