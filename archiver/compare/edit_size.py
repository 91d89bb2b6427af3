"""How much an edit means, judged by the words that differ.

The first rule that holds for a stretch of differing words decides:

1. ``date``: on both sides they stand within a printed date (``27/4``, ``27/04/2018``, ``ngày 27 tháng 4``,
   ``tháng 4/2018``, ``năm 2018``, ISO). A day and month need a slash, a year or the word ``ngày``; a number after
   ``số`` is none. All of the field ``published`` is a date.
2. ``number``: they are digit groups, or differ in nothing but digit groups (``853``, ``13.000``, ``K62``, ``14h30``).
3. ``name``: they are capitalised syllables (not acronyms), at least two in a row with their neighbours, or after a
   form of address (``đồng chí``, ``ông``, ``bà``), which may differ as well. The first word of a sentence proves
   nothing by its capital, so it is no name, except in the field ``author``.
4. ``typo``: they differ in diacritics, case, punctuation or spaces; or word by word in at most two letters and a
   third of the letters of the longer word, diacritics apart. Digits, written numerals and ``%`` are never mistyped.
5. ``words``: anything else.

Where no rule but the last holds for a stretch, its words are judged one by one if there are as many before as after.
An edit of several stretches has the size they agree on, typos not counted beside greater ones, else ``words``.
Whole paragraphs and files that were added, removed or moved are of the size ``paragraph``.
"""

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Literal

from rapidfuzz.distance import OSA

from archiver.compare.alignment import Stretch

Size = Literal["typo", "number", "date", "name", "words", "paragraph"]

_DAY, _MONTH, _YEAR = r"(?:3[01]|[12]\d|0?[1-9])", r"(?:1[0-2]|0?[1-9])", r"(?:19|20)\d\d"
_SLASHED = rf"{_DAY} ?/ ?{_MONTH}(?: ?/ ?(?:{_YEAR}|\d\d))?"
_DATE = re.compile(
    rf"(?<![\w/.,-])(?<!số )(?<!số: )(?:"
    rf"(?:{_DAY} ?[-–] ?)?{_SLASHED}(?: ?[-–] ?{_SLASHED})?"
    rf"|{_DAY}(?P<mark>[.-]){_MONTH}(?P=mark){_YEAR}"
    rf"|(?:ngày|mùng|mồng) {_DAY}(?:[./-]{_MONTH}|,? tháng {_MONTH})?(?:[./-]{_YEAR}|,? năm {_YEAR})?"
    rf"|(?:tháng )?{_MONTH} ?/ ?{_YEAR}"
    rf"|tháng {_MONTH}(?:,? năm {_YEAR})?"
    rf"|năm {_YEAR}"
    rf"|{_YEAR}-[01]\d-[0-3]\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?"
    rf")(?![\w/]|[.,-]\d)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+(?:[.,/:-]\d+)*")
_ADDRESSES = frozenset("đồng chí ông bà anh chị cô thầy".split())
# A full stop after these ends no sentence.
_ABBREVIATIONS = frozenset("ts ths pgs gs tskh bs ks cn tp ngưt ngnd".split())
_SENTENCE_ENDS = frozenset(".!?…")
_OPENING = frozenset("\"'“‘«([")
_NUMERALS = frozenset(
    "không một hai ba bốn tư năm lăm sáu bảy bẩy tám chín mười mươi trăm nghìn ngàn triệu tỷ tỉ".split()
)
_MEANING = frozenset("%‰")
_MOST_LETTERS = 2
_LEAST_SHARE = 3


@dataclass(frozen=True)
class _Side:
    """One of the two texts as words; each has the space before it."""

    words: Sequence[str]

    @cached_property
    def places(self) -> list[int]:
        return [0, *accumulate(map(len, self.words))]

    @cached_property
    def dates(self) -> list[range]:
        return [range(*match.span()) for match in _DATE.finditer("".join(self.words))]


@dataclass(frozen=True, slots=True)
class _Part:
    """The words of a side that differ, possibly none."""

    side: _Side
    span: range

    @property
    def text(self) -> str:
        return "".join(self.side.words[self.span.start : self.span.stop]).strip()

    @property
    def words(self) -> list[str]:
        return [self.word(place) for place in self.span]

    def word(self, place: int) -> str:
        """Return a word of the side; empty before its beginning and behind its end."""
        return self.side.words[place].strip() if 0 <= place < len(self.side.words) else ""


def measure_edit(field: str, before: Sequence[str], after: Sequence[str], stretches: Iterable[Stretch]) -> Size:
    """Return the size of a replacement, by the rules at the head of this module."""
    return _agree(measure_stretches(field, before, after, stretches))


def measure_stretches(
    field: str, before: Sequence[str], after: Sequence[str], stretches: Iterable[Stretch]
) -> list[Size]:
    """Return the size of each stretch that differs, in order."""
    changes = [stretch for stretch in stretches if not stretch.is_equal]
    if field == "published":
        return ["date" for _ in changes]
    old, new = _Side(before), _Side(after)
    return [_measure(_Part(old, change.before), _Part(new, change.after), field == "author") for change in changes]


def _agree(sizes: Iterable[Size]) -> Size:
    found = set(sizes)
    greater = found - {"typo"} or found
    return greater.pop() if len(greater) == 1 else "words"


def _measure(before: _Part, after: _Part, is_author: bool) -> Size:
    size = _measure_whole(before, after, is_author)
    if size != "words" or len(before.span) != len(after.span) or len(before.span) < 2:
        return size
    return _agree(
        _measure_whole(old, new, is_author) for old, new in _pair_words(before, after) if old.text != new.text
    )


def _pair_words(before: _Part, after: _Part) -> Iterator[tuple[_Part, _Part]]:
    for old, new in zip(before.span, after.span, strict=True):
        yield _Part(before.side, range(old, old + 1)), _Part(after.side, range(new, new + 1))


def _measure_whole(before: _Part, after: _Part, is_author: bool) -> Size:
    if _is_in_date(before) and _is_in_date(after):
        return "date"
    if _is_number(before, after):
        return "number"
    if _is_name(before, after, is_author):
        return "name"
    return "typo" if _is_typo(before.text, after.text) else "words"


def _is_in_date(part: _Part) -> bool:
    if not part.span:
        return True
    end = part.side.places[part.span.stop]
    start = end - len(part.text)
    dates = part.side.dates
    date = bisect(dates, start, key=lambda date: date.start) - 1
    return date >= 0 and end <= dates[date].stop


def _is_number(before: _Part, after: _Part) -> bool:
    if all(_DIGITS.fullmatch(word) for word in before.words + after.words):
        return True
    blank = _DIGITS.sub("#", before.text)
    return "#" in blank and blank == _DIGITS.sub("#", after.text)


def _is_name(before: _Part, after: _Part, is_author: bool) -> bool:
    names = [_find_names(part) for part in (before, after)]
    parts = [part for part, places in zip((before, after), names, strict=True) if places]
    if not parts or any(places is None for places in names):
        return False
    return is_author or all(_is_named(part) for part in parts)


def _find_names(part: _Part) -> list[int] | None:
    """Return where the part has syllables of names, forms of address left out; None if it has other words."""
    places = [place for place in part.span if part.word(place).casefold() not in _ADDRESSES]
    return places if all(_is_capitalised(part.word(place)) for place in places) else None


def _is_named(part: _Part) -> bool:
    """Whether the capitals of a part make a name: they are not a sentence's, and not alone or after an address."""
    places = _find_names(part) or []
    if not places or _begins_sentence(part, places[0]):
        return False
    before, behind = part.word(places[0] - 1), part.word(places[-1] + 1)
    in_a_row = len(places) > 1 or _is_capitalised(before) or _is_capitalised(behind)
    return in_a_row or before.casefold() in _ADDRESSES


def _is_capitalised(word: str) -> bool:
    return word[:1].isupper() and not any(letter.isupper() or not letter.isalpha() for letter in word[1:])


def _begins_sentence(part: _Part, place: int) -> bool:
    before = place - 1
    while part.word(before) in _OPENING:
        before -= 1
    if part.word(before) == "." and part.word(before - 1).casefold() in _ABBREVIATIONS:
        return False
    return before < 0 or part.word(before) in _SENTENCE_ENDS


def _is_typo(before: str, after: str) -> bool:
    if _strip_marks(before) == _strip_marks(after):
        return True
    old, new = before.split(), after.split()
    return len(old) == len(new) and all(map(_is_slip, old, new))


def _is_slip(before: str, after: str) -> bool:
    old, new = _strip_marks(before), _strip_marks(after)
    if old == new:
        return True
    if not (old.isalpha() and new.isalpha()) or {before.casefold(), after.casefold()} <= _NUMERALS:
        return False
    distance = OSA.distance(old, new)
    return distance <= _MOST_LETTERS and distance * _LEAST_SHARE <= max(len(old), len(new))


def _strip_marks(text: str) -> str:
    """Return the bare letters, digits and symbols: no diacritics, case, punctuation, spaces."""
    letters = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(letter for letter in letters if letter in _MEANING or unicodedata.category(letter)[0] not in "MPZ")
