"""Reading printed dates of publication.

Strict: known forms first, day before month unless the page is known to print the month first; then ``dateparser`` for
month names of other languages, and only when it finds exactly the day and the year that are printed. What stays unclear
is kept as text, never guessed.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from archiver.model import PublishedDate
from archiver.parsing.fields import date_words as words
from archiver.parsing.fields.date_forms import (
    Clock,
    DateParts,
    DayOrder,
    fold,
    may_have_day_or_clock,
    may_have_parts,
    read_clock,
    read_day,
    read_offset,
    read_time,
    read_zone_name,
    take_apart,
)
from archiver.parsing.fields.labels import OTHER_DATE_LABEL, without_label
from archiver.text.cleaning import clean_text

# No portal is older, and no clock of a server is further ahead; beyond lie sentinels such as 31/12/9999.
FIRST_YEAR = 1945
LAST_YEAR = 2200
LAST_DAY = 31
LONGEST_LEAD = timedelta(hours=48)
# The longest form, with weekday, place and zone, takes about 80 characters; dateparser's time grows with the square.
LONGEST_DATE = 120
LONGEST_FOR_DATEPARSER = 64

# The form of nearly every article of the Hà Nội portals, read on its own because it is read so often.
_LIFERAY = re.compile(
    r"(?:(?:Ngày đăng|Publish date):? )?((\d\d)/(\d\d)/(\d{4}) \| (\d\d?):(\d\d) (?:(A)|P)M)", re.ASCII
)
_AMOUNT = rf"(\d{{1,4}}|{'|'.join(sorted(words.AMOUNTS, key=len, reverse=True))})"
_AMOUNT_OF_UNIT = rf"{_AMOUNT} ?({'|'.join(sorted(words.UNITS, key=len, reverse=True))})(?![^\W\d_])"
_SPAN = re.compile(_AMOUNT_OF_UNIT)
_SPANS = re.compile(rf"{_AMOUNT_OF_UNIT}(?:,? {_AMOUNT_OF_UNIT})?")
_BEHIND_SPAN = r"trước(?: đây)?|ago|назад|之?前|전|lalu|atrás"
_BEFORE_SPAN = r"cách đây|hace|vor|há"
_AGO = re.compile(rf"(?:khoảng |about |(?:{_BEFORE_SPAN}) )?(.{{2,40}}?) ?(?:{_BEHIND_SPAN})")
_AGO_BY_PREFIX = re.compile(rf"(?:{_BEFORE_SPAN}) (.{{2,40}})")
_RELATIVE = re.compile("|".join((_BEHIND_SPAN, _BEFORE_SPAN, *map(re.escape, words.JUST_NOW))))

_DATEPARSER_LANGUAGES = (
    ["vi"],
    ["en", "fr", "es", "pt", "it", "de", "ru", "nl", "pl", "tr", "id", "th"],
)


class _Span(NamedTuple):
    """A span counted back from the capture; it is exact if the smallest unit printed is shorter than a day."""

    length: timedelta
    is_exact: bool


def read_date(text: str, zone: tzinfo, captured_at: datetime, order: DayOrder = "day") -> PublishedDate | None:
    """Read one printed date, or None if nothing is printed.

    ``zone`` is the site's, used where no offset is printed; ``captured_at`` (aware) is what relative dates are
    measured from and, with 48 hours added, the latest date believed. The instant is UTC; a date without a time is
    midnight in the zone with precision ``day``. Dates that are no publication (``Ngày ban hành``) are None. ``order``
    says what stands first in 03/04/2024; such a date is unreadable where it is ``unknown``.
    """
    if order == "day" and (match := _LIFERAY.fullmatch(text)):
        return _read_liferay(match, zone, captured_at)
    line = clean_text(text)
    raw = "" if OTHER_DATE_LABEL.match(line) else without_label(line)
    if not raw:
        return None
    if len(raw) > LONGEST_DATE:
        return PublishedDate(raw[:LONGEST_DATE])
    try:
        return _read_strictly(raw, zone, captured_at, order)
    except (ValueError, OverflowError):  # printed, and impossible: 31/04/2018, 25:00
        return PublishedDate(raw)


def is_ago(text: str) -> bool:
    """Say whether a line tells how long ago something was, after a label or alone: it reads otherwise at every look."""
    line = without_label(clean_text(text))
    return len(line) <= LONGEST_FOR_DATEPARSER and _span_ago(fold(line)) is not None


@lru_cache(maxsize=1024)  # a piece of a line is asked for several times
def is_date_part(text: str) -> bool:
    """Whether ``text`` holds a day, a time of day or a zone, possible or not, and nothing else."""
    folded = fold(text)
    if not may_have_parts(folded):
        return _span_ago(folded) is not None
    parts = take_apart(folded)
    is_found = parts.day or parts.clock or parts.offset or parts.days_ago is not None
    return (bool(is_found) and parts.is_whole) or _span_ago(folded) is not None


def may_have_date(text: str) -> bool:
    """Say whether a text may hold a date or a part of one, possible or not: most lines with a number have none."""
    folded = fold(text)
    return may_have_day_or_clock(folded) or _RELATIVE.search(folded) is not None


def _read_liferay(match: re.Match[str], zone: tzinfo, captured_at: datetime) -> PublishedDate:
    raw, day, month, year, hour, minute, is_morning = match.groups()
    try:
        clock = read_time(int(hour), int(minute), part="am" if is_morning else "pm")
        return _place(raw, date(int(year), int(month), int(day)), Clock(clock), zone, captured_at)
    except (ValueError, OverflowError):
        return PublishedDate(raw)


def _read_strictly(raw: str, zone: tzinfo, captured_at: datetime, order: DayOrder) -> PublishedDate:
    folded = fold(raw)
    span = _span_ago(folded)
    if span is not None:
        return _place_span(raw, span, zone, captured_at)
    parts = take_apart(folded)
    clock = read_clock(parts.clock) if parts.clock else Clock(None)
    offset = read_offset(parts.offset["offset"]) if parts.offset else clock.offset
    day = _find_day(parts, zone, captured_at, order)
    if day is None:
        return PublishedDate(raw)
    if offset is None and clock.time is not None:
        offset = read_zone_name(parts.zone_name, zone)
    return _place(raw, day, clock, offset or zone, captured_at, relative=parts.days_ago is not None)


def _find_day(parts: DateParts, zone: tzinfo, captured_at: datetime, order: DayOrder) -> date | None:
    if parts.day:
        return read_day(parts.day, order) if parts.is_whole else None
    if parts.days_ago is not None:
        today = captured_at.astimezone(zone).date()
        return today - timedelta(days=parts.days_ago) if parts.is_whole else None
    return _ask_dateparser(parts.rest)


def _place(
    raw: str, day: date, clock: Clock, zone: tzinfo, captured_at: datetime, *, relative: bool = False
) -> PublishedDate:
    """Put a day and a time of day into ``zone``; too early or too late they are unreadable."""
    if not FIRST_YEAR <= day.year <= captured_at.year + 1:
        return PublishedDate(raw)
    at = datetime.combine(day, clock.time or time.min, zone).astimezone(UTC)
    if at > captured_at + LONGEST_LEAD:
        return PublishedDate(raw)
    return PublishedDate(raw, at, "minute" if clock.time is not None else "day", relative)


def _span_ago(folded: str) -> _Span | None:
    """Return the span of ``2 giờ 5 phút trước``, none at all for ``vừa xong``; None if it is no such form.

    Months and years ago are not read: neither ``day`` nor ``minute`` says how exact they are.
    """
    if folded in words.JUST_NOW:
        return _Span(timedelta(), is_exact=True)
    match = _AGO.fullmatch(folded) or _AGO_BY_PREFIX.fullmatch(folded)
    if match is None or not _SPANS.fullmatch(match[1]):
        return None
    found = [(int(words.AMOUNTS.get(amount, amount)), words.UNITS[unit]) for amount, unit in _SPAN.findall(match[1])]
    length = sum((amount * unit for amount, unit in found), timedelta())
    return _Span(length, is_exact=min(unit for _, unit in found) < timedelta(days=1))


def _place_span(raw: str, span: _Span, zone: tzinfo, captured_at: datetime) -> PublishedDate:
    at = captured_at.astimezone(UTC) - span.length
    if not span.is_exact:
        return _place(raw, at.astimezone(zone).date(), Clock(None), zone, captured_at, relative=True)
    if at.year < FIRST_YEAR:
        return PublishedDate(raw)
    return PublishedDate(raw, at.replace(second=0, microsecond=0), "minute", relative=True)


@lru_cache(maxsize=256)  # it takes a thousand times as long as all the rest, and sites print the same dates everywhere
def _ask_dateparser(rest: str) -> date | None:
    """Let dateparser read a day whose month is a word we do not know.

    It fills what is missing with today's date and swaps day and month when that helps, so it is asked only for texts
    of two numbers and letters, and believed only if these numbers are the day and the year of its answer.
    """
    text = " ".join(rest.replace("|", " ").split())
    numbers = sorted(int(number) for number in re.findall(r"\d{1,4}", text))
    if len(text) > LONGEST_FOR_DATEPARSER or len(numbers) != len(("day", "year")):
        return None
    if not (1 <= numbers[0] <= LAST_DAY and FIRST_YEAR <= numbers[1] <= LAST_YEAR):
        return None
    for languages in _DATEPARSER_LANGUAGES:
        found = _dateparser(text, languages)
        if found and sorted((found.day, found.year)) == numbers:
            return found
    return None


def _dateparser(text: str, languages: list[str]) -> date | None:
    import dateparser  # noqa: PLC0415 - takes 150 ms and is needed for one text in thousands

    try:
        found = dateparser.parse(
            text,
            languages=languages,
            settings={"DATE_ORDER": "DMY", "PREFER_LOCALE_DATE_ORDER": False, "STRICT_PARSING": True},
        )
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):  # its guesses fail on odd texts
        return None
    return found.date() if found else None
