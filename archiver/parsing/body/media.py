"""Films, sounds, maps and documents that are embedded in a text."""

import re
from collections.abc import Iterator

from archiver.html.elements import Element, attribute_of, elements_below
from archiver.html.links import Links

_ADDRESSES = {
    "iframe": ("data-src", "data-lazy-src", "src"),
    "video": ("data-src", "src"),
    "audio": ("data-src", "src"),
    "source": ("data-src", "src"),
    "embed": ("src",),
    "object": ("data",),
}
_MOVIES = frozenset({"movie", "src", "url", "filename"})
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|;)\s*(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$)"
)
MEDIA = frozenset({"iframe", "object", "video", "audio", "embed"})
"""The elements that embed something; those of a picture are no media."""


def list_media(element: Element, links: Links) -> list[str]:
    """List the addresses of what an element of MEDIA embeds, each once; none of what is not to be seen."""
    if _is_hidden(element):
        return []
    below = elements_below(element) if element.name != "embed" else ()  # what is below that stands behind it
    parts = (element, *(part for part in below if part.name in ("source", "embed", "param")))
    found = (target for part in parts if (target := _find_address(part, links)))
    return list(dict.fromkeys(found))


def _find_address(element: Element, links: Links) -> str | None:
    if element.name == "param":
        named = attribute_of(element, "name").lower() in _MOVIES
        names: tuple[str, ...] = ("value",) if named else ()
    else:
        names = _ADDRESSES.get(element.name, ())
    return next(_resolve(element, names, links), None)


def _resolve(element: Element, names: tuple[str, ...], links: Links) -> Iterator[str]:
    for name in names:
        value = attribute_of(element, name)
        target = links.find_target(value) if value else None
        if target and target.startswith("http"):
            yield target


def _is_hidden(element: Element) -> bool:
    """Say whether nobody sees an element, as with what only counts readers."""
    sizes = (attribute_of(element, "width").strip(), attribute_of(element, "height").strip())
    style = attribute_of(element, "style").lower()
    return (
        any(size in ("0", "1", "0px", "1px") for size in sizes)
        or element.has_attr("hidden")
        or bool(style and _HIDDEN.search(style))
    )
