"""Finding the next page where the pager sends a form: a postback of ASP.NET, or a plain form with the page's number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from archiver.html.addresses import resolve_address
from archiver.html.elements import Element, attribute_of, classes_of, elements_below, select, select_one
from archiver.model import Form
from archiver.parsing.generic.listings.pager import (
    ELLIPSES,
    MOST_LINKS,
    NUMBER,
    PARAMETER,
    is_disabled,
    read_page_number,
    says_next,
    word_of,
)
from archiver.text.cleaning import clean_text
from archiver.urls import site_of, strip_session

_POSTBACK = re.compile(r"__doPostBack\(\s*['\"]([^'\"]{1,300})['\"]\s*,\s*['\"]([^'\"]{0,300})['\"]", re.IGNORECASE)
_CURRENT = frozenset({"span", "b", "strong", "em"})
_CURRENT_CLASSES = frozenset({"active", "current", "selected", "on"})
MOST_FORMS = 50
# Farther up than this a number is none of the pager.
_LEVELS = 4
_MOST_PIECES = 300
_MOST_STRINGS = 6


@dataclass(frozen=True, slots=True)
class _Postback:
    """A link that posts the page back: what it sends, the word or number it prints."""

    link: Element
    target: str
    argument: str
    text: str

    @property
    def number(self) -> int | None:
        return int(self.text) if NUMBER.fullmatch(self.text) else None


def find_next_form(page: Element, url: str) -> Form | None:
    """Find the form that ASP.NET sends for the next page, all its hidden fields with it; None on the last page."""
    steps = list(_find_postbacks(page))
    if not steps:
        return None
    current, passed = _find_current(steps)
    numbered = [step for step in steps if step.number is not None and step.number > current]
    named = [step for step in steps if says_next(step.text)]
    further = [step for step in steps if step.text in ELLIPSES and id(step.link) not in passed]
    best = min(numbered, key=lambda step: step.number or 0, default=None) or next(iter(named + further), None)
    return _make_form(page, url, best) if best else None


def find_next_query(page: Element, url: str) -> str | None:
    """Find the address that a plain form asks for with the button or choice of the next page; None without one."""
    own = read_page_number(url)
    for form in select(page, "form")[:MOST_FORMS]:
        target = resolve_address(attribute_of(form, "action") or url.partition("?")[0], form, url)
        if attribute_of(form, "method").lower() == "post" or not target or site_of(target) != site_of(url):
            continue
        later = {number: name for name, number in _find_choices(form) if number > (own[1] if own else 1)}
        if later:
            fields = [*_hidden_fields(form), (later[min(later)], str(min(later)))]
            return strip_session(f"{target.partition('?')[0]}?{urlencode(fields)}")
    return None


def _find_choices(form: Element) -> Iterator[tuple[str, int]]:
    """Yield the names and numbers of the pages that a form has a button or choice for."""
    for button in [*select(form, "button[name]"), *select(form, "input[name]")]:
        if attribute_of(button, "type").lower() in ("", "submit"):
            yield from _read_choice(attribute_of(button, "name"), button)
    for choice in select(form, "select[name]"):
        for option in select(choice, "option[value]"):
            yield from _read_choice(attribute_of(choice, "name"), option)


def _read_choice(name: str, element: Element) -> Iterator[tuple[str, int]]:
    value = attribute_of(element, "value")
    if PARAMETER.fullmatch(name) and NUMBER.fullmatch(value) and not element.has_attr("disabled"):
        yield name, int(value)


def _find_postbacks(page: Element) -> Iterator[_Postback]:
    for link in select(page, "a[href]")[:MOST_LINKS]:
        href = attribute_of(link, "href")
        match = _POSTBACK.search(href[:700]) if href[:11].lower() == "javascript:" else None
        text = word_of(link)
        if match and text and not is_disabled(link) and (NUMBER.fullmatch(text) or says_next(text) or text in ELLIPSES):
            yield _Postback(link, match[1], match[2], _number_of(match[2]) or text)


def _number_of(argument: str) -> str:
    return argument[5:] if argument.startswith("Page$") and NUMBER.fullmatch(argument[5:]) else ""


def _find_current(steps: list[_Postback]) -> tuple[int, set[int]]:
    """Find the number that a pager prints as the current page's, and what stands before it; 1 where it prints none."""
    links = {id(step.link) for step in steps}
    block = steps[0].link.parent
    for _ in range(_LEVELS):
        passed: set[int] = set()
        for piece in islice(elements_below(block), _MOST_PIECES) if block is not None else ():
            text = clean_text("".join(islice(piece.strings, _MOST_STRINGS))[:50])
            if NUMBER.fullmatch(text) and _is_current(piece, links):
                return int(text), passed
            passed.add(id(piece))
        block = block.parent if block is not None else None
    return 1, set()


def _is_current(piece: Element, links: set[int]) -> bool:
    """Say whether a number is marked: by its tag where it is no link, or by a class of it or of what is around it."""
    around = [*classes_of(piece), *(classes_of(piece.parent) if piece.parent else ())]
    if piece.name == "a" and id(piece) in links:
        return bool(_CURRENT_CLASSES & set(around))
    if any(id(link) in links for link in select(piece, "a")):
        return bool(_CURRENT_CLASSES & set(classes_of(piece)))
    is_linked = any(id(parent) in links for parent, _ in zip(piece.parents, range(2), strict=False))
    return not is_linked and (piece.name in _CURRENT or bool(_CURRENT_CLASSES & set(around)))


def _hidden_fields(form: Element) -> list[tuple[str, str]]:
    fields = (field for field in select(form, "input[name]") if attribute_of(field, "type").lower() == "hidden")
    return [(attribute_of(field, "name"), attribute_of(field, "value")) for field in fields]


def _make_form(page: Element, url: str, step: _Postback) -> Form | None:
    form = step.link.find_parent("form") or select_one(page, "form")
    action = resolve_address(attribute_of(form, "action") or url, form, url) if form is not None else None
    if form is None or action is None or site_of(action) != site_of(url):
        return None
    fields = dict(_hidden_fields(form)) | {"__EVENTTARGET": step.target, "__EVENTARGUMENT": step.argument}
    return Form(action, tuple(fields.items()), step.argument or step.target)
