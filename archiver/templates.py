"""Templates of texts and addresses, matched in time that no text can stretch: from left to right, never back."""

import re
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


def find_template(template: str, text: str) -> tuple[int, int] | None:
    """Find the first part of a text that fits a template: where it begins and ends.

    ``*`` at its begin or end reaches to the begin or end of the text.
    """
    parts = _split(template)
    if parts[0] == "*":
        end = _follow(parts[1:], text, at, whole=False) if (at := text.find(parts[1])) >= 0 else None
        return (0, end) if end is not None else None
    if parts[0] == "#":
        starts = (found.start() for found in _NUMBER.finditer(text))
    else:
        starts = (found.start() for found in re.finditer(re.escape(parts[0]), text))
    for start in starts:
        end = _follow(parts, text, start, whole=False)
        if end is not None and end > start:
            return start, end
    return None


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
        if place is None or (is_open and place[0] - at > MOST_GAP):
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
        found = _NUMBER.search(text, at)
        return (found.start(), found.end()) if found else None
    place = text.find(part, at)
    return (place, place + len(part)) if place >= 0 else None
