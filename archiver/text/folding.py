"""Words as a search compares them: folded, without any mark; or exact, with every mark in one place.

SQLite's ``remove_diacritics`` leaves đ as it is, for Unicode does not take it apart; so words are folded here.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import product

from archiver.text.raised import PLAIN

# The blocks of combining marks that stand on letters of the Latin, Greek and Cyrillic alphabets. Not those of Thai or
# Devanagari: there they are vowels.
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_REMOVED = re.compile(f"[{_MARKS}\xad]")
# Old Vietnamese fonts wrote Đ as Ð, the Icelandic letter that looks the same.
_D = str.maketrans({"Ð": "Đ", "ð": "đ", "\xad": None})
_FOLDED = str.maketrans({"đ": "d"}) | PLAIN
_WORD = re.compile(f"[^\\W_]+(?:[{_MARKS}\xad]+[^\\W_]*)*")
_PLAIN_WORD = re.compile(r"[^\W_]+")  # where no mark and no hyphen stands by itself: a sixth faster
_MOST_REMEMBERED = 50_000
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_PLACES = {
    unicodedata.normalize("NFC", pair[0] + tone + pair[1]): unicodedata.normalize("NFC", pair + tone)
    for pair, tone in product(("oa", "oe", "uy"), _TONES)
}
_MISPLACED = re.compile(f"(?:{'|'.join(_PLACES)})(?!\\w)")


def fold(text: str) -> str:
    """Return a text in lower case without tone marks and diacritics, đ as d, m² as m2: ``Đảng ủy`` is ``dang uy``."""
    if text.isascii():
        return text.lower()
    bare = _REMOVED.sub("", unicodedata.normalize("NFD", text.translate(_D)))
    return unicodedata.normalize("NFC", bare.casefold().translate(_FOLDED))


def unify(text: str) -> str:
    """Return a text in lower case and NFC, tone marks where the new spelling puts them: ``Hòa`` is ``hoà``.

    Both spellings are in use: hòa, khỏe, ủy and hoà, khoẻ, uỷ are the same words.
    """
    if text.isascii():
        return text.lower()
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).translate(_D).lower())
    return _MISPLACED.sub(lambda match: _PLACES[match.group()], composed)


def locate_words(text: str) -> Iterator[tuple[int, int]]:
    """Find the words of a text: runs of letters and digits, combining marks and soft hyphens among them."""
    return (match.span() for match in _WORD.finditer(text))


def list_words(text: str) -> list[str]:
    """List the words of a text as they are spelt there."""
    return (_WORD if _REMOVED.search(text) else _PLAIN_WORD).findall(text)


def list_forms(text: str) -> Iterator[tuple[str, str]]:
    """List the exact and the folded form of each word of a text."""
    return ((EXACT[word], FOLDED[word]) for word in list_words(text))


class _Remembered(dict[str, str]):
    """A form of words, by the word: Vietnamese has some seven thousand syllables, so a hundred texts hold them all."""

    def __init__(self, form: Callable[[str], str]) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        form = self[word] = self._form(word)
        return form


EXACT = _Remembered(unify)
"""The exact form of a word."""
FOLDED = _Remembered(fold)
"""The folded form of a word."""
MARKED = _Remembered(lambda word: exact if (exact := unify(word)) != fold(word) else "")
"""The exact form of a word that has marks, or letters with marks; empty for any other."""
