"""What moved between two looks at one page, seconds apart: counters, tokens and clocks, and no content."""

from collections import Counter

from archiver.html.elements import Element, children_of, elements_below
from archiver.model import Article
from archiver.text.cleaning import clean_text
from archiver.urls import identify_files

FIELDS = ("title", "section", "published", "views", "author", "lead", "body", "images", "attachments")
"""The fields of an article as they are shown and saved, in this order."""

MOST_MOVED = 50


def write_field(article: Article, field: str) -> str | None:
    """Write a field of an article as text; None where the page does not print it."""
    value = getattr(article, field)
    if field in ("published", "views"):
        return value.raw if value else None
    if field == "images":
        return "\n".join(f"{image.url} {image.caption or ''}".rstrip() for image in value) or None
    if field == "attachments":
        return "\n".join(f"{document.url} {document.title}".rstrip() for document in value) or None
    return value or None


def compare_readings(first: Article, second: Article) -> dict[str, str]:
    """Say of each field that differs how it moved; a count that rises is one that is alive."""
    moved = [field for field in FIELDS if _write_compared(first, field) != _write_compared(second, field)]
    return {field: _describe(first, second, field) for field in moved}


def find_moved_texts(first: Element, second: Element) -> tuple[str, ...]:
    """Return the texts that a page printed at the second look and not at the first, in its order."""
    before = Counter(_texts_of(first))
    moved = []
    for text in _texts_of(second):
        if before[text] > 0:
            before[text] -= 1
        else:
            moved.append(text)
    return tuple(moved[:MOST_MOVED])


def find_moved_elements(page: Element, moved: tuple[str, ...]) -> list[Element]:
    """Find the elements of a page that print what moved, each as deep down as it stands."""
    wanted = set(moved)
    return [element for element in elements_below(page) if wanted & set(_own_texts(element))]


def _write_compared(article: Article, field: str) -> str | None:
    """Write a field as it is compared: of files what identifies them, for a portal may add a moment to each address."""
    if field not in ("images", "attachments"):
        return write_field(article, field)
    return "\n".join(identify_files([file.url for file in getattr(article, field)]))


def _describe(first: Article, second: Article, field: str) -> str:
    if field == "views" and first.views and second.views:
        before, after = first.views.value, second.views.value
        if before is not None and after is not None and after > before:
            return f"rises: {before}, {after}"
    return "moves"


def _texts_of(page: Element) -> list[str]:
    return [text for element in elements_below(page) for text in _own_texts(element)]


def _own_texts(element: Element) -> list[str]:
    if element.name in ("script", "style", "title"):
        return []
    return [clean for child in children_of(element) if isinstance(child, str) and (clean := clean_text(child))]
