"""Raised and lowered text in plain text: 10² is not 102, and H₂O is not H2O.

Digits, signs and single letters are written with Unicode's own characters, as far as it has them; other short text gets
``^`` or ``_`` before it (``[1]`` as ``^[1]``), but letters that are the end of a word do not: ``1er``, ``5th``. What is
longer, or has spaces, is a line in small type and stays as it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeGuard

Level = Literal["raised", "lowered"]
_RAISED = (
    "0⁰ 1¹ 2² 3³ 4⁴ 5⁵ 6⁶ 7⁷ 8⁸ 9⁹ +⁺ −⁻ -⁻ =⁼ (⁽ )⁾ aᵃ bᵇ cᶜ dᵈ eᵉ fᶠ gᵍ hʰ iⁱ jʲ kᵏ lˡ mᵐ nⁿ oᵒ pᵖ rʳ sˢ tᵗ uᵘ vᵛ wʷ "
    "xˣ yʸ zᶻ"
)
_LOWERED = "0₀ 1₁ 2₂ 3₃ 4₄ 5₅ 6₆ 7₇ 8₈ 9₉ +₊ −₋ -₋ =₌ (₍ )₎ aₐ eₑ hₕ iᵢ jⱼ kₖ lₗ mₘ nₙ oₒ pₚ rᵣ sₛ tₜ uᵤ vᵥ xₓ"
_TABLES: dict[Level, dict[str, str]] = {
    "raised": {pair[0]: pair[1] for pair in _RAISED.split()},
    "lowered": {pair[0]: pair[1] for pair in _LOWERED.split()},
}
_SIGNS: dict[Level, str] = {"raised": "^", "lowered": "_"}
_SHORT = re.compile(r"(?=.*\d)\S{1,12}|\w")
_ENDS_OF_WORDS = re.compile(r"[^\W\d_]{2,}")
_BACK = {ord(shifted): plain for table in _TABLES.values() for plain, shifted in table.items()}
# What people type raised or lowered: digits and signs; such letters are sounds, or names.
_TYPED = {level: "".join(table.values())[:16] for level, table in _TABLES.items()}
_PRINTED = re.compile("|".join(f"(?P<{level}>[{typed}]+)" for level, typed in _TYPED.items()))
# How they begin in UTF-8, where hardly any other character does: to look for these takes a tenth of the time.
_PREFIXES = (b"\xc2\xb2", b"\xc2\xb3", b"\xc2\xb9", b"\xe2\x81", b"\xe2\x82")
_WORD_BEFORE = re.compile(r"\S*\Z")
PLAIN = {code: plain for code, plain in _BACK.items() if plain.isalnum()}
"""Table for ``str.translate``: raised and lowered digits and letters as plain ones."""


def shift_text(level: Level, text: str) -> str:
    """Write raised or lowered text the way it stands in plain text."""
    table = _TABLES[level]
    if not _ENDS_OF_WORDS.fullmatch(text) and all(character in table for character in text):
        return "".join(table[character] for character in text)
    return f"{_SIGNS[level]}{text}" if _SHORT.fullmatch(text) else text


def is_level(kind: str) -> TypeGuard[Level]:
    """Say whether a kind of mark is one of these."""
    return kind in _TABLES


def has_levels(text: str) -> bool:
    """Say whether a text has raised or lowered digits and signs."""
    if text.isascii():
        return False
    coded = text.encode("utf-8", "replace")
    return any(prefix in coded for prefix in _PREFIXES) and _PRINTED.search(text) is not None


def find_levels(text: str) -> Iterator[tuple[int, Level, str, str]]:
    """Find the raised and lowered digits and signs of a text: place, level, as plain text, the letters before them."""
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
