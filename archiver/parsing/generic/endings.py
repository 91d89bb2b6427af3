"""Lines that are no text of an article: what opens something else below it, and what stands beside it on every page."""

from archiver.parsing.furniture.words import TOOL
from archiver.parsing.generic.outline import Line, whole_text
from archiver.parsing.generic.words import FOOT
from archiver.parsing.labels import OTHER_TEXT_LABEL

LONGEST_END = 80
LONGEST_FOOT = 300
LONGEST_CRUMB = 12
# So many lines behind a box one must be a paragraph of the text that goes on.
_NEAR = 4


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
