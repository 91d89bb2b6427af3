"""Finding the lines of a page that hold a text which an extractor took out of it."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise, takewhile

from archiver.html.elements import Element, attribute_of
from archiver.parsing.body.documents import is_document
from archiver.parsing.boilerplate.boxes import find_boilerplate
from archiver.parsing.generic.dates.info import CELLS
from archiver.parsing.generic.listings.teasers import is_bare_address
from archiver.parsing.generic.outline import Line, Outline
from archiver.parsing.generic.text.endings import is_foot, is_tool, opens_other
from archiver.text.cleaning import squeeze

# So many letters and digits of a line do not stand in a text by chance.
SURE = 20
# A cell of a table of values has fewer lines.
FEW_LINES = 4
# So many lines are looked at that may be one piece.
MOST_JOINED = 4
# What stands between the pieces of an extracted text: its lines, and the cells of its tables.
_BETWEEN = re.compile(r"[\n|]+")
# What is shorter is no sentence.
SHORTEST_SENTENCE = 20
ENDS_SENTENCE = re.compile(r"[.!?…。！？:;\"”’»）)]\W*$")
FULL_STOP = re.compile(r"[.!?…。！？]\W*$")
# Elements that are a part of a text, and hold no text of their own.
PARTS = frozenset(
    "p li ul ol tr td th tbody thead table h1 h2 h3 h4 h5 h6 blockquote pre dd dt dl center figure figcaption details "
    "summary".split()
)


def align_lines(outline: Outline, text: str) -> tuple[int, ...]:
    """Return the numbers of the lines that stand in ``text`` (a piece a line), and of those amid them."""
    pieces = _find_pieces(outline, text)
    found = sorted({*pieces, *_find_sentences(outline, pieces)})
    return tuple(sorted({*found, *_fill_gaps(outline, found)}))


def holder_of(outline: Outline, index: int) -> Element:
    """Return the element that holds the text which a line is a part of, whatever element makes it a paragraph.

    A cell with more than a few lines is no part of a table of values, but of one that arranges the page.
    """
    block = outline.lines[index].block
    span = outline.span_of(block)
    is_paragraph = span is not None and span.end - span.start == 1 and block.parent is not None
    around = block.parents if is_paragraph else (block, *block.parents)
    return next((element for element in around if _holds_text(outline, element)), block)


def _holds_text(outline: Outline, element: Element) -> bool:
    if element.name not in PARTS:
        return True
    span = outline.span_of(element) if element.name in CELLS else None
    return span is not None and span.end - span.start >= FEW_LINES


def place_of(outline: Outline, index: int) -> tuple[int, str, str]:
    """Return what the lines of one text have in common: their holder, or holders that look alike below one element."""
    holder = holder_of(outline, index)
    span = outline.span_of(holder)
    if holder.parent is None or span is None or span.end - span.start > 1:
        return id(holder), "", ""
    return id(holder.parent), holder.name, attribute_of(holder, "class")


def _find_pieces(outline: Outline, text: str) -> list[int]:
    letters = squeeze(text)
    pieces = {squeeze(piece) for piece in _BETWEEN.split(text)}
    squeezed = [squeeze(line.text) for line in outline.lines]
    found = set()
    for index, line in enumerate(squeezed):
        if line and (line in pieces or (len(line) >= SURE and line in letters)):
            found.add(index)
        elif line and line in letters:
            found.update(_join_lines(squeezed, index, pieces))
    return sorted(found)


def _join_lines(squeezed: list[str], start: int, pieces: set[str]) -> range:
    """Return the lines from ``start`` that make up one piece, which an extractor let run together; none where none."""
    ends = range(start + 2, min(start + MOST_JOINED, len(squeezed)) + 1)
    end = next((end for end in ends if "".join(squeezed[start:end]) in pieces), start)
    return range(start, end)


def _fill_gaps(outline: Outline, found: list[int]) -> Iterator[int]:
    """Yield the lines between two of a text that stand in the same elements, and are no links or buttons.

    Where whole sentences are all that stands between two, they are of the text whatever element holds them.
    """
    lines = outline.lines
    places = {place_of(outline, index) for index in found if len(lines[index].text) >= SURE}
    for before, after in pairwise(found):
        gap = range(before + 1, min(after, before + 1 + MOST_JOINED))
        is_said = after <= gap.stop and all(_is_said(lines[index]) for index in gap)
        for index in range(before + 1, after):
            if _may_be_text(lines[index]) and (is_said or place_of(outline, index) in places):
                yield index


def _is_said(line: Line) -> bool:
    return bool(FULL_STOP.search(line.text[-12:])) and not line.is_link and not line.heading


def _find_sentences(outline: Outline, found: list[int]) -> Iterator[int]:
    """Yield the sentences of a text that extractors leave out: for the name of an element, or as too short to be one.

    They stand amid the text, or above or below it in the element that holds the most of it.
    """
    root = _find_root(outline, found)
    span = outline.span_of(root) if root is not None else None
    if root is None or span is None:
        return
    inside = [index for index in found if span.start <= index < span.end]
    known = {outline.lines[index].text for index in found}
    lines = [index for index in range(span.start, span.end) if outline.lines[index].text not in known]
    if not any(_is_sentence(outline.lines[index]) for index in lines):
        return
    boilerplate, pictured = find_boilerplate(root).ids, _find_pictured(root)
    places = {place_of(outline, index) for index in inside}
    for index in lines:
        line = outline.lines[index]
        is_above = index < inside[0] and place_of(outline, index) not in places
        if is_above or line.is_link or _is_in(line, boilerplate):
            continue
        if index > inside[-1] and (opens_other(line) or place_of(outline, index) not in places):
            return
        if _is_sentence(line) and not _is_in(line, pictured):
            yield index


def _is_in(line: Line, elements: frozenset[int]) -> bool:
    return any(id(element) in elements for element in (*line.inlines, line.block, *line.block.parents))


def _find_root(outline: Outline, found: list[int]) -> Element | None:
    """Find the element that holds the most of a text."""
    masses: Counter[int] = Counter()
    holders = {}
    for index in found:
        holder = holder_of(outline, index)
        if place_of(outline, index)[0] != id(holder) and holder.parent is not None:
            holder = holder.parent
        holders[id(holder)] = holder
        masses[id(holder)] += outline.lines[index].mass
    return holders[masses.most_common(1)[0][0]] if masses else None


def _is_sentence(line: Line) -> bool:
    is_ended = bool(FULL_STOP.search(line.text[-12:]))
    return is_ended and is_paragraph(line) and not line.heading and _may_be_text(line)


def _find_pictured(root: Element) -> frozenset[int]:
    """Return the ``id()`` of the elements within a text that hold a picture: a line in one is its caption."""
    found: set[int] = set()
    for picture in root.find_all("img"):
        for element in takewhile(lambda element: element is not root and id(element) not in found, picture.parents):
            found.add(id(element))
    return frozenset(found)


def is_paragraph(line: Line) -> bool:
    """Say whether a line is a paragraph: long, or a sentence."""
    is_sentence = line.mass >= SHORTEST_SENTENCE and bool(ENDS_SENTENCE.search(line.text[-12:]))
    return not line.is_link and (line.is_long or is_sentence)


def _may_be_text(line: Line) -> bool:
    if line.boilerplate or is_tool(line) or is_foot(line):
        return False
    return not line.is_link or bool(line.heading) or is_bare_address(line.text) or any(map(is_document, line.hrefs))
