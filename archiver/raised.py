"""Raised and lowered text in plain text: 10² is not 102, and H₂O is not H2O.

Digits and signs are written with Unicode's own characters; other short text gets ``^`` or ``_`` before it (``10^k``,
``[1]`` as ``^[1]``), but letters that stand for the end of a word do not: ``1er``, ``5th``. What is longer, or has
spaces, is a line in small type and stays as it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeGuard

Level = Literal["raised", "lowered"]
_PLAIN = "0123456789+-−=()"
_SHIFTED: dict[Level, str] = {"raised": "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾", "lowered": "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎"}
_TABLES = {level: str.maketrans(_PLAIN, shifted) for level, shifted in _SHIFTED.items()}
_SIGNS: dict[Level, str] = {"raised": "^", "lowered": "_"}
_SHORT = re.compile(r"(?=.*\d)\S{1,12}|\w")
_ALL_SHIFTED = re.compile(f"[{re.escape(_PLAIN)}]+")
# Letters and signs for digits too: an index has m² as m2.
_BACK = {ord(shifted): plain for row in _SHIFTED.values() for shifted, plain in zip(row, _PLAIN, strict=True)}
PLAIN_DIGITS = {
    ord(shifted): plain for row in _SHIFTED.values() for shifted, plain in zip(row[:10], _PLAIN[:10], strict=True)
}
"""Table for ``str.translate``: raised and lowered digits as plain ones."""
_SHIFTED_ALL = "".join(_SHIFTED.values())
_PRINTED = re.compile(f"(?P<raised>[{_SHIFTED['raised']}]+)|(?P<lowered>[{_SHIFTED['lowered']}]+)")
_WORD_BEFORE = re.compile(r"\S*\Z")


def shift_text(level: Level, text: str) -> str:
    """Write raised or lowered text the way it stands in plain text."""
    if _ALL_SHIFTED.fullmatch(text):
        return text.translate(_TABLES[level])
    return f"{_SIGNS[level]}{text}" if _SHORT.fullmatch(text) else text


def is_level(kind: str) -> TypeGuard[Level]:
    """Say whether a kind of mark is one of these."""
    return kind in _SHIFTED


def has_levels(text: str) -> bool:
    """Say whether a text has raised or lowered characters; to look for one after the other is quickest."""
    return not text.isascii() and any(character in text for character in _SHIFTED_ALL)


def find_levels(text: str) -> Iterator[tuple[int, Level, str, str]]:
    """Find the raised and lowered characters of a text: place, level, as plain text, the letters right before them."""
    done = 0
    for match in _PRINTED.finditer(text):
        level: Level = "raised" if match["raised"] else "lowered"
        before = _WORD_BEFORE.search(text, done, match.start())
        yield match.start(), level, match[0].translate(_BACK), before[0] if before else ""
        done = match.end()


def restore_level(text: str, marks: Iterable[Mapping[str, str]]) -> str:
    """Write what some marks (kind, text, before) raised or lowered as plain text again, and nothing else: 10² as 102.

    The marks are those of the text, in their order.
    """
    return "".join(_restore(text, marks))


def _restore(text: str, marks: Iterable[Mapping[str, str]]) -> Iterator[str]:
    done = 0
    for mark in marks:
        kind = mark["kind"]
        shown = shift_text(kind, mark["text"]) if is_level(kind) else mark["text"]
        place = text.find(mark["before"] + shown, done) if shown != mark["text"] else -1
        if place >= 0:
            start = place + len(mark["before"])
            yield text[done:start] + mark["text"]
            done = start + len(shown)
    yield text[done:]
