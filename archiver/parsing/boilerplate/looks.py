"""How much text an element holds, and of what sort: what is printed in it, what is linked, what is prose."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from archiver.html.elements import Element, attribute_of, children_of
from archiver.html.flow import is_block
from archiver.parsing.boilerplate.visibility import SKIPPED
from archiver.text.cleaning import clean_text

# A line that is a paragraph of prose: long, or a whole sentence of some words.
_LONG_PROSE = 80
_SHORT_PROSE = 32
_ENDS_SENTENCE = re.compile(r"[.!?…。！？;][\"”’»)\]]*$")
_LARGE_SCRIPT = re.compile(r"[\u3040-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_FORM_PARTS = frozenset({"input", "textarea", "select", "button", "form"})
_NO_WAY = ("#", "javascript:")
MOST_LINES = 2000


@dataclass(slots=True)
class TextAmounts:
    """What an element shows: characters of text, of text that is linked, of prose that is not; its lines.

    ``links`` counts those that lead somewhere, ``images`` all images, ``pictures`` those in links; ``has_form`` says
    that it holds a field or a button.
    """

    text: int = 0
    linked: int = 0
    prose: int = 0
    links: int = 0
    images: int = 0
    pictures: int = 0
    has_form: bool = False
    lines: list[str] = field(default_factory=list)

    @property
    def first(self) -> str:
        """The first line, empty where there is none."""
        return self.lines[0] if self.lines else ""

    @property
    def is_linked(self) -> bool:
        """Whether most of the text, a heading aside, is linked."""
        return self.linked > 0 and self.linked >= 0.5 * (self.text - (len(self.first) if len(self.lines) > 1 else 0))

    @property
    def has_digits(self) -> bool:
        """Whether a number is printed."""
        return any(letter.isdigit() for line in self.lines for letter in line)


class _Measuring:
    """Walks an element once."""

    def __init__(self, left_out: frozenset[int] | set[int]) -> None:
        self._left_out = left_out
        self._look = TextAmounts()
        self._pieces: list[str] = []
        self._linked = 0
        self._links = 0

    def measure(self, root: Element) -> TextAmounts:
        self._enter(root)
        stack: list[tuple[Element, Iterator[Element | str]]] = [(root, children_of(root))]
        while stack:
            parent, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                self._leave(parent)
            elif isinstance(child, str):
                self._add(child)
            elif id(child) in self._left_out:
                continue
            elif child.name in SKIPPED:
                self._look.has_form |= child.name in _FORM_PARTS
            else:
                self._enter(child)
                stack.append((child, children_of(child)))
        self._flush()
        return self._look

    def _enter(self, element: Element) -> None:
        name = element.name
        if name == "br" or is_block(element):
            self._flush()
        self._look.has_form |= name in _FORM_PARTS
        if name == "a":
            self._links += 1
            href = attribute_of(element, "href")
            self._look.links += bool(href) and not href.startswith(_NO_WAY)
        elif name == "img":
            self._look.images += 1
            self._look.pictures += self._links > 0

    def _leave(self, element: Element) -> None:
        if is_block(element):
            self._flush()
        if element.name == "a":
            self._links -= 1

    def _add(self, text: str) -> None:
        self._pieces.append(text)
        if self._links > 0:
            self._linked += len(text.strip())

    def _flush(self) -> None:
        line = clean_text("".join(self._pieces)) if self._pieces else ""
        look = self._look
        if line:
            look.text += len(line)
            look.linked += min(self._linked, len(line))
            if len(look.lines) < MOST_LINES:
                look.lines.append(line)
            if is_prose(line, self._linked):
                look.prose += len(line) - self._linked
        self._pieces, self._linked = [], 0


def measure(element: Element, left_out: frozenset[int] | set[int] = frozenset()) -> TextAmounts:
    """Measure an element; ``left_out`` holds the ``id()`` of elements in it that do not count."""
    return _Measuring(left_out).measure(element)


def is_prose(line: str, linked: int = 0) -> bool:
    """Say whether a line is a paragraph of prose, most of it not linked."""
    length = len(line) + len(_LARGE_SCRIPT.findall(line))
    if 2 * linked > len(line):
        return False
    return length >= _LONG_PROSE or (length >= _SHORT_PROSE and _ENDS_SENTENCE.search(line) is not None)
