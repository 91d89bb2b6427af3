"""Telling of a page that its texts were not in the letters that are recorded."""

from dataclasses import replace

from archiver.html.decoding import decode_page
from archiver.html.markup import DeepMarkupError, look_at
from archiver.model import Article, Capture, Listing, Page, Problem


def tell_conversion(page: Page, capture: Capture) -> Page:
    """Add to what was read of a page that its texts were written for fonts of their own, and in which way."""
    if not isinstance(page, Article | Listing):
        return page
    try:
        encoding = look_at(decode_page(capture.body, capture.headers)).old_encoding
    except DeepMarkupError:
        return page
    if encoding is None:
        return page
    problem = Problem("old_encoding", f"written for fonts of {encoding.name} and put into Unicode")
    return replace(page, problems=(*page.problems, problem))
