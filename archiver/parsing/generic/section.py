"""Finding the section of an article: the last crumb of a true trail above its headline, or the name told to machines."""

import re

from archiver.model import Origin
from archiver.parsing.furniture.words import END, TOOL
from archiver.parsing.generic.metadata import Metadata
from archiver.parsing.generic.outline import Line, Outline
from archiver.parsing.generic.trail import Trail, find_trails, is_marked, read_marked, split_crumbs, weigh
from archiver.parsing.generic.words import DETAIL, HOME

# So many lines above the headline the breadcrumb may begin, and so many below it may print the section.
_FARTHEST = 16
_BELOW = 3
_ABOVE = 2
_DIGIT = re.compile(r"\d")
_INNER = re.compile(r"(?:https?://[^/]+)?/*[^/#?:]+[^#:]*$", re.IGNORECASE)
LONGEST_CRUMB = 100
LONGEST_KICKER = 60
LONGEST_INFO = 120
LEAST_EVIDENCE = 1


def find_section(outline: Outline, headline: int, metadata: Metadata, url: str = "") -> tuple[str, Origin] | None:
    """Find the section that is printed near the headline; None where only menus are, and no name of it."""
    title = outline.lines[headline].text
    for trail in find_trails(outline, headline, _FARTHEST):
        crumbs = [crumb for crumb in trail.crumbs if not _is_other(crumb, title)]
        ends = bool(trail.crumbs) and _is_title(trail.crumbs[-1], title)
        if crumbs and weigh(trail, crumbs, metadata, url, ends_at_title=ends) >= LEAST_EVIDENCE:
            return crumbs[-1], Origin("section", "breadcrumb", 0.9)
    return (
        _find_marked(outline, headline, title)
        or _find_said(outline, headline, metadata, title)
        or _find_kicker(outline, headline)
    )


def _find_marked(outline: Outline, headline: int, title: str) -> tuple[str, Origin] | None:
    """Find the last crumb in an element that says of itself that it is a breadcrumb, whatever its first crumb is."""
    for index in range(headline - 1, max(headline - _FARTHEST, 0) - 1, -1):
        if is_marked(outline.lines[index].block):
            crumbs = [crumb for crumb in read_marked(outline, index, headline) if not _is_other(crumb, title)]
            return (crumbs[-1], Origin("section", "breadcrumb", 0.9)) if crumbs else None
    return None


def _find_said(outline: Outline, headline: int, metadata: Metadata, title: str) -> tuple[str, Origin] | None:
    """Find a line, or a piece of one, near the headline that prints the section as machines are told it."""
    trails = (trail[::-1] for trail in metadata.trails)
    last = (next((crumb for crumb in trail if not _is_other(crumb, title)), "") for trail in trails)
    said = {section.casefold() for section in (*metadata.sections, *last) if section}
    lines = outline.lines[max(headline - _FARTHEST, 0) : headline]
    for line in (*lines, *outline.lines[headline + 1 : headline + 1 + _BELOW]):
        for piece in _pieces_of(line):
            if piece.casefold() in said:
                return piece, Origin("section", "metadata", 0.85)
    return None


def _find_kicker(outline: Outline, headline: int) -> tuple[str, Origin] | None:
    """Find a link alone above the headline, at most a date between, with which the element around both begins."""
    for index in range(headline - 1, max(headline - 1 - _ABOVE, -1), -1):
        line = outline.lines[index]
        if line.is_link:
            around = next((span for span in outline.around(headline) if span.start <= index), None)
            is_first = around is not None and around.start == index
            return (line.text, Origin("section", "kicker", 0.75)) if is_first and _is_kicker(line) else None
        if not _DIGIT.search(line.text) or len(line.text) > LONGEST_INFO:
            return None
    return None


def _is_kicker(line: Line) -> bool:
    """Say whether a line is one link to another page of the site, and no button."""
    if len(line.anchors) != 1 or len(line.text) > LONGEST_KICKER or line.furniture:
        return False
    if any(words.fullmatch(line.text) for words in (END, TOOL, HOME, DETAIL)):
        return False
    return bool(_INNER.match(line.hrefs[0]))


def _pieces_of(line: Line) -> list[str]:
    if len(line.text) > LONGEST_INFO:
        return []
    return [line.text, *split_crumbs(line.text)]


def _is_other(crumb: str, title: str) -> bool:
    """Say whether a crumb is no section: home, the article itself, or the word for such a page."""
    if len(crumb) > LONGEST_CRUMB or HOME.fullmatch(crumb) or DETAIL.fullmatch(crumb):
        return True
    return _is_title(crumb, title)


def _is_title(crumb: str, title: str) -> bool:
    return crumb == title or (crumb.endswith(("...", "…")) and title.startswith(crumb.rstrip(".… ")))
