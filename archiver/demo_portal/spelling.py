"""The same text in the many spellings that a portal's editors leave behind."""

import unicodedata
from functools import lru_cache
from html import escape
from html.entities import codepoint2name
from random import Random


@lru_cache(maxsize=8192)
def spell(text: str, spelling: int) -> str:
    """Write ``text`` as HTML in one of many spellings; they all read the same after NFC and white-space cleaning.

    Spelling 0 is plain. The others mix precomposed letters, combining marks, entities, both in one letter
    (``&ocirc;&#768;``), no-break spaces and, rarely, entities encoded twice.
    """
    if not spelling:
        return escape(text, quote=False)
    chance = Random(f"{spelling} {text}")
    words = [_spell_word(word, chance) for word in text.split(" ")]
    return "".join(word + (_space(chance) if word is not words[-1] else "") for word in words).rstrip(" ")


def _space(chance: Random) -> str:
    return "&nbsp;" if chance.random() < 0.02 else " "


def _spell_word(word: str, chance: Random) -> str:
    draw = chance.random()
    if draw < 0.06:
        return escape(unicodedata.normalize("NFD", word), quote=False)
    if draw < 0.30:
        return "".join(_name_letter(letter) for letter in word)
    if draw < 0.36:
        return "".join(_halve_letter(letter) for letter in word)
    if draw < 0.365:
        return "".join(_name_letter(letter) for letter in word).replace("&", "&amp;")
    return escape(word, quote=chance.random() < 0.1)


def _name_letter(letter: str) -> str:
    """Write a Latin-1 letter as the editor's tool does, by its name."""
    name = codepoint2name.get(ord(letter))
    return f"&{name};" if name else letter


def _halve_letter(letter: str) -> str:
    """Write a letter with two marks as a letter with one and a combining mark: ``ồ`` as ``&ocirc;&#768;``."""
    parts = unicodedata.decomposition(letter).split()
    if len(parts) != 2 or parts[0].startswith("<") or ord(letter) < 0x1E00:
        return _name_letter(letter)
    return f"{_name_letter(chr(int(parts[0], 16)))}&#{int(parts[1], 16)};"
