"""Finding the name of the channel that a listing shows: its last crumb, else the heading above its rows."""

from archiver.html.elements import Element, select, text_of
from archiver.parsing.boilerplate.headings import heading_before
from archiver.parsing.generic.machine.metadata import read_metadata
from archiver.parsing.generic.names.section import find_section
from archiver.parsing.generic.outline import read_outline
from archiver.text.cleaning import clean_text


def find_channel(page: Element, row: Element) -> str | None:
    """Find the name of the channel whose first row is ``row``; None where neither crumbs nor a heading name it."""
    return find_crumb(page, row) or heading_before(row) or None


def find_crumb(page: Element, row: Element) -> str | None:
    """Find the last crumb of the breadcrumb above the rows; None without one."""
    outline = read_outline(page)
    first = next((span for parent in (row, *row.parents) if (span := outline.span_of(parent))), None)
    if first is None or first.start >= len(outline.lines):
        return None
    found = find_section(outline, first.start, read_metadata(page))
    return found[0] if found else None


def is_box_of_another(page: Element, row: Element) -> bool:
    """Say whether rows stand in a box with a heading of its own, on a page whose title and crumb name its channel."""
    heading, crumb = heading_before(row), find_crumb(page, row)
    titles = [clean_text(text_of(title)).casefold() for title in select(page, "title")[:1]]
    if not heading or not crumb or not titles or not titles[0].startswith(crumb.casefold()):
        return False
    return heading.casefold() not in titles[0] and crumb not in heading
