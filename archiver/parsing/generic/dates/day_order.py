"""Finding out whether a page prints the day or the month first: 03/04/2024."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from archiver.html.elements import Element, attribute_of
from archiver.parsing.fields.date_forms import MONTHS, DayOrder
from archiver.parsing.generic.outline import Line

# So much text says which language a page is in, and so many lines how it prints its dates.
ENOUGH_TEXT = 4000
MOST_LINES = 3000
LONGEST_LINE = 400
_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})([/-])(\d{1,2})\2(?:\d{4}|\d\d)(?![\d/-])")
_ENGLISH = re.compile(r"\b(?:the|of|and|to|in|for)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_ENGLISH_SHARE = 0.1
# So many dates of one form beside one of the other make that a misprint.
_FEW_MISPRINTS = 5
# Where English is written and the month comes first.
_MONTH_FIRST = frozenset(("en-us", "en_us", "es-us", "en-ph", "en_ph"))
_EARLIEST_WEST, _LATEST_WEST, _NONE = timedelta(hours=-10), timedelta(hours=-4), timedelta()


def find_day_order(dates: Iterable[str], prose: Iterable[str], language: str, zone: tzinfo, at: datetime) -> DayOrder:
    """Find out what stands first in the dates of a page that consist of numbers; ``unknown`` where nothing says it.

    One of the ``dates`` that can be read in one way only (03/25) says it for all. Else it is the day, but on pages
    whose ``prose`` is English: there the country says it, by the declared language or by the zone of the site, unless
    these two disagree. ``at`` is the time of the capture.
    """
    return ask_dates(dates) or ("day" if not _is_english(prose, language) else _ask_country(language, zone, at.year))


def find_order_of_lines(lines: list[Line], zone: tzinfo, at: datetime) -> DayOrder:
    """Find out what stands first in the dates of a page by its lines, as ``find_day_order`` does."""
    if not lines:
        return "day"
    texts = (line.text for line in lines[:MOST_LINES] if len(line.text) <= LONGEST_LINE)
    prose = (line.text for line in lines if line.mass)
    return find_day_order(texts, prose, find_language(lines[0].block), zone, at)


def read_order(declared: str) -> DayOrder | None:
    """Return the order that a site declares; None where it declares none."""
    return "month" if declared == "month" else "day" if declared == "day" else None


def find_language(element: Element) -> str:
    """Return the language that the page of an element declares, in lower case; empty where it declares none."""
    html = element if element.name == "html" else element.find_parent("html") or element.find("html")
    return attribute_of(html, "lang").strip().lower() if isinstance(html, Element) else ""


def _ask_country(language: str, zone: tzinfo, year: int) -> DayOrder:
    """Ask the language that an English page declares, and the zone of its site; UTC is that of sites without one."""
    offsets = {zone.utcoffset(datetime(year, month, 1)) or _NONE for month in (1, 7)}  # noqa: DTZ001 - a local time
    is_western = all(_EARLIEST_WEST <= offset <= _LATEST_WEST for offset in offsets)
    if language in _MONTH_FIRST:
        return "month" if is_western or offsets == {_NONE} else "unknown"
    if is_western:
        return "month"
    return "unknown" if offsets == {_NONE} and language in ("", "en") else "day"


def ask_dates(dates: Iterable[str]) -> DayOrder | None:
    """Ask the dates of a page in which one number is too large for a month; None where there is none."""
    days = months = 0
    for text in dates:
        for first, _, second in _NUMERIC.findall(text) if "/" in text or "-" in text else ():
            days += int(first) > MONTHS >= int(second)
            months += int(second) > MONTHS >= int(first)
    if not days and not months:
        return None
    if max(days, months) < _FEW_MISPRINTS * min(days, months):
        return "unknown"
    return "day" if days > months else "month"


def _is_english(prose: Iterable[str], language: str) -> bool:
    """Say whether a page is in English: by its words, for many declare it whatever they speak."""
    if language and not language.startswith("en"):
        return False
    sample, length = [], 0
    for text in prose:
        sample.append(text)
        length += len(text)
        if length > ENOUGH_TEXT:
            break
    text = " ".join(sample)[: 2 * ENOUGH_TEXT]
    return len(_ENGLISH.findall(text)) >= _ENGLISH_SHARE * len(_WORD.findall(text)) > 0
