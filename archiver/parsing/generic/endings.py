"""Lines that are no text of an article: what opens something else below it, and what stands beside it on every page."""

from archiver.parsing.furniture.headings import tells_others
from archiver.parsing.furniture.words import END, TOOL
from archiver.parsing.generic.outline import PARAGRAPH, Line, Outline, whole_text
from archiver.parsing.generic.words import FOOT
from archiver.parsing.labels import OTHER_TEXT_LABEL

LONGEST_END = 80
LONGEST_FOOT = 300
LONGEST_CRUMB = 12
# So many lines behind a box one must be a paragraph of the text that goes on.
_NEAR = 4


def find_end(outline: Outline, first: int) -> int:
    """Find the first line below the headline that opens something else."""
    for index in range(first, len(outline.lines)):
        line = outline.lines[index]
        if len(line.text) <= LONGEST_END and END.fullmatch(line.text) and not line.furniture:
            if not _goes_on(outline, first, index):
                return index
        elif line.heading and line.is_link and len(line.text) > LONGEST_CRUMB:
            return index
    return len(outline.lines)


def _goes_on(outline: Outline, first: int, index: int) -> bool:
    """Say whether the text goes on, in the element it began in, behind the box that a heading opens.

    Where other articles are announced and a paragraph follows in the place of links, the heading is one of the text.
    """
    before = {id(line.block.parent) for line in outline.lines[first:index] if line.mass >= PARAGRAPH}
    boxes = [span for span in outline.around(index) if span.start == index]
    if tells_others(outline.lines[index].text) and _finds_text(outline, index + 1, before):
        return True
    wide = [span for span in boxes if span.end > index + 1]
    return any(_finds_text(outline, span.end, before or {id(span.element.parent)}) for span in wide)


def _finds_text(outline: Outline, start: int, parents: set[int]) -> bool:
    """Say whether what comes next is a paragraph in one of some elements."""
    behind = next((line for line in outline.lines[start : start + _NEAR] if not line.furniture), None)
    return behind is not None and behind.mass >= PARAGRAPH and id(behind.block.parent) in parents


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
