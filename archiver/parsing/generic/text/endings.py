"""Lines that are no text of an article: what opens something else below it, and what stands beside it on every page."""

import re

from archiver.parsing.boilerplate.words import END, TOOL
from archiver.parsing.fields.labels import OTHER_TEXT_LABEL
from archiver.parsing.generic.outline import Line, whole_text
from archiver.parsing.generic.words import FOOT

LONGEST_END = 80
LONGEST_FOOT = 300
LONGEST_CRUMB = 12
# A number before or behind the heading of comments.
_COUNT = re.compile(r"^\W*\d+\s+|\s*[(（]\s*\d+\s*[)）]\W*$")


def opens_other(line: Line) -> bool:
    """Say whether a line is the heading of something else than an article."""
    text = _COUNT.sub("", line.text)
    return len(text) <= LONGEST_END and bool(END.fullmatch(text))


def is_tool(line: Line) -> bool:
    """Say whether a line is a button, or several side by side."""
    if len(line.text) > LONGEST_END:
        return False
    if TOOL.fullmatch(line.text):
        return True
    buttons = [whole_text(element) for element in line.inlines]
    return len(buttons) > 1 and len(" ".join(buttons)) >= len(line.text) and all(map(TOOL.fullmatch, buttons))


def is_byline(line: Line) -> bool:
    """Say whether a line names the author or the source."""
    return len(line.text) <= LONGEST_END and bool(OTHER_TEXT_LABEL.match(line.text))


def is_foot(line: Line) -> bool:
    """Say whether a line belongs to the foot of the page."""
    return len(line.text) <= LONGEST_FOOT and bool(FOOT.search(line.text))
