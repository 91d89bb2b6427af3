"""Finding the page after a listing's page, whatever the pager looks like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from archiver.html.addresses import resolve_address
from archiver.html.elements import Element, attribute_of, classes_of, select, text_of
from archiver.parsing.unturned import says_more
from archiver.text.cleaning import clean_text
from archiver.urls import parameters_of, site_of, strip_session, undo_mirroring

MOST_LINKS = 5000
_LONGEST_TEXT = 30
PARAMETER = re.compile(
    r"(?:.*_)?(?:cur|page|pageno|pagenumber|pageindex|page_?num|paged|pg|p|trang|seite|pagina|halaman|pagen_?\d*"
    r"|start|offset|limitstart|from)",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:.*_)?(?:start|offset|limitstart|from)", re.IGNORECASE)
_IN_PATH = re.compile(
    r"/(?:page|trang|pagina|seite|halaman|p)[/-]?(\d{1,6})/?(?=$|\.\w+$)"
    r"|[-_/](?:page|trang|index|list)[-_](\d{1,5})(?=\.\w{3,5}$)",
    re.IGNORECASE,
)
# Leads to the first page that the pager has no number for.
ELLIPSES = ("...", "…")
NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_NEXT_WORDS = (
    r"(?:go to )?next(?: page)?|older(?: posts)?|(?:trang |bài )?(?:tiếp(?: theo)?|sau|kế)|trang (?:tiếp|kế)(?: theo)?",
    r"下一[页頁]|下[页頁]|后页|次(?:へ|の?ページ)?|다음(?: 페이지)?|(?:หน้า)?ถัดไป",
    r"weiter|nächste(?: seite)?|vorwärts|(?:página )?siguiente|(?:pagina )?successiv[ao]|avanti|suivante?|próxima",
    r"следующая(?: страница)?|след\.?|впер[её]д|далее|(?:halaman )?(?:berikutnya|selanjutnya)",
)
_NEXT = re.compile(rf"(?:{'|'.join(_NEXT_WORDS)})?\s*[›»→>]{{0,2}}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Step:
    """A link of a pager: where it leads, the page number in its address, and the word or number it prints."""

    url: str
    number: int | None
    text: str
    declared: bool


def find_next_url(page: Element, url: str) -> str | None:
    """Find the address of the page after the one at ``url``; None on the last page, and never one before it.

    The number in the address says more than the word: ``›`` may lead to the next page, ``»`` to the last.
    """
    steps = [step for step in _find_steps(page, url) if step.url != strip_session(url)]
    numbered = [step for step in steps if step.number is not None]
    current = _current_number(url, numbered)
    later = [step for step in numbered if step.number is not None and step.number > current]
    if later:
        return min(later, key=lambda step: (step.number or 0, len(step.url))).url
    named = [step for step in steps if step.number is None and (step.declared or says_next(step.text))]
    return named[0].url if named else None


def read_page_number(url: str) -> tuple[str, int] | None:
    """Read the page number in an address: the name of its parameter (``/`` in a path) and the number; None without."""
    for name, value in parameters_of(url).items():
        if PARAMETER.fullmatch(name) and NUMBER.fullmatch(value):
            return name, int(value)
    match = _IN_PATH.search(urlsplit(url).path)
    return ("/", int(match[1] or match[2])) if match else None


def is_page_of(target: str, url: str) -> bool:
    """Say whether an address is that of a numbered page of the listing at ``url``, and so of no article."""
    return bool(_path(url)) and read_page_number(target) is not None and is_same_listing(target, url)


def _find_steps(page: Element, url: str) -> Iterator[_Step]:
    for link in _links(page):
        target = resolve_address(attribute_of(link, "value" if link.name == "option" else "href"), link, url)
        text = word_of(link)
        declared = "next" in attribute_of(link, "rel").lower().split()
        if not target or site_of(target) != site_of(url) or is_disabled(link):
            continue
        if not (declared or NUMBER.fullmatch(text) or says_next(text) or text in ELLIPSES or says_more(text)):
            continue
        target = strip_session(target)
        number = read_page_number(target)
        if number is None and not declared and not says_next(text):
            continue
        if is_same_listing(target, url):
            yield _Step(target, number[1] if number else None, text, declared)


def _links(page: Element) -> list[Element]:
    choices = [option for option in select(page, "option[value]") if "/" in option["value"] or "?" in option["value"]]
    return (select(page, "link[href]") + select(page, "a[href]") + choices)[:MOST_LINKS]


def word_of(link: Element) -> str:
    """Return the short word or number that a link prints, or that is written for screen readers."""
    texts = (text_of(link)[:200], attribute_of(link, "aria-label"), attribute_of(link, "title"))
    words = [clean_text(text) for text in texts]
    return next((word for word in words if word and len(word) <= _LONGEST_TEXT), "")


def says_next(text: str) -> bool:
    """Say whether a word is one for the next page."""
    return bool(text) and bool(_NEXT.fullmatch(text))


def is_disabled(link: Element) -> bool:
    """Say whether a link leads nowhere, as that to the next page does on the last."""
    names = {*classes_of(link), *(classes_of(link.parent) if link.parent else ())}
    return bool(names & {"disabled", "inactive"}) or attribute_of(link, "aria-disabled") == "true"


def is_same_listing(target: str, url: str) -> bool:
    """Say whether two addresses are pages of one listing: the same path, and no parameter that both have differs."""
    here, there = parameters_of(url), parameters_of(target)
    same = all(value == there[name] for name, value in here.items() if name in there and not PARAMETER.fullmatch(name))
    return same and _path(target) == _path(url)


def _path(url: str) -> str:
    path = _IN_PATH.sub("", urlsplit(undo_mirroring(url)).path)
    return re.sub(r"(?:/index)?(?:\.\w{3,5})?/*$", "", path)


def _current_number(url: str, steps: list[_Step]) -> int:
    own = read_page_number(url)
    if own:
        return own[1]
    names = [found[0] for step in steps if (found := read_page_number(step.url))]
    if any(_OFFSET.fullmatch(name) for name in names):
        return 0
    # Drupal counts from 0: the link that prints 2, or leads to the next page, has the number 1.
    return 0 if any(step.number == 1 and _leads_behind_first(step) for step in steps) else 1


def _leads_behind_first(step: _Step) -> bool:
    return step.text == "2" or step.declared or says_more(step.text) or says_next(step.text)
