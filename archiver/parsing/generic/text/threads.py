"""Finding what readers say below an article: as many elements of one shape as a line above them announces."""

import re

from archiver.html.elements import Element, attribute_of
from archiver.parsing.generic.dates.info import InfoReader
from archiver.parsing.generic.outline import Outline
from archiver.parsing.generic.text.alignment import PARTS

LONGEST_ANNOUNCEMENT = 60
FEWEST = 2
_NUMBER = re.compile(r"(?<![\d.,/:-])\d{1,4}(?![\d.,/:-])")


def find_thread(outline: Outline, infos: InfoReader, first: int, last: int) -> int | None:
    """Return the line between two that announces how many voices follow, and so many do; None where none does.

    What is said of a number of steps or points stands in paragraphs or items of a list of one line each, or behind a
    colon.
    """
    for index in range(first + 1, last):
        text = outline.lines[index].text
        is_short = len(text) <= LONGEST_ANNOUNCEMENT and not text.endswith((":", "：", "."))
        numbers = _NUMBER.findall(text) if is_short else []
        if any(int(number) >= FEWEST and _follow(outline, index + 1, int(number)) for number in numbers):
            info = infos.read(index)
            if not (info and info.published):  # a date is no number of voices
                return index
    return None


def _follow(outline: Outline, index: int, number: int) -> bool:
    """Say whether a line begins the first of so many elements of one shape, side by side."""
    for span in outline.around(index):
        if span.start != index:
            return False
        is_box = span.element.name not in PARTS or span.end - span.start > 1
        if is_box and _count_alike(span.element) == number:
            return True
    return False


def _count_alike(element: Element) -> int:
    """Count the siblings that look like the first of them; 0 if others stand before it that do."""
    shape = element.name, attribute_of(element, "class")
    if any(_shape_of(other) == shape for other in element.previous_siblings):
        return 0
    return 1 + sum(_shape_of(other) == shape for other in element.next_siblings)


def _shape_of(element: object) -> tuple[str, str] | None:
    return (element.name, attribute_of(element, "class")) if isinstance(element, Element) else None
