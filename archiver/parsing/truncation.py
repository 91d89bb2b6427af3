"""Whether all of a page came, told by how its text ends.

A length and well-ended chunks say only that all came that the server had at hand: one that dies while it writes, or a
cache that kept half a page, sends both. HTML lets many end tags be left out, ``</html>`` too, so a page is cut where it
ends within something that must be ended: a letter, an entity, a tag, a comment, a script, an element such as ``div``.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

from archiver.model import Headers
from archiver.parsing.text import decode_page

_START = re.compile(r"<(?:!--|[!?]|/?[a-zA-Z])")
# A tag as the HTML standard reads it (13.2.5): a ``>`` within a quoted value ends none.
_TAG = re.compile(
    r"""</?(?P<name>[a-zA-Z][^\s/>]*+)"""
    r"""(?:[\s/]++|=|[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'>][^\s>]*+)?+)?+)*+>"""
)
_VOID = frozenset(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
# Whose end tags may be left out (13.1.2.4).
_OPTIONAL = frozenset(
    "html head body li dt dd p rb rt rtc rp optgroup option colgroup caption thead tbody tfoot tr td th".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark nobr q s samp small span strike strong "
    "sub sup time tt u var".split()
)
# What holds text and no tags; it is ended by its own end tag alone.
_RAW = {
    name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}
_OF_HEAD = frozenset("html head meta link base title script style noscript".split())
_UNFINISHED_ENDS = (
    (re.compile("\ufffd\\Z"), "a letter"),
    (re.compile(r"</?\Z"), "a tag"),
    (re.compile(r"&(?:#[0-9a-zA-Z]{0,8}|[a-zA-Z][a-zA-Z0-9]{0,31})?\Z"), "an entity"),
)
_ENDS = (b"</html>", b"</body>")
_LAST_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_NEAR = 65_536
_MOST_OPEN = 2000
_BLOCK = "any block"


@dataclass(frozen=True, slots=True)
class Truncation:
    """Within what a page ends.

    ``tail`` is None where that is certain. Else the page ends behind an element that was ended, within others that were
    not, and may be whole and badly written all the same: it begins there, in the text. A page that reads the same
    without it had shown all that is read before, and more that is not: it was whole.
    """

    inside: str
    tail: int | None = None


def find_truncation(body: bytes, headers: Headers) -> Truncation | None:
    """Say within what a page ends; None for one that came whole, and for what is no HTML.

    Of nearly every page the last bytes are enough; one without ``</body>`` and ``</html>`` is walked through.
    """
    if body[-1024:].rstrip()[-7:].lower() in _ENDS:
        return None
    html = decode_page(body, headers)
    if html.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return None
    ends = [match.end() for match in _LAST_END.finditer(html, max(0, len(html) - _NEAR))]
    return None if ends and _is_idle(html[ends[-1] :]) else _Walk(html).judge()


def _is_idle(html: str) -> bool:
    """Say whether nothing is to be read in a piece of a page: caches write comments behind its end."""
    walk = _Walk(html)
    walk.judge()
    return walk.last_text < 0


class _Walk:
    """A walk through a page, tag by tag."""

    def __init__(self, html: str) -> None:
        self.last_text = -1
        self._html = html
        self._open = _OpenElements()
        self._unfinished = ""
        self._has_tags = False
        self._is_in_head = False
        self._is_behind_end = False
        self._paragraphs = _Paragraphs()

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
        if not self._has_tags:
            return None
        return Truncation(self._unfinished) if self._unfinished else self._judge_end()

    def _judge_end(self) -> Truncation | None:
        for pattern, name in _UNFINISHED_ENDS:
            if pattern.search(self._html):
                return Truncation(name)
        if len(self._open):
            return Truncation(f"<{self._open.innermost}>", self._open.last_ended if self._is_behind_end else None)
        if self._paragraphs.is_last_alone_open:
            return Truncation("<p>, where all others were ended")
        return Truncation("its head") if self._is_in_head else None

    def _read_text(self, start: int, end: int) -> None:
        if self._html[start:end].strip():
            self.last_text = start
            self._is_behind_end = self._is_in_head = False

    def _read_tag(self, at: int) -> int:
        """Read a tag, a comment or a declaration; returns where it ends, -1 where it does not."""
        html = self._html
        if html.startswith("<!--", at):
            return self._skip_to("-->", at + 2, "a comment")
        if html[at + 1] in "!?":
            return self._skip_to(">", at, "a declaration")
        tag = _TAG.match(html, at)
        if tag is None:
            return self._break_off("a tag")
        name = tag["name"].lower()
        if html[at + 1] == "/":
            self._end_element(name)
            return tag.end()
        self._has_tags = True
        if name not in _RAW:
            self._begin_element(name, at, is_ended=html[tag.end() - 2] == "/")
            return tag.end()
        end = _RAW[name].search(html, tag.end())
        return end.start() if end else self._break_off(f"<{name}>")

    def _skip_to(self, mark: str, start: int, name: str) -> int:
        end = self._html.find(mark, start)
        return end + len(mark) if end >= 0 else self._break_off(name)

    def _break_off(self, name: str) -> int:
        self._unfinished = name
        return -1

    def _begin_element(self, name: str, at: int, *, is_ended: bool) -> None:
        self._is_in_head = name in ("html", "head") or (self._is_in_head and name in _OF_HEAD)
        if name in _VOID:
            return
        self._is_behind_end = False
        self._paragraphs.note_begin(name)
        if name not in _OPTIONAL and not is_ended:
            self._open.begin(name, at)

    def _end_element(self, name: str) -> None:
        self._is_behind_end = True
        self._is_in_head = self._is_in_head and name in _OF_HEAD - {"head"}
        self._paragraphs.note_end(name)
        self._open.end(name, self.last_text)


class _Paragraphs:
    """Whether a page ends all its paragraphs: then the last one, left open, was not left so by its author."""

    def __init__(self) -> None:
        self._begun = 0
        self._ended = 0
        self._is_open = False

    @property
    def is_last_alone_open(self) -> bool:
        return self._is_open and self._begun == self._ended + 1 > 1

    def note_begin(self, name: str) -> None:
        self._is_open = name == "p" or (self._is_open and name in _INLINE)
        self._begun += name == "p"

    def note_end(self, name: str) -> None:
        self._is_open = self._is_open and name in _INLINE
        self._ended += name == "p"


class _OpenElements:
    """The elements that are open and want to be ended, the innermost last.

    As in a browser, an end tag in a table ends nothing that stands around the table, and that of an inline element
    nothing that stands around a block.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._starts: list[int] = []
        self._last_ended: list[int | None] = [None]
        self._places: dict[str, list[int]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def innermost(self) -> str:
        return self._names[-1]

    @property
    def last_ended(self) -> int | None:
        """Where the last element begins that was ended within the innermost one, and has text."""
        return self._last_ended[-1]

    def begin(self, name: str, at: int) -> None:
        for group in self._groups_of(name):
            self._places[group].append(len(self._names))
        self._names.append(name)
        self._starts.append(at)
        self._last_ended.append(None)

    def end(self, name: str, last_text: int) -> None:
        """End the innermost element of a name, and with it all that is open within."""
        place = self._place_of(name)
        if place < max(self._place_of(_BLOCK if name in _INLINE else "table"), 0):
            return
        start = self._starts[place]
        while len(self._names) > place:
            self._drop_innermost()
        if last_text >= start:
            self._last_ended[-1] = start

    def _drop_innermost(self) -> None:
        for group in self._groups_of(self._names.pop()):
            self._places[group].pop()
        self._starts.pop()
        self._last_ended.pop()

    def _place_of(self, name: str) -> int:
        places = self._places[name]
        return places[-1] if places else -1

    def _groups_of(self, name: str) -> tuple[str, ...]:
        return (name,) if name in _INLINE else (name, _BLOCK)
