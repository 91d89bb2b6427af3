"""The addresses in style sheets: found as CSS writes them (CSS Syntax 3), and put in place of others."""

import codecs
import re
from collections.abc import Callable, Iterator
from typing import Literal

Kind = Literal["style", "picture", "font"]
"""What a page asks for: a style sheet, a picture, a font."""
Place = Callable[[str, Kind], str | None]
"""Returns what stands in place of a printed address; None leaves it as it is."""

_STRING = r""""(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'"""
_TOKEN = re.compile(
    rf"""/\*.*?(?:\*/|\Z)
    |(?<![\w-])url\(\s*+(?P<address>{_STRING}|(?:[^"'()\\\s]|\\[0-9a-f]{{1,6}}\s?|\\.)*+)\s*+\)
    |(?<![\w-])type\(\s*+(?:{_STRING})\s*+\)
    |(?P<string>{_STRING})
    |(?P<rule>@[\w-]++|(?<![\w-])(?:-webkit-)?image-set(?=\())
    |(?P<end>[{{}};])""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(\n)|(.))", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(rb'@charset "([\w.:-]{1,40})";', re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Rules whose addresses are names, or say for which pages the rule is.
_NAMES = frozenset({"@namespace", "@document", "@-moz-document"})
# Which braces and semicolons end what a rule says of the addresses behind it.
_ENDS = {"@import": ";{", "@font-face": "}", **dict.fromkeys(_NAMES, ";{")}


def decode_sheet(body: bytes) -> str:
    """Decode a style sheet: a byte order mark, else UTF-8, else what it declares, else letters of one byte."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    declared = _CHARSET.match(body)
    names = ["utf-8", declared[1].decode("ascii")] if declared else ["utf-8"]
    for name in names:
        try:
            return body.decode(name)
        except (LookupError, UnicodeError):
            continue
    return body.decode("windows-1252", "replace")


def replace_addresses(text: str, place: Place) -> str:
    """Put other addresses in the place of those that a style sheet, or a ``style`` attribute, asks for."""
    pieces: list[str] = []
    done = 0
    for start, end, printed, kind, is_string in _list_addresses(text):
        other = place(printed, kind)
        if other is not None:
            quoted = _quote(other)
            pieces += (text[done:start], quoted if is_string else f"url({quoted})")
            done = end
    return "".join((*pieces, text[done:]))


def _list_addresses(text: str) -> Iterator[tuple[int, int, str, Kind, bool]]:
    """List addresses with their places, what each is of, and whether it stands there without ``url()``."""
    rule = ""
    for token in _TOKEN.finditer(text):
        address, string = token["address"], token["string"]
        if token["rule"]:
            rule = token["rule"].lower()
        elif token["end"]:
            rule = "" if token["end"] in _ENDS.get(rule, "{};") else rule
        elif rule not in _NAMES and (address is not None or (string and _is_address(rule))):
            yield token.start(), token.end(), _read(address or string or ""), _name_kind(rule), address is None
            rule = "@imported" if rule == "@import" else rule


def _is_address(rule: str) -> bool:
    return rule == "@import" or rule.endswith("image-set")


def _name_kind(rule: str) -> Kind:
    return "style" if rule == "@import" else "font" if rule == "@font-face" else "picture"


def _read(written: str) -> str:
    value = written[1:-1] if written[:1] in ('"', "'") else written
    return _ESCAPE.sub(_read_escape, value) if "\\" in value else value


def _read_escape(match: re.Match[str]) -> str:
    if not match[1]:
        return match[3] or ""
    number = int(match[1], 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def _quote(address: str) -> str:
    """Write an address as a string of CSS; what would end the string, or a ``style`` element around it, is escaped."""
    return '"' + re.sub(r'["\\<\n\r\f]', lambda match: f"\\{ord(match[0]):x} ", address) + '"'
