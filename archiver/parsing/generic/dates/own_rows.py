"""Reading the date that the page prints with this article elsewhere: in the row of a list that leads to it."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from archiver.html.elements import attribute_of
from archiver.model import PublishedDate
from archiver.parsing.fields.embedded_date import list_dates
from archiver.parsing.fields.labels import PUBLISHED_LABEL
from archiver.parsing.generic.dates.info import LONGEST_PLAIN_LINK, InfoReader, InfoText
from archiver.parsing.generic.dates.publication import LEAST_CONFIDENCE, FoundDate
from archiver.parsing.generic.outline import Line, Outline, whole_text
from archiver.parsing.generic.text.region import Region

# A shorter headline may be the name of a section, too.
SHORTEST_TITLE = 16
MOST_LINES = 3000
# A row has at most so many lines.
LONGEST_ROW = 4
# What stands beside the title: more than so much is the beginning of a text, and may have any date in it.
LONGEST_BESIDE = 60
LONGEST_SENTENCE = 160


def read_own_rows(
    outline: Outline, region: Region, infos: InfoReader, zone: tzinfo, at: datetime
) -> Iterator[FoundDate]:
    """Read the only date beside each link that has the headline as its text, also in boxes that are no article's.

    ``zone`` and ``at`` are those of ``read_date``.
    """
    title = outline.lines[region.headline].text
    if len(title) < SHORTEST_TITLE:
        return
    for index, line in enumerate(outline.lines[:MOST_LINES]):
        if index != region.headline and title in line.text and _leads_to(line, title):
            beside = list_dates(_find_beside(line, title), zone, at, infos.order)
            dates = beside or _read_row(outline, index, infos)
            if len(dates) == 1:
                info = InfoText(index, line.text, dates[0], None)
                yield FoundDate(info, "in its row of a list", LEAST_CONFIDENCE, weak=True)


def _leads_to(line: Line, title: str) -> bool:
    """Say whether a title is a link, but to no place within a page: there the comments on it are."""
    return any(title in whole_text(anchor) and "#" not in attribute_of(anchor, "href") for anchor in line.anchors)


def _find_beside(line: Line, title: str) -> str:
    """Return what stands beside a title in its line, unless it may be a text."""
    before, _, behind = line.text.partition(title)
    beside = f"{before[-LONGEST_BESIDE:]} | {behind}"
    if len(beside) > LONGEST_BESIDE and not PUBLISHED_LABEL.search(beside):
        return ""
    return beside[:LONGEST_SENTENCE]


def _read_row(outline: Outline, index: int, infos: InfoReader) -> list[PublishedDate]:
    """Read the bylines in the other lines of the row that a line is a part of; a title in one is another row's."""
    row = next((span for span in outline.around(index) if span.end - span.start > 1), None)
    others = [other for other in range(row.start, row.end) if other != index] if row else []
    if len(others) >= LONGEST_ROW or any(_is_title(outline.lines[other]) for other in others):
        return []
    read = filter(None, map(infos.read, others))
    return [info.published for info in read if info.published and info.published.at]


def _is_title(line: Line) -> bool:
    return line.is_link and len(line.text) > LONGEST_PLAIN_LINK
