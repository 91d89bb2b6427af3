"""Finding the date and the view count of an article: in bylines above and below its headline, and under its text."""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from itertools import pairwise, takewhile

from archiver.html.elements import Element, attribute_of, classes_of
from archiver.model import Count, PublishedDate
from archiver.parsing.fields.byline import read_byline
from archiver.parsing.fields.counts import VIEWS_LABEL
from archiver.parsing.fields.date_forms import DayOrder, may_be_either
from archiver.parsing.fields.dates import read_date
from archiver.parsing.fields.embedded_date import read_embedded_date, read_first_date
from archiver.parsing.fields.labels import (
    OTHER_DATE_LABEL,
    OTHER_TEXT_LABEL,
    PLACE_LABEL,
    PUBLISHED_LABEL,
    SELF_SENTENCE,
    TIME_LABEL,
    UPDATED_LABEL,
)
from archiver.parsing.generic.dates.day_order import find_order_of_lines, read_order
from archiver.parsing.generic.outline import Line, Outline, whole_text

LONGEST_INFO = 240
LONGEST_LABEL = 40
LONGEST_QUOTE = 8
# A date that begins a paragraph ends within so many letters.
LONGEST_START = 70
# Real pages have fewer lines; those of the article come first.
MOST_LINES = 3000
MOST_BETWEEN = 4
# A date that makes up less of its line than this stands in a sentence.
_SHARE_OF_DATE = 0.3
_SENTENCE = re.compile(r"[.!?。！？]\s*$|[.!?。！？] [^\s|¦•·/]")
LONGEST_WEAK = 160
LONGEST_NAME = 40
# A link of so many letters is the headline of another article; so long a piece beside a date is one too.
LONGEST_PLAIN_LINK = 30
LONGEST_PIECE = 60
LONGEST_BOX = 16
MOST_BOXES = 3
_PIECE_END = re.compile(r"[|¦/·•()\[\]（）;]| [–—-] ")
_APART = frozenset("|¦/·•()[]（）–—-;,:：")
UNKNOWN_LABEL = re.compile(r"[^\d:：|]{2,40}[:：]")
_SPOKEN_HOUR = re.compile(r"\d ?(?:h|g|giờ|時|时|点|點)(?![^\W\d_])", re.IGNORECASE)
_MONTH = r"(?:tháng|thg|th)[ .]{0,2}\d{1,2}|\d{1,2} ?月|[^\W\d_]{3,12}\.?"
_BOX = re.compile(
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|日)?|(?P<year>(?:19|20)\d\d)年?|(?P<month>{_MONTH})"
    rf"|(?P<month_of>\d{{1,2}}|{_MONTH})[ ,./-]{{1,3}}(?:năm )?(?P<year_of>(?:19|20)\d\d)"
    rf"|(?P<day_of>\d{{1,2}}) (?P<month_too>{_MONTH})",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_ONLY_NUMBER = re.compile(r"[\W_]*\d[\d.,' ]{0,14}\s?(?:k|m|万|萬)?\+?[\W_]*", re.IGNORECASE)
CELLS = frozenset(("td", "th", "dt", "dd"))


@dataclass(frozen=True, slots=True)
class InfoText:
    """A byline as it is read: its text (a label in the cell before it included), what it prints, and its kind."""

    line: int
    text: str
    published: PublishedDate | None
    views: Count | None

    @property
    def is_labelled(self) -> bool:
        """Whether the date is announced as that of publication, or at least as the date."""
        return bool(PUBLISHED_LABEL.match(self.text)) or (self.is_updated and bool(PUBLISHED_LABEL.search(self.text)))

    @property
    def is_announced(self) -> bool:
        """Whether the date is announced as that of publication and nothing else."""
        return self.is_labelled and not TIME_LABEL.match(self.text)

    @property
    def is_updated(self) -> bool:
        """Whether the date is announced as that of the last change."""
        return bool(UPDATED_LABEL.match(self.text)) or self._is_behind_update

    @property
    def _is_behind_update(self) -> bool:
        """Whether the label of the last change stands right before the date, amid the line."""
        before, found, _ = self.text.partition(self.published.raw) if self.published else ("", "", "")
        labels = UPDATED_LABEL.finditer(before[-LONGEST_LABEL:]) if found and before else ()
        return any(label.end() == len(before[-LONGEST_LABEL:]) for label in labels)

    def having(self, published: PublishedDate) -> "InfoText":
        """Return the same line with its date read otherwise."""
        return InfoText(self.line, self.text, published, self.views)


class InfoReader:
    """Reads the lines of one page as bylines, each once; ``date_order`` is what the site declares of its dates."""

    def __init__(self, outline: Outline, zone: tzinfo, at: datetime, date_order: str = "") -> None:
        self._outline = outline
        self._declared_order = date_order
        self._zone = zone
        self._at = at
        self._read: dict[int, InfoText | None] = {}

    @cached_property
    def order(self) -> DayOrder:
        """What stands first in the dates of the page that consist of numbers; the site may declare it."""
        return read_order(self._declared_order) or find_order_of_lines(self._outline.lines, self._zone, self._at)

    def read(self, index: int) -> InfoText | None:
        """Read a line; None for one that is no byline: prose, a label alone, a document's date."""
        if index not in self._read and len(self._read) < MOST_LINES:
            self._read[index] = self._read_line(index)
        return self._read.get(index)

    def read_weakly(self, index: int) -> InfoText | None:
        """Read the only date of a short line that has it amid other words, so that it may be any."""
        line = self._outline.lines[index]
        text = line.text
        if len(text) > LONGEST_WEAK or not _DIGIT.search(text) or _is_sentence(text) or line.is_link:
            return None
        if self.is_of_other(index):
            return None
        published = read_embedded_date(text, self._zone, self._at, self.order)
        return InfoText(index, text, published, None) if published else None

    def read_dateline(self, index: int) -> InfoText | None:
        """Read the date that a paragraph begins with: in an element of its own, or set apart from its words."""
        line = self._outline.lines[index]
        start = line.text[:LONGEST_START]
        if not _DIGIT.search(start) or self.is_of_other(index):
            return None
        for element in (*line.times, *line.inlines[:1]):
            text = whole_text(element)
            if text and text in start and (published := self._read_whole(text)):
                return InfoText(index, text, published, None)
        published = read_first_date(line.text, self._zone, self._at, self.order)
        return InfoText(index, published.raw, published, None) if published else None

    def read_sentence(self, index: int) -> InfoText | None:
        """Read the day that a text names where it speaks of itself: ``This entry was posted in News on …``."""
        text = self._outline.lines[index].text
        if not SELF_SENTENCE.search(text):
            return None
        published = read_embedded_date(text[:LONGEST_INFO].rpartition(" ")[0], self._zone, self._at, self.order)
        return InfoText(index, text[:LONGEST_INFO], published, None) if published and published.at else None

    def _read_whole(self, text: str) -> PublishedDate | None:
        published = read_date(text, self._zone, self._at, self.order)
        return published if published and published.at and not published.relative else None

    def is_of_other(self, index: int) -> bool:
        """Say whether a line prints the date of a document, the time of a meeting, or that of a quotation."""
        text = self._outline.lines[index].text[:LONGEST_INFO]
        is_other = bool(OTHER_DATE_LABEL.search(text)) or self._is_of_meeting(index, text)
        return is_other or self._is_quoted(index)

    def _read_line(self, index: int) -> InfoText | None:
        line = self._outline.lines[index]
        text = self._text_of(index) if len(line.text) <= LONGEST_INFO or len(line.times) > 1 else ""
        if not text or len(text) > LONGEST_INFO:
            return None
        if _DIGIT.search(text) and self._is_quoted(index):
            return None
        if not (_DIGIT.search(text) or VIEWS_LABEL.search(text) or PUBLISHED_LABEL.match(text)):
            return None
        if OTHER_DATE_LABEL.match(text):
            return None
        info = self._read_text(index, text)
        if info is None and len(line.inlines) > 1:
            pieces = [whole_text(element) for element in line.inlines]
            info = self._read_text(index, join_boxes(pieces) or " | ".join(pieces)[:LONGEST_INFO])
        return info

    def _read_text(self, index: int, text: str) -> InfoText | None:
        order = self.order if may_be_either(text) else "day"
        info = read_byline(text, self._zone, self._at, order)
        published = info.published if info.published and self._is_date_line(index, text, info.published) else None
        views = info.views if info.views and not _is_prose(text) else None
        return InfoText(index, text, published, views) if published or views else None

    def _text_of(self, index: int) -> str:
        """Return the text of a line, with its label if that stands in the cell before; empty for the label itself."""
        lines = self._outline.lines
        line = lines[index]
        if index + 1 < len(lines) and (_is_value(line, lines[index + 1]) or _is_counted(line, lines[index + 1])):
            return ""
        if len(line.times) > 1 and (text := _choose_time(line.times)):
            return text
        if index and _is_value(lines[index - 1], line):
            return f"{lines[index - 1].text.rstrip(' :：')}: {self._outline.digits_from(index)}"
        if index and _is_counted(lines[index - 1], line):
            return f"{lines[index - 1].text} {line.text}"
        return self._join_lines(index) or line.text

    def _join_lines(self, index: int) -> str:
        """Return the date that stands in boxes of its own, day, month and year, from a line on; empty for none."""
        lines = self._outline.lines[index : index + MOST_BOXES]
        if len(lines[0].text) > LONGEST_BOX or len(lines) < len(("12", "05/2021")):
            return ""
        near = list(takewhile(_are_near, pairwise(lines)))
        return join_boxes([line.text for line in lines[: len(near) + 1]])

    def _is_date_line(self, index: int, text: str, published: PublishedDate) -> bool:
        """Say whether a line is about its date: no sentence, and little else beside it that is not set apart."""
        labelled = bool(PUBLISHED_LABEL.match(text) or UPDATED_LABEL.match(text))
        if self._is_of_meeting(index, text):
            return False
        if published.at is None:
            is_known = labelled or (published.raw == text and may_be_either(text))
            return is_known and not _is_prose(text)
        if labelled:
            return not _is_prose(text[len(published.raw) :])
        if _is_prose(text):
            return False
        others = sum(len(match.group()) for match in OTHER_TEXT_LABEL.finditer(text))
        if (len(published.raw) + others) >= _SHARE_OF_DATE * len(text):
            return True
        links = (whole_text(anchor) for anchor in self._outline.lines[index].anchors)
        return all(len(link) <= LONGEST_PLAIN_LINK for link in links) and _is_apart(text, published.raw)

    def _is_quoted(self, index: int) -> bool:
        """Say whether a line stands in a quotation, a post of others say; old pages indent articles by one."""
        for span in self._outline.around(index):
            if span.element.name == "blockquote":
                quoted = self._outline.lines[span.start : span.end]
                return len(quoted) <= LONGEST_QUOTE and not any(line.heading for line in quoted)
        return False

    def _is_of_meeting(self, index: int, text: str) -> bool:
        """Say whether a date is the time of a meeting: an hour as people write it, or a place beside it."""
        if UNKNOWN_LABEL.match(text) is None or (PUBLISHED_LABEL.match(text) and not TIME_LABEL.match(text)):
            return False
        if TIME_LABEL.match(text) and _SPOKEN_HOUR.search(text):
            return True
        lines = self._outline.lines[max(index - 1, 0) : index + 3]
        return any(PLACE_LABEL.match(line.text) for line in lines)


def join_boxes(pieces: list[str]) -> str:
    """Return the date that pieces print one after the other, day and month in boxes of their own; empty for none."""
    day = month = year = ""
    for piece in pieces[:MOST_BOXES]:
        box = _BOX.fullmatch(piece.strip(" ,"))
        if box is None:
            break
        day = day or box["day"] or box["day_of"] or ""
        month = month or box["month"] or box["month_of"] or box["month_too"] or ""
        year = year or box["year"] or box["year_of"] or ""
        if day and month and year:
            mark = "/" if month.isdecimal() else " "
            return mark.join((day, month, year))
    return ""


def is_of_change(time: Element, times: tuple[Element, ...]) -> bool:
    """Say whether a ``time`` element is named as that of the last change, and another of its line is not.

    Themes give the class ``updated`` to the one time they print as well.
    """
    return _is_named_change(time) and not all(map(_is_named_change, times))


def _choose_time(times: tuple[Element, ...]) -> str:
    """Return the text of the first time that is not named as that of the last change."""
    texts = (whole_text(time) for time in times if not is_of_change(time, times))
    return next(filter(None, texts), "")


def _is_named_change(time: Element) -> bool:
    named = f"{attribute_of(time, 'itemprop')} {' '.join(classes_of(time))}".lower()
    return ("updated" in named or "modified" in named) and "publish" not in named


def _is_sentence(text: str) -> bool:
    return bool(_SENTENCE.search(text))


def _is_apart(text: str, raw: str) -> bool:
    """Say whether a date is set apart from the words beside it: by signs, or as all that stands beside a name."""
    before, found, behind = text.partition(raw)
    if not found or _is_sentence(f"{before} {behind}".rstrip(" .")):
        return False
    before, behind = before.strip(), behind.strip(" .")
    if (not before or before[-1] in _APART) and (not behind or behind[0] in _APART):
        return all(len(piece) <= LONGEST_PIECE for piece in _PIECE_END.split(f"{before}|{behind}"))
    rest = f"{before} {behind}".strip()
    is_at_edge = not before or not behind
    return is_at_edge and len(rest) <= LONGEST_NAME and rest[:1].isupper() and raw[:1].isdigit()


def _is_prose(text: str) -> bool:
    return len(text) > 120 and bool(_SENTENCE.search(text))


def _is_value(label: Line, value: Line) -> bool:
    """Say whether a line is the value of the label in the line before: the next cell, or a number beside it."""
    if len(label.text) > LONGEST_LABEL or len(value.text) > LONGEST_INFO or _DIGIT.search(label.text):
        return False
    if label.block.name in CELLS:
        return value.block.name in CELLS and _are_beside(label.block, value.block)
    if not _DIGIT.search(value.text) or not _are_beside(label.block, value.block):
        return False
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


def _are_near(pair: tuple[Line, Line]) -> bool:
    """Say whether two lines stand in boxes beside one another."""
    one, other = (line.block for line in pair)
    return one is other or _are_beside(one, other) or one.parent is other.parent


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
