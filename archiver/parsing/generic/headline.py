"""Finding the headline of an article: the line that the page's title, its address and its markup agree upon."""

import re
from dataclasses import dataclass

from archiver.model import Count
from archiver.parsing.furniture.words import END, TOOL
from archiver.parsing.generic.agreement import Agreement, Titles, squeeze
from archiver.parsing.generic.heading import Heading, read_heading
from archiver.parsing.generic.info import InfoReader
from archiver.parsing.generic.outline import Line, Outline
from archiver.parsing.generic.words import FOOT, HOME

LONGEST_HEADLINE = 400
LONGEST_BUTTON = 80
_TAGS = {"h1": 0.2, "h2": 0.16, "h3": 0.12, "h4": 0.08, "h5": 0.06, "h6": 0.04}
# So many lines below a headline are looked at for text.
_BELOW = 40
MOST_CANDIDATES = 60
LONG_HEADLINE = 30
# What is longer, or ends as a sentence does, is text unless it is a heading.
LONGEST_PLAIN = 220
_SENTENCE = re.compile(r"[.!?。！？:;]\s+\S.*[.!?。！？…]$|[^.\d][.。]$")
# So much text below a heading is an article's.
TEXT_BELOW = 300
STRONG = 0.6
ABOVE_DATE = "above the date"


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline: the number of its line, its text, by which sign it was found, and how sure that is.

    ``strength`` says how well page title or address agree with it, ``in_address`` that the address repeats it,
    ``views`` is a count that was printed in it.
    """

    line: int
    text: str
    how: str
    confidence: float
    score: float = 0.0
    strength: float = 0.0
    in_address: bool = False
    views: Count | None = None


def find_headlines(outline: Outline, titles: tuple[str, ...], url: str, infos: InfoReader) -> list[Headline]:
    """Find the lines that may be the headline, best first; none where nothing speaks for any."""
    known = Titles(titles, url)
    first = _find_only_heading(outline)
    found = []
    for index, line in enumerate(outline.lines):
        if _may_be(line, known):
            heading = read_heading(line, known)
            agreement = known.agree(heading.text, with_address=not line.is_link and not _is_prose(line))
            dated = not line.is_link and not _is_prose(line) and _is_above_date(outline, index, infos)
            if agreement.strength or line.heading or dated:
                found.append(_rate(outline, index, heading, agreement, dated=dated, only=index == first))
    found.sort(key=lambda headline: (-headline.score, headline.line))
    return _look_behind_site_name(outline, found[:MOST_CANDIDATES], infos)


def _find_only_heading(outline: Outline) -> int | None:
    """Find the only line that is a heading of the first level and no link, if text stands below it."""
    firsts = [index for index, line in enumerate(outline.lines) if line.heading == "h1" and not line.furniture]
    unlinked = [index for index in firsts if not outline.lines[index].is_link]
    only = unlinked[0] if len(unlinked) == 1 else None
    return only if only is not None and outline.mass(only + 1, len(outline.lines)) >= TEXT_BELOW else None


def _is_prose(line: Line) -> bool:
    """Say whether a line that is no heading is a sentence of a text: it is long, or several, or ends as one does."""
    if line.heading:
        return False
    return len(line.text) > LONGEST_PLAIN or (len(line.text) > LONG_HEADLINE and bool(_SENTENCE.search(line.text)))


def _look_behind_site_name(outline: Outline, found: list[Headline], infos: InfoReader) -> list[Headline]:
    """Put a line above a date, or in the address, before the name of the site: some pages have no other title."""
    first = found[0] if found else None
    if first is None or first.strength < 1 or first.in_address:
        return found
    behind = next((other for other in found if _is_behind_site_name(outline, first, other, infos)), None)
    return [behind, *(headline for headline in found if headline is not behind)] if behind else found


def _is_behind_site_name(outline: Outline, first: Headline, other: Headline, infos: InfoReader) -> bool:
    """Say whether a line is rather the headline than one with the whole title, which may be that of all pages."""
    if len(other.text) < LONG_HEADLINE or not (
        other.how == ABOVE_DATE or (other.how == "address" and other.in_address)
    ):
        return False
    if other.how == "address" and not outline.lines[first.line].heading:
        return True
    between = range(first.line + 1, other.line)
    is_apart = any(infos.read(line) or outline.lines[line].mass >= len(other.text) for line in between)
    return other.line > first.line and not is_apart and len(other.text) >= 1.5 * len(first.text)


def _may_be(line: Line, titles: Titles) -> bool:
    """Say whether a line may be a headline: no furniture, no button, no heading of a box that titles do not have."""
    if len(line.text) > LONGEST_HEADLINE or line.furniture or len(squeeze(line.text)) < 4:
        return False
    is_short = len(line.text) <= LONGEST_BUTTON
    is_box = is_short and any(words.fullmatch(line.text) for words in (END, TOOL, HOME))
    return not is_box or (line.heading != "" and titles.has(line.text) and not HOME.fullmatch(line.text))


def _rate(outline: Outline, index: int, heading: Heading, agreement: Agreement, *, dated: bool, only: bool) -> Headline:
    """Rate a line: ``dated`` if it stands above a date, ``only`` if it is the only heading of the first level.

    Such a heading may be worded otherwise than the title, but what a title has in a corner is the name of the site.
    """
    line = outline.lines[index]
    only = only and not 0 < agreement.strength < STRONG
    markup = _TAGS.get(line.heading, 0.0)
    below = _text_below(outline, index)
    score = agreement.strength * 0.6 + markup + 0.15 * min(below / TEXT_BELOW, 1) + 0.2 * dated + 0.25 * only
    score += 0.4 * agreement.by_address if agreement.how == "title" else 0
    score -= 0.35 * line.is_link + 0.3 * bool(FOOT.search(line.text)) + 0.45 * _is_crumb(outline, index)
    confidence = 0.35 + 0.5 * agreement.strength + markup + (0.28 if dated else 0.0) + (0.15 if only else 0.0)
    how = agreement.how if agreement.strength or markup else ABOVE_DATE
    return Headline(
        index,
        heading.text,
        how,
        round(min(confidence, 0.99), 2),
        score,
        agreement.strength,
        agreement.by_address >= 0.5,
        heading.views,
    )


def _is_above_date(outline: Outline, index: int, infos: InfoReader) -> bool:
    """Say whether a line stands right above an info line, and is none itself."""
    if index + 1 >= len(outline.lines) or infos.read(index) or outline.lines[index].text.endswith((":", "：")):
        return False
    info = infos.read(index + 1)
    return bool(info and info.published and not info.is_updated)


def _is_crumb(outline: Outline, index: int) -> bool:
    """Say whether a line is a crumb: the word for home is before it in it, or in the line before one no heading."""
    before = outline.lines[index - 1].text if index else ""
    line = outline.lines[index]
    return bool(HOME.match(line.text) or (HOME.fullmatch(before) and line.heading not in ("h1", "h2")))


def _text_below(outline: Outline, index: int) -> int:
    """Count the text below a line, up to the next heading that is a link."""
    mass = 0
    for line in outline.lines[index + 1 : index + 1 + _BELOW]:
        if (len(line.text) <= LONGEST_BUTTON and END.fullmatch(line.text)) or (line.heading and line.is_link):
            break
        mass += line.mass
    return mass
