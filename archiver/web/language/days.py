"""Days as people write and read them: 27/04/2018 in Vietnamese, 27 Apr 2018 in English, 2018-04-27 everywhere.

The forms take text, since ``<input type="date">`` shows days as the browser's language has them, not the page's. What
is typed is read in any of these forms, whatever the page's language; of two numbers the day comes first.
"""

import re
from datetime import date

from archiver.web.faults import PageError
from archiver.web.language.messages import Language

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})[ -]([a-z]{3})[a-z]*\.?[ ,-]+(\d{4})", re.ASCII | re.IGNORECASE)


def read_day(name: str, text: str | None) -> date | None:
    """Read a day of a form; PageError, which says how days are written, where it is none."""
    try:
        return _read(" ".join(text.split())) if text and text.strip() else None
    except ValueError:
        raise PageError("bad_day", name=name, value=text) from None


def write_day(day: date, language: Language) -> str:
    """Write a day as a language does."""
    if language == "vi":
        return f"{day.day:02}/{day.month:02}/{day.year:04}"
    return f"{day.day} {_MONTHS[day.month - 1].title()} {day.year:04}"


def _read(text: str) -> date:
    if numbers := _NUMBERS.fullmatch(text):
        return date(int(numbers[3]), int(numbers[2]), int(numbers[1]))
    if (named := _NAMED.fullmatch(text)) and named[2].lower() in _MONTHS:
        return date(int(named[3]), _MONTHS.index(named[2].lower()) + 1, int(named[1]))
    return date.fromisoformat(text)
