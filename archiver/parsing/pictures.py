"""Reading the images of a page: the address of the picture itself, not of what stands in its place until it is seen."""

import re
from collections.abc import Iterator

from archiver.model import Image
from archiver.parsing.links import Links
from archiver.parsing.text import clean_text
from archiver.platforms.elements import Element, attribute_of, select_one

# Where scripts that load pictures late find the address, beside ``data-src``; the most usual one first.
_LATE = ("data-original", "data-lazy-src", "data-lazy", "data-echo", "data-original-src", "data-url")
_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_DRAWINGS = (".gif", ".svg")
_PLACEHOLDER = re.compile(
    r"(?:^|[/_.-])(?:blank|loading|loader|lazy(?:load)?|placeholder|spacer|pixel|transparent|empty|clear|trans|1x1|grey|gray)"
    r"(?:[_.-][\w-]{0,20})?\.(?:gif|png|svg|jpe?g|webp)$",
    re.IGNORECASE,
)
_SIZE = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*", re.IGNORECASE)
_STYLED = re.compile(r"(?<![\w-])(width|height)\s*:\s*(\d{1,5})(?:\.\d+)?px", re.IGNORECASE)
# Images of so few pixels count readers and show nothing.
_LARGEST_PIXEL = 2


def read_image(tag: Element, links: Links) -> Image | None:
    """Read an image; None where its address leads nowhere, or it is a pixel that counts readers."""
    if _is_pixel(tag):
        return None
    url = _find_address(tag, links) or _find_twin(tag, links)
    return Image(url, alt=clean_text(attribute_of(tag, "alt")) or None) if url else None


def _find_address(tag: Element, links: Links) -> str | None:
    """Find the address of the picture; None for a placeholder that nothing else is known of."""
    for printed in _list_addresses(tag):
        if printed and not _is_placeholder(printed) and (url := links.resolve(printed)):
            return url
    return None


def _list_addresses(tag: Element) -> Iterator[str]:
    """List where the picture may be; a drawing in its place, with another address beside it, comes last."""
    source = attribute_of(tag, "src")
    is_drawing = source.partition("?")[0].lower().endswith(_DRAWINGS)
    yield attribute_of(tag, "data-src")
    yield "" if is_drawing else source
    yield from (attribute_of(tag, name) for name in _LATE)
    yield from (_first_of_set(attribute_of(tag, name)) for name in _SETS)
    yield source


def _find_twin(tag: Element, links: Links) -> str | None:
    """Find the picture in the ``noscript`` right behind an image that has none of its own."""
    beside = tag.next_sibling
    while beside is not None and not isinstance(beside, Element) and not str(beside).strip():
        beside = beside.next_sibling
    if not isinstance(beside, Element) or beside.name != "noscript":
        return None
    twin = select_one(beside, "img")
    return _find_address(twin, links) if twin is not None else None


def _first_of_set(printed: str) -> str:
    """Return the first address of a ``srcset``: ``a.jpg 1x, b.jpg 2x``."""
    words = printed.split()
    return words[0].rstrip(",") if words else ""


def _is_placeholder(printed: str) -> bool:
    return printed.startswith(("data:", "about:")) or _PLACEHOLDER.search(printed.partition("?")[0]) is not None


def _is_pixel(tag: Element) -> bool:
    sizes = dict.fromkeys(("width", "height"), -1)
    for name in sizes:
        size = _SIZE.fullmatch(attribute_of(tag, name)[:20])
        sizes[name] = int(size[1]) if size else -1
    style = attribute_of(tag, "style")
    if style:
        sizes |= {match[1].lower(): int(match[2]) for match in _STYLED.finditer(style[:1000])}
    return all(0 <= size <= _LARGEST_PIXEL for size in sizes.values())
