"""Dates that listings print within the links of their rows, behind the title or before it."""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo

from archiver.html.elements import Element, elements_below, spaced_text_of
from archiver.parsing.fields.byline import Byline, read_byline
from archiver.text.cleaning import clean_text

LONGEST_DATE = 60
_BRACKETS = "()[]|-–, \u00a0"
_BEHIND = re.compile(r"[(\[]([^()\[\]]{6,40})[)\]]\s*$")


def split_date(link: Element, title: str, zone: tzinfo, at: datetime) -> tuple[str, Byline] | None:
    """Split the title that a link prints from the date in it; None where it has none in a place of its own.

    That is an element within the link, or the brackets behind the title. ``zone`` and ``at`` are those of
    ``read_byline``.
    """
    for printed in _list_places(link, title):
        info = read_byline(printed.strip(_BRACKETS), zone, at)
        rest = clean_text(title.removesuffix(printed).removeprefix(printed)).strip(_BRACKETS)
        if info.published and info.published.at and rest and rest != title:
            return rest, info
    return None


def _list_places(link: Element, title: str) -> Iterator[str]:
    for element in elements_below(link):
        text = clean_text(spaced_text_of(element))
        if (
            len(text) <= LONGEST_DATE
            and any(map(str.isdigit, text))
            and (title.endswith(text) or title.startswith(text))
        ):
            yield text
    behind = _BEHIND.search(title)
    if behind:
        yield behind[0].strip()
