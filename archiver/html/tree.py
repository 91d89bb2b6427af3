"""BeautifulSoup's tree of a page or of a part of it, grown from lxml's with as few steps as a page of HTML needs.

BeautifulSoup's own way from lxml to a node takes 3 µs: that was half the time of reading a page. It is ready for XML,
namespaces, attributes that are lists; a page has none of them. Here a node is made and hung up in one step, and what
all elements have in common stands in their class. Node by node the ``html`` element is that of
``BeautifulSoup(html, "lxml", multi_valued_attributes=None)``, and searching it is BeautifulSoup's own. What stands
around it, the doctype say, is not in the tree.
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from bs4 import BeautifulSoup, Tag
from bs4.builder import HTMLTreeBuilder
from bs4.element import AttributeValueList, Comment, NavigableString, PageElement
from lxml import etree  # type: ignore[import-untyped]  # lxml has no types of its own

from archiver.html.elements import Root, attribute_of, select
from archiver.html.markup import DeepMarkupError, Markup, encode_markup, make_parser, parse_once

_SPACES = BeautifulSoup.ASCII_SPACES
_VOID = frozenset(HTMLTreeBuilder.DEFAULT_EMPTY_ELEMENT_TAGS or ())
# Where white space stays as it is; and what holds texts that are none of the page's, such as scripts.
_KEEPING = frozenset(HTMLTreeBuilder.DEFAULT_PRESERVE_WHITESPACE_TAGS)
_CONTAINERS = dict(HTMLTreeBuilder.DEFAULT_STRING_CONTAINERS)
_SPECIAL = _KEEPING | _CONTAINERS.keys()
_NO_NAMESPACES: dict[str, str] = {}
# Before the beginning or end of these nobody sees white space.
_BLOCKS = frozenset("div h1 h2 h3 h4 h5 h6 header li ol p section table tbody td tr ul".split())
MOST_STREAMED = 5000
"""Levels up to which a page is read that libxml2 makes no whole tree of; some real ones forget ends in their menus."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is read of a page: elements, none of them within another, up to the end of ``last``, or before ``behind``.

    ``bases`` is what its ``base`` elements say, wherever they stand.
    """

    elements: tuple[Markup, ...]
    last: Markup | None = None
    behind: Markup | None = None
    bases: tuple[str, ...] = ()


def parse_tree(html: str) -> Root:
    """Grow the tree of a page; DeepMarkupError where elements are nested deeper than on any real page."""
    try:
        parsed = parse_once(html)
    except DeepMarkupError:
        return _stream(html)
    markup = parsed.root
    root = _build(lambda growth: _walk(markup, growth) if markup is not None else None)
    root.bases = parsed.bases
    return root


def parse_part(part: Part) -> Root:
    """Grow the tree of a part of a page, without comments and the white space between blocks: nobody sees them."""
    root = _build(lambda growth: _walk_part(part, growth), is_lean=True)
    root.bases = part.bases
    return root


def dispose_tree(root: Tag) -> None:
    """Take a tree apart that nobody needs any more.

    Its nodes hold one another, and would wait for the next search for garbage, some hundred pages later.
    """
    node = next(iter(root.contents), None)
    vars(root).clear()
    while node is not None:
        held = vars(node)
        node = held["next_element"]
        held.clear()


class _HtmlElement(Tag):
    """An element; what BeautifulSoup writes into each of them stands here once."""

    parser_class = BeautifulSoup
    namespace = None
    prefix = None
    sourceline = None
    sourcepos = None
    known_xml: bool | None = False
    hidden = False
    can_be_empty_element = False
    cdata_list_attributes = None
    attribute_value_list_class = AttributeValueList
    preserve_whitespace_tags = HTMLTreeBuilder.DEFAULT_PRESERVE_WHITESPACE_TAGS
    interesting_string_types = Tag.MAIN_CONTENT_STRING_TYPES
    _namespaces = _NO_NAMESPACES

    def __init__(self, name: str, attributes: dict[str, str | AttributeValueList]) -> None:
        self.name = name
        self.attrs = attributes
        self.contents = []
        if name in _VOID:
            self.can_be_empty_element = True
        elif name in _CONTAINERS:
            self.interesting_string_types = {_CONTAINERS[name]}


class _PageRoot(_HtmlElement, Root):
    """The root of a tree, without all that BeautifulSoup has for parsing."""

    hidden = True
    is_xml = False
    markup = None
    parse_only = None
    original_encoding = None
    declared_html_encoding = None
    contains_replacement_characters = False

    def __init__(self) -> None:
        super().__init__(BeautifulSoup.ROOT_TAG_NAME, {})
        self.parent = self.previous_element = self.next_element = None
        self.previous_sibling = self.next_sibling = None


class _TreeBuilder:
    """A tree while it grows, told of each tag and text; a lean one has no white space between blocks."""

    __slots__ = ("_is_lean", "_last", "_open", "_special", "_texts", "data", "every")

    def __init__(self, root: Tag, *, is_lean: bool) -> None:
        self._open = root
        self._last: PageElement | None = None
        self._texts: list[str] = []
        self._special: list[str] = []
        self._is_lean = is_lean
        self.every: list[Tag] = []
        self.data: Callable[[str], None] = self._texts.append

    def start(self, name: str, attributes: dict[str, str | AttributeValueList]) -> None:
        if self._texts:
            self._end_text(name)
        element = _HtmlElement(name, attributes)
        self.every.append(element)
        self._add(element)
        self._open = element
        if name in _SPECIAL:
            self._special.append(name)

    def end(self, name: str) -> None:
        """End the innermost element, which has this name."""
        if self._texts:
            self._end_text(name)
        parent = self._open.parent
        if parent is not None:
            self._open = parent
        if name in _SPECIAL:
            self._special.pop()

    def comment(self, text: str) -> None:
        if self._is_lean:
            return
        if self._texts:
            self._add_text(NavigableString)
        self._texts.append(text)
        self._add_text(Comment)

    def close(self) -> None:
        if self._texts:
            self._add_text(NavigableString)
        del self._open, self._last

    def _end_text(self, name: str) -> None:
        """End a text where an element of a name begins or ends."""
        if self._is_lean and name in _BLOCKS and all(map(str.isspace, self._texts)):
            self._texts.clear()
        else:
            self._add_text(NavigableString)

    def _add_text(self, kind: type[NavigableString]) -> None:
        """Add the text since the last tag; of white space alone one space or line break, but not within ``pre``."""
        texts = self._texts
        text = texts[0] if len(texts) == 1 else "".join(texts)
        texts.clear()
        if self._special and kind is NavigableString:
            kind = next((_CONTAINERS[name] for name in reversed(self._special) if name in _CONTAINERS), kind)
        if (text.isspace() or not text) and not text.strip(_SPACES) and _KEEPING.isdisjoint(self._special):
            text = "\n" if "\n" in text else " "
        node = str.__new__(kind, text)
        node.hidden = False
        self._add(node)

    def _add(self, node: PageElement) -> None:
        """Hang a node up behind the last one, below the element that is open."""
        parent, last = self._open, self._last
        siblings = parent.contents
        before = siblings[-1] if siblings else None
        siblings.append(node)
        node.parent = parent
        node.previous_element = last
        node.previous_sibling = before
        node.next_element = node.next_sibling = None
        if last is not None:
            last.next_element = node
        if before is not None:
            before.next_sibling = node
        self._last = node


class _Stream:
    """Hands to a tree what lxml tells of a page that it makes no tree of, tag by tag."""

    def __init__(self, growth: _TreeBuilder) -> None:
        self._growth = growth
        self._depth = 0
        self.data = growth.data
        self.comment = growth.comment

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_STREAMED:
            raise DeepMarkupError(f"more than {MOST_STREAMED} levels")
        self._growth.start(name, dict(attributes))

    def end(self, name: str) -> None:
        self._depth -= 1
        self._growth.end(name)

    def close(self) -> None:
        """Nothing is left to do."""


def _build(grow: Callable[[_TreeBuilder], None], *, is_lean: bool = False) -> Root:
    """Let a tree grow, without searches for garbage meanwhile: there is none, and large trees make them long."""
    root = _PageRoot()
    growth = _TreeBuilder(root, is_lean=is_lean)
    with no_search():
        grow(growth)
    growth.close()
    root.every = growth.every
    return root


@contextmanager
def no_search() -> Iterator[None]:
    """Put off searches for garbage while a page is read: its trees are taken apart, and to look at them takes long."""
    is_searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_searching:
            gc.enable()


def _walk_part(part: Part, growth: _TreeBuilder) -> None:
    growth.start("html", {})
    growth.start("body", {})
    for element in part.elements:
        _walk(element, growth, part.last, part.behind)


def _walk(markup: Markup, growth: _TreeBuilder, last: Markup | None = None, behind: Markup | None = None) -> None:
    """Walk through an element and all below it, up to the end of the last element that is wanted."""
    start, end, data = growth.start, growth.end, growth.data
    around: list[tuple[Markup, Iterator[Markup]]] = []
    siblings = iter((markup,))
    while True:
        node = next(siblings, None)
        if (node is None and not around) or (node is behind is not None):
            return
        if node is None:
            node, siblings = around.pop()
            end(node.tag)
        elif not isinstance(tag := node.tag, str):
            growth.comment(node.text)
        else:
            start(tag, dict(node.items()))
            if text := node.text:
                data(text)
            if len(node):
                around.append((node, siblings))
                siblings = iter(node)
                continue
            end(tag)
        if node is last:
            return
        if around and (tail := node.tail):
            data(tail)


def _stream(html: str) -> Root:
    def grow(growth: _TreeBuilder) -> None:
        etree.parse(BytesIO(encode_markup(html)), make_parser(_Stream(growth)))

    root = _build(grow)
    root.bases = tuple(attribute_of(base, "href") for base in select(root, "base[href]"))
    return root
