"""Whether all of a page came, told by how its text ends.

A length and well-ended chunks say only that all came that the server had at hand: one that dies while it writes, or a
cache that kept half a page, sends both. HTML lets many end tags be left out, ``</html>`` too, so a page is cut where it
ends within something that must be ended: a letter, an entity, a tag, a comment, a script, an element such as ``div``.
"""

import re
from dataclasses import dataclass

from archiver.html.decoding import decode_page
from archiver.model import Headers
from archiver.parsing.pages.open_elements import INLINE, OPTIONAL, VOID, OpenElements, Paragraphs

_START = re.compile(r"<(?:!--|[!?]|/?[a-zA-Z]|/[^>])")
# What begins like a tag and is read as a comment.
_DECLARATION = re.compile("<(?:[!?]|/[^a-zA-Z])")
# A tag as the HTML standard reads it (13.2.5): a ``>`` within a quoted value ends none.
_TAG = re.compile(
    r"""</?(?P<name>[a-zA-Z][^\s/>]*+)"""
    r"""(?:[\s/]++|(?:=[^\s/>=]*+|[^\s/>=]++)(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|(?!["'])[^\s>]*+)|(?!\s*+=)))*+>"""
)
# What holds text and no tags; it is ended by its own end tag alone.
_RAW = {
    name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}
_COMMENT_END = re.compile("--!?>")
_OF_HEAD = frozenset("html head meta link base title script style noscript".split())
_UNFINISHED_ENDS = (
    (re.compile("\ufffd\\Z"), "a letter"),
    (re.compile(r"</?\Z"), "a tag"),
    (re.compile(r"&(?:#[0-9a-zA-Z]{0,8}|[a-zA-Z][a-zA-Z0-9]{0,31})?\Z"), "an entity"),
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# What whole pages are wrapped in, and whose ends their authors forget.
_WRAPPERS = INLINE | {"center", "div", "form", "main", "section"}
_MOST_OPEN = 2000


@dataclass(frozen=True, slots=True)
class Truncation:
    """Within what a page ends.

    ``tail`` is None where that is certain. Else the page ends behind the end of an element, within a single one that
    has none, and may be whole and badly written: it is where the former begins, in the text. If the page reads the same
    without it, all that is read stood before, and more followed that is not: it was whole.
    """

    inside: str
    tail: int | None = None


def find_truncation(body: bytes, headers: Headers) -> Truncation | None:
    """Say within what a page ends; None for one that came whole, and for what is no HTML.

    Of nearly every page the last bytes are enough; one without ``</body>`` and ``</html>`` is walked through.
    """
    if body[-1024:].rstrip()[-7:].lower() == b"</html>":
        return None
    if _has_end(_lower(body, headers)):
        return None
    html = decode_page(body, headers)
    return None if html.lstrip("\ufeff \t\r\n").startswith(("{", "[")) else _Walk(html).judge()


def is_never_ended(body: bytes, headers: Headers) -> bool:
    """Say whether a page begins with ``<html>`` or ``<body>`` and has the end of neither, which is allowed."""
    page = _lower(body, headers)
    begins = b"<html" in page or b"<body" in page
    return begins and b"</html" not in page and b"</body" not in page


def _lower(body: bytes, headers: Headers) -> bytes:
    if body.startswith(_UTF_16):
        body = decode_page(body, headers).encode("utf-8", "replace")
    return body.lower()


def _has_end(page: bytes) -> bool:
    """Say whether a page, in lower case, has its end, and nothing to be read behind it: caches write comments there.

    A page that was pasted into another brings an end of its own; so there must be one for each beginning.
    """
    end = max(page.rfind(b"</html"), page.rfind(b"</body"))
    if end < 0 or page.count(b"<body") > max(page.count(b"</body"), 1):
        return False
    walk = _Walk(page[end:].decode("utf-8", "replace"))
    walk.judge()
    return walk.last_text < 0


class _Walk:
    """A walk through a page, tag by tag."""

    def __init__(self, html: str) -> None:
        self.last_text = -1
        self._html = html
        self._open = OpenElements()
        self._unfinished = ""
        self._is_markup = False
        self._is_in_head = False
        self._is_behind_end = False
        self._paragraphs = Paragraphs()

    def judge(self) -> Truncation | None:
        """Walk to the end, and say within what that is."""
        at = 0
        while at >= 0 and (match := _START.search(self._html, at)):
            self._read_text(at, match.start())
            at = self._read_tag(match.start())
            if len(self._open) > _MOST_OPEN:
                return None
        if at >= 0:
            self._read_text(at, len(self._html))
        if not self._is_markup:
            return None
        return Truncation(self._unfinished) if self._unfinished else self._judge_end()

    def _judge_end(self) -> Truncation | None:
        for pattern, name in _UNFINISHED_ENDS:
            if pattern.search(self._html):
                return Truncation(name)
        if len(self._open):
            return Truncation(f"<{self._open.innermost}>", self._find_tail())
        if self._paragraphs.is_last_alone_open:
            return Truncation("<p>, where all others were ended")
        return Truncation("its head") if self._is_in_head else None

    def _find_tail(self) -> int | None:
        """Find what stands last in the one element that was never ended, where nothing but an end tag is missing."""
        is_wrapped = len(self._open) == 1 and self._open.innermost in _WRAPPERS
        return self._open.last_ended if is_wrapped and self._is_behind_end else None

    def _read_text(self, start: int, end: int) -> None:
        if self._html[start:end].strip():
            self.last_text = start
            self._is_behind_end = self._is_in_head = False

    def _read_tag(self, at: int) -> int:
        """Read a tag, a comment or a declaration; returns where it ends, -1 where it does not."""
        html = self._html
        if html.startswith("<!--", at):
            return self._skip_comment(at + 4)
        if _DECLARATION.match(html, at):
            self._is_markup = True
            return self._skip_declaration(at)
        tag = _TAG.match(html, at)
        if tag is None:
            return self._break_off("a tag")
        name = tag["name"].lower()
        if html[at + 1] == "/":
            self._end_element(name)
            return tag.end()
        self._is_markup = True
        if name not in _RAW:
            self._begin_element(name, at, is_ended=html[tag.end() - 2] == "/")
            return tag.end()
        end = _RAW[name].search(html, tag.end())
        return end.start() if end else self._break_off(f"<{name}>")

    def _skip_comment(self, start: int) -> int:
        """Skip the rest of a comment; ``<!-->`` and ``<!--->`` are whole ones."""
        is_empty = self._html.startswith((">", "->"), start)
        end = _COMMENT_END.search(self._html, start - 2 if is_empty else start)
        return end.end() if end else self._break_off("a comment")

    def _skip_declaration(self, at: int) -> int:
        end = self._html.find(">", at)
        return end + 1 if end >= 0 else self._break_off("a declaration")

    def _break_off(self, name: str) -> int:
        self._unfinished = name
        return -1

    def _begin_element(self, name: str, at: int, *, is_ended: bool) -> None:
        self._is_in_head = name in ("html", "head") or (self._is_in_head and name in _OF_HEAD)
        if name in VOID:
            return
        self._is_behind_end = False
        self._paragraphs.note_begin(name)
        if name not in OPTIONAL and not is_ended:
            self._open.begin(name, at)

    def _end_element(self, name: str) -> None:
        self._is_behind_end = True
        self._is_in_head = self._is_in_head and name in _OF_HEAD - {"head"}
        self._paragraphs.note_end(name)
        self._open.end(name, self.last_text)
