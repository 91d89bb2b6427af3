"""Lines that are no text of an article: what opens something else below it, and what stands beside it on every page."""

import re
from functools import lru_cache

from archiver.parsing.boilerplate.words import END, TOOL
from archiver.parsing.fields.labels import OTHER_TEXT_LABEL
from archiver.parsing.generic.outline import Line, whole_text
from archiver.parsing.generic.words import FOOT

LONGEST_END = 80
LONGEST_FOOT = 300
# With the numbers around it.
_LONGEST_OPENER = 400
LONGEST_CRUMB = 12
# A number before or behind the heading of comments.
_COUNT = re.compile(r"^\W*\d+\s+|\s*[(（]\s*\d+\s*[)）]\W*$")


def opens_other(line: Line) -> bool:
    """Say whether a line is the heading of something else than an article."""
    return len(line.text) <= _LONGEST_OPENER and _opens_other(line.text)


@lru_cache(maxsize=1024)  # the lines of a page are asked for again and again
def _opens_other(text: str) -> bool:
    text = _COUNT.sub("", text)
    return len(text) <= LONGEST_END and bool(END.fullmatch(text))


@lru_cache(maxsize=1024)
def is_end(text: str) -> bool:
    """Say whether a short text is nothing but the heading of something else."""
    return END.fullmatch(text) is not None


def is_tool(line: Line) -> bool:
    """Say whether a line is a button, or several side by side."""
    if len(line.text) > LONGEST_END:
        return False
    if _is_button(line.text):
        return True
    if len(line.inlines) < 2:
        return False
    buttons = [whole_text(element) for element in line.inlines]
    return len(buttons) > 1 and len(" ".join(buttons)) >= len(line.text) and all(map(TOOL.fullmatch, buttons))


@lru_cache(maxsize=1024)
def _is_button(text: str) -> bool:
    return TOOL.fullmatch(text) is not None


def is_byline(line: Line) -> bool:
    """Say whether a line names the author or the source."""
    return len(line.text) <= LONGEST_END and bool(OTHER_TEXT_LABEL.match(line.text))


def is_foot(line: Line) -> bool:
    """Say whether a line belongs to the foot of the page."""
    return len(line.text) <= LONGEST_FOOT and is_of_foot(line.text)


@lru_cache(maxsize=1024)
def is_of_foot(text: str) -> bool:
    """Say whether a text has words of the foot of a page."""
    return FOOT.search(text) is not None
