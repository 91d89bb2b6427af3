"""What listings print of known articles, and when that is a sign that one of them was edited: pure.

A listing may cut titles, print them in capitals or spell them otherwise, and date an article by its last change: what
differs from the article's page is a sign only where it is also not what the listing printed before.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from archiver.archive.runs.known_articles import KnownArticle
from archiver.crawl.planning.schedule import REST
from archiver.model import Listing, ListingEntry
from archiver.text.folding import EXACT, list_words

_CUT = re.compile(r"\s*(?:\.{2,}|…)\s*$")


@dataclass(frozen=True, slots=True)
class Printed:
    """How a listing printed an article: its title, the day of its date, and when that page was fetched."""

    title: str
    day: date | None
    at: datetime


def read_printed(pages: Iterable[tuple[Listing, datetime]], zone: tzinfo) -> Mapping[str, Printed]:
    """Read what listing pages print of each article, by its key; feeds and sitemaps have titles of their own."""
    return {
        entry.native_key: Printed(_tidy(entry.title), read_day(entry, zone), at)
        for listing, at in pages
        if listing.kind == "page"
        for entry in listing.entries
    }


def shows_change(
    entry: ListingEntry, known: KnownArticle, before: Printed | None, zone: tzinfo, *, settled: bool
) -> bool:
    """Say whether a listing's entry is a sign that a known article was edited since it was visited.

    ``before`` is how the last crawl saw it printed; ``settled``: that one looked into all that it saw.
    """
    if before is None:
        return not _is_title_of(entry.title, known.title)
    day = read_day(entry, zone)
    if (_tidy(entry.title), day or before.day) == (before.title, before.day):
        # What was printed so already was looked into then, or by the visit after it; or it still has to be.
        waited = before.at - known.visited_at >= REST
        return not settled and waited and not _is_title_of(entry.title, known.title)
    return _tidy(entry.title) not in (before.title, _tidy(known.title)) or _is_redated(day, before, known, zone)


def read_day(entry: ListingEntry, zone: tzinfo) -> date | None:
    """Return the day that a listing prints for an article; None for a date that moves with every look."""
    published = entry.published
    if published is None or published.at is None or published.relative:
        return None
    return published.at.astimezone(zone).date()


def _is_redated(day: date | None, before: Printed, known: KnownArticle, zone: tzinfo) -> bool:
    if day is None or before.day is None or day == before.day:
        return False
    return known.published_at is None or day != known.published_at.astimezone(zone).date()


def _is_title_of(printed: str, title: str) -> bool:
    """Say whether a printed title is an article's: in any case and spelling of tone marks, cut anywhere."""
    words = _list_forms(title)
    shown = _list_forms(_CUT.sub("", printed))
    if not shown or shown == words[: len(shown)]:
        return True
    return (
        shown[:-1] == words[: len(shown) - 1]
        and len(shown) <= len(words)
        and words[len(shown) - 1].startswith(shown[-1])
    )


def _list_forms(text: str) -> list[str]:
    return [EXACT[word] for word in list_words(unicodedata.normalize("NFC", text))]


def _tidy(title: str) -> str:
    return " ".join(unicodedata.normalize("NFC", title).split())
