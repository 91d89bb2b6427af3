"""Deciding whether a page is an article: no false one, and none that is missed."""

import re

from archiver.model import Problem
from archiver.parsing.generic.fields import Fields
from archiver.parsing.generic.headline import Headline
from archiver.parsing.generic.metadata import Metadata
from archiver.parsing.generic.outline import PARAGRAPH, Outline
from archiver.parsing.generic.region import Region

# What a title must reach to be one.
LEAST_CONFIDENCE = 0.6
LEAST_ABOVE_TEXT = 0.5
SURE = 0.8
# So much text below a headline is an article's, if a date or a count is printed with it; so much is without either.
SHORT_TEXT = 40
LONG_TEXT = 200
# News have long headlines, the pages of an institution (About us, Contact) short ones.
LONG_HEADLINE = 30
LONG_UNSPACED = 12
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u9fff\uac00-\ud7af]")
# So many lines may stand between a headline and the text under it.
LONGEST_HEAD = 20
# Rows of a listing: so many linked titles, each with at most so many lines of text below it.
FEWEST_ROWS = 3
LONGEST_ROW = 4
_MOST_OF_IT = 0.6


def refuse_article(
    kind: str,
    outline: Outline,
    headline: Headline,
    region: Region,
    fields: Fields,
    metadata: Metadata,
    teasers: list[int],
    extras: int,
) -> Problem | None:
    """Say why a page is no article; None for an article.

    ``teasers`` are the lines that are linked titles of other articles, ``extras`` counts images and attachments.
    """
    text = sum(len(outline.lines[index].text) for index in (*region.lead, *region.chosen))
    is_clear = text >= LONG_TEXT and _has_paragraph(outline, region)
    is_apart = any(region.headline < index < region.first for index in teasers)
    least = LEAST_ABOVE_TEXT if kind == "article" or (is_clear and _is_above(outline, region)) else LEAST_CONFIDENCE
    if headline.confidence < least:
        return Problem("uncertain_title", f"{headline.how}, {headline.confidence}: {headline.text[:200]}")
    if kind == "article":
        return None
    if is_in_rows(outline, region, teasers):
        return Problem("no_article", f"rows of linked titles: {headline.text[:200]}")
    printed = fields.published is not None or fields.views is not None
    if kind == "listing":
        is_sure = printed and text >= LONG_TEXT and headline.confidence >= SURE
        return None if is_sure else Problem("no_article", f"at the address of a listing: {headline.text[:200]}")
    if printed and (text >= SHORT_TEXT or extras or fields.views is not None or headline.in_address):
        return None
    if is_clear and not is_apart and (metadata.is_article or len(headline.text) >= LONG_HEADLINE or _is_long_unspaced(headline.text)):
        return None
    named = headline.strength >= 0.9 and len(headline.text) >= LONG_HEADLINE
    if named and (text >= SHORT_TEXT or extras) and (headline.in_address or metadata.is_article):
        return None
    return Problem("no_article", f"a title without a date, a count or a text of its own: {headline.text[:200]}")


def _is_long_unspaced(text: str) -> bool:
    """Say whether a headline is long in a script that writes a word with one or two letters, and no spaces."""
    return len(text) >= LONG_UNSPACED and len(_UNSPACED.findall(text)) > len(text) / 2


def is_in_rows(outline: Outline, region: Region, teasers: list[int]) -> bool:
    """Say whether the text below a headline is that of a listing: a few lines under each of several linked titles."""
    rows = [index for index in teasers if region.headline < index <= max(region.last, region.headline)]
    chosen = sorted({*region.lead, *region.chosen})
    ends = [*rows, len(outline.lines)][1:]
    below = [[line for line in chosen if start < line < end] for start, end in zip(rows, ends, strict=True)]
    filled = [lines for lines in below if 0 < len(lines) <= LONGEST_ROW]
    mass = sum(outline.lines[index].mass for index in chosen)
    in_rows = sum(outline.lines[index].mass for lines in filled for index in lines)
    return len(filled) >= FEWEST_ROWS and in_rows >= _MOST_OF_IT * mass


def _has_paragraph(outline: Outline, region: Region) -> bool:
    return any(outline.lines[index].mass >= PARAGRAPH for index in (*region.lead, *region.chosen))


def _is_above(outline: Outline, region: Region) -> bool:
    """Say whether the headline is marked as one, and the text begins right below it."""
    return bool(outline.lines[region.headline].heading) and region.first - region.headline <= LONGEST_HEAD
