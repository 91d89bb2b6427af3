"""Reading the places that a site declares: what stands there goes before whatever the signs of the page say."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from archiver.html.elements import Element, select, select_one, spaced_text_of, take_out
from archiver.model import Count, PublishedDate
from archiver.parsing.fields.byline import read_byline
from archiver.parsing.fields.date_forms import DayOrder, may_be_either
from archiver.parsing.fields.dates import read_date
from archiver.parsing.pages.document import read_place
from archiver.site import Places
from archiver.text.cleaning import clean_text

MOST_INFO_LINES = 20


@dataclass(frozen=True, slots=True)
class Declared:
    """What stands at the places of a site; None for a place that is not declared, not there, or empty.

    ``has_info`` says that a byline is there: what it does not print is not printed.
    """

    title: Element | None = None
    section: str | None = None
    lead: str | None = None
    author: str | None = None
    body: Element | None = None
    has_info: bool = False
    published: PublishedDate | None = None
    views: Count | None = None


def read_declared(page: Element, places: Places, zone: tzinfo, at: datetime) -> Declared:
    """Read the places of a site on a page, whose boilerplate is taken out of it before."""
    for selector in places.boilerplate:
        for element in select(page, selector):
            take_out(page, element)
    elements = [element for selector in places.byline for element in select(page, selector)[:MOST_INFO_LINES]]
    infos = [read_byline(clean_text(spaced_text_of(element)), zone, at) for element in elements]
    return Declared(
        title=select_one(page, places.title) if places.title else None,
        section=read_place(page, places.section or None),
        lead=read_place(page, places.lead or None),
        author=read_place(page, places.author or None),
        body=select_one(page, places.body) if places.body else None,
        has_info=bool(elements),
        published=next((info.published for info in infos if info.published), None),
        views=next((info.views for info in infos if info.views), None),
    )


def order_date(declared: Declared, order: DayOrder, zone: tzinfo, at: datetime) -> Declared:
    """Read the date at its declared place once more, as the page prints its dates: day or month first."""
    published = declared.published
    if published is None or order == "day" or not may_be_either(published.raw):
        return declared
    return replace(declared, published=read_date(published.raw, zone, at, order))
