"""Finding the headline of an article: the line that the page's title, its address and its markup agree upon."""

import re
from dataclasses import dataclass

from archiver.model import Count
from archiver.parsing.boilerplate.words import TOOL
from archiver.parsing.generic.dates.info import InfoReader
from archiver.parsing.generic.names.heading import Heading, read_heading
from archiver.parsing.generic.names.titles import Agreement, Titles
from archiver.parsing.generic.names.trail import bare_path
from archiver.parsing.generic.outline import Line, Outline
from archiver.parsing.generic.text.endings import is_end, is_of_foot
from archiver.parsing.generic.words import HOME
from archiver.text.cleaning import squeeze

LONGEST_HEADLINE = 400
LONGEST_BUTTON = 80
_TAGS = {"h1": 0.2, "h2": 0.16, "h3": 0.12, "h4": 0.08, "h5": 0.06, "h6": 0.04}
# So many lines below a headline are looked at for text.
_BELOW = 40
MOST_CANDIDATES = 60
# The share of the text that may stand above its headline.
MOST_ABOVE = 0.3
# Of a shorter text there is no telling.
LEAST_TEXT = 400
# A text of so many letters, in paragraphs of so many, has a title even where no line of it is one.
LONG_TEXT = 1500
SHORTEST_TEXT = 60
# No real page has so many headings.
MOST_RATED = 1000
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
    own = bare_path(url)
    found: list[Headline] = []
    for index, line in enumerate(outline.lines):
        if len(found) < MOST_RATED and _may_be(line, known):
            heading = read_heading(line, known)
            is_link = line.is_link and not _leads_here(line, own)
            is_plain = not is_link and not _is_prose(line)
            agreement = known.agree(heading.text, with_address=is_plain)
            dated = is_plain and _is_above_date(outline, index, infos)
            if agreement.strength or line.heading or dated:
                score = _score(outline, index, agreement, dated=dated, only=index == first, is_link=is_link)
                found.append(_rate(outline, index, heading, agreement, score, dated=dated, only=index == first))
    found.sort(key=lambda headline: (-headline.score, headline.line))
    found = _look_behind_kicker(outline, found[:MOST_CANDIDATES], known)
    return _look_behind_site_name(outline, found, infos)


def _leads_here(line: Line, own: str) -> bool:
    """Say whether a heading is a link to the page itself, as blogs have it."""
    return bool(line.heading) and own != "/" and any(bare_path(href) == own for href in line.hrefs[:1])


def _find_only_heading(outline: Outline) -> int | None:
    """Find the only line that is a heading of the first level and no link, if text stands below it."""
    firsts = [index for index, line in enumerate(outline.lines) if line.heading == "h1" and not line.boilerplate]
    unlinked = [index for index in firsts if not outline.lines[index].is_link]
    only = unlinked[0] if len(unlinked) == 1 else None
    return only if only is not None and outline.mass(only + 1, len(outline.lines)) >= TEXT_BELOW else None


def _is_prose(line: Line) -> bool:
    """Say whether a line that is no heading is a sentence of a text: it is long, or several, or ends as one does."""
    if line.heading:
        return False
    return len(line.text) > LONGEST_PLAIN or (len(line.text) > LONG_HEADLINE and bool(_SENTENCE.search(line.text)))


def _look_behind_kicker(outline: Outline, found: list[Headline], titles: Titles) -> list[Headline]:
    """Put the line below a kicker before it: a title has both with a sign between, and the lower one is no smaller."""
    first = found[0] if found else None
    if first is None:
        return found
    rank = _TAGS.get(outline.lines[first.line].heading, 0.0)
    other = next((other for other in found if other.line == first.line + 1), None)
    if other is None or _TAGS.get(outline.lines[other.line].heading, 0.0) < max(rank, _TAGS["h3"]):
        return found
    if not titles.divide(first.text, other.text):
        return found
    return [other, *(headline for headline in found if headline is not other)]


def pick_headline(outline: Outline, found: list[Headline], text: tuple[int, ...]) -> Headline | None:
    """Pick the best headline that most of the text stands below; ``text`` are the lines of an extracted text."""
    mass = sum(outline.lines[index].mass for index in text)
    for headline in found:
        above = sum(outline.lines[index].mass for index in text if index < headline.line)
        if mass < LEAST_TEXT or above <= MOST_ABOVE * mass:
            return headline
    return next(iter(found), None)


def name_by_title(outline: Outline, titles: tuple[str, ...], text: tuple[int, ...]) -> Headline | None:
    """Name a text without a headline as the page is named; None where there is no such name, or hardly a text."""
    first = next((index for index in text if outline.lines[index].mass >= SHORTEST_TEXT), 0)
    if not titles or first == 0 or sum(outline.lines[index].mass for index in text) < LONG_TEXT:
        return None
    return Headline(first - 1, titles[0], "title of the page", 0.6)


def _look_behind_site_name(outline: Outline, found: list[Headline], infos: InfoReader) -> list[Headline]:
    """Put a line above a date, or in the address, before the name of the site: some pages have no other title."""
    first = found[0] if found else None
    if first is None or first.strength < 1 or first.in_address:
        return found
    behind = next((other for other in found if _is_behind_site_name(outline, first, other, infos)), None)
    return [behind, *(headline for headline in found if headline is not behind)] if behind else found


def _is_behind_site_name(outline: Outline, first: Headline, other: Headline, infos: InfoReader) -> bool:
    """Say whether a line is rather the headline than one with the whole title, which may be that of all pages."""
    is_named = other.how == ABOVE_DATE or (other.how == "address" and other.in_address)
    if len(other.text) < LONG_HEADLINE or not is_named:
        return False
    if other.how == "address" and not outline.lines[first.line].heading:
        return True
    between = range(first.line + 1, other.line)
    is_apart = any(infos.read(line) or outline.lines[line].mass >= len(other.text) for line in between)
    return other.line > first.line and not is_apart and len(other.text) >= 1.5 * len(first.text)


def _may_be(line: Line, titles: Titles) -> bool:
    """Say whether a line may be a headline: no boilerplate, no button, no heading of a box that titles do not have."""
    if len(line.text) > LONGEST_HEADLINE or line.boilerplate or len(squeeze(line.text)) < 4:
        return False
    is_short = len(line.text) <= LONGEST_BUTTON
    is_box = is_short and (is_end(line.text) or any(words.fullmatch(line.text) for words in (TOOL, HOME)))
    return not is_box or (line.heading != "" and titles.has(line.text) and not HOME.fullmatch(line.text))


def _score(outline: Outline, index: int, agreement: Agreement, *, dated: bool, only: bool, is_link: bool) -> float:
    """Weigh the signs of a line: ``dated`` if it stands above a date, ``only`` if no other is an ``h1``."""
    line = outline.lines[index]
    below = _text_below(outline, index)
    score = agreement.strength * 0.6 + _TAGS.get(line.heading, 0.0) + 0.15 * min(below / TEXT_BELOW, 1) + 0.2 * dated
    score += 0.4 * agreement.by_address if agreement.how == "title" else 0
    score += 0.25 * (only and not agreement.strength)
    score -= 0.2 * (not line.heading and line.text.endswith((".", "。")))  # the first sentence repeats an address, too
    return score - 0.35 * is_link - 0.3 * is_of_foot(line.text) - 0.45 * _is_crumb(outline, index)


def _rate(
    outline: Outline, index: int, heading: Heading, agreement: Agreement, score: float, *, dated: bool, only: bool
) -> Headline:
    """Say how sure a line is to be the headline."""
    markup = _TAGS.get(outline.lines[index].heading, 0.0)
    confidence = 0.35 + 0.5 * agreement.strength + markup + 0.28 * dated
    confidence += 0.15 * _counts_as_only(agreement, only=only)
    how = agreement.how if agreement.strength or markup else ABOVE_DATE
    sure = round(min(confidence, 0.99), 2)
    in_address = agreement.by_address >= 0.5
    return Headline(index, heading.text, how, sure, score, agreement.strength, in_address, heading.views)


def _counts_as_only(agreement: Agreement, *, only: bool) -> bool:
    """Say whether it counts that a line is the only ``h1``: it may be worded otherwise than the title.

    What the title has in a corner is the name of the site.
    """
    return only and not 0 < agreement.strength < STRONG


def _is_above_date(outline: Outline, index: int, infos: InfoReader) -> bool:
    """Say whether a line stands right above a byline, and is none itself."""
    info = infos.read(index + 1) if index + 1 < len(outline.lines) else None
    if not info or not info.published or info.is_updated:
        return False
    return not infos.read(index) and not outline.lines[index].text.endswith((":", "："))


def _is_crumb(outline: Outline, index: int) -> bool:
    """Say whether a line is a crumb: the word for home is before it in it, or in the line before one no heading."""
    before = outline.lines[index - 1].text if index else ""
    line = outline.lines[index]
    return bool(HOME.match(line.text) or (HOME.fullmatch(before) and line.heading not in ("h1", "h2")))


def _text_below(outline: Outline, index: int) -> int:
    """Count the text below a line, up to the next heading that is a link."""
    mass = 0
    for line in outline.lines[index + 1 : index + 1 + _BELOW]:
        if (len(line.text) <= LONGEST_BUTTON and is_end(line.text)) or (line.heading and line.is_link):
            break
        mass += line.mass
    return mass
