"""Deciding whether a page is an article: no false one, and none that is missed."""

from dataclasses import dataclass
from itertools import pairwise

from archiver.model import Problem
from archiver.parsing.generic.dates.fields import Fields
from archiver.parsing.generic.dates.info import CELLS, InfoReader
from archiver.parsing.generic.listings.teasers import find_dated_links, find_teasers
from archiver.parsing.generic.machine.metadata import Metadata
from archiver.parsing.generic.names.headline import Headline
from archiver.parsing.generic.outline import PARAGRAPH, UNSPACED, Line, Outline, measure_text
from archiver.parsing.generic.text.endings import is_foot
from archiver.parsing.generic.text.region import Region

# What a title must reach to be one.
LEAST_CONFIDENCE = 0.6
LEAST_ABOVE_TEXT = 0.5
SURE = 0.8
SURE_STRENGTH = 0.9
# So much text below a headline is an article's, if a date or a count is printed with it; so much is without either.
SHORT_TEXT = 40
LONG_TEXT = 200
# Lines of so much text, and more, are text of a page and no labels.
SHORTEST_TEXT = 30
# News have long headlines, the pages of an institution (About us, Contact) short ones.
LONG_HEADLINE = 30
LONG_UNSPACED = 12
# So many lines may stand between a headline and the text under it.
LONGEST_HEAD = 20
# Rows of a listing: so many linked titles, each with at most so many lines of text below it.
FEWEST_ROWS = 3
FEWEST_DATED = 2
LONGEST_ROW = 4
_MOST_OF_IT = 0.6
# So many paragraphs above the first linked title are a text of their own.
FEWEST_ABOVE = 2
# So much text, and such a share of all that the page has, is what the page is about.
VERY_LONG_TEXT = 1500
_MAINLY = 0.6


@dataclass(frozen=True, slots=True)
class Candidate:
    """What was found on a page that may be an article; ``extras`` counts images and attachments."""

    outline: Outline
    headline: Headline
    region: Region
    fields: Fields
    metadata: Metadata
    infos: InfoReader
    extras: int

    @property
    def text(self) -> int:
        """How much text it has."""
        return sum(measure_text(self.outline.lines[index].text) for index in (*self.region.lead, *self.region.chosen))

    @property
    def is_clear(self) -> bool:
        """Whether it has a text of some length, in paragraphs."""
        return self.text >= LONG_TEXT and bool(_find_paragraphs(self.outline, self.region))

    @property
    def is_printed(self) -> bool:
        """Whether a date or a count is printed with it."""
        return self.fields.published is not None or self.fields.views is not None

    def find_rows(self, lines: range) -> list[int]:
        """Find the linked titles of other articles among some lines."""
        return find_teasers(self.outline, self.infos, lines)

    def find_dated_rows(self, lines: range) -> list[int]:
        """Find those among some lines that have a date of their own."""
        return find_dated_links(self.outline, self.infos, lines)


def refuse_article(kind: str, found: Candidate) -> Problem | None:
    """Say why a page at an address of some kind is no article; None for an article."""
    headline = found.headline
    if headline.confidence < _least_confidence(kind, found):
        return Problem("uncertain_title", f"{headline.how}, {headline.confidence}: {headline.text[:200]}")
    if kind == "article":
        return None
    is_said = found.metadata.is_article and headline.strength >= SURE_STRENGTH
    if not is_said and is_in_rows(found):
        return Problem("no_article", f"rows of linked titles: {headline.text[:200]}")
    if kind == "listing":
        is_sure = found.is_printed and found.text >= LONG_TEXT and headline.confidence >= SURE
        return None if is_sure else Problem("no_article", f"at the address of a listing: {headline.text[:200]}")
    if _is_dated(found) or _is_titled(found) or _is_prominent(found):
        return None
    return Problem("no_article", f"a title without a date, a count or a text of its own: {headline.text[:200]}")


def tell_much_more(outline: Outline, region: Region) -> tuple[Problem, ...]:
    """Tell of an article that is less than half of the text on its page: more of that may be the article's."""
    whole = sum(line.mass for line in outline.lines if line.mass >= SHORTEST_TEXT and not is_foot(line))
    read = sum(len(outline.lines[index].text) for index in (*region.lead, *region.chosen))
    if read >= whole / 2:
        return ()
    return (Problem("text_left_out", f"{read} of {whole} characters of text on the page were read"),)


def _least_confidence(kind: str, found: Candidate) -> float:
    is_above = found.is_clear and _is_above(found.outline, found.region)
    return LEAST_ABOVE_TEXT if kind == "article" or is_above else LEAST_CONFIDENCE


def _is_dated(found: Candidate) -> bool:
    has_more = found.text >= SHORT_TEXT or bool(found.extras) or found.fields.views is not None
    return found.is_printed and (has_more or found.headline.in_address)


def _is_titled(found: Candidate) -> bool:
    """Say whether title and address of a page, or its metadata, agree that some text under it is an article."""
    headline = found.headline
    is_named = headline.strength >= SURE_STRENGTH and len(headline.text) >= LONG_HEADLINE
    has_text = found.text >= SHORT_TEXT or bool(found.extras)
    return is_named and has_text and (headline.in_address or found.metadata.is_article)


def _is_prominent(found: Candidate) -> bool:
    """Say whether an undated text is an article: by its metadata, a headline as news have, or as all that a page is."""
    headline, outline, region = found.headline, found.outline, found.region
    if not found.is_clear or found.metadata.is_article:
        return found.is_clear
    if found.find_rows(range(region.headline + 1, region.first)):
        return False  # the text is that of a row
    if len(headline.text) >= LONG_HEADLINE or _is_long_unspaced(headline.text):
        return True
    mass = sum(outline.lines[index].mass for index in _find_paragraphs(outline, region))
    is_named = outline.lines[headline.line].heading == "h1" and headline.strength >= SURE_STRENGTH
    return is_named and mass >= VERY_LONG_TEXT and mass >= _MAINLY * outline.mass(0, len(outline.lines))


def _is_long_unspaced(text: str) -> bool:
    """Say whether a headline is long in a script that writes a word with one or two letters, and no spaces."""
    return len(text) >= LONG_UNSPACED and len(UNSPACED.findall(text)) > len(text) / 2


def is_in_rows(found: Candidate) -> bool:
    """Say whether the text below a headline is that of a listing: a few lines under each of several linked titles."""
    lines, region = found.outline.lines, found.region
    within, below = range(region.headline + 1, region.last + 1), range(region.last + 1, len(lines))
    dated = set(found.find_dated_rows(within))
    rows = sorted({*found.find_rows(within), *dated})
    chosen = [index for index in sorted({*region.lead, *region.chosen}) if index not in rows]
    if (
        not chosen
        or not rows
        or sum(lines[line].mass >= PARAGRAPH for line in chosen if line < rows[0]) >= FEWEST_ABOVE
    ):
        return False
    dated |= set(found.find_dated_rows(below))
    rows = sorted({*rows, *found.find_rows(below), *dated})
    filled = [(start, end) for start, end in pairwise((*rows, rows[-1] + LONGEST_ROW)) if _is_filled(lines, start, end)]
    in_rows = sum(lines[line].mass for line in chosen if any(start < line < end for start, end in filled))
    fewest = FEWEST_DATED if set(rows) <= dated else FEWEST_ROWS
    return len(filled) >= fewest and in_rows >= _MOST_OF_IT * sum(lines[index].mass for index in chosen)


def _is_filled(lines: list[Line], start: int, end: int) -> bool:
    """Say whether a little text stands between two titles."""
    return 1 < end - start <= LONGEST_ROW + 1 and any(line.mass >= SHORTEST_TEXT for line in lines[start + 1 : end])


def _find_paragraphs(outline: Outline, region: Region) -> list[int]:
    """Find the long lines of a text that are no cells of a table, which forms and records are made of."""
    chosen = (*region.lead, *region.chosen)
    lines = outline.lines
    return [index for index in chosen if lines[index].is_long and lines[index].block.name not in CELLS]


def _is_above(outline: Outline, region: Region) -> bool:
    """Say whether the headline is marked as one, and the text begins right below it."""
    return bool(outline.lines[region.headline].heading) and region.first - region.headline <= LONGEST_HEAD
