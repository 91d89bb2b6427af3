"""Telling the breadcrumb of a page from its menus: both begin with the word for home."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from urllib.parse import unquote, urlsplit

from archiver.html.elements import Element, attribute_of
from archiver.parsing.generic.machine.metadata import Metadata
from archiver.parsing.generic.outline import Line, Outline, whole_text
from archiver.parsing.generic.words import HERE, HOME, SITE_PAGE

MOST_CRUMBS = 12
MOST_AROUND = 5
_SEPARATORS = re.compile(r"\s*[>»›❯▸/|→\\]+\s*|\s+[-–•·]\s+")
_EDGES = " \t>»›❯▸/⁄|→\\-–:：·•"
# Signs that lead from one crumb into the next one; menus have other signs, too.
_LEADING = re.compile(r"[>»›❯▸→]")
_BESIDE = re.compile(r"[|•·]")
_COUNTER = re.compile(r"\d{4}|\d[.,]\d{3}|[:：]\s*\d")
_CRUMBS = re.compile(r"bread-?_?crumb|(?:^|[\s_-])crumbs?(?:$|[\s_-])|duong-?dan|thanh-?dieu-?huong", re.IGNORECASE)
_MENUS = frozenset(("nav", "menu", "header"))


@dataclass(frozen=True, slots=True)
class Trail:
    """What may be a breadcrumb: its crumbs behind home, where they lead, the text with its signs, and its element.

    ``is_here`` says that the words for "you are here" stand before it.
    """

    crumbs: tuple[str, ...]
    hrefs: tuple[str, ...]
    signs: str
    element: Element
    is_here: bool


def find_trails(outline: Outline, headline: int, farthest: int) -> Iterator[Trail]:
    """Yield what begins with the word for home above the headline, the nearest first."""
    for index in range(headline - 1, max(headline - farthest, 0) - 1, -1):
        text = outline.lines[index].text
        here = HERE.match(text)
        parts = _parts_of(outline.lines[index], here.end() if here else 0)
        if parts and HOME.match(parts[0]):
            yield _read_trail(outline, index, headline, parts, is_here=bool(here) or _is_here(outline, index))


def weigh(trail: Trail, crumbs: list[str], metadata: Metadata, url: str, *, ends_at_title: bool) -> int:
    """Weigh what speaks for a trail and what for a menu; more than 0 is a trail. ``crumbs`` are those that may count.

    A trail leads ever deeper, to the article; the links of a menu lie side by side.
    """
    if any(_COUNTER.search(crumb) for crumb in crumbs):
        return -9
    marked = is_marked(trail.element)
    said = {section.casefold() for section in (*metadata.sections, *(name for t in metadata.trails for name in t))}
    weight = 3 * ends_at_title + 3 * marked + 2 * trail.is_here + 3 * (crumbs[-1].casefold() in said)
    weight += 3 * _is_called_crumbs(trail.element) + 3 * bool(_LEADING.search(trail.signs)) + (len(crumbs) == 1)
    weight -= 2 * (_is_in_menu(trail.element) and not marked) + bool(_BESIDE.search(trail.signs))
    weight -= 3 * any(SITE_PAGE.fullmatch(crumb) for crumb in crumbs) + 2 * (len(crumbs) > MOST_CRUMBS // 2)
    return weight + _weigh_addresses(trail, url) + 2 * _is_titled(crumbs[-1], metadata)


def _weigh_addresses(trail: Trail, url: str) -> int:
    """Weigh where the crumbs lead: deeper with each, and on the way to this page, or side by side."""
    paths = [path for path in map(bare_path, trail.hrefs) if path and path != "/"]
    own = bare_path(url)
    if not paths:
        return 0
    is_nested = all(later.startswith(earlier) and later != earlier for earlier, later in pairwise(paths))
    on_way = [own.startswith(path) for path in paths]
    if len(paths) > 1 and not is_nested:
        return -4 if any(on_way[:-1]) and not on_way[-1] else -min(len(paths), 3)
    return 2 if on_way[-1] or len(paths) > 1 else 0


def is_marked(element: Element) -> bool:
    """Say whether an element says of itself, or is within one that says, that it is a breadcrumb."""
    for around in islice(chain((element,), element.parents), MOST_AROUND):
        if "breadcrumb" in f"{attribute_of(around, 'aria-label')} {attribute_of(around, 'itemtype')}".casefold():
            return True
    return False


def read_marked(outline: Outline, index: int, headline: int) -> list[str]:
    """Read the crumbs of the marked element around a line."""
    spans = [span for span in outline.around(index) if is_marked(span.element) and span.end <= headline + 1]
    if not spans or spans[-1].end - spans[-1].start > MOST_CRUMBS:
        return []
    lines = outline.lines[spans[-1].start : spans[-1].end]
    crumbs = (line for line in lines if not line.heading and not (line.is_link and bare_path(line.hrefs[0]) == "/"))
    return [part for line in crumbs for part in _parts_of(line)]


def split_crumbs(text: str) -> list[str]:
    """Split a line at the signs that stand between crumbs."""
    return [part for piece in _SEPARATORS.split(text) if (part := piece.strip(_EDGES))]


def strip_signs(text: str) -> str:
    """Return a text without the signs that may stand around a crumb."""
    return text.strip(_EDGES)


def _read_trail(outline: Outline, index: int, headline: int, parts: list[str], *, is_here: bool) -> Trail:
    """Read a trail that is one line, or one element of several lines, each crumb one of them."""
    line = outline.lines[index]
    if len(parts) > 1 or len(line.hrefs) > 1:
        crumbs = parts if len(parts) > 1 else _parts_of(line)
        return Trail(tuple(crumbs[1:]), line.hrefs[1:], _signs_of(line.text, crumbs), line.block, is_here)
    around = next((span for span in outline.around(index) if span.end - span.start > 1), None)
    if around is None or around.end > headline + 1 or around.end - around.start > MOST_CRUMBS:
        return Trail((), (), "", line.block, is_here)
    lines = outline.lines[index + 1 : around.end]
    crumbs = [part for line in lines for part in _parts_of(line)]
    hrefs = tuple(href for line in lines for href in line.hrefs)
    signs = _signs_of(" ".join(line.text for line in outline.lines[index : around.end]), crumbs)
    return Trail(tuple(crumbs), hrefs, signs, around.element, is_here)


def _parts_of(line: Line, start: int = 0) -> list[str]:
    """Return the crumbs of a line: its links, and what stands before, between and behind them, parted by signs.

    A sign within a link is part of a name, ``Tin tức - Sự kiện``, and a dash behind the last one part of a headline.
    """
    parts: list[str] = []
    at = start
    for anchor in line.anchors[:MOST_CRUMBS]:
        name = whole_text(anchor)
        found = line.text.find(name, at) if name else -1
        if found >= 0:
            parts += [*split_crumbs(line.text[at:found]), name.strip(_EDGES)]
            at = found + len(name)
    tail = line.text[at:]
    parts += split_crumbs(tail) if len(parts) < 2 else [tail.strip(_EDGES)]
    return [part for part in parts if part]


def _signs_of(text: str, crumbs: list[str]) -> str:
    """Return what stands between crumbs: a text without their words."""
    for crumb in crumbs:
        text = text.replace(crumb, " ", 1)
    return re.sub(r"\w", "", text)


def _is_here(outline: Outline, index: int) -> bool:
    return index > 0 and bool(HERE.fullmatch(outline.lines[index - 1].text))


def _is_in_menu(element: Element) -> bool:
    around = islice(chain((element,), element.parents), MOST_AROUND)
    return any(one.name in _MENUS or attribute_of(one, "role") in ("navigation", "menubar", "menu") for one in around)


def _is_called_crumbs(element: Element) -> bool:
    around = islice(chain((element,), element.parents), 3)
    return any(_CRUMBS.search(f"{attribute_of(one, 'class')} {attribute_of(one, 'id')}") for one in around)


def _is_titled(crumb: str, metadata: Metadata) -> bool:
    """Say whether the title of the page begins with a crumb, as that of a listing does with its channel."""
    return any(title.casefold().startswith(crumb.casefold()) for title in metadata.titles[:1])


def bare_path(href: str) -> str:
    """Return the path of an address, without the slash at its end and the end of a file's name."""
    try:
        path = unquote(urlsplit(href.strip()).path)
    except ValueError:
        return ""
    return re.sub(r"\.(?:html?|aspx?|php)$|/+$", "", path) or "/"
