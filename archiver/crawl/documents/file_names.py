"""The name that a server gives a file, from the header Content-Disposition (RFC 6266)."""

import re
from email.header import decode_header, make_header
from urllib.parse import unquote_to_bytes

from archiver.text.cleaning import clean_text

LONGEST_NAME = 255
_PARAMETER = re.compile(r"""(?:^|[;\s])filename(\*)?\s*=\s*("(?:[^"\\]|\\.)*"|[^;]+)""", re.IGNORECASE)
_EXTENDED = re.compile(r"([\w-]+)'[\w-]*'(.+)", re.DOTALL)
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")


def read_file_name(header: bytes) -> str:
    """Return the name that a header gives a file; empty where it gives none.

    ``filename*`` (RFC 5987) goes before ``filename``. The latter is ASCII by the letter; servers write bytes of UTF-8,
    percent signs or words of mail headers there. A path before the name is none of it.
    """
    text = header[:4000].decode("latin-1")
    given = {bool(match[1]): match[2].strip() for match in _PARAMETER.finditer(text)}
    name = _read_extended(given.get(True, "")) or _read_plain(given.get(False, ""))
    name = re.split(r"[/\\]", clean_text(name))[-1].strip()
    return name if len(name) <= LONGEST_NAME else ""


def _read_extended(value: str) -> str:
    found = _EXTENDED.fullmatch(value.strip('"'))
    return _decode(unquote_to_bytes(found[2]), found[1]) if found else ""


def _read_plain(value: str) -> str:
    if value.startswith('"'):
        value = re.sub(r"\\([\"\\])", r"\1", value[1:].removesuffix('"'))
    if value.startswith("=?"):
        return _read_mail_words(value)
    raw = value.encode("latin-1")
    return _decode(unquote_to_bytes(raw) if _PERCENT.search(value) else raw, "utf-8")


def _read_mail_words(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (LookupError, ValueError):
        return ""


def _decode(raw: bytes, encoding: str) -> str:
    """Decode a name as it says, else as bytes of Latin letters."""
    try:
        return raw.decode(encoding)
    except (LookupError, UnicodeError):
        return raw.decode("latin-1")
