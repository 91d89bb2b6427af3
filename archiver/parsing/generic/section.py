"""Finding the section of an article: the last crumb of the breadcrumb above its headline."""

import re

from archiver.model import Origin
from archiver.parsing.generic.metadata import Metadata
from archiver.parsing.generic.outline import Outline, whole_text
from archiver.parsing.generic.words import DETAIL, HERE, HOME
from archiver.platforms.elements import select

# So many lines above the headline the breadcrumb may begin.
_FARTHEST = 16
LONGEST_CRUMB = 100
MOST_CRUMBS = 12
_SEPARATORS = re.compile(r"\s*[>»›/|→\\]+\s*|\s+[-–]\s+")
_EDGES = " \t>»›/|→\\-–:：·•"


def find_section(outline: Outline, headline: int, metadata: Metadata) -> tuple[str, Origin] | None:
    """Find the section that is printed above the headline; None where there is neither breadcrumb nor its name."""
    title = outline.lines[headline].text
    crumbs = [crumb for crumb in _find_crumbs(outline, headline) if not _is_other(crumb, title)]
    if crumbs and not any(crumb.isdecimal() for crumb in crumbs):
        return crumbs[-1], Origin("section", "breadcrumb", 0.9)
    said = {section.casefold() for section in metadata.sections}
    for line in outline.lines[max(headline - _FARTHEST, 0) : headline]:
        if line.text.casefold() in said:
            return line.text, Origin("section", "metadata", 0.85)
    return None


def _find_crumbs(outline: Outline, headline: int) -> list[str]:
    """Find the crumbs behind the word for home, nearest to the headline."""
    for index in range(headline - 1, max(headline - _FARTHEST, 0) - 1, -1):
        text = outline.lines[index].text
        here = HERE.match(text)
        parts = _split(text[here.end() :] if here else text)
        if parts and HOME.match(parts[0]):
            return _read_trail(outline, index, headline, parts)
    return []


def _read_trail(outline: Outline, index: int, headline: int, parts: list[str]) -> list[str]:
    """Read a trail that is one line, or one element of several lines, each crumb one of them."""
    line = outline.lines[index]
    if len(parts) > 1:
        return parts[1:]
    if len(line.hrefs) > 1:
        links = [whole_text(link) for link in select(line.block, "a")[:MOST_CRUMBS]]
        tail = line.text.removeprefix(" ".join(links)).strip(_EDGES) if line.text.startswith(" ".join(links)) else ""
        return [crumb for crumb in (*links[1:], tail) if crumb]
    around = next((span for span in outline.around(index) if span.end - span.start > 1), None)
    if around is None or around.end > headline + 1 or around.end - around.start > MOST_CRUMBS:
        return []
    return [part for line in outline.lines[index + 1 : around.end] for part in _split(line.text)]


def _is_other(crumb: str, title: str) -> bool:
    """Say whether a crumb is no section: home, the article itself, or the word for such a page."""
    if len(crumb) > LONGEST_CRUMB or HOME.fullmatch(crumb) or DETAIL.fullmatch(crumb):
        return True
    return crumb == title or (crumb.endswith(("...", "…")) and title.startswith(crumb.rstrip(".… ")))


def _split(text: str) -> list[str]:
    return [part for piece in _SEPARATORS.split(text) if (part := piece.strip(_EDGES))]
