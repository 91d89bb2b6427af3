"""Settling the count of an article: one within its headline, and a 0 that a script of the page replaces."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

from archiver.html.elements import Element, attribute_of, classes_of, elements_below, select
from archiver.model import Count, Origin
from archiver.parsing.fields.counts import VIEWS_LABEL
from archiver.parsing.generic.dates.fields import Fields
from archiver.parsing.generic.dates.info import LONGEST_INFO
from archiver.parsing.generic.names.headline import Headline
from archiver.parsing.generic.outline import Line, Outline, whole_text

MOST_SCRIPT = 400_000
MOST_ELEMENTS = 20
SHORTEST_NAME = 3
_NONE = frozenset(("0", "00", "000", "0000"))


def settle_count(fields: Fields, headline: Headline, outline: Outline, page: Element) -> Fields:
    """Add the count that is printed within the headline, where no line prints one; leave a 0 unread that is none."""
    if fields.views is None and headline.views is not None:
        origins = (*fields.origins, Origin("views", "in the headline", 0.9))
        return replace(fields, views=headline.views, origins=origins)
    if fields.views is None or fields.views.value != 0 or not is_filled_later(outline, page):
        return fields
    return replace(fields, views=Count(fields.views.raw))


def is_filled_later(outline: Outline, page: Element) -> bool:
    """Say whether the element of a count of 0 says where its count comes from, or a script of the page names it."""
    zeros = [element for line in _list_lines(outline) for element in _list_zeros(line)][:MOST_ELEMENTS]
    if any(_has_source(element) for element in zeros):
        return True
    names = [name for element in zeros for name in (attribute_of(element, "id"), *classes_of(element))]
    if not any(len(name) >= SHORTEST_NAME for name in names):
        return False
    scripts = "\n".join(str(script.string or "") for script in select(page, "script"))[:MOST_SCRIPT]
    return any(_is_named(scripts, name) for name in names if len(name) >= SHORTEST_NAME)


def _list_lines(outline: Outline) -> Iterator[Line]:
    """Yield the lines of counts of views, and those behind their labels."""
    before = ""
    for line in outline.lines:
        if len(line.text) <= LONGEST_INFO and (VIEWS_LABEL.search(line.text) or VIEWS_LABEL.search(before)):
            yield line
        before = line.text if len(line.text) <= LONGEST_INFO else ""


def _list_zeros(line: Line) -> Iterator[Element]:
    inner = (below for inline in line.inlines for below in chain((inline,), elements_below(inline)))
    yield from (e for e in islice(chain((line.block,), inner), MOST_ELEMENTS) if whole_text(e) in _NONE)


def _has_source(element: Element) -> bool:
    """Say whether an element has an attribute for a script: an address, or data of its own that is not the count."""
    for name in element.attrs:
        value = attribute_of(element, name)
        if (name == "url" or name.startswith("data-")) and value.strip() and value not in _NONE:
            return True
    return False


def _is_named(scripts: str, name: str) -> bool:
    """Say whether scripts name an element by its id or its class."""
    return any(f"{before}{name}{after}" in scripts for before in "\"'#." for after in "\"' ")
