"""The body of an article as blocks in reading order: one paragraph, list item or table row each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from bs4.element import NavigableString

from archiver.html.elements import (
    Element,
    alignment_of,
    attribute_of,
    children_named,
    children_of,
    elements_below,
    select,
    text_of,
)
from archiver.html.flow import is_block, keeps_lines
from archiver.html.links import Links
from archiver.model import Image, Link, Mark, MarkKind
from archiver.parsing.body.figures import find_figures
from archiver.parsing.body.marks import HTML_OF_MARKS, MarkedText, mark_of, settle_marks
from archiver.parsing.body.media import MEDIA, list_media
from archiver.parsing.body.pictures import IMAGES, list_unscripted, read_image
from archiver.parsing.boilerplate.visibility import SKIPPED
from archiver.parsing.pages.document import TooDeepError
from archiver.text.cleaning import clean_line, clean_piece, clean_text

INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "u": "u"}
_BLOCK_TAGS = {"li": "li"} | {f"h{level}": "h3" for level in range(1, 7)}
_PLAIN = frozenset({"span", "font"})
MAX_DEPTH = 500


class Block(NamedTuple):
    """One paragraph, list item (``li``), heading (``h3``) or table row (``tr``).

    ``text`` keeps line breaks, and tabs between the cells of a row. ``bold`` and ``italic`` say that all of it is.
    ``media`` is what is embedded there, as addresses, ``links`` are those that begin there, embedded things among them.
    ``figure`` is the number of the picture's box that it stands in, the same for the picture and its caption.
    """

    tag: str
    text: str
    html: str
    align: str = ""
    bold: bool = False
    italic: bool = False
    images: tuple[Image, ...] = ()
    has_link: bool = False
    marks: tuple[Mark, ...] = ()
    media: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    figure: int = 0


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
    runs: list[MarkedText] = field(default_factory=list)
    media: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


class BlockReader:
    """Reads the blocks below one element; ``boilerplate`` holds the ``id()`` of elements to be left out.

    A link that stands around a block, or before it, is one of its links; ``loose`` are those behind the last block.
    """

    def __init__(self, links: Links, boilerplate: frozenset[int] = frozenset()) -> None:
        self._links = links
        self._boilerplate = boilerplate
        self._blocks: list[Block] = []
        self._draft = _Draft()
        self._inline: list[str] = []
        self._aligns: list[str] = [""]
        self._in_row = False
        self._kept_lines = 0
        self._is_line_over = False  # what follows stands on the next line, in whatever element it begins
        self._figures: dict[int, int] = {}
        self._within: list[int] = [0]
        self._depths: Counter[MarkKind] = Counter()
        self.loose: list[Link] = []

    def read(self, root: Element) -> list[Block]:
        """Read all blocks; TooDeepError beyond ``MAX_DEPTH`` levels."""
        self._figures = find_figures(root)
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
            elif id(child) in self._boilerplate:
                continue
            elif child.name in MEDIA:
                self._add_media(child)
                if child.name not in SKIPPED:
                    self._enter(child, stack)
            elif child.name == "noscript":
                self._draft.images += list_unscripted(child, self._links)
            elif child.name not in SKIPPED:
                self._enter(child, stack)
        self.loose = self._draft.links
        return self._blocks

    def _enter(self, tag: Element, stack: list[tuple[Element, Iterator[Element | str]]]) -> None:
        """Open an element and go on below it; a paragraph that is nothing but text is read at once."""
        if len(stack) > MAX_DEPTH:
            raise TooDeepError
        is_line = tag.name == "p" and not (self._kept_lines or keeps_lines(tag)) and mark_of(tag) is None
        is_line &= id(tag) not in self._figures
        text = self._read_plain(tag) if is_line else None
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
            self._blocks.append(Block("p", clean, escape(clean, quote=False), align, figure=self._within[-1]))

    def _is_plain(self, tag: Element) -> bool:
        """Say whether an element is nothing but a font or a colour."""
        if tag.name not in _PLAIN or id(tag) in self._boilerplate:
            return False
        return not tag.attrs or not (mark_of(tag) or is_block(tag) or keeps_lines(tag))

    def _open_tag(self, tag: Element) -> None:
        name = tag.name
        if id(tag) in self._figures:
            self._enter_figure(self._figures[id(tag)])
        if is_block(tag):
            self._enter_block(tag)
        self._kept_lines += keeps_lines(tag)
        if name in INLINE:
            self._open(INLINE[name])
        elif name == "br":
            self._break_line()
        elif name == "a":
            self._open(self._read_link(tag))
        elif name in IMAGES:
            self._add_image(tag)
        elif name == "area":
            self._note_link(tag, clean_text(attribute_of(tag, "alt")))
        if mark := mark_of(tag):
            self._begin_mark(mark)

    def _close_tag(self, tag: Element) -> None:
        if self._depths and (mark := mark_of(tag)):
            self._end_mark(mark)
        if tag.name in INLINE or tag.name == "a":
            self._close()
        self._kept_lines -= keeps_lines(tag)
        if is_block(tag):
            self._leave_block(tag)
        if id(tag) in self._figures:
            self._enter_figure(0)

    def _begin_mark(self, mark: MarkKind) -> None:
        if not self._depths[mark]:
            self._draft.runs.append(MarkedText(mark, len(self._draft.text)))
        self._depths[mark] += 1
        self._open(HTML_OF_MARKS[mark])

    def _end_mark(self, mark: MarkKind) -> None:
        self._close()
        self._depths[mark] -= 1
        if not self._depths[mark]:
            del self._depths[mark]
            next(run for run in reversed(self._draft.runs) if run.kind == mark).end = len(self._draft.text)

    def _enter_figure(self, number: int) -> None:
        """Enter the box of a picture, or leave the innermost one (0)."""
        self._flush()
        if number:
            self._within.append(number)
        else:
            self._within.pop()

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
            self._draft.html += [*self._write_ends(), "\t", *self._write_begins()] if name in ("td", "th") else " "

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

    def _close(self) -> None:
        self._draft.html.append(f"</{self._inline.pop().split(' ', 1)[0]}>")

    def _write_begins(self) -> list[str]:
        return [f"<{element}>" for element in self._inline]

    def _write_ends(self) -> list[str]:
        return [f"</{element.split(' ', 1)[0]}>" for element in reversed(self._inline)]

    def _read_link(self, tag: Element) -> str:
        url = self._links.resolve(attribute_of(tag, "href"))
        target = self._note_link(tag, clean_text(text_of(tag)))
        self._draft.has_link |= url is not None
        href = url if url and (target is None or target.startswith("http")) else target
        return f'a href="{escape(href)}"' if href else "span"

    def _note_link(self, tag: Element, text: str) -> str | None:
        target = self._links.find_target(attribute_of(tag, "href"))
        if target:
            self._draft.links.append(Link(target, text, own=self._links.is_own(target)))
        return target

    def _add_media(self, tag: Element) -> None:
        urls = list_media(tag, self._links)
        self._draft.media += urls
        self._draft.links += [
            Link(url, clean_text(attribute_of(tag, "title")), "media", self._links.is_own(url)) for url in urls
        ]

    def _add_image(self, tag: Element) -> None:
        image = read_image(tag, self._links)
        if image:
            self._draft.images.append(image)

    def _add_text(self, text: str) -> None:
        """Add a text, line by line within what keeps its lines: an empty one ends a paragraph there."""
        if not self._kept_lines:
            self._add_piece(text)
            return
        for line in text.replace("\t", " ").splitlines(keepends=True):
            if self._is_line_over and self._draft.text:
                self._break_line()
            printed = line.splitlines()[0]
            self._add_piece(printed)
            self._is_line_over = printed != line

    def _add_piece(self, text: str) -> None:
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
        self._is_line_over = False
        if not (draft.text or draft.html or draft.images or draft.media):
            draft.tag = "p"
            return
        marks = settle_marks(draft.text, draft.runs) if draft.runs else ()
        text = _tidy(draft.text)
        if text or draft.images or draft.media:
            self._blocks.append(
                Block(
                    tag=tag,
                    text=text,
                    html="".join(draft.html + self._write_ends() if self._inline else draft.html).strip(),
                    align=draft.align or self._aligns[-1],
                    bold=bool(text) and not draft.plain,
                    italic=bool(text) and not draft.upright,
                    images=tuple(draft.images),
                    has_link=draft.has_link,
                    marks=marks,
                    media=tuple(draft.media),
                    links=tuple(draft.links),
                    figure=self._within[-1],
                )
            )
            draft.links = []
        self._draft = _Draft(html=self._write_begins(), links=draft.links)
        if self._depths:
            self._draft.runs += [MarkedText(kind, 0) for kind in self._depths]


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
