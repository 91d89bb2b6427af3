"""What a site declares to be noise: texts and addresses with ``*``, and selectors of places."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from archiver.compare.noise import Rule

MOST_LINES = 100
_MOST_STARS = 6
_ELEMENTS = (
    "a article aside b blockquote center div em figure font footer form h1 h2 h3 h4 h5 h6 header i iframe img li nav "
    "ol p section small span strong table td tr ul"
)
_ELEMENT = f"(?:{'|'.join(_ELEMENTS.split())})"
_SIGN = r"(?:[.#][A-Za-z_-][\w-]*|\[[a-z][\w-]*(?:[*^$~|]?=(?:\"[^\"]*\"|[\w-]+))?\])"
_SELECTOR = re.compile(rf"{_ELEMENT}?{_SIGN}+(?:\s*>\s*|\s+)?(?:(?:{_ELEMENT}?{_SIGN}+|{_ELEMENT})(?:\s*>\s*|\s+|$))*")
_MEANT = re.compile(rf"[.#\[]|{_ELEMENT}[.#\[]")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class DeclaredNoise:
    """The lines of a declaration, told apart: rules of texts and addresses, and CSS selectors."""

    rules: tuple[Rule, ...] = ()
    places: tuple[str, ...] = ()


def read_noise(lines: Iterable[str]) -> DeclaredNoise:
    """Read the lines of a declaration; ValueError says in a line what is wrong with one.

    A line that begins with ``/``, ``?``, ``http://`` or ``https://`` is an address, one that begins as a selector with
    a class, an id or an attribute does is a place, any other is a text.
    """
    rules: list[Rule] = []
    places: list[str] = []
    for line in lines:
        if not isinstance(line, str) or not line.strip():
            raise ValueError(f"{line!r} is no text; write a text or address with *, or a selector")
        if line.startswith(("/", "?", "http://", "https://")):
            rules += _read_address(line)
        elif _MEANT.match(line):
            places.append(_read_selector(line))
        else:
            rules.append(_read_text(line))
    return DeclaredNoise(tuple(rules), tuple(places))


def _read_selector(line: str) -> str:
    if not _SELECTOR.fullmatch(line) or line.endswith((" ", ">")):
        raise ValueError(f"{line!r} is no selector of elements, classes, ids and attributes")
    return line


def _read_address(line: str) -> list[Rule]:
    parts = urlsplit(line)
    path = parts.path
    _count_stars(line)
    if not parts.query:
        if len(re.findall(r"[^\W_]", path)) < 2:
            raise ValueError(f"{line!r} is every address; name a folder, or the beginning of a name")
        return [Rule("address", path)]
    names = [item.partition("=") for item in parts.query.split("&")]
    if not all(name and value == "*" for name, _, value in names):
        raise ValueError(f"{line!r}: write the parameters that move as name=*")
    return [Rule("parameter", f"{path or '*'}?{name}") for name, _, _ in names]


def _read_text(line: str) -> Rule:
    text = re.sub(r"\*+", "*", " ".join(line.split()))
    _count_stars(text)
    if len(_LETTERS.findall(text)) < 3:
        raise ValueError(f"{line!r} is nearly every text; give it three letters or more")
    return Rule("text", text)


def _count_stars(line: str) -> None:
    if line.count("*") > _MOST_STARS or re.search(r"#", line):
        raise ValueError(f"{line!r}: at most {_MOST_STARS} times *, and no #")
