"""A page as lxml reads it: once, in linear time, whatever its markup; the tree is shared by all who ask for the page.

What is a tag, a comment, a script is libxml2's to say, which reads letter by letter as the HTML standard tells browsers
to (13.2.5) since 2.14. Older ones lose the rest of a page at a ``<!--`` in a script, or take hours for many of them.
"""

from dataclasses import dataclass
from io import BytesIO
from threading import local
from typing import TypeAlias

from lxml import etree  # type: ignore[import-untyped]  # lxml has no types of its own

from archiver.html.old_texts import convert_old_texts
from archiver.html.old_vietnamese import OldEncoding
from archiver.html.xml_tree import XmlElement

LEAST_LIBXML2 = (2, 14)
MOST_KEPT = 1_000_000
"""Letters of a page whose tree is kept until the next page is parsed."""

END = "archiver-end"
"""The element that stands where the beginning of a page ends."""

Markup: TypeAlias = XmlElement
"""An element of lxml's tree of a page; for reading alone, others may look at the same tree."""


class DeepMarkupError(Exception):
    """Elements nested deeper than libxml2 makes a tree of."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A page in lxml's tree, None where it has no element; ``old_encoding`` is how its texts were written before.

    ``bases`` is what its ``base`` elements say. Of one that is not whole the tree ends with an element ``END``.
    """

    html: str
    root: Markup | None
    bases: tuple[str, ...] = ()
    old_encoding: OldEncoding | None = None
    is_whole: bool = True


def parse_once(html: str) -> Parsed:
    """Parse a page, unless it was the last that was parsed; DeepMarkupError where its tree would not be whole."""
    kept: Parsed = vars(_KEPT).get("page", _NOTHING)
    return kept if kept.is_whole and kept.html == html else _parse(html, len(html))


def parse_beginning(html: str, end: int) -> Parsed:
    """Parse a page up to a place, with an element ``END`` there; all of it if that was done already.

    What the parser has ended by then stays as it is, whatever follows. Within a comment, tag or script there is no such
    element.
    """
    kept: Parsed = vars(_KEPT).get("page", _NOTHING)
    return kept if kept.html == html else _parse(html, end)


def look_at(html: str) -> Parsed:
    """Return what of a page was parsed last, its head at least; else parse it."""
    return parse_beginning(html, len(html))


def forget_markup() -> None:
    """Forget the page that was parsed last: to take its tree apart now takes a third of what it takes later."""
    _KEPT.page = _NOTHING


def encode_markup(html: str) -> bytes:
    """Write a page as its parser is to get it; a NUL is no letter, and none is lost to it."""
    return html.removeprefix("\ufeff").encode("utf-8", "replace").replace(b"\0", b"")


def make_parser(target: object = None) -> etree.HTMLParser:
    """Make a parser of pages, which builds a tree or tells a target what it reads."""
    return etree.HTMLParser(encoding="utf-8", huge_tree=True, default_doctype=False, collect_ids=False, target=target)


def _parse(html: str, end: int) -> Parsed:
    _KEPT.page = _NOTHING  # the next tree takes the place of the last, in memory too
    is_whole = end >= len(html)
    read = html if is_whole else f"{html[:end]}<{END}>"
    parser = make_parser()
    root = etree.parse(BytesIO(encode_markup(read)), parser).getroot()
    last = parser.error_log.last_error
    if last is not None and last.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        raise DeepMarkupError(last.message)
    parsed = Parsed(html, root, is_whole=is_whole)
    if root is not None:
        bases = tuple(base.get("href") for base in root.iter("base") if base.get("href"))
        parsed = Parsed(html, root, bases, convert_old_texts(root, read), is_whole)
    if len(html) <= MOST_KEPT:
        _KEPT.page = parsed
    return parsed


_KEPT = local()
_NOTHING = Parsed("", None)


def _require_libxml2(version: tuple[int, ...]) -> None:
    if version < LEAST_LIBXML2:
        raise ImportError(f"libxml2 2.14 or newer is needed, lxml has {'.'.join(map(str, version))}: install its wheel")


_require_libxml2(etree.LIBXML_VERSION)
