"""From the bytes of a page to its text."""

import codecs
from threading import local

from archiver.html.charsets import decode_otherwise
from archiver.model import Headers

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# So many letters of UTF-8 there must be for each byte that is none.
_LETTERS_PER_ERROR = 4
_KEPT = local()
_MOST_KEPT = 1_000_000


def decode_page(body: bytes, headers: Headers) -> str:
    """Decode a page: a byte order mark, else UTF-8, else the charset of what is declared that leaves least unread.

    Servers send wrong charsets more often than pages are UTF-8 by accident. A few bytes that are none do not make
    another charset of it: they become U+FFFD, each where it stands, as do bytes without a meaning in all charsets.
    The page that was decoded last is not decoded again. Never raises.
    """
    kept: tuple[bytes, Headers, str] = vars(_KEPT).get("page", (b"", (), ""))
    if kept[0] is body and kept[1] == headers:
        return kept[2]
    text = _decode(body, headers)
    _KEPT.page = (body, headers, text) if len(body) <= _MOST_KEPT else (b"", (), "")
    return text


def _decode(body: bytes, headers: Headers) -> str:
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    return text if _is_damaged_utf_8(body, text) else decode_otherwise(body, headers)


def _is_damaged_utf_8(body: bytes, text: str) -> bool:
    """Say whether a text in which bytes had to be replaced is UTF-8 for the most part of what is not ASCII.

    In other charsets letters follow one another that are one letter of UTF-8 together by accident: with windows-1258
    hardly ever, with GB 2312 once for five that are none.
    """
    wrong = text.count("\ufffd") - body.count(b"\xef\xbf\xbd")
    letters = len(text) - len(text.encode("ascii", "ignore")) - text.count("\ufffd")
    return letters >= _LETTERS_PER_ERROR * wrong
