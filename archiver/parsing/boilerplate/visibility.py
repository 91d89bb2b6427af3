"""Which elements nobody sees: those of a kind that is never text, or hidden by an attribute, a style or a class.

The one place where that is decided, for all readers of a page.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from archiver.html.elements import Element, attribute_of, children_of, elements_below

SKIPPED = frozenset(
    "audio canvas datalist head iframe input meter noembed noframes noscript object option progress script select "
    "style svg template textarea title video".split()
)
"""The elements whose text is never text of the page: fields, scripts, and what is said where something is not shown.

An ``embed`` has no content; where a parser does not know that, it holds the text behind it.
"""
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
# What has no size, or stands outside of the page: said to machines and to screen readers.
_SMALL = re.compile(
    r"font-size\s*:\s*0(?![.\d]*[1-9])|(?<![\w-])opacity\s*:\s*0(?![.\d]*[1-9])|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]|"
    r"clip-path\s*:\s*inset\(\s*(?:50|100)%|(?:text-indent|left|right|top)\s*:\s*-\d{3,}(?:px|em|rem|%)",
    re.IGNORECASE,
)
_SIZES = re.compile(r"(?<![\w-])(width|height)\s*:\s*[01](?:px)?\s*(?:;|!|$)", re.IGNORECASE)
_CUTTING = re.compile(r"overflow\s*:\s*hidden", re.IGNORECASE)
_CLASSES = re.compile(
    r"(?:hidden|hide|d-none|is-hidden|sr-only|screen-?reader(?:-text|-only)?|visually-?hidden|visuallyhidden|hide-accessible|"
    r"(?:aui-)?helper-hidden(?:-accessible)?|element-(?:invisible|hidden)|a11y-hidden|offscreen|off-screen|u-hidden|"
    r"invisible|assistive-text|cdk-visually-hidden|display-none|no-?display|ng-hide|js-hidden|uk-hidden|w-hidden|"
    r"is-visually-hidden|u-visually-hidden|show-for-sr|visible-print(?:-block|-inline)?|print-only|only-print)",
    re.IGNORECASE,
)
# What is hidden on small screens alone: ``d-none d-md-block``, ``hidden md:flex``.
_SHOWN_WIDE = re.compile(
    r"(?:(?:sm|md|lg|xl|xxl|2xl):(?:block|flex|grid|table|contents|inline[\w-]*|visible)"
    r"|d-(?:sm|md|lg|xl|xxl)-(?:block|flex|grid|table[\w-]*|inline[\w-]*))",
    re.IGNORECASE,
)
_LONGEST_STYLE = 1000


def is_hidden(element: Element) -> bool:
    """Say whether an element says itself that it is not shown; text to be found in the page is (``until-found``)."""
    attributes = element.attrs
    if element.name == "dialog" and "open" not in attributes:
        return True
    if not attributes:
        return False
    if "hidden" in attributes and attribute_of(element, "hidden").lower() != "until-found":
        return True
    if "popover" in attributes:  # until somebody asks for it
        return True
    style = attribute_of(element, "style") if "style" in attributes else ""
    return bool(style) and _is_hiding(style)


def is_out_of_sight(element: Element) -> bool:
    """Say whether nobody sees an element: hidden, of no size, outside of the page, or only for screen readers.

    Pictures that are loaded late are out of sight until then, and what has no letters may hold others of a size of
    their own.
    """
    return is_hidden(element) or (_is_removed(element) and not _shows_more(element))


def _shows_more(element: Element) -> bool:
    """Say whether a picture stands in an element, or something with a size of its own."""
    if element.name == "img":
        return True
    return any(below.name == "img" or "font-size" in attribute_of(below, "style") for below in elements_below(element))


def _is_removed(element: Element) -> bool:
    if "aria-hidden" in element.attrs and attribute_of(element, "aria-hidden").lower() == "true":
        return True
    if "class" in element.attrs and _is_hidden_by_class(attribute_of(element, "class")):
        return True
    style = attribute_of(element, "style") if "style" in element.attrs else ""
    return bool(style) and _is_shrinking(style)


@lru_cache(maxsize=1024)
def _is_hidden_by_class(value: str) -> bool:
    names = value.split()
    return any(map(_CLASSES.fullmatch, names)) and not any(map(_SHOWN_WIDE.fullmatch, names))


def shown_text_of(element: Element, instead: Mapping[int, str] = MappingProxyType({})) -> str:
    """Return the text of an element as it is printed, without what nobody sees in it.

    ``instead``: what stands for the text of some elements, by their ``id()``.
    """
    pieces: list[str] = []
    stack = [children_of(element)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif isinstance(child, str):
            pieces.append(child)
        elif id(child) in instead:
            pieces.append(instead[id(child)])
        elif child.name not in SKIPPED and not is_hidden(child):
            stack.append(children_of(child))
    return "".join(pieces)


@lru_cache(maxsize=256)  # the paragraphs of an article have a few styles
def _is_hiding(style: str) -> bool:
    return _HIDING.search(style) is not None


@lru_cache(maxsize=256)
def _is_shrinking(style: str) -> bool:
    style = style[:_LONGEST_STYLE]
    cut_off = {match[1].lower() for match in _SIZES.finditer(style)} == {"width", "height"}
    return _SMALL.search(style) is not None or (cut_off and _CUTTING.search(style) is not None)
