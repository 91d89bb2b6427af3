"""Texts of a page that fonts of their own show as Vietnamese are put into Unicode, in lxml's tree of it."""

import re
from collections.abc import Iterator

from lxml import etree  # type: ignore[import-untyped]  # lxml has no types of its own

from archiver.html.old_vietnamese import OldEncoding, find_old_encoding
from archiver.html.xml_tree import XmlElement

_SILENT = frozenset({"script", "style"})
_ATTRIBUTES = ("alt", "title", "content")
# Letters that no text of some length does without: à, á, ạ of TCVN3, đ and ư of VNI.
_TCVN3_LETTERS = {"µ": ("&micro;", "&#181;"), "¸": ("&cedil;", "&#184;"), "¹": ("&sup1;", "&#185;")}
_VNI_LETTERS = {"ñ": ("&ntilde;", "&#241;"), "ö": ("&ouml;", "&#246;")}
_LEAST_LETTERS = 2
_UNWRITTEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # lxml takes no such letters
# These fonts show small letters as capitals.
_CAPITALS = re.compile(r"\.vn\w*h\b", re.IGNORECASE)


def convert_old_texts(root: XmlElement, html: str) -> OldEncoding | None:
    """Convert the texts of a page that were written for such fonts; None, and nothing changes, where there are none."""
    encoding = find_old_encoding(_list_texts(root)) if _may_be_old(html) else None
    if encoding is None:
        return None
    for node in root.iter():
        _convert_node(node, encoding)
    if encoding.name == "TCVN3":
        _raise_capitals(root)
    return encoding


def _may_be_old(html: str) -> bool:
    """Say whether a page has letters enough that such texts do not do without; of nearly all pages that is all."""
    tcvn3, vni = (
        [_count(html, letter, spellings) >= _LEAST_LETTERS for letter, spellings in letters.items()]
        for letters in (_TCVN3_LETTERS, _VNI_LETTERS)
    )
    return any(tcvn3) or all(vni)


def _count(html: str, letter: str, spellings: tuple[str, ...]) -> int:
    """Count a letter in a page; as entities where the page has no other letters than those of ASCII."""
    if html.isascii():
        return sum(map(html.count, spellings)) if "&" in html else 0
    return html.count(letter) if letter in html else 0


def _list_texts(root: XmlElement) -> Iterator[str]:
    for node in root.iter():
        if _is_spoken(node) and node.text:
            yield node.text
        if node.tail:
            yield node.tail


def _is_spoken(node: XmlElement) -> bool:
    return isinstance(node.tag, str) and node.tag not in _SILENT


def _convert_node(node: XmlElement, encoding: OldEncoding) -> None:
    if node.tail and encoding.fits(node.tail):
        node.tail = _UNWRITTEN.sub("", encoding.convert(node.tail))
    if not _is_spoken(node):
        return
    if node.text and encoding.fits(node.text):
        node.text = _UNWRITTEN.sub("", encoding.convert(node.text))
    for name in _ATTRIBUTES:
        if (value := node.get(name)) and encoding.fits(value):
            node.set(name, _UNWRITTEN.sub("", encoding.convert(value)))


def _raise_capitals(root: XmlElement) -> None:
    raised: set[XmlElement] = set()
    for element in root.iter(etree.Element):
        font = f"{element.get('face', '')} {element.get('style', '')}"
        if element in raised or not _CAPITALS.search(font):
            continue
        for below in element.iter(etree.Element):
            raised.add(below)
            below.text = below.text and _UNWRITTEN.sub("", below.text.upper())
            if below is not element:
                below.tail = below.tail and _UNWRITTEN.sub("", below.tail.upper())
