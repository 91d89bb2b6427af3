"""From the bytes of a feed or a sitemap to a tree, safely."""

import re
import zlib
from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree  # type: ignore[import-untyped]  # lxml has no types of its own

from archiver.html.decoding import decode_page
from archiver.model import Headers
from archiver.text.cleaning import clean_text

# The sitemap protocol allows 50 MB after decompression.
MOST_BYTES = 50 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}?\?>")
_ENCODING = re.compile(rb"""^[^<]{0,20}<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""")
_ROOT = re.compile(r"<(?![?!])(?:[\w.-]{1,40}:)?([A-Za-z]{1,20})[\s/>]")
# Where markup is text.
_HIDING = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_HEAD = 4096

XmlElement: TypeAlias = Any
"""An element of lxml, which has no types of its own."""


class XmlRefusedError(Exception):
    """XML that no well-meaning server sends: entities of its own, more bytes than the protocol allows."""


class XmlTruncatedError(Exception):
    """XML that ends before its end."""


def unzip(body: bytes) -> bytes:
    """Undo gzip, where a body begins as such a file does; XmlRefusedError where more comes out than is allowed."""
    if not body.startswith(_GZIP):
        return body
    unpacking = zlib.decompressobj(wbits=31)
    try:
        plain = unpacking.decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise XmlRefusedError(f"broken gzip: {error}") from error
    if unpacking.unconsumed_tail:
        raise XmlRefusedError(f"more than {MOST_BYTES} bytes unpacked")
    return plain


def has_end(text: str, root: str) -> bool:
    """Say whether a document has the end of its root element, or one that needs none: it came whole then.

    No parser is asked: in feeds with broken markup the end tags of others are missing, and all of them came.
    """
    end = re.compile(rf"</(?:[\w.-]{{1,40}}:)?{root}\s*>|<(?:[\w.-]{{1,40}}:)?{root}(?:\s[^<>]*)?/>")
    return end.search(_HIDING.sub("", text)) is not None


def peek_root(body: bytes) -> str:
    """Return the name of the first element of a document, without its prefix; empty where there is none."""
    if body.startswith(_GZIP):
        try:
            body = zlib.decompressobj(wbits=31).decompress(body[: 2 * _HEAD], _HEAD)
        except zlib.error:
            return ""
    head = decode_page(body[:_HEAD] if len(body) > _HEAD else body, ())
    match = _ROOT.search(re.sub(r"<!--.*?-->", "", head, flags=re.DOTALL))
    return match[1] if match else ""


def parse_xml(body: bytes, headers: Headers, root: str) -> XmlElement | None:
    """Parse what a server sent, as far as it can be parsed; None where nothing can.

    XmlTruncatedError where the ``root`` element is never ended.

    Nothing is fetched, no entity is expanded (a document that declares one is refused: XmlRefusedError), and without
    ``huge_tree`` libxml2 ends at 256 levels and at texts of 10 MB.
    """
    declared = _ENCODING.match(body[:400])
    charset = (("content-type", f"charset={declared[1].decode('ascii')}"),) if declared else ()
    text = _DECLARATION.sub("", decode_page(body, (*charset, *headers)).replace("\0", "").lstrip("\ufeff"), count=1)
    if "<!ENTITY" in text or "<!entity" in text:
        raise XmlRefusedError("a document that declares entities")
    if not has_end(text, root):
        raise XmlTruncatedError(f"the document ends within <{root}>")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, encoding="utf-8"
    )
    try:
        return etree.fromstring(text.strip().encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def name_of(element: XmlElement) -> str:
    """Return an element's name without its namespace; empty for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children_named(element: XmlElement, *names: str) -> Iterator[XmlElement]:
    """Iterate over the elements directly below one that have one of these names, whatever their namespace."""
    return (child for child in element if name_of(child) in names)


def read_child(element: XmlElement, *names: str) -> str:
    """Return the text of the first child with the first of these names that has text, CDATA too; empty without."""
    for name in names:
        for child in children_named(element, name):
            if text := clean_text("".join(str(part) for part in child.itertext())):
                return text
    return ""
