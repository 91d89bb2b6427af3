"""The elements of a page: how they are found by CSS selectors, and the text they hold."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import Literal, Protocol

from cssselect import HTMLTranslator
from lxml import etree  # type: ignore[import-untyped]


class Element(Protocol):
    """What is used of an lxml element; comments and processing instructions are not in the tree."""

    tag: str
    text: str | None
    tail: str | None

    def get(self, key: str, /) -> str | None:
        """Return an attribute."""

    def getparent(self) -> "Element | None":
        """Return the element around this one."""

    def iterdescendants(self, tag: str | None = None, /) -> "Iterator[Element]":
        """Iterate over all elements below, in the order of the page, or those with one tag."""

    def __iter__(self) -> "Iterator[Element]":
        """Iterate over the elements directly below."""


class Steps(Protocol):
    """What ``walk`` gives: the start and the end of every element."""

    def __iter__(self) -> Iterator[tuple[Literal["start", "end"], Element]]:
        """Take the steps one by one."""

    def skip_subtree(self) -> None:
        """After the start of an element: go on at its end."""


# ``div.name``: most selectors are no more than that, and then there is something faster than XPath.
_SIMPLE = re.compile(r"(?P<tag>[a-z][a-z0-9]*)\.(?P<name>[\w-]+)")
_text: Callable[[Element], str] = etree.XPath("string()", smart_strings=False)
_texts: Callable[[Element], list[str]] = etree.XPath("descendant::text()", smart_strings=False)


def select(element: Element, selector: str) -> list[Element]:
    """Find the elements below ``element`` that a CSS selector fits, in the order of the page."""
    return list(_compile(selector)(element))


def select_one(element: Element, selector: str) -> Element | None:
    """Find the first element below ``element`` that a CSS selector fits."""
    return next(iter(_compile(selector)(element)), None)


def find_ancestor(element: Element, name: str) -> Element | None:
    """Find the nearest division around ``element`` with ``name`` among its classes."""
    parent = element.getparent()
    while parent is not None and not (parent.tag == "div" and name in (parent.get("class") or "").split()):
        parent = parent.getparent()
    return parent


def text_of(element: Element) -> str:
    """Return the text of an element and all below it, as printed."""
    return _text(element)


def spaced_text_of(element: Element) -> str:
    """Return the text of an element with a space between all elements, so that no words of two run together."""
    return " ".join(_texts(element))


def walk(root: Element) -> Steps:
    """Walk over an element and all below it, in the order of the page, without recursion."""
    steps: Steps = etree.iterwalk(root, events=("start", "end"))
    return steps


@lru_cache(maxsize=256)
def _compile(selector: str) -> Callable[[Element], Iterable[Element]]:
    simple = _SIMPLE.fullmatch(selector)
    if simple:
        return partial(_find_class, tag=simple["tag"], name=simple["name"])
    compiled: Callable[[Element], list[Element]] = etree.XPath(HTMLTranslator().css_to_xpath(selector, "descendant::"))
    return compiled


def _find_class(element: Element, tag: str, name: str) -> Iterator[Element]:
    for found in element.iterdescendants(tag):
        if name in (found.get("class") or "").split():
            yield found
