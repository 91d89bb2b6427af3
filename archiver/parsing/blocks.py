"""The body of an article as blocks in reading order: one paragraph, list item or table row each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from bs4 import Tag
from bs4.element import NavigableString, PreformattedString

from archiver.model import Image
from archiver.parsing.links import Links
from archiver.parsing.text import clean_characters, clean_text

BLOCKS = frozenset(
    "address article aside blockquote body center caption dd div dl dt fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr html li main menu nav ol p pre section table tbody td tfoot th thead tr ul".split()
)
INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "u": "u", "sup": "sup", "sub": "sub"}
SKIPPED = frozenset("head iframe input noscript object option script select style textarea title".split())
_BLOCK_TAGS = {"li": "li"} | {f"h{level}": "h3" for level in range(1, 7)}
MAX_DEPTH = 500

Step = tuple[Literal["enter", "leave", "text"], Tag | str]


class TooDeepError(Exception):
    """Elements nested deeper than any real page nests them."""


@dataclass(frozen=True, slots=True)
class Block:
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
    """Reads the blocks below one element; ``furniture`` holds the ``id()`` of elements to leave out."""

    def __init__(self, links: Links, furniture: frozenset[int] = frozenset()) -> None:
        self._links = links
        self._furniture = furniture
        self._blocks: list[Block] = []
        self._draft = _Draft()
        self._inline: list[str] = []
        self._aligns: list[str] = [""]
        self._in_row = False

    def read(self, root: Tag) -> list[Block]:
        """Read all blocks; TooDeepError beyond ``MAX_DEPTH`` levels."""
        for kind, node in walk(root, self._furniture):
            if kind == "text":
                self._add_text(str(node))
            elif isinstance(node, Tag):
                self._enter(node) if kind == "enter" else self._leave(node)
        self._flush()
        return self._blocks

    def _enter(self, tag: Tag) -> None:
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

    def _leave(self, tag: Tag) -> None:
        if tag.name in INLINE or tag.name == "a":
            self._draft.html.append(f"</{self._inline.pop().split(' ', 1)[0]}>")
        elif tag.name in BLOCKS:
            self._leave_block(tag)

    def _enter_block(self, tag: Tag) -> None:
        self._aligns.append(_read_align(tag) or self._aligns[-1])
        if self._in_row:
            self._separate(tag.name)
            return
        self._flush()
        self._in_row = tag.name == "tr" and _is_row(tag)
        self._draft.tag = "tr" if self._in_row else _BLOCK_TAGS.get(tag.name, "p")

    def _leave_block(self, tag: Tag) -> None:
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

    def _read_link(self, tag: Tag) -> str:
        url = self._links.resolve(str(tag.get("href") or ""))
        if url is None:
            return "span"
        self._draft.has_link = True
        return f'a href="{escape(url)}"'

    def _add_image(self, tag: Tag) -> None:
        url = self._links.resolve(str(tag.get("data-src") or tag.get("src") or ""))
        if url:
            self._draft.images.append(Image(url, alt=clean_text(str(tag.get("alt") or "")) or None))

    def _add_text(self, text: str) -> None:
        spaced = " ".join(text.split())
        if not spaced:
            self._append(" " if text else "")
            return
        spaced = f"{' ' if text[0].isspace() else ''}{spaced}{' ' if text[-1].isspace() else ''}"
        self._draft.align = self._draft.align or self._aligns[-1]
        self._draft.plain |= "strong" not in self._inline and self._draft.tag != "h3"
        self._draft.upright |= "em" not in self._inline
        self._append(spaced)

    def _append(self, text: str) -> None:
        self._draft.text.append(text)
        self._draft.html.append(escape(clean_characters(text), quote=False))

    def _flush(self) -> None:
        draft, tag = self._draft, self._draft.tag
        text = _tidy("".join(draft.text))
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


def walk(root: Tag, skipped: frozenset[int] = frozenset()) -> Iterator[Step]:
    """Walk a tree in reading order without recursion, leaving out scripts, comments and elements in ``skipped``.

    ``skipped`` holds the ``id()`` of elements. TooDeepError beyond ``MAX_DEPTH`` levels.
    """
    stack = [(root, iter(root.contents))]
    while stack:
        parent, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if stack:
                yield "leave", parent
        elif isinstance(child, Tag):
            if child.name in SKIPPED or id(child) in skipped:
                continue
            if len(stack) > MAX_DEPTH:
                raise TooDeepError
            yield "enter", child
            stack.append((child, iter(child.contents)))
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            yield "text", str(child)


def _is_row(row: Tag) -> bool:
    """Say whether a table row holds values side by side; rows around images or long texts only arrange the page."""
    cells = row.find_all(["td", "th"], recursive=False)
    if len(cells) < 2 or row.find(["img", "table"]):
        return False
    return all(len(cell.find_all("p", limit=4)) < 4 for cell in cells)


def _read_align(tag: Tag) -> str:
    if tag.name == "center":
        return "center"
    style = str(tag.get("style") or "").lower().replace(" ", "")
    _, found, value = style.partition("text-align:")
    return value.split(";", 1)[0] if found else str(tag.get("align") or "").lower()


def _tidy(text: str) -> str:
    """Clean the lines of a text one by one; empty ones go, and so do empty cells' surroundings."""
    lines = ("\t".join(clean_text(cell) for cell in line.split("\t")) for line in clean_characters(text).split("\n"))
    return "\n".join(line for line in (line.strip() for line in lines) if line)
