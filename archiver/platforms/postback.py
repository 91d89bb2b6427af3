"""Pagers of ASP.NET pages: links that send the page's own form back (``__doPostBack``), with where to go filled in.

Such a form carries the state of the whole page in hidden fields, and has one address for all pages of a list.
"""

import re
from collections.abc import Iterator
from itertools import islice

from archiver.html.addresses import resolve_address
from archiver.html.elements import Element, attribute_of, select, select_one, text_of
from archiver.model import Form

# javascript:__doPostBack('target','argument'); with validation the target is the first of several arguments.
_POSTBACK = re.compile(
    r"__doPostBack\(\s*(?:'([^']*)'|\"([^\"]*)\")\s*,\s*(?:'([^']*)'|\"([^\"]*)\")\s*\)"
    r"|WebForm_PostBackOptions\(\s*\"([^\"]*)\"\s*,\s*\"([^\"]*)\""
)
_NUMBER = re.compile(r"\[? ?([1-9]\d{0,6}) ?\]?", re.ASCII)
_NEXT = re.compile(
    r"(?:[>›»→]{1,2}|(?:trang )?(?:tiếp(?: theo)?|sau|kế(?: tiếp)?)|next(?: page)?) ?[>›»→]{0,2}", re.IGNORECASE
)
_SENT_ALWAYS = frozenset(("hidden", "text", ""))
# Around its links a pager is a row, a table around the row, a division or two.
MOST_LEVELS = 4
MOST_LINKS = 500
MOST_TEXTS = 5000


def read_target(code: str) -> tuple[str, str] | None:
    """Read target and argument of a call of ``__doPostBack`` in a link; None where there is none."""
    match = _POSTBACK.search(code)
    if match is None:
        return None
    target, argument = (match[1] or match[2] or match[5] or ""), (match[3] or match[4] or match[6] or "")
    return (target, argument) if target else None


def make_postback(page: Element, url: str, target: str, argument: str, name: str) -> Form | None:
    """Make what a browser sends when a link posts back; ``name`` tells the page it leads to. None without a form."""
    state = select_one(page, 'input[name="__VIEWSTATE"]')
    form = state.find_parent("form") if state is not None else None
    if form is None:
        return None
    address = resolve_address(attribute_of(form, "action") or url, form, url)
    fields = dict(_fields_of(form)) | {"__EVENTTARGET": target, "__EVENTARGUMENT": argument}
    return Form(address, tuple(fields.items()), name) if address else None


def find_next_postback(page: Element, url: str) -> Form | None:
    """Find the pager's link to the page after the one shown: by its number, else by its word.

    The page shown is the number that is printed among the links and is none. Without such a number a link whose word
    says "next" is believed, and its page is told apart by target and argument only.
    """
    links = [link for link in select(page, "a[href]") if read_target(attribute_of(link, "href"))][:MOST_LINKS]
    numbered = {number: link for link in links if (number := _number_in(text_of(link)))}
    shown = _find_shown(next(iter(numbered.values())), set(numbered)) if numbered else None
    worded = next((link for link in links if _NEXT.fullmatch(_word_of(link))), None)
    following = numbered.get(shown + 1, worded) if shown is not None else worded
    target = read_target(attribute_of(following, "href")) if following is not None else None
    if target is None:
        return None
    return make_postback(page, url, *target, str(shown + 1) if shown is not None else "&".join(target))


def _find_shown(link: Element, linked: set[int]) -> int | None:
    """Find the number that stands beside the links of a pager and leads nowhere."""
    around = list(link.parents)[:MOST_LEVELS]
    for element in around:
        plain = [number for text in _texts_outside_links(element) if (number := _number_in(text))]
        shown = [number for number in plain if number not in linked]
        if shown:
            return shown[0]
    return None


def _texts_outside_links(element: Element) -> Iterator[str]:
    for text in islice(element.strings, MOST_TEXTS):
        if text.find_parent("a", href=True) is None:
            yield str(text)


def _number_in(text: str) -> int | None:
    match = _NUMBER.fullmatch(text.strip())
    return int(match[1]) if match else None


def _word_of(link: Element) -> str:
    """Return the words of a link, of its picture where it has no text."""
    picture = select_one(link, "img")
    words = text_of(link).strip() or attribute_of(link, "title")
    return (words or (attribute_of(picture, "alt") if picture is not None else "")).strip()


def _fields_of(form: Element) -> Iterator[tuple[str, str]]:
    """Yield the fields that a browser sends with a form whoever sends it: no buttons, no unticked boxes."""
    for field in select(form, "input[name]"):
        kind = attribute_of(field, "type").lower()
        if kind in _SENT_ALWAYS or (kind in ("checkbox", "radio") and field.has_attr("checked")):
            yield attribute_of(field, "name"), attribute_of(field, "value")
    for choice in select(form, "select[name]"):
        chosen = select_one(choice, "option[selected]") or select_one(choice, "option")
        yield attribute_of(choice, "name"), attribute_of(chosen, "value") if chosen is not None else ""
