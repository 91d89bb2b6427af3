"""Writing the CSS selector that finds given elements on a page, and no others."""

import re
from collections.abc import Iterator
from itertools import combinations, islice

from archiver.html.elements import Element, attribute_of, classes_of, select

MOST_LEVELS = 6
_MOST_TRIES = 150
# Names that are written by hand stay; those that programs make up (css-1a2b3c, _101_737445) change with every build.
_STABLE = re.compile(r"[A-Za-z][A-Za-z_-]*\d{0,2}")
_USABLE = re.compile(r"[A-Za-z_-][\w-]{0,60}", re.ASCII)
_STATES = frozenset({"active", "current", "first", "last", "odd", "even", "selected", "hover", "open", "show"})


def write_selector(elements: list[Element], page: Element) -> str:
    """Write a short selector that finds exactly ``elements`` on ``page``; empty where no selector does.

    Names of classes go before ids and places; ``nth-of-type`` is the last resort.
    """
    wanted = {id(element) for element in elements}
    for selector in islice(_candidates(elements), _MOST_TRIES) if elements else ():
        found = select(page, selector)
        if len(found) == len(wanted) and all(id(element) in wanted for element in found):
            return selector
    return ""


def _candidates(elements: list[Element]) -> Iterator[str]:
    steps = list(_steps(elements))
    yield from steps
    around = elements
    for _ in range(MOST_LEVELS):
        around = _parents(around)
        if not around:
            break
        outer = list(_steps(around))[:6]
        yield from (f"{parent}{join}{step}" for parent in outer for step in steps[:6] for join in (" ", " > "))
    yield from _paths(elements)


def _steps(elements: list[Element]) -> Iterator[str]:
    """Yield what fits one level: the tag with its classes, its stable id, the tag alone."""
    names = {element.name for element in elements}
    if len(names) != 1:
        return
    tag = names.pop()
    shared = [name for name in classes_of(elements[0]) if all(name in classes_of(other) for other in elements)]
    usable = sorted((n for n in shared if _USABLE.fullmatch(n) and n not in _STATES), key=_is_unstable)[:5]
    yield from (f"{tag}.{name}" for name in usable)
    yield from (f"{tag}.{first}.{second}" for first, second in combinations(usable, 2))
    ident = attribute_of(elements[0], "id")
    if len(elements) == 1 and _STABLE.fullmatch(ident):
        yield f"{tag}#{ident}"
    yield tag


def _is_unstable(name: str) -> bool:
    return not _STABLE.fullmatch(name)


def _parents(elements: list[Element]) -> list[Element]:
    parents = {id(e.parent): e.parent for e in elements if e.parent is not None and e.parent.name != "[document]"}
    return list(parents.values())


def _paths(elements: list[Element]) -> Iterator[str]:
    """Yield the place in the tree: of one element its own, of several that of their parent and their tag."""
    if len(elements) == 1:
        yield _path_of(elements[0])
    elif len(parents := _parents(elements)) == 1:
        yield f"{_path_of(parents[0])} > {elements[0].name}"


def _path_of(element: Element) -> str:
    steps = []
    for level in (element, *islice(element.parents, 60)):
        if level.name == "[document]":
            break
        place = 1 + sum(1 for other in level.find_previous_siblings(level.name))
        steps.append(f"{level.name}:nth-of-type({place})")
    return " > ".join(reversed(steps))
