"""Cleaning text: white space, invisible characters, entities, NFC."""

import html
import re
import unicodedata
from functools import lru_cache

# Control characters, soft hyphens, zero-width characters, bidirectional overrides, lone surrogates: never text.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
# Entities encoded twice (``&amp;aacute;``) are still there after parsing, in 1 % of the Hà Nội portals' articles.
_ENTITY = re.compile(r"&(?:(?:amp|#38);)*([A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
# A decoded piece may complete another entity (``&a&#109;p;``); what is still encoded after so many rounds is no text.
_MOST_ROUNDS = 4
_LONG_TEXT = 1000
_MOST_MARKS = 30
_LONGEST_LINE = 400
_ALPHANUMERIC = re.compile(r"[^\W_]+")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


def clean_text(text: str) -> str:
    """Return ``text`` in NFC without invisible characters, every run of white space as one space."""
    return _compose(text.strip()) if _is_tidy(text) else " ".join(clean_characters(text).split())


def squeeze(text: str) -> str:
    """Return the letters and digits of a text, in lower case: what two prints of one text have in common."""
    return _squeeze_line(text) if len(text) <= _LONGEST_LINE else _NOT_ALPHANUMERIC.sub("", text.casefold())


@lru_cache(maxsize=2048)  # the lines of a page are asked for again and again
def _squeeze_line(text: str) -> str:
    return "".join(_ALPHANUMERIC.findall(text.casefold()))


def clean_line(text: str) -> str:
    """Return ``text`` as ``clean_text`` does, but for white space that was encoded twice: that stays what it is."""
    return _compose(text.strip()) if _is_tidy(text) else clean_characters(" ".join(text.split())).strip()


def clean_piece(text: str) -> str:
    """Return a piece of a line, more than white space, as ``clean_line`` does, but for a space at either end of it."""
    if _is_tidy(text):
        return _compose(text)
    before, after = (" " if end.isspace() else "" for end in (text[:1], text[-1:]))
    return clean_characters(f"{before}{' '.join(text.split())}{after}")


def _is_tidy(text: str) -> bool:
    """Say whether a text is printable, with no white space but single spaces and without entities, as most are.

    It takes a third of what cleaning it takes to find out that there is nothing to clean but the form of its letters.
    """
    return "&" not in text and "  " not in text and text.isprintable()


def clean_characters(text: str) -> str:
    """Return ``text`` in NFC, without invisible characters, twice-encoded entities decoded; white space as it is.

    Cleaning what is clean changes nothing, however often an entity was encoded.
    """
    if "&" not in text and text.isprintable():
        return text if text.isascii() else _compose(text)
    clean = _normalize(text)
    for _ in range(_MOST_ROUNDS):
        decoded = _ENTITY.sub(_decode_entity, clean) if "&" in clean else clean
        if decoded == clean:
            break
        clean = _normalize(decoded)
    return clean


def _normalize(text: str) -> str:
    return _compose(_INVISIBLE.sub("", text))


def _compose(text: str) -> str:
    """Return NFC; of more than 30 marks on one letter (Unicode's own limit, UAX 15) the first 30.

    The time that NFC takes grows with the square of their number, up to hours for one page.
    """
    # A pile of more than 30 has a mark at one of every 31 places.
    if len(text) > _LONG_TEXT and _compile_marks().search(text[:: _MOST_MARKS + 1]):
        text = _compile_piles().sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=1)
def _compile_marks() -> re.Pattern[str]:
    return re.compile(f"[{''.join(mark for mark in map(chr, range(0x300, 0x1F000)) if unicodedata.combining(mark))}]")


@lru_cache(maxsize=1)
def _compile_piles() -> re.Pattern[str]:
    mark = _compile_marks().pattern
    return re.compile(f"({mark}{{{_MOST_MARKS}}}){mark}+")


def _decode_entity(match: re.Match[str]) -> str:
    return html.unescape(f"&{match[1]};")
