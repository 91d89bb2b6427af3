"""Reading the images of a page: the address of the picture itself, not of what stands in its place until it is seen."""

import re
from collections.abc import Iterator
from operator import itemgetter

from bs4.element import PageElement

from archiver.html.elements import Element, attribute_of, classes_of, elements_below
from archiver.html.links import Links
from archiver.model import Image
from archiver.parsing.boilerplate.visibility import is_hidden
from archiver.text.cleaning import clean_text

IMAGES = frozenset({"img", "amp-img"})
"""The elements that show a picture."""
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".svg", ".tif", ".tiff", ".avif", ".jfif")
"""What the addresses of pictures end with."""
# Where scripts that load pictures late find the address; the most usual names first. Other names say it by their value.
_LATE = ("data-original", "data-lazy-src", "data-lazy", "data-echo", "data-original-src", "data-url")
_NAMES_SOURCE = re.compile(r"src|orig|lazy|url", re.IGNORECASE)
# What holds no picture's address whatever it looks like.
_OTHERS = re.compile(
    r"on.*|aria-.*|alt|title|class|id|name|style|sizes|usemap|longdesc|itemprop|.*(?:href|link|title|caption|alt|desc.*)",
    re.IGNORECASE,
)
_LATE_SETS = ("data-srcset", "data-lazy-srcset")
_DRAWINGS = (".gif", ".svg")
_PLACEHOLDER = re.compile(
    r"(?:^|[/_.-])(?:blank|loading|loader|lazy(?:[_-]?load(?:er|ing)?)?|place-?holder|spacer|pixel|transparent|empty|clear|"
    r"trans|1x1|grey|gray|dot|no-?image|no-?photo|preload(?:er)?)(?:[_.-][\w-]{0,20})?\.(?:gif|png|svg|jpe?g|webp)$",
    re.IGNORECASE,
)
_WIDTH = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)[wx]", re.IGNORECASE)
_SIZE = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*", re.IGNORECASE)
_STYLED = re.compile(r"(?<![\w-])(width|height)\s*:\s*(\d{1,5})(?:\.\d+)?px", re.IGNORECASE)
# Images of so few pixels count readers and show nothing.
_LARGEST_PIXEL = 2
# So many nodes before and behind an image are looked at for others that have the same picture in their places.
_NEAR = 300
_MOST_SOURCES = 20
_LEVELS_UP = 4


def read_image(tag: Element, links: Links) -> Image | None:
    """Read an image; None where its address leads nowhere, or it is a pixel that counts readers."""
    if _is_pixel(tag):
        return None
    url = _find_address(tag, links) or _find_source(tag, links) or _find_twin(tag, links)
    return Image(url, alt=clean_text(attribute_of(tag, "alt")) or None) if url else None


def list_unscripted(tag: Element, links: Links) -> list[Image]:
    """List the pictures of a ``noscript`` that no image beside it shows already: a script writes those."""
    if any(map(_find_image_beside, (tag, tag), ("previous_sibling", "next_sibling"))):
        return []
    shown = (below for below in elements_below(tag) if below.name in IMAGES and not is_hidden(below))
    return [image for below in shown if (image := read_image(below, links))]


def _find_address(tag: Element, links: Links) -> str | None:
    """Find the address of the picture; None for a placeholder that nothing else is known of."""
    for printed in _list_addresses(tag):
        if printed and not _is_placeholder(printed) and (url := links.resolve(printed)):
            return url
    return None


def _list_addresses(tag: Element) -> Iterator[str]:
    """List where the picture may be, the likeliest first; what only stands in its place comes last."""
    source = attribute_of(tag, "src")
    late = {name: address for name, address in _list_late(tag) if address != source}
    yield _take_address(attribute_of(tag, "data-src"))
    if not _stands_in(tag, source, late):
        yield source
    yield from late.values()
    yield find_largest(attribute_of(tag, "srcset"))
    yield source


def _list_late(tag: Element) -> Iterator[tuple[str, str]]:
    """List the addresses that a script is to load: by the names of attributes, or since they end as pictures do."""
    attributes = tag.attrs
    if len(attributes) == 1:
        return
    for name in _LATE:
        if name in attributes and (address := _take_address(attribute_of(tag, name))):
            yield name, address
    for name in _LATE_SETS:
        if name in attributes and (address := find_largest(attribute_of(tag, name))):
            yield name, address
    others = (name for name in attributes if name not in ("src", "srcset", "data-src") and not _OTHERS.fullmatch(name))
    for name in sorted(others, key=lambda name: not _NAMES_SOURCE.search(name)):
        address = _take_address(attribute_of(tag, name))
        if address.partition("?")[0].lower().endswith(PICTURES):
            yield name, address


def _take_address(value: str) -> str:
    """Return a value that can be an address; empty for one of another kind: a number, a script, some JSON."""
    value = value.strip()
    return "" if value.startswith(("{", "[", "<")) or not any(sign in value for sign in "/.") else value


def _stands_in(tag: Element, source: str, late: dict[str, str]) -> bool:
    """Say whether the ``src`` of an image is a drawing, or is there until another address is loaded.

    Then the image is called lazy, or others near it have the same and are to show something else.
    """
    if not source or source.partition("?")[0].lower().endswith(_DRAWINGS):
        return True
    if not late:
        return False
    if any("lazy" in name.lower() for name in classes_of(tag)) and any(map(_NAMES_SOURCE.search, late)):
        return True
    shown = set(late.values())
    return any(
        attribute_of(other, "src") == source and not shown.issuperset(address for _, address in _list_late(other))
        for step in ("previous_element", "next_element")
        for other in _list_near(tag, step)
    )


def _list_near(tag: Element, step: str) -> Iterator[Element]:
    node: PageElement | None = getattr(tag, step)
    for _ in range(_NEAR):
        if node is None:
            return
        if isinstance(node, Element) and node.name in IMAGES:
            yield node
        node = getattr(node, step)


def _find_source(tag: Element, links: Links) -> str | None:
    """Find the picture of a ``picture`` whose image has none of its own: the first that is not for small screens."""
    around = tag.parent
    while around is not None and around.name == "source":  # where the parser does not know that it has no content
        around = around.parent
    if around is None or around.name != "picture":
        return None
    sources = [below for below in elements_below(around) if below.name == "source"][:_MOST_SOURCES]
    sources.sort(key=lambda source: "max-width" in attribute_of(source, "media"))
    return next((url for source in sources if (url := _find_address(source, links))), None)


def _find_twin(tag: Element, links: Links) -> str | None:
    """Find the picture in the ``noscript`` beside an image that has none of its own, or beside what holds only it."""
    element = tag
    for _ in range(_LEVELS_UP):
        for step in ("next_sibling", "previous_sibling"):
            beside = _step(element, step)
            twins = elements_below(beside) if beside is not None and beside.name == "noscript" else iter(())
            if url := next((url for twin in twins if (url := _find_address(twin, links))), None):
                return url
        around = element.parent
        if around is None or not _is_alone(element, around):
            return None
        element = around
    return None


def _find_image_beside(noscript: Element, step: str) -> Element | None:
    """Find the image beside a ``noscript``, be it within a link or a frame of its own."""
    beside = _step(noscript, step)
    for _ in range(_LEVELS_UP):
        if beside is None or beside.name in IMAGES:
            return beside
        children = [child for child in beside.contents if isinstance(child, Element) and child.name != "noscript"]
        beside = children[-1] if children and all(child.name == "source" for child in children[:-1]) else None
    return None


def _is_alone(tag: Element, around: Element) -> bool:
    """Say whether an element holds an image and nothing else."""
    return all(child is tag or (not isinstance(child, Element) and not str(child).strip()) for child in around.contents)


def _step(element: Element, step: str) -> Element | None:
    """Return the element beside another, unless text stands between them."""
    beside: PageElement | None = getattr(element, step)
    while beside is not None and not isinstance(beside, Element) and not str(beside).strip():
        beside = getattr(beside, step)
    return beside if isinstance(beside, Element) else None


def find_largest(printed: str) -> str:
    """Return the address of the largest picture of a ``srcset`` (``a.jpg 400w, b.jpg 800w``), the first of equals."""
    found = [(address, size) for address, size in _list_set(printed) if not _is_placeholder(address)]
    return max(found, key=itemgetter(1))[0] if found else ""


def _list_set(printed: str) -> Iterator[tuple[str, float]]:
    """List addresses and sizes of a ``srcset``; an address may hold commas (HTML standard, 4.8.4.2.2)."""
    address, size = "", 1.0
    for word in printed.split():
        following = word
        if address:
            said, comma, following = word.partition(",")
            width = _WIDTH.fullmatch(said)
            size = float(width[1]) if width else size
            if not comma:
                continue
            yield address, size
        address, size = following.strip(","), 1.0
        if following.endswith(",") and address:
            yield address, size
            address = ""
    if address:
        yield address, size


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
