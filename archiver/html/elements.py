"""The elements of a page: how they are found by CSS selectors, and the text they hold."""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString

Element = Tag


class Root(BeautifulSoup):
    """The root of a page's tree; ``bases`` is what the ``base`` elements of the page say, also those left out."""

    bases: tuple[str, ...] = ()
    every: list[Tag] | None = None
    """All elements of the page in their order, as long as none is taken out; ``named`` has them by their kind."""
    named: dict[str, list[Tag]] | None = None


# What ends the word before it and begins a new one; all else stands within a line of text.
_BREAKS = frozenset(
    "address article aside blockquote br caption center dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tbody td tfoot th thead tr ul".split()
)
_SILENT = frozenset(("script", "style", "template"))
# ``div.name``, ``a[href]``, one such within another: what is asked for most, and faster found by hand.
_PART = re.compile(r"(?P<tag>[a-z][a-z0-9]*)(?:\.(?P<name>[\w-]+))?(?:\[(?P<attribute>[a-z-]+)\])?")

_ALIGNMENT = re.compile(r"text-align\s*:\s*(\w+)", re.IGNORECASE)


class _Part(NamedTuple):
    """A plain part of a selector; None for what it does not ask for."""

    tag: str
    name: str | None
    attribute: str | None


def select(element: Element, selector: str) -> list[Element]:
    """Find the elements below ``element`` that a CSS selector fits, in the order of the page."""
    parts = _take_apart(selector)
    return list(_find(element, parts)) if len(parts) == 1 else list(element.select(selector))


def select_one(element: Element, selector: str) -> Element | None:
    """Find the first element below ``element`` that a CSS selector fits."""
    parts = _take_apart(selector)
    return next(_find(element, parts), None) if parts else element.select_one(selector)


def select_any(element: Element, selectors: tuple[str, ...]) -> list[Element]:
    """Find the elements below ``element`` that any of several selectors fits, in one pass where they are plain."""
    parts = [_take_apart(selector) for selector in selectors]
    if any(len(part) != 1 for part in parts):
        return [found for selector in selectors for found in select(element, selector)]
    plain: dict[str, list[_Part]] = {}
    for (part,) in parts:
        plain.setdefault(part.tag, []).append(part)
    candidates = ((below, plain[below.name]) for below in elements_below(element) if below.name in plain)
    return [below for below, asked in candidates if any(_fits(below, part) for part in asked)]


def find_ancestor(element: Element, name: str) -> Element | None:
    """Find the nearest division around ``element`` with ``name`` among its classes."""
    return next((parent for parent in element.parents if parent.name == "div" and name in classes_of(parent)), None)


def attribute_of(element: Element, name: str) -> str:
    """Return an attribute, empty where there is none."""
    value = element.attrs.get(name)
    return value if isinstance(value, str) else " ".join(value or ())


def classes_of(element: Element) -> list[str]:
    """Return the names in the class attribute."""
    value = element.get("class")
    return value.split() if isinstance(value, str) else list(value or ())


def alignment_of(element: Element) -> str:
    """Return how an element says that its text is aligned, ``center`` say, in lower case; empty where it does not."""
    if element.name == "center":
        return "center"
    if not element.attrs:
        return ""
    style = attribute_of(element, "style")
    return (_find_alignment(style) if style else "") or attribute_of(element, "align").lower()


@lru_cache(maxsize=256)  # the paragraphs of an article have a few styles
def _find_alignment(style: str) -> str:
    align = _ALIGNMENT.search(style)
    return align[1].lower() if align else ""


def text_of(element: Element) -> str:
    """Return the text of an element and all below it, as printed: no comments, scripts and styles."""
    kinds = element.interesting_string_types
    if not isinstance(kinds, Collection):
        return element.get_text()
    contents = element.contents
    if len(contents) == 1 and isinstance(only := contents[0], NavigableString):
        return str(only) if type(only) in kinds else ""
    return "".join(_list_texts(element, kinds))


def _list_texts(element: Element, kinds: Collection[type[NavigableString]]) -> Iterator[str]:
    """List the texts of some kinds below an element: BeautifulSoup does the same in twice the time."""
    end = _find_behind(element)
    node: PageElement | None = element.contents[0] if element.contents else end
    while node is not end and node is not None:
        if isinstance(node, NavigableString) and type(node) in kinds:
            yield node
        node = node.next_element


def beginning_of(element: Element, length: int) -> str:
    """Return the first letters of the text of an element."""
    kinds = element.interesting_string_types
    if not isinstance(kinds, Collection):
        return element.get_text()[:length]
    pieces: list[str] = []
    left = length
    for text in _list_texts(element, kinds):
        pieces.append(text)
        left -= len(text)
        if left <= 0:
            break
    return "".join(pieces)[:length]


def spaced_text_of(element: Element) -> str:
    """Return the text of an element with a space between all elements, so that no words of two run together."""
    return element.get_text(" ")


def prose_of(element: Element) -> str:
    """Return the text of an element with a space wherever a paragraph, cell or line ends, and within no word."""
    pieces: list[str] = []
    stack = [("", children_of(element))]
    while stack:
        after, children = stack[-1]
        child = next(children, None)
        if child is None:
            pieces.append(after)
            stack.pop()
        elif isinstance(child, str):
            pieces.append(child)
        elif child.name not in _SILENT:
            space = " " if child.name in _BREAKS else ""
            pieces.append(space)
            stack.append((space, children_of(child)))
    return "".join(pieces)


def children_of(element: Element) -> Iterator[Element | str]:
    """Iterate over what stands directly below an element: elements, and the texts between them."""
    for child in element.contents:
        if isinstance(child, Tag):
            yield child
        elif type(child) is NavigableString or not isinstance(child, PreformattedString):
            yield str(child)


def children_named(element: Element, *names: str) -> list[Element]:
    """Return the elements directly below an element that are of some kinds."""
    return [child for child in element.contents if isinstance(child, Tag) and child.name in names]


def elements_below(element: Element) -> Iterator[Element]:
    """Iterate over all elements below an element, in the order of the page."""
    if isinstance(element, Root) and element.every is not None:
        return iter(element.every)
    return _walk_below(element)


def take_out(page: Element, element: Element) -> None:
    """Take an element with all below it out of a page."""
    element.extract()
    if isinstance(page, Root):
        page.every = page.named = None


def _walk_below(element: Element) -> Iterator[Element]:
    end = _find_behind(element)
    node = element.contents[0] if element.contents else end
    while node is not end and node is not None:
        following = node.next_element
        if isinstance(node, Tag):
            yield node
        node = following


def _find_behind(element: Element) -> PageElement | None:
    """Find what follows an element and all below it; None at the end of the page."""
    around: Element | None = element
    while around is not None and around.next_sibling is None:
        around = around.parent
    return around.next_sibling if around is not None else None


@lru_cache(maxsize=256)
def _take_apart(selector: str) -> tuple[_Part, ...]:
    """Take a selector apart into the plain parts it is made of; empty if it is made of anything else."""
    parts = [_PART.fullmatch(part) for part in selector.split(" ")]
    return tuple(_Part(*part.group("tag", "name", "attribute")) for part in parts if part) if all(parts) else ()


def _find(element: Element, parts: tuple[_Part, ...]) -> Iterator[Element]:
    found = _find_part(element, parts[0])
    return found if len(parts) == 1 else (below for outer in found for below in _find(outer, parts[1:]))


def _find_part(element: Element, part: _Part) -> Iterator[Element]:
    plain = part.name is None and part.attribute is None
    return (below for below in _list_named(element, part.tag) if plain or _fits(below, part))


def _list_named(element: Element, tag: str) -> Iterable[Element]:
    """List the elements of a kind below an element; those of a whole page are looked up, once they were sorted."""
    if not isinstance(element, Root) or element.every is None:
        return (below for below in elements_below(element) if below.name == tag)
    if element.named is None:
        element.named = {}
        for below in element.every:
            element.named.setdefault(below.name, []).append(below)
    return element.named.get(tag, ())


def _fits(element: Element, part: _Part) -> bool:
    """Say whether an element of the right kind has the class and the attribute that are asked for."""
    _, name, attribute = part
    if name and not (name in element.attrs.get("class", "") and name in classes_of(element)):
        return False
    return not attribute or attribute in element.attrs
