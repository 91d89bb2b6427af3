"""Where things stand on the pages of a platform, and what its addresses mean. Data, and small functions beside it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from archiver.html.elements import Element, prose_of, select_one
from archiver.model import Form
from archiver.site import Places

Place = str | Callable[[Element], str | None]
"""A field's place: a CSS selector whose text is the field, or a function from the page to the text."""


def join_places(*selectors: str) -> Callable[[Element], str | None]:
    """Make the place of what a page prints in several elements: their texts side by side, with ``|`` between."""

    def read_joined(page: Element) -> str | None:
        found = (select_one(page, selector) for selector in selectors)
        return " | ".join(prose_of(element) for element in found if element is not None) or None

    return read_joined


@dataclass(frozen=True, slots=True)
class Address:
    """What an address means on a platform.

    ``key`` is the native key of an article, or the identity of a listing page (channel and page number); ``url`` the
    address to request: without session, language and print variants. Of an ``unknown`` kind is an address that may
    lead to either; its ``key`` is then the canonical address.
    """

    kind: Literal["article", "listing", "unknown"]
    key: str
    url: str


@dataclass(frozen=True, slots=True)
class ArticleLayout:
    """Where an article's fields stand.

    ``mark`` is a piece of markup that only article pages have. ``body`` names candidates, best first. ``content`` is
    the element around all of it, where links to documents are looked for. ``boilerplate`` stands in the body and is no
    part of it. ``documents`` finds, within ``content``, documents that no plain link leads to (a script that downloads,
    a frame that shows): their addresses as written, with a title, empty where none is printed. ``signed`` texts end
    with the name of their author; elsewhere such a line is a source, or an office, and text like all of it.
    """

    mark: str
    title: Place
    byline: Place | None
    lead: Place | None
    body: tuple[str, ...]
    sections: tuple[Place, ...]
    content: str
    boilerplate: tuple[str, ...] = ()
    native_key: Place | None = None
    author: Place | None = None
    documents: Callable[[Element], list[tuple[str, str]]] | None = None
    signed: bool = True


@dataclass(frozen=True, slots=True)
class ListingLayout:
    """Where a listing's entries stand: ``entry`` is one row, the rest is looked for within it.

    ``title`` is where a row's title is, if that is not the text of its link. ``next_link`` gets the page and its
    address and returns the link to the page after it, None on the last; ``next_form`` does so where the pages are
    turned by a form that is sent. Both are None where a script turns them.
    """

    entry: str
    link: str
    byline: Place | None
    sections: tuple[Place, ...] = ()
    next_link: Callable[[Element, str], str | None] | None = None
    results: Place | None = None
    next_form: Callable[[Element, str], Form | None] | None = None
    title: Place | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """One look of a platform's pages: its kinds of article, told apart by where their titles stand, and of listing.

    ``container`` is the class of the element that holds all fields but the section; it is cut out before parsing, up
    to the end of the element with the class ``content``. Without one the whole page is parsed; so it is for a listing
    unless all ``listing_names`` stand in one such element: names in the tags of entries, pagers and whatever else is
    read of a listing, but for its section. ``is_empty_listing`` tells a channel without articles from a page that is
    something else, where it is known how such a channel looks. ``others`` select what stands on pages that are neither
    article nor listing: albums, films, persons. A layout is used for captures from ``valid_from`` to ``valid_until``,
    both included.
    """

    articles: tuple[ArticleLayout, ...]
    listings: tuple[ListingLayout, ...]
    is_empty_listing: Callable[[Element], bool] | None = None
    container: str | None = None
    content: str | None = None
    breadcrumb: str | None = None
    listing_names: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None

    def is_valid_on(self, day: date) -> bool:
        """Say whether the layout was in use on ``day``."""
        starts = self.valid_from is None or self.valid_from <= day
        return starts and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Platform:
    """A family of sites: its layouts, newest first, and how it writes addresses.

    ``marks`` are CSS selectors of what only its pages have. A platform without layouts is read by the generic reader,
    which follows ``places``; so is, on any other, a page that none of its layouts fits, for not all looks of a family
    are known. One that is not ``proved`` on pages of real sites, or of which too many looks are not, only proposes:
    what its layouts read is held against what the generic reader reads. ``version`` counts the changes of its layouts:
    a reading is known by it and by the version of the parsing code, so that a change of ours never looks like a change
    of the page. ``digest`` is that of the source of a platform from a project's own package, set when it is loaded.
    """

    name: str
    title: str
    layouts: tuple[Layout, ...]
    read_address: Callable[[str], Address]
    marks: tuple[str, ...] = ()
    places: Places = field(default_factory=Places)
    version: int = 1
    proved: bool = False
    digest: str = ""

    def layout_on(self, day: date) -> Layout:
        """Return the layout in use on ``day``, the newest where periods overlap or none fits."""
        return next((layout for layout in self.layouts if layout.is_valid_on(day)), self.layouts[0])
