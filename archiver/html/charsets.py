"""In which charset the bytes of a page are written: what is declared is held against what comes out.

Every charset of single bytes reads everything, so that all letters are there says little. But signs within words, small
letters before capitals and accent upon accent are what a wrong reading is made of.
"""

import re
from functools import lru_cache

from w3lib.encoding import resolve_encoding

from archiver.html.old_vietnamese import find_old_encoding, is_syllable
from archiver.model import Headers

# HTML declares its encoding within the first 1,024 bytes (HTML standard, 4.2.5.4); themes with long heads miss that.
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
# Bytes that are no UTF-8 have been read as these by nobody: they are no charsets of bytes, or none of text.
_NEVER = re.compile(r"utf-?(?:7|16|32)|ucs|idna|punycode|unicode|rot", re.IGNORECASE)
_LAST_RESORTS = ("windows-1258", "windows-1252", "windows-1251", "gb18030", "shift_jis", "euc-kr", "big5")
_IMPLAUSIBLE = re.compile(
    "[\ufffd\x80-\x9f\ue000-\uf8ff\uff61-\uff9f]"  # unread, controls, letters of nobody, halves of katakana
    "|(?<=[^\\W\\d_])[¢-©¬®-³µ¶¸¹¼-¾×÷](?=[^\\W\\d_])"  # a sign within a word
    "|(?<=[à-öø-ÿ])[¢-©¬®-³µ¶¸¹¼-¾×÷]|[¢-©¬®-³µ¶¸¹¼-¾×÷](?=[À-ÖØ-öø-ÿ])"
    "|(?<=[a-zß-öø-ÿ])[À-ÖØ-Þ]|(?<=[а-яѐ-џ])[А-ЯЀ-Џ]"  # a capital behind a small letter
    "|(?<=[À-ÖØ-öø-ÿ]{2})[À-ÖØ-öø-ÿ]"  # accent upon accent
    "|(?<![A-Za-zÀ-ỹ])[\u0300-\u036f]"  # a mark upon nothing
    "|(?<=[A-Za-zÀ-ɏ])[Ͱ-ӿ]|(?<=[Ͱ-ӿ])[A-Za-zÀ-ɏ]"  # two scripts in a word
    "|(?<=[a-z])[\u3040-\u9fff\uac00-\ud7a3]|[\u3040-\u9fff\uac00-\ud7a3](?=[a-z])"
)
# What is declared gives way where more than this share of letters is implausible, and another reading has a quarter.
_WRONG_SHARE = 0.1
_BETTER = 4
_MOST_WEIGHED = 200_000
_HANZI = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
# Words with what Vietnamese alone has of the letters of windows-1258.
_VIETNAMESE = re.compile("(?:[^\\W\\d_]|[\u0300-\u0323])*(?:[ăđơưĂĐƠƯ]|[\u0300-\u0323])(?:[^\\W\\d_]|[\u0300-\u0323])*")
# What servers and editors declare of everything comes after what somebody chose.
_CARELESS = frozenset({"utf-8", "cp1252", "ascii", "iso8859-1"})


def decode_otherwise(body: bytes, headers: Headers) -> str:
    """Decode bytes that are not wholly UTF-8: as it is declared where that is plausible, else as what is most so.

    Bytes without a meaning become U+FFFD, each where it stands. Never raises.
    """
    latin = body.decode("windows-1252", "replace")
    if find_old_encoding([re.sub("<[^>]*>", " ", latin[:_MOST_WEIGHED])]):
        return latin
    declared = [text for name in _list_declared(body, headers) if (text := _decode(body, name)) is not None]
    best = min(declared, key=weigh, default=None)  # of those that are as good the first
    if best is not None and not _is_wrong(best):
        return best
    others = [text for name in ("utf-8", *_LAST_RESORTS) if (text := _decode(body, name)) is not None]
    other = min(others, key=weigh)
    return other if best is None or _BETTER * weigh(other) < weigh(best) else best


def weigh(text: str) -> int:
    """Count what is implausible in a text: bytes that were not read, and letters as no language puts them together."""
    text = text[:_MOST_WEIGHED]
    rare = sum(not _is_common(letter) for letter in _HANZI.findall(text))
    vietnamese = set(_VIETNAMESE.findall(text))
    misspelt = sum(not is_syllable(word) for word in vietnamese)
    return sum(1 for _ in _IMPLAUSIBLE.finditer(text)) + rare + (misspelt if 2 * misspelt > len(vietnamese) else 0)


@lru_cache(maxsize=8192)
def _is_common(letter: str) -> bool:
    """Say whether a sign of Chinese is among the some 5,000 that the first levels of national standards have."""
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("shift_jis", 0x88, 0x98)):
        try:
            if first <= letter.encode(encoding)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False


def _is_wrong(text: str) -> bool:
    letters = sum(not letter.isascii() for letter in text[:_MOST_WEIGHED])
    return weigh(text) > _WRONG_SHARE * letters


def _decode(body: bytes, name: str) -> str | None:
    encoding = resolve_encoding(name)
    if encoding is None or _NEVER.match(encoding):
        return None
    try:
        return body.decode(encoding, "replace")
    except (LookupError, UnicodeError):  # a codec that is none for text
        return None


def _list_declared(body: bytes, headers: Headers) -> list[str]:
    """List the charsets that the headers and a page name, best first of those that fit as well.

    A header goes before the page, as the HTML standard has it; behind both comes what is declared of everything.
    """
    names = [name for key, value in headers if key.lower() == "content-type" for name in _HEADER_CHARSET.findall(value)]
    if declared := _DECLARED.search(body, 0, 65536):
        names.append(declared.group(1).decode("ascii"))
    return sorted(names, key=lambda name: resolve_encoding(name) in _CARELESS)
