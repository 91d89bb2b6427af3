"""The body of an article as blocks in reading order: one paragraph, list item or table row each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from bs4.element import NavigableString

from archiver.model import Image
from archiver.parsing.document import TooDeepError
from archiver.parsing.links import Links
from archiver.parsing.pictures import read_image
from archiver.parsing.text import clean_line, clean_piece, clean_text
from archiver.platforms.elements import (
    Element,
    alignment_of,
    attribute_of,
    children_named,
    children_of,
    elements_below,
    select,
    text_of,
)

BLOCKS = frozenset(
    "address article aside blockquote body center caption dd div dl dt fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr html li main menu nav ol p pre section table tbody td tfoot th thead tr ul".split()
)
INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "u": "u", "sup": "sup", "sub": "sub"}
SKIPPED = frozenset("head iframe input noscript object option script select style textarea title".split())
_BLOCK_TAGS = {"li": "li"} | {f"h{level}": "h3" for level in range(1, 7)}
_PLAIN = frozenset({"span", "font"})
MAX_DEPTH = 500


class Block(NamedTuple):
    """One paragraph, list item (``li``), heading (``h3``) or table row (``tr``).

    ``text`` keeps line breaks, and tabs between the cells of a row. ``bold`` and ``italic`` say that all of it is.
    """

    tag: str
    text: str
    html: str
    align: str = ""
    bold: bool = False
    italic: bool = False
    images: tuple[Image, ...] = ()
    has_link: bool = False


@dataclass(slots=True)
class _Draft:
    """The block that is being read."""

    tag: str = "p"
    text: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    align: str = ""
    plain: bool = False
    upright: bool = False
    has_link: bool = False


class BlockReader:
    """Reads the blocks below one element; ``furniture`` holds the ``id()`` of elements to be left out."""

    def __init__(self, links: Links, furniture: frozenset[int] = frozenset()) -> None:
        self._links = links
        self._furniture = furniture
        self._blocks: list[Block] = []
        self._draft = _Draft()
        self._inline: list[str] = []
        self._aligns: list[str] = [""]
        self._in_row = False

    def read(self, root: Element) -> list[Block]:
        """Read all blocks; TooDeepError beyond ``MAX_DEPTH`` levels."""
        self._open_tag(root)
        stack = [(root, children_of(root))]
        while stack:
            parent, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                self._close_tag(parent)
            elif isinstance(child, str):
                self._add_text(child)
            elif child.name not in SKIPPED and id(child) not in self._furniture:
                self._enter(child, stack)
        return self._blocks

    def _enter(self, tag: Element, stack: list[tuple[Element, Iterator[Element | str]]]) -> None:
        """Open an element and go on below it; a paragraph that is nothing but text is read at once."""
        if len(stack) > MAX_DEPTH:
            raise TooDeepError
        text = self._read_plain(tag) if tag.name == "p" else None
        if text is not None and not (self._inline or self._in_row):
            self._add_paragraph(tag, text)
            return
        self._open_tag(tag)
        stack.append((tag, children_of(tag) if text is None else iter((text,))))

    def _read_plain(self, tag: Element) -> str | None:
        """Return the text of an element that is nothing but text, fonts and colours; None for any other."""
        while len(tag.contents) == 1:  # most paragraphs are one text, perhaps in a colour
            child = tag.contents[0]
            if type(child) is NavigableString:
                return str(child)
            if not isinstance(child, Element) or not self._is_plain(child):
                break
            tag = child
        return text_of(tag) if all(self._is_plain(element) for element in elements_below(tag)) else None

    def _add_paragraph(self, tag: Element, text: str) -> None:
        """Add a paragraph that is nothing but text: most of an article is, and it needs no draft."""
        self._flush()
        clean = clean_line(text)
        if clean:
            align = alignment_of(tag) or self._aligns[-1]
            self._blocks.append(Block("p", clean, escape(clean, quote=False), align))

    def _is_plain(self, tag: Element) -> bool:
        """Say whether an element is nothing but a font or a colour."""
        return tag.name in _PLAIN and id(tag) not in self._furniture

    def _open_tag(self, tag: Element) -> None:
        name = tag.name
        if name in INLINE:
            self._open(INLINE[name])
        elif name in BLOCKS:
            self._enter_block(tag)
        elif name == "br":
            self._break_line()
        elif name == "a":
            self._open(self._read_link(tag))
        elif name == "img":
            self._add_image(tag)

    def _close_tag(self, tag: Element) -> None:
        if tag.name in INLINE or tag.name == "a":
            self._draft.html.append(f"</{self._inline.pop().split(' ', 1)[0]}>")
        elif tag.name in BLOCKS:
            self._leave_block(tag)

    def _enter_block(self, tag: Element) -> None:
        if not self._in_row:
            self._flush()
        self._aligns.append(alignment_of(tag) or self._aligns[-1])
        if self._in_row:
            self._separate(tag.name)
            return
        self._in_row = tag.name == "tr" and _is_row(tag)
        self._draft.tag = "tr" if self._in_row else _BLOCK_TAGS.get(tag.name, "p")

    def _leave_block(self, tag: Element) -> None:
        self._in_row &= tag.name != "tr"
        if not self._in_row:
            self._flush()
        self._aligns.pop()

    def _separate(self, name: str) -> None:
        """Keep the cells of a row apart by a tab, the paragraphs of a cell by a space."""
        if any(not part.isspace() for part in self._draft.text):
            self._draft.text.append("\t" if name in ("td", "th") else " ")
            self._draft.html.append("\t" if name in ("td", "th") else " ")

    def _break_line(self) -> None:
        tail = "".join(self._draft.text[-3:]).rstrip(" ")
        if tail.endswith("\n") and not self._in_row:
            self._flush()
            return
        self._draft.text.append("\n" if not self._in_row else " ")
        self._draft.html.append("<br>")

    def _open(self, element: str) -> None:
        self._inline.append(element)
        self._draft.html.append(f"<{element}>")

    def _read_link(self, tag: Element) -> str:
        url = self._links.resolve(attribute_of(tag, "href"))
        if url is None:
            return "span"
        self._draft.has_link = True
        return f'a href="{escape(url)}"'

    def _add_image(self, tag: Element) -> None:
        image = read_image(tag, self._links)
        if image:
            self._draft.images.append(image)

    def _add_text(self, text: str) -> None:
        if text.isspace() or not text:
            if self._draft.text:
                self._append(" ")
            return
        self._draft.align = self._draft.align or self._aligns[-1]
        self._draft.plain |= "strong" not in self._inline and self._draft.tag != "h3"
        self._draft.upright |= "em" not in self._inline
        self._append(clean_piece(text))

    def _append(self, clean: str) -> None:
        self._draft.text.append(clean)
        self._draft.html.append(escape(clean, quote=False))

    def _flush(self) -> None:
        draft, tag = self._draft, self._draft.tag
        if not (draft.text or draft.html or draft.images):
            draft.tag = "p"
            return
        text = _tidy(draft.text)
        if text or draft.images:
            closing = [f"</{element.split(' ', 1)[0]}>" for element in reversed(self._inline)]
            self._blocks.append(
                Block(
                    tag=tag,
                    text=text,
                    html="".join(draft.html + closing).strip(),
                    align=draft.align or self._aligns[-1],
                    bold=bool(text) and not draft.plain,
                    italic=bool(text) and not draft.upright,
                    images=tuple(draft.images),
                    has_link=draft.has_link,
                )
            )
        self._draft = _Draft(html=[f"<{element}>" for element in self._inline])


def _is_row(row: Element) -> bool:
    """Say whether a table row holds values side by side; rows around images or long texts only arrange the page."""
    cells = children_named(row, "td", "th")
    if len(cells) < 2 or any(below.name in ("img", "table") for below in elements_below(row)):
        return False
    return all(len(select(cell, "p")) < 4 for cell in cells)


def _tidy(pieces: list[str]) -> str:
    """Join clean pieces to clean lines; empty ones go, and so do empty cells' surroundings."""
    if len(pieces) == 1:
        return pieces[0].strip()
    lines = ("\t".join(map(clean_text, line.split("\t"))).strip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)
