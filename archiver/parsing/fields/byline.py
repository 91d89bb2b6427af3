"""Reading a byline: the line that prints when an article was published and how often it was viewed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache

from archiver.model import Count, PublishedDate
from archiver.parsing.fields.counts import find_count, strip_count
from archiver.parsing.fields.date_forms import DayOrder, find_day, fold
from archiver.parsing.fields.dates import is_date_part, may_have_date, read_date
from archiver.parsing.fields.embedded_date import read_embedded_date
from archiver.parsing.fields.labels import (
    OTHER_COUNT,
    OTHER_DATE_LABEL,
    OTHER_TEXT_LABEL,
    PIECE_START,
    PUBLISHED_LABEL,
    UPDATED_LABEL,
    info_text,
    without_label,
)

# The line of the Hà Nội portals, by far the most frequent one: read in a tenth of the time.
_USUAL = re.compile(
    r"(?:Ngày đăng |Publish date )?(?P<date>\d\d/\d\d/\d{4} \| \d{1,2}:\d\d [AP]M)"
    r"(?: \| ?View count: (?P<views>\d{1,15}))?"
)
_SEPARATOR = re.compile(r"[|¦;•·()（）\[\]]| (?:[-–—/]|//) ")
_COMMA = re.compile(", ")
# What a program wrote for programs, and a theme hides: as often the time of the last change.
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
# Without a label, only what looks like a date is taken for one that cannot be read.
_LOOKS_LIKE_DATE = re.compile(
    r"\d[/.:-]\d|\d\D{1,20}(?:19|20)\d\d(?!\d)|\d ?(?:giờ|tháng)|\btrước$|\bago$|^\d{8}$|^n/a$", re.IGNORECASE
)
# The same wherever it stands in a line.
_LOOKS_LIKE_PART = re.compile(r"\d[/.:-]\d|\d ?(?:giờ|tháng)|\btrước\b|\bago\b|\d{8}|n/a", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Byline:
    """What a byline prints; None for what it does not print, without value for what cannot be read."""

    published: PublishedDate | None
    views: Count | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a line between separators or labels: where it stands and what it is."""

    start: int
    end: int
    text: str

    @property
    def is_labelled(self) -> bool:
        return _is_labelled(self.text)

    @property
    def is_date(self) -> bool:
        return is_date_part(without_label(self.text))

    @property
    def has_day(self) -> bool:
        return find_day(fold(self.text)) is not None

    @property
    def is_foreign(self) -> bool:
        return bool(OTHER_TEXT_LABEL.match(self.text))

    def begins_run(self, run: list["_Piece"]) -> bool:
        """Whether this piece is no part of the date that ``run`` began: no date, or one with its own label or day."""
        return self.is_labelled or not self.is_date or (self.has_day and any(piece.has_day for piece in run))


@lru_cache(maxsize=256)  # asked of the same pieces again and again
def _is_labelled(text: str) -> bool:
    return any(label.match(text) for label in (PUBLISHED_LABEL, UPDATED_LABEL, OTHER_DATE_LABEL))


def read_byline(text: str, zone: tzinfo, captured_at: datetime, order: DayOrder = "day") -> Byline:
    """Read date and view count of a byline, in any order, with authors, sources and other counters beside them.

    ``zone``, ``captured_at`` and ``order`` are those of ``read_date``. The date of publication goes before the date of
    the last change when both are printed; dates of documents (``Ngày ban hành``) are not read.
    """
    usual = _USUAL.fullmatch(text)
    if usual and order == "day":
        views = usual["views"]
        return Byline(read_date(usual["date"], zone, captured_at), Count(views, int(views)) if views else None)
    line = info_text(text)
    return Byline(_read_published(strip_count(line), zone, captured_at, order), find_count(line))


def _read_published(line: str, zone: tzinfo, captured_at: datetime, order: DayOrder) -> PublishedDate | None:
    if not (_LOOKS_LIKE_PART.search(line) or may_have_date(line) or PIECE_START.search(line)):
        return None
    whole = read_date(line, zone, captured_at, order)
    if whole and whole.at:
        return whole
    texts = _date_texts(OTHER_COUNT.sub("|", line))
    printed = [found for text in texts if (found := read_date(text, zone, captured_at, order))]
    best = next((date for date in printed if date.at), None) or _read_embedded(texts, line, zone, captured_at, order)
    return best or (printed[0] if printed else None)


def _read_embedded(
    texts: list[str], line: str, zone: tzinfo, captured_at: datetime, order: DayOrder
) -> PublishedDate | None:
    """Read a date beside which other words stand: ``Đăng ngày 12/05/2021 bởi Admin``."""
    if find_day(fold(line)) is None or OTHER_DATE_LABEL.search(line):
        return None
    found = (read_embedded_date(without_label(text), zone, captured_at, order) for text in (*texts, line))
    return next((date for date in found if date and date.at), None)


def _date_texts(line: str) -> list[str]:
    """Return the parts of a line that may be its date, best first: labelled, unlabelled, last change, odd text."""
    pieces = list(_split(line))
    runs = list(_date_runs(pieces))
    texts = [_printed(line, run[0].start, run[-1].end) for run in runs]
    odd = [piece.text for piece in pieces if _LOOKS_LIKE_DATE.search(piece.text) and not piece.is_foreign]
    return sorted(texts, key=_rank) or odd


def _rank(text: str) -> int:
    if PUBLISHED_LABEL.match(text):
        return 0
    return 2 if _STAMP.match(text.lstrip()) or UPDATED_LABEL.match(text) or OTHER_DATE_LABEL.match(text) else 1


def _date_runs(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """Yield neighbouring pieces that make up one date: ``27/04/2018 | 4:03 PM`` has two; a label begins a new one."""
    run: list[_Piece] = []
    for piece in pieces:
        if run and piece.begins_run(run):
            yield run
            run = []
        if piece.is_labelled or piece.is_date:
            run.append(piece)
    if run:
        yield run


def _split(line: str) -> Iterator[_Piece]:
    """Split a line at separators and labels, and at commas where a piece is more than a date."""
    borders = [match.span() for match in _SEPARATOR.finditer(line)]
    borders += [(match.start(), match.start()) for match in PIECE_START.finditer(line)]
    for piece in _between(line, 0, len(line), borders):
        if piece.is_date or piece.is_labelled or piece.is_foreign:
            yield piece
        else:
            commas = [match.span() for match in _COMMA.finditer(line, piece.start, piece.end)]
            yield from _between(line, piece.start, piece.end, commas)


def _between(line: str, start: int, end: int, borders: list[tuple[int, int]]) -> Iterator[_Piece]:
    for border_start, border_end in (*sorted(borders), (end, end)):
        if line[start:border_start].strip():
            yield _Piece(start, border_start, line[start:border_start].strip())
        start = max(start, border_end)


def _printed(line: str, start: int, end: int) -> str:
    """Return a part of ``line``, with the parenthesis that closes behind it if it opened within: ``19:20 (GMT+7)``."""
    text = line[start:end]
    return line[start : end + 1] if text.count("(") > text.count(")") else text
