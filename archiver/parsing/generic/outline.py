"""The outline of a page: its lines of text in reading order, and which element holds which of them."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, takewhile
from typing import NamedTuple

from bs4.element import NavigableString, PreformattedString

from archiver.html.elements import Element, attribute_of, text_of
from archiver.html.flow import BLOCKS, is_block
from archiver.parsing.body.marks import mark_of
from archiver.parsing.boilerplate.visibility import SKIPPED, is_hidden
from archiver.parsing.pages.document import TooDeepError
from archiver.text.cleaning import clean_text
from archiver.text.raised import Level, is_level, shift_text

MAX_DEPTH = 2000
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# Never text of a page, or never text of its own.
_SKIPPED = SKIPPED | {"button", "map", "marquee"}
# Parts of a page that are around its content, unless they hold more than this share of its text: a form around most of
# it is the page itself (ASP.NET), else a search, a login or a poll.
_FURNITURE = {"nav": 0.5, "aside": 0.5, "footer": 0.5, "menu": 0.5, "form": 0.3}
MOST_MAINS = 4
MOST_DIGITS = 12
# An aside behind a paragraph of so many characters stands amid a text.
SHORTEST_BESIDE = 40
PARAGRAPH = 60
"""So much text that is not linked is a paragraph."""
# Scripts that write a word with one or two letters, and no spaces.
UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u9fff\uac00-\ud7af]")


def measure_text(text: str) -> int:
    """Count the characters of a text; a letter of a script that writes a word with one or two counts as two."""
    return len(text) if text.isascii() else len(text) + len(UNSPACED.findall(text))


@dataclass(slots=True)
class Line:
    """One line of text: a paragraph, a heading, a cell, or what stands between two of them.

    ``linked`` counts the characters that belong to links, ``anchors`` are these; ``block`` is the element that holds
    the line, ``inlines`` those within it that make up the line, ``heading`` its name if it is a heading, ``times`` the
    ``time`` elements in it. ``boilerplate`` says that it stands in a menu, a side column, a foot or a form.
    """

    text: str
    block: Element
    linked: int = 0
    heading: str = ""
    anchors: tuple[Element, ...] = ()
    inlines: tuple[Element, ...] = ()
    boilerplate: bool = False
    times: tuple[Element, ...] = ()

    @property
    def hrefs(self) -> tuple[str, ...]:
        """Where its links lead, as they are written."""
        return tuple(attribute_of(anchor, "href") for anchor in self.anchors)

    @property
    def is_link(self) -> bool:
        """Whether (nearly) all of it is a link."""
        return self.linked >= 0.8 * len(self.text)

    @property
    def mass(self) -> int:
        """How much text it adds to an article: none for boilerplate, and none that is linked."""
        return 0 if self.boilerplate else max(len(self.text) - self.linked, 0)

    @property
    def is_long(self) -> bool:
        """Whether it has as much text of its own as a paragraph."""
        mass = self.mass
        return mass >= PARAGRAPH or (mass > self.linked and measure_text(self.text) - 2 * self.linked >= PARAGRAPH)


class LineSpan(NamedTuple):
    """An element and its lines: from ``start`` up to, not including, ``end``."""

    element: Element
    depth: int
    start: int
    end: int


@dataclass(slots=True)
class Outline:
    """The lines of a page, the spans of its block elements in document order, and where its images stand.

    An image is a pair of the number of the line that follows it and its element.
    """

    lines: list[Line] = field(default_factory=list)
    spans: list[LineSpan] = field(default_factory=list)
    images: list[tuple[int, Element]] = field(default_factory=list)
    _by_id: dict[int, LineSpan] = field(default_factory=dict)
    _masses: list[int] = field(default_factory=list)

    def finish(self) -> "Outline":
        """Add what can be counted only when all lines are there."""
        self._by_id = {id(span.element): span for span in self.spans}
        self._masses = list(accumulate((line.mass for line in self.lines), initial=0))
        self._mark_boilerplate()
        self._masses = list(accumulate((line.mass for line in self.lines), initial=0))
        return self

    def _mark_boilerplate(self) -> None:
        """Mark the lines of menus, side columns, feet and forms that are not (nearly) the whole page."""
        whole = self.mass(0, len(self.lines)) or 1
        contents = [span for span in self.spans if span.element.name == "main"]
        steps = [0] * (len(self.lines) + 1)
        for span in self.spans:
            share = _FURNITURE.get(span.element.name)
            if share is None or self.mass(span.start, span.end) > share * whole or self._is_remark(span):
                continue
            if not any(span.start <= main.start and main.end <= span.end for main in contents[:MOST_MAINS]):
                steps[span.start] += 1
                steps[span.end] -= 1
        for line, depth in zip(self.lines, accumulate(steps), strict=False):
            line.boilerplate = depth > 0

    def _is_remark(self, span: LineSpan) -> bool:
        """Say whether an aside is a remark of the text: it stands amid its paragraphs and is mostly not links."""
        if span.element.name != "aside" or not any(map(_is_paragraph, span.element.previous_siblings)):
            return False
        return self.mass(span.start, span.end) >= 0.7 * sum(
            len(line.text) for line in self.lines[span.start : span.end]
        )

    def mass(self, start: int, end: int) -> int:
        """Return the mass of the lines from ``start`` up to ``end``."""
        return self._masses[end] - self._masses[start] if start < end else 0

    def span_of(self, element: Element) -> LineSpan | None:
        """Return the span of an element; None for one that is no block or was skipped."""
        return self._by_id.get(id(element))

    def around(self, line: int) -> Iterator[LineSpan]:
        """Yield the spans around a line, the innermost first."""
        element: Element | None = self.lines[line].block
        while element is not None:
            span = self.span_of(element)
            if span:
                yield span
            element = element.parent

    def images_in(self, start: int, end: int) -> list[Element]:
        """Return the images that stand between the lines ``start`` and ``end``."""
        first = bisect_left(self.images, start, key=lambda image: image[0])
        last = bisect_left(self.images, end + 1, key=lambda image: image[0])
        return [element for _, element in self.images[first:last]]

    def digits_from(self, index: int) -> str:
        """Return the text of a line, and if that is a digit those that stand in elements of their own behind it."""
        texts = [line.text for line in self.lines[index : index + MOST_DIGITS]]
        digits = list(takewhile(lambda text: len(text) == 1 and text.isdecimal(), texts))
        return " ".join(digits) or texts[0]


def read_outline(page: Element) -> Outline:
    """Read the outline of a page; TooDeepError for one that no reader could follow. Takes linear time."""
    return _Walker().walk(page)


class _Walker:
    """Walks a page once."""

    def __init__(self) -> None:
        self._outline = Outline()
        self._pieces: list[str] = []
        self._is_begun = False  # the line has a letter: joining its pieces for each picture would take squared time
        self._blocks: list[tuple[Element, int, int]] = []
        self._links: list[Element] = []
        self._linked = 0
        self._anchors: list[Element] = []
        self._inlines: list[Element] = []
        self._outermost: Element | None = None
        self._times: list[Element] = []
        self._levels: list[tuple[Element, Level]] = []

    def walk(self, page: Element) -> Outline:
        self._open(page)
        stack = [(page, iter(page.contents))]
        while stack:
            parent, children = stack[-1]
            for child in children:
                if isinstance(child, NavigableString):
                    if not isinstance(child, PreformattedString):
                        self._add(child)
                elif isinstance(child, Element) and child.name not in _SKIPPED and not is_hidden(child):
                    self._open(child)
                    stack.append((child, iter(child.contents)))
                    break
            else:
                stack.pop()
                self._close(parent)
            if len(stack) > MAX_DEPTH + 1:
                raise TooDeepError
        return self._outline.finish()

    def _open(self, tag: Element) -> None:
        name = tag.name
        if name in BLOCKS or is_block(tag) or not self._blocks:
            self._flush()
            self._outermost = None
            place = len(self._outline.spans)
            self._blocks.append((tag, len(self._outline.lines), place))
            self._outline.spans.append(LineSpan(tag, len(self._blocks), 0, 0))
        elif self._outermost is None:
            self._outermost = tag
        if name == "br":
            self._break()
        elif name == "a":
            self._links.append(tag)
        elif name == "img":
            self._outline.images.append((len(self._outline.lines) + self._is_begun, tag))
        elif name == "time":
            self._times.append(tag)
        elif (mark := mark_of(tag)) and is_level(mark):
            self._levels.append((tag, mark))

    def _close(self, tag: Element) -> None:
        if self._blocks and self._blocks[-1][0] is tag:
            self._flush()
            _, start, place = self._blocks.pop()
            end = len(self._outline.lines)
            self._outline.spans[place] = LineSpan(tag, len(self._blocks) + 1, start, end)
        elif tag is self._outermost:
            self._outermost = None
        if self._links and tag.name == "a":
            self._links.pop()
        if self._levels and self._levels[-1][0] is tag:
            self._levels.pop()

    def _break(self) -> None:
        """End a line, except within a heading, whose lines are one."""
        if self._blocks[-1][0].name in HEADINGS:
            self._pieces.append(" ")
        else:
            self._flush()

    def _add(self, text: str) -> None:
        self._is_begun = self._is_begun or bool(text and not text.isspace())
        self._pieces.append(shift_text(self._levels[-1][1], clean_text(text)) if self._levels else text)
        if self._outermost is not None and (not self._inlines or self._inlines[-1] is not self._outermost):
            self._inlines.append(self._outermost)
        if self._links:
            length = len(text.strip())
            self._linked += length
            if length and not (self._anchors and self._anchors[-1] is self._links[-1]):
                self._anchors.append(self._links[-1])

    def _flush(self) -> None:
        if not self._pieces:
            self._times = []
            return
        text = clean_text("".join(self._pieces)) if self._is_begun else ""
        if text:
            block = self._blocks[-1][0]
            headings = (tag.name for tag, _, _ in self._blocks[-3:] if tag.name in HEADINGS)
            self._outline.lines.append(
                Line(
                    text,
                    block,
                    min(self._linked, len(text)),
                    next(headings, ""),
                    tuple(self._anchors),
                    tuple(self._inlines),
                    times=tuple(self._times),
                )
            )
        self._is_begun = False
        self._pieces, self._linked, self._anchors, self._inlines, self._times = [], 0, [], [], []


def _is_paragraph(element: object) -> bool:
    """Say whether a sibling is a paragraph of some length."""
    return isinstance(element, Element) and element.name == "p" and len(whole_text(element)) >= SHORTEST_BESIDE


def whole_text(element: Element) -> str:
    """Return the clean text of an element."""
    return clean_text(text_of(element))
