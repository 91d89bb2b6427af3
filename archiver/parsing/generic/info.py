"""Finding the date and the view count of an article: in info lines above and below its headline, and under its text."""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo

from archiver.model import Count, PublishedDate
from archiver.parsing.counts import VIEWS_LABEL
from archiver.parsing.generic.outline import Line, Outline, whole_text
from archiver.parsing.info_line import read_info_line
from archiver.parsing.labels import OTHER_DATE_LABEL, OTHER_TEXT_LABEL, PUBLISHED_LABEL, UPDATED_LABEL
from archiver.platforms.elements import Element

LONGEST_INFO = 240
LONGEST_LABEL = 40
# Real pages have fewer lines; those of the article come first.
MOST_LINES = 5000
MOST_BETWEEN = 4
# A date that makes up less of its line than this stands in a sentence.
_SHARE_OF_DATE = 0.3
_SENTENCE = re.compile(r"[.!?。！？]\s*$|[.!?。！？] \S")
_DIGIT = re.compile(r"\d")
_ONLY_NUMBER = re.compile(r"[\W_]*\d[\d.,' ]{0,14}\s?(?:k|m|万|萬)?\+?[\W_]*", re.IGNORECASE)
CELLS = frozenset(("td", "th", "dt", "dd"))


@dataclass(frozen=True, slots=True)
class InfoText:
    """An info line as it is read: its text (a label in the cell before it included), what it prints, and its kind."""

    line: int
    text: str
    published: PublishedDate | None
    views: Count | None

    @property
    def is_labelled(self) -> bool:
        """Whether the date is announced as that of publication."""
        return bool(PUBLISHED_LABEL.match(self.text))

    @property
    def is_updated(self) -> bool:
        """Whether the date is announced as that of the last change."""
        return bool(UPDATED_LABEL.match(self.text))


class InfoReader:
    """Reads the lines of one page as info lines, each once."""

    def __init__(self, outline: Outline, zone: tzinfo, at: datetime) -> None:
        self._outline = outline
        self._zone = zone
        self._at = at
        self._read: dict[int, InfoText | None] = {}

    def read(self, index: int) -> InfoText | None:
        """Read a line; None for one that is no info line: prose, a label alone, a document's date."""
        if index not in self._read and len(self._read) < MOST_LINES:
            self._read[index] = self._read_line(index)
        return self._read.get(index)

    def _read_line(self, index: int) -> InfoText | None:
        text = self._text_of(index)
        if not text or len(text) > LONGEST_INFO or OTHER_DATE_LABEL.match(text):
            return None
        if not (_DIGIT.search(text) or VIEWS_LABEL.search(text) or PUBLISHED_LABEL.match(text)):
            return None
        info = self._read_text(index, text)
        if info is None and len(self._outline.lines[index].inlines) > 1:
            pieces = [whole_text(element) for element in self._outline.lines[index].inlines]
            info = self._read_text(index, " | ".join(pieces)[:LONGEST_INFO])
        return info

    def _read_text(self, index: int, text: str) -> InfoText | None:
        info = read_info_line(text, self._zone, self._at)
        published = info.published if info.published and self._is_date_line(text, info.published) else None
        views = info.views if info.views and not _is_prose(text) else None
        return InfoText(index, text, published, views) if published or views else None

    def _text_of(self, index: int) -> str:
        """Return the text of a line, with its label if that stands in the cell before; empty for the label itself."""
        lines = self._outline.lines
        line = lines[index]
        if index + 1 < len(lines) and (_is_value(line, lines[index + 1]) or _is_counted(line, lines[index + 1])):
            return ""
        if len(line.times) > 1:
            return whole_text(line.times[0])
        if index and _is_value(lines[index - 1], line):
            return f"{lines[index - 1].text.rstrip(' :：')}: {self._outline.digits_from(index)}"
        if index and _is_counted(lines[index - 1], line):
            return f"{lines[index - 1].text} {line.text}"
        return line.text

    def _is_date_line(self, text: str, published: PublishedDate) -> bool:
        """Say whether a line is about its date: no sentence, and little else beside it."""
        labelled = bool(PUBLISHED_LABEL.match(text) or UPDATED_LABEL.match(text))
        if published.at is None:
            return labelled and not _is_prose(text)
        if labelled:
            return not _is_prose(text[len(published.raw) :])
        others = sum(len(match.group()) for match in OTHER_TEXT_LABEL.finditer(text))
        return (len(published.raw) + others) >= _SHARE_OF_DATE * len(text) and not _is_prose(text)


def _is_prose(text: str) -> bool:
    return len(text) > 120 and bool(_SENTENCE.search(text))


def _is_value(label: Line, value: Line) -> bool:
    """Say whether a line is the value of the label in the line before: the next cell, or a number beside it."""
    if len(label.text) > LONGEST_LABEL or len(value.text) > LONGEST_INFO or _DIGIT.search(label.text):
        return False
    if not _are_beside(label.block, value.block):
        return False
    if label.block.name in CELLS:
        return value.block.name in CELLS
    if VIEWS_LABEL.search(label.text):
        return bool(_ONLY_NUMBER.fullmatch(value.text))
    is_known = PUBLISHED_LABEL.match(label.text) or UPDATED_LABEL.match(label.text)
    return bool(is_known and _DIGIT.match(value.text))


def _is_counted(number: Line, label: Line) -> bool:
    """Say whether a line is a number and the next one, beside it, nothing but the label of views."""
    if len(label.text) > LONGEST_LABEL or not _ONLY_NUMBER.fullmatch(number.text):
        return False
    found = VIEWS_LABEL.match(label.text)
    return bool(found and found.end() == len(label.text)) and _are_beside(number.block, label.block)


def _are_beside(one: Element, other: Element) -> bool:
    return one is not other and (one.parent is other or other.parent is one or _is_next(one, other))


def _is_next(one: Element, other: Element) -> bool:
    """Say whether an element is the next one after another, with at most some text and comments between."""
    between = one.next_sibling
    for _ in range(MOST_BETWEEN):
        if between is None or isinstance(between, Element):
            break
        between = between.next_sibling
    return between is other
