"""Deciding whether a page is an article: no false one, and none that is missed."""

from archiver.model import Problem
from archiver.parsing.generic.density import Region
from archiver.parsing.generic.fields import Fields
from archiver.parsing.generic.headline import Headline
from archiver.parsing.generic.metadata import Metadata
from archiver.parsing.generic.outline import Outline

# What a title must reach to be one.
LEAST_CONFIDENCE = 0.6
LEAST_ON_ARTICLE_ADDRESS = 0.5
SURE = 0.8
# So much text below a headline is an article's, if a date or a count is printed with it.
SHORT_TEXT = 40
LONG_TEXT = 200
# News have long headlines, the pages of an institution (About us, Contact) short ones.
LONG_HEADLINE = 30


def refuse_article(
    kind: str, outline: Outline, headline: Headline, region: Region, fields: Fields, metadata: Metadata, extras: int
) -> Problem | None:
    """Say why a page is no article; None for an article. ``extras`` counts its images and attachments."""
    least = LEAST_ON_ARTICLE_ADDRESS if kind == "article" else LEAST_CONFIDENCE
    if headline.confidence < least:
        return Problem("uncertain_title", f"{headline.how}, {headline.confidence}: {headline.text[:200]}")
    if kind == "article":
        return None
    text = sum(len(outline.lines[index].text) for index in (*region.lead, *region.chosen))
    printed = fields.published is not None or fields.views is not None
    if kind == "listing":
        is_sure = printed and text >= LONG_TEXT and headline.confidence >= SURE
        return None if is_sure else Problem("no_article", f"at the address of a listing: {headline.text[:200]}")
    if printed and (text >= SHORT_TEXT or extras or fields.views is not None or headline.in_address):
        return None
    named = headline.strength >= 0.9 and len(headline.text) >= LONG_HEADLINE
    if named and (text >= SHORT_TEXT or extras) and (headline.in_address or metadata.is_article):
        return None
    return Problem("no_article", f"a title without a date, a count or a text of its own: {headline.text[:200]}")
