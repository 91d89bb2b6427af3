"""Finding out whether a page prints the day or the month first: 03/04/2024."""

import re
from datetime import datetime, timedelta, tzinfo

from archiver.parsing.date_forms import MONTHS, DayOrder
from archiver.parsing.generic.outline import Line, Outline
from archiver.platforms.elements import Element, attribute_of

# So much text says which language a page is in, and so many lines how it prints its dates.
ENOUGH_TEXT = 4000
MOST_LINES = 3000
LONGEST_LINE = 400
_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})([/-])(\d{1,2})\2(?:\d{4}|\d\d)(?![\d/-])")
_ENGLISH = re.compile(r"\b(?:the|of|and|to|in|for)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_ENGLISH_SHARE = 0.12
# Where English is written and the month comes first.
_MONTH_FIRST = frozenset(("en-us", "en_us", "es-us", "en-ph", "en_ph"))
_EARLIEST_WEST, _LATEST_WEST, _NONE = timedelta(hours=-10), timedelta(hours=-4), timedelta()


def find_day_order(outline: Outline, zone: tzinfo, at: datetime) -> DayOrder:
    """Find out what stands first in the dates of a page that consist of numbers; ``unknown`` where nothing says it.

    A date of the page that can be read in one way only (03/25) says it for all. Else it is the day, but on English
    pages: there the country says it, by the language or by the zone of the site, unless these two disagree.
    """
    first = _ask_dates(outline.lines)
    if first or not outline.lines:
        return first or "day"
    language = _find_language(outline.lines[0].block)
    if not _is_english(outline.lines, language):
        return "day"
    return _ask_country(language, zone, at.year)


def _ask_country(language: str, zone: tzinfo, year: int) -> DayOrder:
    """Ask the language that an English page declares, and the zone of its site; UTC is that of sites without one."""
    offsets = {zone.utcoffset(datetime(year, month, 1)) or _NONE for month in (1, 7)}  # noqa: DTZ001 - a local time
    is_western = all(_EARLIEST_WEST <= offset <= _LATEST_WEST for offset in offsets)
    if language in _MONTH_FIRST:
        return "month" if is_western or offsets == {_NONE} else "unknown"
    if is_western:
        return "month"
    return "unknown" if offsets == {_NONE} and language in ("", "en") else "day"


def _ask_dates(lines: list[Line]) -> DayOrder | None:
    """Ask the dates of a page in which one number is too large for a month."""
    days = months = 0
    for line in lines[:MOST_LINES]:
        if len(line.text) > LONGEST_LINE or not ("/" in line.text or "-" in line.text):
            continue
        for first, _, second in _NUMERIC.findall(line.text):
            days += int(first) > MONTHS >= int(second)
            months += int(second) > MONTHS >= int(first)
    if days and months:
        return "unknown"
    return "day" if days else "month" if months else None


def _find_language(block: Element) -> str:
    html = block if block.name == "html" else block.find_parent("html")
    return attribute_of(html, "lang").strip().lower() if html is not None else ""


def _is_english(lines: list[Line], language: str) -> bool:
    """Say whether a page is in English: by its words, for many declare it whatever they speak."""
    if language and not language.startswith("en"):
        return False
    sample, length = [], 0
    for line in lines:
        if line.mass:
            sample.append(line.text)
            length += len(line.text)
        if length > ENOUGH_TEXT:
            break
    text = " ".join(sample)[: 2 * ENOUGH_TEXT]
    return len(_ENGLISH.findall(text)) >= _ENGLISH_SHARE * len(_WORD.findall(text)) > 0
