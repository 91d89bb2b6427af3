"""The tags of a page where they stand in its text, as browsers find them: to change some and leave the rest as it is.

A tree would not do: written anew, it is no longer the page that was received. What is a tag, an attribute, a comment
is read as the HTML standard has it (13.2.5), in linear time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape

_BEGINNING = re.compile(r"<(?:!--|[!?]|/?[a-z]|/)", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))", re.DOTALL)
_NAME = re.compile(r"<(/?)([a-z][^\s/>]*+)", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(=?[^\s/>=]++|=[^\s/>=]*+)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|["'].*+|[^\s>]*+))?+""", re.DOTALL
)
_END = re.compile(r"[\s/]*+>")
# Named references without their semicolon are letters of an address where more letters follow (13.2.5.73).
_REFERENCE = re.compile(r"&(?:#x?[0-9a-f]+;?|[a-z][a-z0-9]*(?:;|(?![=a-z0-9])))", re.IGNORECASE)
# What stands in these is text up to their own end; noscript is none where no script runs.
_TEXTS = frozenset("script style textarea title xmp iframe noembed noframes".split())


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag: where it stands, its attributes in their order, and where the text ends that it begins.

    ``end`` is behind the tag; ``text_end`` is behind the text of an element that holds nothing else, and else ``end``.
    """

    name: str
    start: int
    end: int
    text_end: int
    attributes: tuple[tuple[str, str], ...]
    is_closed: bool

    def get(self, name: str) -> str:
        """Return the value of an attribute; empty where it has none. Of two with one name the first counts."""
        return next((value for known, value in self.attributes if known == name), "")

    def write(self, changes: dict[str, str | None]) -> str:
        """Write the tag with other values of attributes; those that are None are left out, new ones stand last."""
        kept = dict(reversed(self.attributes))  # of two with one name the first counts
        ordered = {name: kept[name] for name, _ in self.attributes} | changes
        written = "".join(f' {name}="{escape(value)}"' for name, value in ordered.items() if value is not None)
        return f"<{self.name}{written}{' /' if self.is_closed else ''}>"


def list_tags(html: str) -> Iterator[Tag]:
    """List the start tags of a page; what stands in comments, scripts and texts is none."""
    place = 0
    while found := _BEGINNING.search(html, place):
        place = found.start()
        name = _NAME.match(html, place)
        if name is None:
            place = _skip(html, place)
            continue
        attributes, end = _read_attributes(html, name.end())
        if end is None:  # the page ends within the tag, so there is none
            return
        place = end
        if not name[1]:
            lower = name[2].lower()
            place = _find_end_of_text(html, end, lower) if lower in _TEXTS else end
            yield Tag(lower, found.start(), end, place, attributes, html[end - 2] == "/")


def _skip(html: str, place: int) -> int:
    """Return the place behind a comment, a doctype or what a browser takes for a comment."""
    comment = _COMMENT.match(html, place)
    if comment:
        return comment.end()
    end = html.find(">", place)
    return len(html) if end < 0 else end + 1


def _read_attributes(html: str, place: int) -> tuple[tuple[tuple[str, str], ...], int | None]:
    """Read attributes up to the end of their tag; None where the page ends before."""
    attributes: list[tuple[str, str]] = []
    while True:
        if end := _END.match(html, place):
            return tuple(attributes), end.end()
        found = _ATTRIBUTE.match(html, place)
        if found is None:
            return (), None
        attributes.append((found[1].lower(), _read_value(found[2] or "")))
        place = found.end()


def _read_value(written: str) -> str:
    value = written[1:-1] if written[:1] in ('"', "'") else written
    return _REFERENCE.sub(lambda match: unescape(match[0]), value) if "&" in value else value


def _find_end_of_text(html: str, place: int, name: str) -> int:
    """Return where the end tag of an element begins that holds text only."""
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, place)
    return found.start() if found else len(html)
