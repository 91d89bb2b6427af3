"""Reading the one date that a line prints among other words: beside a name, a section, a place."""

import re
from datetime import datetime, tzinfo

from archiver.model import PublishedDate
from archiver.parsing.fields.date_forms import DayOrder, blank_days, find_day, fold
from archiver.parsing.fields.date_words import CONNECTIVES
from archiver.parsing.fields.dates import is_date_part, read_date
from archiver.parsing.fields.labels import PRESS_LABEL

LONGEST_LINE = 240
LONGEST_FIRST = 60
# A time of day with a weekday, a zone and the words between takes so many words on either side of the day.
MOST_WORDS = 6
_WORD = re.compile(r"\S+")
_EDGE = " \t,;|¦/·•–—-(["
# What stands right at a day makes it a part of something else: 26-27/04/2018, a version, a number of a document.
_GOES_ON_BEFORE = re.compile(r"(?:[\d/.–-]|\d:)\Z")
_GOES_ON_BEHIND = re.compile(r"(?!\d\d:\d\d(?!\d))(?:[\d/]|[.:–-]\d)")
# A second day without its year: from 27/04 to 30/04/2018.
_OTHER_DAY = re.compile(r"(?<![\d/.,])\d{1,2}/\d{1,2}(?![\d/])")


def read_embedded_date(text: str, zone: tzinfo, at: datetime, order: DayOrder = "day") -> PublishedDate | None:
    """Read the only day in a clean line, with the time of day beside it; None where there is none, or a second one.

    ``zone``, ``at`` and ``order`` are those of ``read_date``. Whether it is the date of publication the line does not
    say.
    """
    if len(text) > LONGEST_LINE:
        return None
    folded = _fold_letters(text)
    day = find_day(folded)
    if day is None or _is_one_of_two(folded, day) or _goes_on(text, *day.span()):
        return None
    return read_date(_widen(text, *day.span()), zone, at, order)


def read_first_date(text: str, zone: tzinfo, at: datetime, order: DayOrder = "day") -> PublishedDate | None:
    """Read the date that a paragraph begins with, behind no more than the label of a press release.

    What follows is another sentence, behind a sign, a quotation mark or a capital; a comma makes it a part of one.
    ``zone``, ``at`` and ``order`` are those of ``read_date``.
    """
    label = PRESS_LABEL.match(text)
    start = label.end() if label else 0
    folded = _fold_letters(text[: start + LONGEST_FIRST])
    day = find_day(folded)
    if day is None or folded[start : day.start()].strip(_EDGE) or _goes_on(text, *day.span()):
        return None
    printed = _widen(text[: start + LONGEST_FIRST], *day.span())
    behind = text[text.index(printed) + len(printed) :].lstrip(" )]")[:1]
    if not behind or behind == "," or (behind.isalpha() and not behind.isupper()):
        return None
    published = read_date(printed, zone, at, order)
    return published if published and published.at else None


def list_dates(text: str, zone: tzinfo, at: datetime, order: DayOrder = "day") -> list[PublishedDate]:
    """List all dates of a clean line that can be read, in any order."""
    found = []
    folded = _fold_letters(text[:LONGEST_LINE])
    while day := find_day(folded):
        start, end = day.span()
        date = None if _goes_on(text, start, end) else read_date(_widen(text, start, end), zone, at, order)
        found += [date] if date and date.at else []
        folded = f"{folded[:start]}{chr(0) * (end - start)}{folded[end:]}"
    return found


def _fold_letters(text: str) -> str:
    """Fold a text so that everything stays at its place, letter by letter if need be and there is a day."""
    folded = fold(text)
    if len(folded) == len(text) or find_day(folded) is None:
        return folded
    return "".join(letter if len(letter) == 1 else old for old, letter in ((old, fold(old)) for old in text))


def _goes_on(text: str, start: int, end: int) -> bool:
    return bool(_GOES_ON_BEFORE.search(text[:start][-2:]) or _GOES_ON_BEHIND.match(text[end : end + 6]))


def _is_one_of_two(folded: str, day: re.Match[str]) -> bool:
    rest = blank_days(folded)
    return rest.count("\0") > len(day.group()) or bool(_OTHER_DAY.search(rest))


def _widen(text: str, start: int, end: int) -> str:
    """Return the day at a place with all beside it that is a part of the date: weekday, time of day, zone."""
    for word, _ in zip(_WORD.finditer(text, end), range(MOST_WORDS), strict=False):
        if _says_more(text[end : word.end()]) and is_date_part(text[start : word.end()]):
            end = word.end()
    words = list(_WORD.finditer(text, 0, start))[-MOST_WORDS:]
    for word in reversed(words):
        if _says_more(text[word.start() : start]) and is_date_part(text[word.start() : end]):
            start = word.start()
    return text[start:end].strip(_EDGE) if text[start:end].count("(") == text[start:end].count(")") else text[start:end]


def _says_more(piece: str) -> bool:
    """Say whether a piece beside a day is more than signs and connecting words."""
    words = (word.strip(_EDGE + ")].:") for word in fold(piece).split())
    return any(word and word not in CONNECTIVES for word in words)
