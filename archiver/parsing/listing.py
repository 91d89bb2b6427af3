"""Reading a listing page."""

import re
from collections.abc import Callable
from datetime import datetime, tzinfo

from archiver.html.addresses import resolve_address
from archiver.html.elements import Element, attribute_of, select, select_one, spaced_text_of, text_of
from archiver.model import Listing, ListingEntry, Problem, ResultCount
from archiver.parsing.article import find_unreadable
from archiver.parsing.fields.byline import read_byline
from archiver.parsing.fields.counts import read_count
from archiver.parsing.generic.listings.script_pager import find_named_next
from archiver.parsing.pages.document import read_first, read_place
from archiver.parsing.unturned import find_unturned
from archiver.platforms.layout import Address, Layout, ListingLayout
from archiver.text.cleaning import clean_text
from archiver.urls import strip_session

# "Hiển thị 1 - 20 of 26 kết quả", in English "Showing 1 - 20 of 2,952 results".
_RESULTS = re.compile(r"(\d[\d.,]*)\s*[-–]\s*(\d[\d.,]*)\s+\S+\s+(\d[\d.,]*)")
# A channel that fits on one page says "Hiển thị 3 kết quả".
_FEW_RESULTS = re.compile(r"(\d[\d.,]*)")


class ListingReader:
    """Reads the listing on one page; ``base`` is its address, ``at`` its capture's time."""

    def __init__(self, base: str, read_address: Callable[[str], Address], zone: tzinfo, at: datetime) -> None:
        self._base = base
        self._read_address = read_address
        self._zone = zone
        self._at = at

    def read(self, page: Element, layout: Layout) -> Listing | None:
        """Read the first of the layout's listing forms that has entries on the page.

        None where none has, unless the page is that of a channel without articles.
        """
        places, rows = _find_rows(page, layout)
        if places:
            return self._read_rows(page, rows, places)
        is_empty = layout.is_empty_listing is not None and layout.is_empty_listing(page)
        return self._read_empty(page, layout) if is_empty else None

    def _read_empty(self, page: Element, layout: Layout) -> Listing:
        sections = layout.listings[0].sections if layout.listings else ()
        return Listing(strip_session(self._base), section=read_first(page, sections))

    def _read_rows(self, page: Element, rows: list[tuple[Element, Element]], places: ListingLayout) -> Listing:
        entries: dict[str, ListingEntry] = {}
        problems: list[Problem] = []
        non_articles = 0
        for row, link in rows:
            entry, found = self._read_row(row, link, places)
            problems += found
            non_articles += entry is None
            if entry:
                entries.setdefault(entry.native_key, entry)
        next_url = self._find_next(page, places)
        next_form = places.next_form(page, self._base) if places.next_form else None
        unturned = find_unturned(page) if next_url is None and next_form is None else ""
        next_url = find_named_next(page, self._base) if unturned else next_url
        return Listing(
            url=strip_session(self._base),
            section=read_first(page, places.sections),
            entries=tuple(entries.values()),
            non_articles=non_articles,
            next_url=next_url,
            next_form=next_form,
            results=read_results(read_place(page, places.results)),
            problems=tuple(problems),
            unturned="" if next_url else unturned,
        )

    def _read_row(
        self, row: Element, link: Element, places: ListingLayout
    ) -> tuple[ListingEntry | None, tuple[Problem, ...]]:
        href = attribute_of(link, "href")
        url = resolve_address(href, link, self._base)
        address = self._read_address(url) if url else None
        if address is None or address.kind == "listing":
            return None, (Problem("strange_entry", href[:300]),)
        info = read_byline(read_place(row, places.byline) or "", self._zone, self._at)
        title = (read_place(row, places.title) if places.title else None) or clean_text(text_of(link))
        entry = ListingEntry(address.key, address.url, title, info.published, info.views)
        details = tuple(Problem(problem.kind, f"{problem.detail} ({title})") for problem in find_unreadable(info))
        return entry, details

    def _find_next(self, page: Element, places: ListingLayout) -> str | None:
        href = places.next_link(page, self._base) if places.next_link else None
        url = resolve_address(href, page, self._base) if href else None
        return strip_session(url) if url else None


def read_row_texts(page: Element, layout: Layout) -> str:
    """Read all that the rows print which make the listing of a page, teasers and all."""
    return "\n".join(spaced_text_of(row) for row, _ in _find_rows(page, layout)[1])


def _find_rows(page: Element, layout: Layout) -> tuple[ListingLayout | None, list[tuple[Element, Element]]]:
    """Find the rows, each with its link, of the first form of listing that has any."""
    for places in layout.listings:
        found = [(row, select_one(row, places.link)) for row in select(page, places.entry)]
        rows = [(row, link) for row, link in found if link is not None]
        if rows:
            return places, rows
    return None, []


def read_results(text: str | None) -> ResultCount | None:
    """Read the line that tells how many entries a listing has, ``Hiển thị 1 - 20 of 26 kết quả``; None for another."""
    match = _RESULTS.search(text or "")
    if match:
        first, last, total = (read_count(number.rstrip(".,")) for number in match.groups())
        return ResultCount(first, last, total) if first and last and total else None
    few = _FEW_RESULTS.search(text or "")
    total = read_count(few.group(1).rstrip(".,")) if few else None
    return ResultCount(1, total, total) if total else None
