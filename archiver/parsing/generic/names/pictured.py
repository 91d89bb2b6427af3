"""Finding the headline that a page shows as a picture of its letters."""

from itertools import islice

from archiver.html.elements import Element, attribute_of
from archiver.parsing.generic.names.headline import LONGEST_HEADLINE, Headline
from archiver.parsing.generic.names.titles import Titles
from archiver.parsing.generic.names.trail import bare_path
from archiver.parsing.generic.outline import HEADINGS, Outline
from archiver.text.cleaning import clean_text

SURE = 0.9
MOST_LEVELS = 3
MOST_IMAGES = 500


def find_pictured_headline(
    outline: Outline, titles: tuple[str, ...], url: str, text: tuple[int, ...]
) -> Headline | None:
    """Find a picture above the text that is a heading and a link to the page itself, and says a title of the page.

    The name of the site is a picture, too, but leads to its first page.
    """
    own, known = bare_path(url), Titles(titles, url)
    if not text or own == "/":
        return None
    for line, image in outline.images[:MOST_IMAGES]:
        said = clean_text(attribute_of(image, "alt"))
        if not 0 < line <= text[0] or not said or len(said) > LONGEST_HEADLINE or not _is_heading(image, own):
            continue
        agreement = known.agree(said, with_address=True)
        if agreement.strength >= SURE:
            in_address = agreement.by_address >= 0.5
            return Headline(line - 1, said, "picture", 0.8, agreement.strength, agreement.strength, in_address)
    return None


def _is_heading(image: Element, own: str) -> bool:
    """Say whether a picture stands in a heading, and in a link to the page with the path ``own``."""
    around = list(islice(image.parents, MOST_LEVELS))
    is_own = any(element.name == "a" and bare_path(attribute_of(element, "href")) == own for element in around)
    return is_own and any(element.name in HEADINGS for element in around)
