"""Lines that are no text of an article: what opens something else below it, and what stands beside it on every page."""

from archiver.parsing.furniture.words import END, TOOL
from archiver.parsing.generic.outline import Line, Outline, whole_text
from archiver.parsing.generic.words import FOOT
from archiver.parsing.labels import OTHER_TEXT_LABEL

LONGEST_END = 80
LONGEST_FOOT = 300
LONGEST_CRUMB = 12


def find_end(outline: Outline, first: int) -> int:
    """Find the first line below the headline that opens something else."""
    for index in range(first, len(outline.lines)):
        line = outline.lines[index]
        if len(line.text) <= LONGEST_END and END.fullmatch(line.text) and not line.furniture:
            return index
        if line.heading and line.is_link and len(line.text) > LONGEST_CRUMB:
            return index
    return len(outline.lines)


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
