"""Finding the rows of listings on a page: linked titles of other articles, one below the other."""

from archiver.parsing.body.documents import is_document
from archiver.parsing.generic.dates.info import InfoReader
from archiver.parsing.generic.outline import Outline

# A link of so many letters is a title; a shorter one if it is a heading or has a date beside it.
LONG_TITLE = 30
SHORT_TITLE = 12


def find_teasers(outline: Outline, infos: InfoReader, lines: range) -> list[int]:
    """Return those of some lines that are the linked title of another article; those in menus are none."""
    return [index for index in lines if _is_teaser(outline, infos, index)]


def find_dated_links(outline: Outline, infos: InfoReader, lines: range) -> list[int]:
    """Return those of some lines that link elsewhere and print a date or a count behind the title."""
    numbered = ((index, outline.lines[index]) for index in lines)
    linked = [index for index, line in numbered if line.linked >= SHORT_TITLE and not line.boilerplate]
    return [index for index in linked if _leads_elsewhere(outline.lines[index].hrefs) and infos.read(index)]


def _is_teaser(outline: Outline, infos: InfoReader, index: int) -> bool:
    line = outline.lines[index]
    if line.boilerplate or not line.is_link or len(line.text) < SHORT_TITLE or is_bare_address(line.text):
        return False
    if not _leads_elsewhere(line.hrefs) or infos.read(index):
        return False
    if len(line.text) > LONG_TITLE or line.heading:
        return True
    beside = (index - 1, index + 1, index + 2)
    return any(0 <= other < len(outline.lines) and _is_dated(infos, other) for other in beside)


def is_bare_address(text: str) -> bool:
    """Say whether a text is nothing but an address, as authors write links into their articles."""
    return text.startswith(("http://", "https://", "www.")) and " " not in text


def _leads_elsewhere(hrefs: tuple[str, ...]) -> bool:
    return any(
        href and not href.startswith(("#", "javascript:", "mailto:", "tel:")) and not is_document(href)
        for href in hrefs
    )


def _is_dated(infos: InfoReader, index: int) -> bool:
    info = infos.read(index)
    return bool(info and info.published)
