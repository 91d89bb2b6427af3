"""The printed forms of days and times of day: where they stand in a text, and what they say.

Every function here takes folded text (NFKC, casefolded) and raises ValueError for a form that is there but
impossible, such as 31/04/2018 or 25:00. Day first, unless the page is known to print the month first.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from archiver.parsing.fields import date_words as words

DayOrder = Literal["day", "month", "unknown"]
"""What stands first in 03/04/2024; where that is not known, such a date has no meaning."""

_MONTH = r"(?P<month>(?:tháng|thg|th)[ .]?(?:\d{1,2}|mười (?:một|hai)|[^\W\d_]{2,5})|[^\d\s,/|:;()\[\]-]{2,14})"
_GAP = r"[ .,/-]{0,3}"
_SHORT_THAI_YEAR = r"(?:(?<=[\u0e01-\u0e2e\u0e4c] )|(?<=[\u0e01-\u0e2e]\. ))\d\d"
_DAY_FIRST = (
    r"(?<!\d)(?<!\d[/.:])(?P<day>\d{1,2}) ?(?P<mark>[/.-]) ?(?P<month>\d{1,2}) ?(?P=mark) ?"
    r"(?P<year>\d{4}|\d\d(?! ?(?P=mark) ?\d))(?![\d:])"
)
_YEAR_FIRST = (
    r"(?<!\d)(?<!\d[/.:])(?P<year>\d{4}) ?(?P<mark>[/.-]) ?(?P<month>\d{1,2}) ?(?P=mark) ?(?P<day>\d{1,2})(?!\d)"
)
_SPACED = r"(?<![\d:])(?P<day>\d{1,2}) (?P<month>\d{1,2}) (?P<year>\d{4})(?![\d:])"
_IDEOGRAPHIC = r"(?<!\d)(?P<year>\d{4}) ?[年년] ?(?P<month>\d{1,2}) ?[月월] ?(?P<day>\d{1,2}) ?[日号號일]"
# Years of the Republic, as Taiwan counts them: three digits, the first of them 1.
_MINGUO = (
    r"(?<!\d)(?:中華)?(?:民國|民国) ?(?P<year>\d{2,3}) ?(?:年|(?P<mark>[/.-])) ?(?P<month>\d{1,2}) ?(?:月|(?P=mark)) ?"
    r"(?P<day>\d{1,2})(?: ?[日號号]|(?!\d))"
)
_MINGUO_IDEOGRAPHIC = r"(?<!\d)(?P<year>1\d\d) ?年 ?(?P<month>\d{1,2}) ?月 ?(?P<day>\d{1,2}) ?[日號号]"
_MINGUO_NUMERIC = r"(?<![\d/.-])(?<!\d:)(?P<year>1\d\d)(?P<mark>[/.-])(?P<month>\d\d)(?P=mark)(?P<day>\d\d)(?![\d/.-])"
_MINGUO_FORMS = (_MINGUO, _MINGUO_IDEOGRAPHIC, _MINGUO_NUMERIC)
_NAMED = (
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_GAP}(?:de |of )?{_MONTH}{_GAP}(?:năm |del? |พ\.ศ\. ?)?"
    rf"(?P<year>\d{{4}}|{_SHORT_THAI_YEAR})(?:(?![\d:.]\d)(?!\d)|(?=\d\d:\d\d(?!\d)))"
)
_MONTH_NAME_FIRST = (
    rf"(?<![^\W\d_]){_MONTH}[ .]{{1,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ .,]{{1,3}}(?:năm )?(?P<year>\d{{4}})(?!\d)"
)
# A year of two digits behind the name of a month: 12-May-21, 14 Feb '20.
_NAMED_SHORT = (
    r"(?<![\d.])(?P<day>\d{1,2})(?P<mark>[./-])(?P<month>[^\W\d_]{3,10})(?P=mark)(?P<year>\d\d)(?![\d:])",
    r"(?<![\d.])(?P<day>\d{1,2})\.? (?P<month>[^\W\d_]{3,10})\.? '(?P<year>\d\d)(?![\d:])",
)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        _DAY_FIRST,
        _YEAR_FIRST,
        _SPACED,
        _IDEOGRAPHIC,
        _NAMED,
        _MONTH_NAME_FIRST,
        *_NAMED_SHORT,
        *_MINGUO_FORMS,
    )
)
# What no form is without: a year of four digits, or of two or three beside a mark.
_HAS_YEAR = re.compile(r"\d{4}|[/.-] ?\d\d|'\d\d|[国國1-9] ?\d\d ?[年/.-]|[\u0e00-\u0e7f].? ?\d\d")
_DIGIT = re.compile(r"\d")
_THAI = re.compile(r"[\u0e00-\u0e7f]")
_YEAR_BEFORE_MINGUO = 1911
_BUDDHIST_OFFSET = 543
_FIRST_BUDDHIST_YEAR = 2400
# A short Thai year may be of either era; from (25)43 on it can only be Buddhist, for 2043 is still to come.
_FIRST_SHORT_BUDDHIST_YEAR = 43

_CLOCK = re.compile(
    r"(?:(?P<before>上午|下午|오전|오후) ?)?"
    r"(?<!\d)(?P<hour>\d{1,2})(?:"
    r" ?: ?(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?(?![\d:])"
    r"|\.(?P<dotted>\d\d)(?![\d.:])"
    r"| ?(?:giờ|hrs|hs|h|g|uhr|时|時|點|点|시)(?![^\W\d_])"
    r"(?: ?(?P<spoken>\d{1,2})(?!\d) ?(?:'|phút|分|분|(?:ph|p|m)(?!\w))?)?"
    r"|(?= ?[ap](?:\. ?)?m\b))"
    r"(?: ?(?:buổi |rạng )?(?P<after>[ap](?:\. ?)?m\b\.?|(?:sa|ch|sáng|trưa|chiều|tối|đêm)(?![^\W\d_])))?"
    r" ?(?P<offset>z(?!\w)|[+-]\d\d:?\d\d(?!\d))?"
)
_OFFSET = re.compile(r"(?<![a-z])(?:gmt|utc) ?(?P<offset>[+−-] ?\d{1,2}(?::?\d\d)?(?!\d))?(?![a-z])")
_ZONE_NAME = re.compile(
    rf"\b(?:{'|'.join(sorted(words.ZONES, key=len, reverse=True))}|[cibga]st|(?<=[\dm] )[ecmp]t|(?<=m\. )[ecmp]t)\b"
)
MONTHS = 12
_FARTHEST_OFFSET = timedelta(hours=14)

_WEEKDAY = re.compile(
    r"(?<!\w)(?:(?:thứ|th|t)[ .]{0,2}(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ nhật|c\. ?nhật|cn)(?!\w)"
)
# "Hà Nội, ngày 27 …": letters begin as formal documents do.
_PLACE = re.compile(r"^[^\d,|:;()]{2,30},(?= ?ngày)")
_WORD_GAP = re.compile(r"[\s,;|/.:()\[\]–—•·'-]+")
_APOSTROPHES = str.maketrans("´‘’′`", "'''''")
# Scripts without spaces between words have no word boundary to ask for.
_DAYS_AGO = re.compile("|".join(rf"\b{word}\b" if word < "\u0e00" else word for word in words.DAYS_AGO))


@dataclass(frozen=True, slots=True)
class Clock:
    """A printed time of day; ``time`` is None for the midnights that portals print when no time was given."""

    time: time | None
    offset: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class DateParts:
    """Where day, time of day and zone stand in a folded text.

    ``rest`` is what remains: weekdays, places, connecting words, and whatever makes the text no date.
    """

    day: re.Match[str] | None
    days_ago: int | None
    clock: re.Match[str] | None
    offset: re.Match[str] | None
    rest: str
    zone_name: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing remains that could mean something else."""
        gone = _WEEKDAY.sub(" ", self.rest)
        return all(word in words.PLAIN_WORDS for word in _WORD_GAP.split(gone) if word)


def fold(text: str) -> str:
    """Return ``text`` as the forms expect it: compatibility characters replaced, case and kinds of apostrophe too."""
    return unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).casefold()


@lru_cache(maxsize=256)  # first to see whether a text is a date, then to read it
def take_apart(folded: str) -> DateParts:
    """Find the day, the time of day and the zone of ``folded``, in any order."""
    rest = _PLACE.sub(" ", folded)
    offset = _OFFSET.search(rest) if _has_offset(rest) else None
    rest = _without(offset, rest)
    zone = _ZONE_NAME.search(rest)
    rest = _ZONE_NAME.sub(" ", rest) if zone else rest
    day = find_day(rest)
    rest = _without(day, rest)
    ago = None if day else _DAYS_AGO.search(rest)
    rest = _without(ago, rest)
    clock = _CLOCK.search(rest)
    days_ago = words.DAYS_AGO[ago.group()] if ago else None
    return DateParts(day, days_ago, clock, offset, _without(clock, rest), zone.group() if zone else "")


def may_have_parts(folded: str) -> bool:
    """Say whether a folded text may hold any part of a date that ``take_apart`` finds."""
    return bool(_DIGIT.search(folded)) or _has_offset(folded) or bool(_DAYS_AGO.search(folded))


def may_have_day_or_clock(folded: str) -> bool:
    """Say whether a folded text has a year, a time of day, a zone, or a word for a day counted from now."""
    has_number = _HAS_YEAR.search(folded) or _CLOCK.search(folded)
    return bool(has_number) or _has_offset(folded) or bool(_DAYS_AGO.search(folded))


def _has_offset(folded: str) -> bool:
    return "gmt" in folded or "utc" in folded


def find_day(text: str) -> re.Match[str] | None:
    """Find a day printed in one of the known forms, possible or not."""
    for form in _FORMS if _HAS_YEAR.search(text) else ():
        for match in form.finditer(text):
            if match["month"].isdecimal() or _month_number(match["month"]):
                return match
    return None


def blank_days(text: str) -> str:
    """Return ``text`` with every printed day replaced by as many NUL characters, so that no number of it is found."""
    while match := find_day(text):
        text = f"{text[: match.start()]}{chr(0) * len(match.group())}{text[match.end() :]}"
    return text


def read_day(match: re.Match[str], order: DayOrder = "day") -> date:
    """Return the day that ``find_day`` found; two-digit years are of this century, Thai ones may be Buddhist.

    ``order`` is asked where two numbers may each be the month; a number above 12 says itself what it is.
    """
    month = match["month"]
    number = (int(month) if month.isdecimal() else _month_number(month)) or 0
    day, year = int(match["day"]), _read_year(match)
    if match.re is _FORMS[0] and match["mark"] == "." and number > MONTHS >= day:
        return date(year, day, number)
    if order == "day" or not is_either(match) or day == number:
        return date(year, number, day)
    if max(day, number) > MONTHS:
        return date(year, min(day, number), max(day, number))
    if order == "unknown":
        raise ValueError(f"day or month may be first in {match.group()}")
    return date(year, day, number)


def is_either(match: re.Match[str]) -> bool:
    """Say whether a found day is in the form in which some print the day first and others the month: 03/04/2024."""
    return match.re is _FORMS[0] and match["mark"] != "."


def may_be_either(text: str) -> bool:
    """Say whether a text prints a day in such a form."""
    day = find_day(fold(text))
    return day is not None and is_either(day)


def read_clock(match: re.Match[str]) -> Clock:
    """Return the time of day of a ``DateParts.clock``; seconds are checked, then dropped."""
    hour, minute = int(match["hour"]), int(match["minute"] or match["dotted"] or match["spoken"] or 0)
    second = int(match["second"] or 0)
    mark = (match["before"] or match["after"] or "").replace(".", "").replace(" ", "")
    offset = read_offset(match["offset"]) if match["offset"] else None
    return Clock(read_time(hour, minute, second, words.DAY_PARTS.get(mark)), offset)


def read_time(hour: int, minute: int, second: int = 0, part: str | None = None) -> time | None:
    """Return a time of day from its numbers and the part of the day printed with them; None: no time was given.

    Three midnights say that: ``12:00 AM`` (Liferay), ``24:00`` (Viettel), and 12 at night, which may be either end
    of the day. 24 hours beside PM (``16:03 PM``) are what Viettel portals print.
    """
    printed = (hour, minute, second)
    if printed == (24, 0, 0) or (printed == (12, 0, 0) and part in {"am", "evening", "night"}):
        return None
    moment = time(_hour_of_day(hour, part) if part else hour, minute, second)
    return moment.replace(second=0) if second else moment


def read_offset(printed: str | None) -> tzinfo:
    """Return the zone of ``+7``, ``+07:00``, ``z``; of None (a bare GMT) as well."""
    if printed is None or printed == "z":
        return UTC
    digits = re.sub(r"\D", "", printed)
    hours, minutes = (digits, "0") if len(digits) < len("700") else (digits[:-2], digits[-2:])
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    if offset > _FARTHEST_OFFSET:
        raise ValueError(f"no zone is {printed} from UTC")
    return timezone(offset if printed.startswith("+") else -offset)


def read_zone_name(name: str, zone: tzinfo) -> tzinfo:
    """Return the zone that a name means, ``est`` or ``et``; ``zone``, the site's, for one that means several."""
    if name in words.ZONES_OF_YEAR:
        return ZoneInfo(words.ZONES_OF_YEAR[name])
    hours = words.ZONES.get(name)
    return zone if hours is None else timezone(timedelta(hours=hours))


def _hour_of_day(hour: int, part: str) -> int:
    """Return the one hour of ``part`` that a clock of 12 or of 24 hours prints as ``hour``."""
    other = {0: 0, 12: 0}.get(hour, hour + 12)
    for candidate in (hour, other):
        if candidate in words.HOURS_OF_PART[part]:
            return candidate
    raise ValueError(f"hour {hour} contradicts its part of the day")


def _read_year(match: re.Match[str]) -> int:
    year, is_thai = int(match["year"]), bool(_THAI.search(match.string))
    if match.re in _FORMS[-len(_MINGUO_FORMS) :]:
        return _YEAR_BEFORE_MINGUO + year
    if len(match["year"]) == len("61"):
        if not _THAI.search(match["month"]) or match["month"].isdecimal():
            return 2000 + year
        if year < _FIRST_SHORT_BUDDHIST_YEAR:
            raise ValueError(f"the year {year} may be of either era")
        return 2500 + year - _BUDDHIST_OFFSET
    return year - _BUDDHIST_OFFSET if is_thai and year > _FIRST_BUDDHIST_YEAR else year


def _month_number(printed: str) -> int | None:
    name = printed.casefold().replace(".", "").strip()
    return words.MONTHS.get(name) or words.MONTHS.get(re.sub(r"^(?:tháng|thg|th) ?", "tháng ", name))


def _without(match: re.Match[str] | None, text: str) -> str:
    return f"{text[: match.start()]} | {text[match.end() :]}" if match else text
