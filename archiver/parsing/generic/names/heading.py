"""Reading the text of a headline without what is glued to it: kickers, dates, counters, empty brackets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

from archiver.html.elements import Element, attribute_of, elements_below, text_of
from archiver.model import Count
from archiver.parsing.fields.counts import find_count, strip_count
from archiver.parsing.fields.date_forms import find_day
from archiver.parsing.fields.dates import is_date_part
from archiver.parsing.fields.labels import OTHER_COUNT
from archiver.parsing.generic.names.titles import Titles
from archiver.parsing.generic.outline import HEADINGS, Line
from archiver.text.cleaning import clean_text, squeeze

MOST_PIECES = 16
MOST_AROUND = 3
SHORTEST_REST = 8
LONGEST_COUNTER = 60
_EDGES = " \t|:;,-–—·•/»«›‹"
_SIGNS = frozenset("|:;–—-·•/»›(")
_EMPTY = re.compile(r"\s*(?:\(\s*\)|\[\s*\]|（\s*）|【\s*】|\{\s*\})")
_BRACKETS = re.compile(r"\s*[(\[（【]\s*(?P<inner>[^()\[\]（）【】]{1,60}?)\s*[)\]）】]\s*")
_CLOCK = re.compile(r"\W{0,3}\d{1,2}(?::|h|g| giờ )\d{2}(?::\d\d)?", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
# How those who write pages call a kicker: a hint, for a part of a heading that is an element of its own.
_KICKER = re.compile(
    r"kicker|top-?line|over-?line|roof-?line|dachzeile|super-?title|spitzmarke|eyebrow|pre-?title|antet[ií]tulo|surtitre"
    r"|over-?title|upper-?title|over-?head",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heading:
    """The text of a headline, and the view count that stood in it."""

    text: str
    views: Count | None = None


class _Split(NamedTuple):
    """A piece at an end of a heading, what is left without it, and the element that it is, if it is one.

    ``is_above`` says that the piece stands before the rest with no sign between them: as a line above it.
    """

    piece: str
    rest: str
    element: Element | None = None
    is_above: bool = False


def read_heading(line: Line, titles: Titles) -> Heading:
    """Read the text of a line that may be the headline, without what a title of the page tells it without.

    Dates and counters go without such a witness too where they are elements of their own or stand in brackets.
    """
    text = _EMPTY.sub("", line.text).strip() or line.text
    text, views = _drop_brackets(text, titles) if _DIGIT.search(text) else (text, None)
    if not line.heading:
        return Heading(text, views)
    whole = titles.has(text)
    for split in (*_split_elements(line, text), *_split_numbers(text)):
        if len(squeeze(split.rest)) >= SHORTEST_REST and _is_glued(split, titles, whole=whole):
            return Heading(split.rest, views or find_count(split.piece))
    return Heading(text, views)


def _drop_brackets(text: str, titles: Titles) -> tuple[str, Count | None]:
    """Drop brackets that hold nothing but a counter, or the day at an end, unless the page is titled so."""
    views = None
    for match in reversed(list(_BRACKETS.finditer(text))):
        inner = match["inner"]
        is_day = is_date_part(inner) and match.end() == len(text) and find_day(inner.lower()) and not titles.has(text)
        if is_day or _is_counter(inner):
            views = find_count(inner) or views
            text = f"{text[: match.start()]} {text[match.end() :]}".strip()
    return text, views


def _split_elements(line: Line, text: str) -> Iterator[_Split]:
    """Yield what the elements within a heading cut from its ends, and what they leave behind a sign."""
    around = islice(chain((line.block,), line.block.parents), MOST_AROUND)
    heading = next((element for element in around if element.name in HEADINGS), line.block)
    for element in islice(elements_below(heading), MOST_PIECES):
        piece = clean_text(text_of(element))
        if not piece or text in (piece, f"{piece} {piece}"):  # headings of boxes are printed twice
            continue
        if text.startswith(piece):
            rest = text[len(piece) :]
            yield _Split(piece, rest.strip(_EDGES), element, rest.lstrip() == rest.strip(_EDGES))
            if rest.strip()[:1] in _SIGNS:
                yield _Split(rest, piece)
        elif text.endswith(piece):
            yield _Split(piece, text[: -len(piece)].strip(_EDGES), element)
            if text[: -len(piece)].strip()[-1:] in _SIGNS:
                yield _Split(text[: -len(piece)], piece)


def _split_numbers(text: str) -> Iterator[_Split]:
    """Yield what is left without the day, or the view count, at an end of a heading."""
    if not _DIGIT.search(text):
        return
    day = find_day(text.lower().replace(": ", "  "))
    if day and not text[: day.start()].strip(_EDGES + "(["):
        clock = _CLOCK.match(text, day.end())
        end = clock.end() if clock else day.end()
        yield _Split(text[:end], text[end:].strip(_EDGES + ")]"))
    elif day and not text[day.end() :].strip(_EDGES + ")]"):
        yield _Split(text[day.start() :], text[: day.start()].strip(_EDGES + "(["))
    without = strip_count(text)
    if without != text and without and (text.startswith(without) or text.endswith(without)):
        yield _Split(text.replace(without, "", 1), without.strip(_EDGES))


def _is_glued(split: _Split, titles: Titles, *, whole: bool) -> bool:
    """Say whether a piece is glued to a headline; ``whole`` if a title of the page has it too."""
    if split.element is not None:
        if _is_counter(split.piece):
            return True
        if not whole and (is_date_part(split.piece) and find_day(split.piece.lower())):
            return True
        names = f"{attribute_of(split.element, 'class')} {attribute_of(split.element, 'data-testid')}"
        if _KICKER.search(names) and " " in split.rest:
            return True
        if split.is_above and len(split.piece) < len(split.rest) and titles.divide(split.piece, split.rest):
            return True
    return not whole and titles.has(split.rest)


def _is_counter(piece: str) -> bool:
    """Say whether a text is a count with its label, and nothing else."""
    piece = piece.strip(_EDGES + "()[]（）【】")
    if len(piece) > LONGEST_COUNTER or not _DIGIT.search(piece):
        return False
    return not squeeze(OTHER_COUNT.sub("", strip_count(piece))) and not piece.isdecimal()
