"""Finding the page after a listing's page, whatever the pager looks like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from archiver.model import Form
from archiver.parsing.text import clean_text
from archiver.platforms.elements import Element, attribute_of, classes_of, select, select_one, text_of
from archiver.urls import join_url, parameters_of, site_of, strip_session, undo_mirroring

MOST_LINKS = 5000
_LONGEST_TEXT = 30
_PARAMETER = re.compile(
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
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_NEXT_WORDS = (
    r"(?:go to )?next(?: page)?|older(?: posts)?|(?:trang |bài )?(?:tiếp(?: theo)?|sau|kế)|trang (?:tiếp|kế)(?: theo)?",
    r"下一[页頁]|下[页頁]|后页|次(?:へ|の?ページ)?|다음(?: 페이지)?|(?:หน้า)?ถัดไป",
    r"weiter|nächste(?: seite)?|vorwärts|(?:página )?siguiente|(?:pagina )?successiv[ao]|avanti|suivante?|próxima",
    r"следующая(?: страница)?|след\.?|впер[её]д|далее|(?:halaman )?(?:berikutnya|selanjutnya)",
)
_NEXT = re.compile(rf"(?:{'|'.join(_NEXT_WORDS)})?\s*[›»→>]{{0,2}}", re.IGNORECASE)
_POSTBACK = re.compile(r"__doPostBack\(\s*['\"]([^'\"]{1,300})['\"]\s*,\s*['\"]([^'\"]{0,300})['\"]", re.IGNORECASE)


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
    named = [step for step in steps if step.number is None and (step.declared or _says_next(step.text))]
    return named[0].url if named else None


def find_next_form(page: Element, url: str) -> Form | None:
    """Find the form that ASP.NET sends for the next page, all its hidden fields with it; None on the last page."""
    steps = list(_find_postbacks(page))
    current = _highlighted(steps)
    numbered = [step for step in steps if _NUMBER.fullmatch(step[3]) and int(step[3]) > current]
    named = [step for step in steps if step[3].strip() and _says_next(step[3])]
    best = min(numbered, key=lambda step: int(step[3]), default=None) or (named[0] if named else None)
    return _make_form(page, url, *best[:3]) if best else None


def read_page_number(url: str) -> tuple[str, int] | None:
    """Read the page number in an address: the name of its parameter (``/`` in a path) and the number; None without."""
    for name, value in parameters_of(url).items():
        if _PARAMETER.fullmatch(name) and _NUMBER.fullmatch(value):
            return name, int(value)
    match = _IN_PATH.search(urlsplit(url).path)
    return ("/", int(match[1] or match[2])) if match else None


def is_page_of(target: str, url: str) -> bool:
    """Say whether an address is that of a numbered page of the listing at ``url``, and so of no article."""
    return bool(_path(url)) and read_page_number(target) is not None and _is_same_listing(target, url)


def _find_steps(page: Element, url: str) -> Iterator[_Step]:
    for link in _links(page):
        target = join_url(url, attribute_of(link, "href"))
        text = _word_of(link)
        declared = "next" in attribute_of(link, "rel").lower().split()
        if not target or site_of(target) != site_of(url) or _is_disabled(link):
            continue
        if not (declared or _NUMBER.fullmatch(text) or _says_next(text)):
            continue
        target = strip_session(target)
        number = read_page_number(target)
        if number is None and not declared and not _says_next(text):
            continue
        if _is_same_listing(target, url):
            yield _Step(target, number[1] if number else None, text, declared)


def _links(page: Element) -> list[Element]:
    return (select(page, "link[href]") + select(page, "a[href]"))[:MOST_LINKS]


def _word_of(link: Element) -> str:
    texts = (text_of(link)[:200], attribute_of(link, "aria-label"), attribute_of(link, "title"))
    words = [clean_text(text) for text in texts]
    return next((word for word in words if word and len(word) <= _LONGEST_TEXT), "")


def _says_next(text: str) -> bool:
    return bool(text) and bool(_NEXT.fullmatch(text))


def _is_disabled(link: Element) -> bool:
    names = {*classes_of(link), *(classes_of(link.parent) if link.parent else ())}
    return bool(names & {"disabled", "inactive"}) or attribute_of(link, "aria-disabled") == "true"


def _is_same_listing(target: str, url: str) -> bool:
    """Say whether two addresses are pages of one listing: the same path, and no parameter that both have differs."""
    here, there = parameters_of(url), parameters_of(target)
    same = all(value == there[name] for name, value in here.items() if name in there and not _PARAMETER.fullmatch(name))
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
    # Drupal counts from 0: the link that prints 2 has the number 1.
    return 0 if any(step.text == "2" and step.number == 1 for step in steps) else 1


def _find_postbacks(page: Element) -> Iterator[tuple[Element, str, str, str]]:
    for link in select(page, "a[href]")[:MOST_LINKS]:
        href = attribute_of(link, "href")
        match = _POSTBACK.search(href[:700]) if href[:11].lower() == "javascript:" else None
        text = _word_of(link)
        if match and not _is_disabled(link) and (_NUMBER.fullmatch(text) or _says_next(text) or text == "..."):
            yield link, match[1], match[2], _number_of(match[2]) or text


def _number_of(argument: str) -> str:
    return argument[5:] if argument.startswith("Page$") and _NUMBER.fullmatch(argument[5:]) else ""


def _highlighted(steps: list[tuple[Element, str, str, str]]) -> int:
    """Return the number that a pager prints without a link; 1 where it prints none."""
    for link, *_ in steps[:1]:
        block = link.parent
        for _ in range(3):
            spans = [clean_text(text_of(span)) for span in select(block, "span")] if block is not None else []
            numbers = [int(text) for text in spans if _NUMBER.fullmatch(text)]
            if numbers:
                return numbers[0]
            block = block.parent if block is not None else None
    return 1


def _make_form(page: Element, url: str, link: Element, target: str, argument: str) -> Form | None:
    form = link.find_parent("form") or select_one(page, "form")
    action = join_url(url, attribute_of(form, "action") or url) if form is not None else None
    if form is None or action is None or site_of(action) != site_of(url):
        return None
    fields = {
        attribute_of(field, "name"): attribute_of(field, "value")
        for field in select(form, "input[name]")
        if attribute_of(field, "type").lower() == "hidden"
    }
    fields |= {"__EVENTTARGET": target, "__EVENTARGUMENT": argument}
    return Form(action, tuple(fields.items()), argument or target)
