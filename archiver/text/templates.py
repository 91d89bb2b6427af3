"""Templates of texts and addresses, matched in time that no text can stretch: from left to right, never back."""

import re
from collections.abc import Iterator
from functools import lru_cache

MOST_GAP = 80
"""Characters that ``*`` stands for between two words of a template."""
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_WILD = re.compile(r"([*#])")


def match_glob(glob: str, text: str) -> bool:
    """Say whether a text fits as a whole; ``*`` stands for anything, also for nothing."""
    first, *others = glob.split("*")
    if not others:
        return glob == text
    if not text.startswith(first) or len(text) < len(first) + len(others[-1]) or not text.endswith(others[-1]):
        return False
    at, end = len(first), len(text) - len(others[-1])
    for literal in others[:-1]:
        at = text.find(literal, at, end)
        if at < 0:
            return False
        at += len(literal)
    return True


def match_template(template: str, text: str) -> bool:
    """Say whether a text fits a template as a whole; ``*`` is anything, ``#`` a number."""
    return _follow(_split(template), text, 0, whole=True) is not None


def cut_template(template: str, text: str) -> str:
    """Return a text without its parts that fit a template.

    ``*`` at its begin or end reaches to the begin or end of the text.
    """
    kept: list[str] = []
    at = 0
    for start, end in _find_parts(_split(template), text):
        if start >= at:
            kept.append(text[at:start].strip())
            at = end
    return " ".join(part for part in (*kept, text[at:].strip()) if part) if at else text


def _find_parts(parts: tuple[str, ...], text: str) -> Iterator[tuple[int, int]]:
    is_open = parts[0] == "*"
    first = parts[1] if is_open else parts[0]
    for found in (_NUMBER if first == "#" else re.compile(re.escape(first))).finditer(text):
        end = _follow(parts[1:] if is_open else parts, text, found.start(), whole=False)
        if end is not None:
            yield (0 if is_open else found.start()), end


@lru_cache(maxsize=1024)
def _split(template: str) -> tuple[str, ...]:
    return tuple(part for part in _WILD.split(template) if part)


def _follow(parts: tuple[str, ...], text: str, at: int, *, whole: bool) -> int | None:
    """Follow a template through a text from a place; returns where it ends, None where it does not fit."""
    is_open = False
    for part in parts:
        if part == "*":
            is_open = True
            continue
        place = _find_next(part, text, at) if is_open else _find_here(part, text, at)
        if place is None:
            return None
        at, is_open = place[1], False
    if is_open:
        return len(text) if not whole or len(text) - at <= MOST_GAP else None
    return None if whole and at != len(text) else at


def _find_here(part: str, text: str, at: int) -> tuple[int, int] | None:
    if part == "#":
        found = _NUMBER.match(text, at)
        return (at, found.end()) if found else None
    return (at, at + len(part)) if text.startswith(part, at) else None


def _find_next(part: str, text: str, at: int) -> tuple[int, int] | None:
    if part == "#":
        found = _NUMBER.search(text, at, at + 2 * MOST_GAP)
        return (found.start(), found.end()) if found and found.start() - at <= MOST_GAP else None
    place = text.find(part, at, at + MOST_GAP + len(part))
    return (place, place + len(part)) if place >= 0 else None
