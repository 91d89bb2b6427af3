"""How elements stand on a page: as blocks of their own, or within a line of text; and which keep their lines."""

import re
from functools import lru_cache

from bs4.element import NavigableString, PageElement

from archiver.html.elements import Element, attribute_of, classes_of

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol p plaintext pre search "
    "section summary table tbody td tfoot th thead tr ul xmp".split()
)
"""The elements that are blocks whatever is said of them."""
# What only stands within lines, or has no text of its own, whatever is said of it.
_WITHIN = frozenset("br wbr img source track area input param col colgroup picture svg math".split())
_DISPLAY = re.compile(r"(?:^|;)\s*display\s*:\s*(?:block|flex|grid|table|list-item|flow-root)\b(?!-)", re.IGNORECASE)
_NAMES = frozenset("d-block d-flex d-grid d-table display-block".split())
_KEEPING = frozenset("pre listing xmp plaintext".split())
_WHITE_SPACE = re.compile(r"(?:^|;)\s*white-space\s*:\s*(?:pre(?:-wrap|-line)?|break-spaces)\b", re.IGNORECASE)
# So many neighbours are looked at to see whether an element of the site's own stands amid a text.
_NEAR = 6


def is_block(element: Element) -> bool:
    """Say whether an element stands apart from the text around it.

    By its kind, or since its own style says so; an element that the site made up does unless it stands amid a text.
    """
    name = element.name
    if name in BLOCKS:
        return True
    if element.attrs and name not in _WITHIN and _is_declared(element):
        return True
    return "-" in name and not name.startswith(("annotation-", "amp-img")) and not _is_amid_text(element)


def keeps_lines(element: Element) -> bool:
    """Say whether the text of an element is printed line by line as it is written."""
    if element.name in _KEEPING:
        return True
    style = element.attrs.get("style") if element.attrs else None
    return bool(style) and _is_keeping(str(style))


def _is_declared(element: Element) -> bool:
    style = element.attrs.get("style")
    if style and _is_displayed(str(style)):
        return True
    return (
        "class" in element.attrs
        and "d" in attribute_of(element, "class")
        and not _NAMES.isdisjoint(classes_of(element))
    )


def _is_amid_text(element: Element) -> bool:
    return any(_ends_in_text(element, step) for step in ("previous_sibling", "next_sibling"))


def _ends_in_text(element: Element, step: str) -> bool:
    beside: PageElement | None = getattr(element, step)
    for _ in range(_NEAR):
        if beside is None:
            return False
        if type(beside) is NavigableString and not beside.isspace():
            return True
        if isinstance(beside, Element) and (beside.name in BLOCKS or beside.name == "br" or "-" in beside.name):
            return False
        if isinstance(beside, Element) and next(beside.stripped_strings, None):
            return True
        beside = getattr(beside, step)
    return False


@lru_cache(maxsize=512)  # the elements of a page have a few styles
def _is_displayed(style: str) -> bool:
    return _DISPLAY.search(style) is not None


@lru_cache(maxsize=512)
def _is_keeping(style: str) -> bool:
    return _WHITE_SPACE.search(style) is not None
