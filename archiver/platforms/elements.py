"""The elements of a page: how they are found by CSS selectors, and the text they hold."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Protocol

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

    def __iter__(self) -> "Iterator[Element]":
        """Iterate over the elements directly below."""


_text: Callable[[Element], str] = etree.XPath("string()", smart_strings=False)


def select(element: Element, selector: str) -> list[Element]:
    """Find the elements below ``element`` that a CSS selector fits, in the order of the page."""
    return _compile(selector)(element)


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


@lru_cache(maxsize=256)
def _compile(selector: str) -> Callable[[Element], list[Element]]:
    compiled: Callable[[Element], list[Element]] = etree.XPath(HTMLTranslator().css_to_xpath(selector, "descendant::"))
    return compiled
