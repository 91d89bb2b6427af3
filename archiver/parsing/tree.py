"""BeautifulSoup's tree of a page, grown with as few steps as a page of HTML needs.

lxml tells BeautifulSoup of every tag and text, and to make a node of one takes it 3 µs: that was half the time of
reading a page. It is ready for XML, namespaces, attributes that are lists; a page has none of them. Here a node is made
and hung up in one step, and what all elements have in common stands in their class. Node by node the tree is that of
``BeautifulSoup(html, "lxml", multi_valued_attributes=None)``, and searching it is BeautifulSoup's own.
"""

from collections.abc import Iterator, Mapping
from io import StringIO
from threading import local
from typing import cast

from bs4 import BeautifulSoup, Tag
from bs4.builder import HTMLTreeBuilder
from bs4.element import Comment, Doctype, NavigableString, PageElement, ProcessingInstruction
from bs4.exceptions import ParserRejectedMarkup
from lxml import etree  # type: ignore[import-untyped]  # lxml has no types of its own

_SPACES = BeautifulSoup.ASCII_SPACES
_VOID = frozenset(HTMLTreeBuilder.DEFAULT_EMPTY_ELEMENT_TAGS or ())
# Where white space stays as it is; and what holds texts that are none of the page's, such as scripts.
_KEEPING = frozenset(HTMLTreeBuilder.DEFAULT_PRESERVE_WHITESPACE_TAGS)
_CONTAINERS = dict(HTMLTreeBuilder.DEFAULT_STRING_CONTAINERS)
_SPECIAL = _KEEPING | _CONTAINERS.keys()
_NO_NAMESPACES: dict[str, str] = {}


def grow_tree(html: str) -> BeautifulSoup:
    """Grow the tree of a page; ParserRejectedMarkup where lxml refuses it."""
    # As a stream: of a page that is nothing but an address BeautifulSoup would warn.
    return BeautifulSoup(StringIO(html), builder=_PageBuilder())


def fell_tree(root: Tag) -> None:
    """Take a tree apart that nobody needs any more.

    Its nodes hold one another, and would wait for the next search for garbage, some hundred pages later.
    """
    node = next(iter(root.contents), None)
    vars(root).clear()
    while node is not None:
        following = node.next_element
        vars(node).clear()
        node = following


class _PageBuilder(HTMLTreeBuilder):
    """Stands between BeautifulSoup and lxml; one parser is made for each thread, which is a third of a parse."""

    _kept = local()

    def prepare_markup(
        self, markup: str | bytes, *_: object, **__: object
    ) -> Iterator[tuple[str | bytes, str | None, str | None, bool]]:
        """Offer the page as text, and as bytes where lxml refuses that: so does BeautifulSoup's own builder."""
        text = str(markup).removeprefix("\ufeff")
        yield text, None, None, False
        yield text.encode("utf-8"), "utf-8", None, False

    def feed(self, markup: str | bytes) -> None:
        """Let lxml read the page; it tells the growing tree what it finds."""
        growth, parser = vars(self._kept).pop("pair", None) or _make_parser()
        growth.begin(cast("BeautifulSoup", self.soup))
        try:
            parser.feed(markup)
            parser.close()
        except (UnicodeDecodeError, LookupError, etree.ParserError) as error:
            raise ParserRejectedMarkup(error) from error
        self._kept.pair = growth, parser


class _HtmlElement(Tag):
    """An element; what BeautifulSoup writes into each of them stands here once."""

    parser_class = BeautifulSoup
    namespace = None
    prefix = None
    sourceline = None
    sourcepos = None
    known_xml = False
    hidden = False
    cdata_list_attributes = None
    preserve_whitespace_tags = HTMLTreeBuilder.DEFAULT_PRESERVE_WHITESPACE_TAGS
    interesting_string_types = Tag.MAIN_CONTENT_STRING_TYPES
    _namespaces = _NO_NAMESPACES

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        self.name = name
        self.attrs = dict(attributes)
        self.contents = []
        self.can_be_empty_element = name in _VOID
        if name in _CONTAINERS:
            self.interesting_string_types = {_CONTAINERS[name]}


class _Growth:
    """A tree while it grows: what lxml calls for each tag and text."""

    __slots__ = ("_last", "_open", "_special", "_texts")

    def begin(self, root: Tag) -> None:
        """Begin a new tree."""
        self._open = root
        self._last: PageElement | None = None
        self._texts: list[str] = []
        self._special: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._texts:
            self._add_text(NavigableString)
        element = _HtmlElement(name, attributes)
        self._add(element)
        self._open = element
        if name in _SPECIAL:
            self._special.append(name)

    def end(self, name: str) -> None:
        """End the innermost element: what is open in an element lxml ends before it."""
        if self._texts:
            self._add_text(NavigableString)
        self._open = self._open.parent or self._open
        if name in _SPECIAL:
            self._special.pop()

    def data(self, text: str) -> None:
        self._texts.append(text)

    def comment(self, text: str) -> None:
        self._add_other(text, Comment)

    def pi(self, target: str, text: str | None) -> None:
        self._add_other(f"{target} {text or ''}", ProcessingInstruction)

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        self._add_other(Doctype.for_name_and_ids(name, public, system), Doctype)

    def close(self) -> None:
        if self._texts:
            self._add_text(NavigableString)
        del self._open, self._last

    def _add_other(self, text: str, kind: type[NavigableString]) -> None:
        if self._texts:
            self._add_text(NavigableString)
        self._texts.append(text)
        self._add_text(kind)

    def _add_text(self, kind: type[NavigableString]) -> None:
        """Add the text since the last tag; of white space alone one space or line break, but not within ``pre``."""
        text = "".join(self._texts)
        self._texts.clear()
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


def _make_parser() -> tuple[_Growth, etree.HTMLParser]:
    growth = _Growth()
    return growth, etree.HTMLParser(target=growth, recover=True)
