"""Where things stand on the pages of an unknown platform, as far as every page that was looked at confirms it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import islice

from archiver.html.elements import Element, children_of, elements_below, text_of
from archiver.ingest.record import read_capture
from archiver.model import Article, Capture, Listing, ListingEntry
from archiver.onboarding.addresses import infer_article
from archiver.onboarding.movement import FIELDS, find_moved_elements, find_moved_texts, write_field
from archiver.onboarding.pages import parse_capture, read_links
from archiver.onboarding.selectors import write_selector
from archiver.parsing.generic.dates.day_order import ask_dates
from archiver.parsing.generic.listings.rows import find_rows
from archiver.platforms import platform_of
from archiver.site import Places, Site
from archiver.text.cleaning import clean_text

# Names of menus and channels; headlines are longer, and lead to articles wherever they stand.
LONGEST_NAME = 25
MOST_TRIES = 6
_BEGINNING = 24
_LEVELS_UP = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What places are inferred from: listings, articles, and pairs of captures of one article."""

    listings: tuple[Capture, ...]
    articles: tuple[Capture, ...]
    pairs: tuple[tuple[Capture, Capture], ...] = ()


def infer_places(site: Site, evidence: Evidence) -> Places:
    """Return the places that hold on all pages; what the reader finds as well without is declared all the same.

    A place is taken only if every article reads the same with it, or has more fields.
    """
    site = replace(site, places=Places(article=_infer_article(site, evidence), date_order=_infer_order(evidence)))
    site = _declare_boilerplate(site, evidence)
    for field, find in _FINDERS.items():
        site = _declare(site, evidence, field, find)
    return _declare_entry(site, evidence).places


def _infer_article(site: Site, evidence: Evidence) -> str:
    listings = [read for capture in evidence.listings if isinstance(read := read_capture(site, capture), Listing)]
    entries = [entry.url for listing in listings for entry in listing.entries]
    others = [listing.url for listing in listings]
    for capture in evidence.listings:  # pages of articles link to their own print versions
        page = parse_capture(capture)
        links = read_links(page, capture.url) if page is not None else []
        others += [link.url for link in links if 0 < len(link.text) <= LONGEST_NAME]
    return infer_article(entries, others)


def _infer_order(evidence: Evidence) -> str:
    """Say that dates begin with the month, where pages print some that can be read so only (03/25), and no others."""
    pages = [parse_capture(capture) for capture in (*evidence.listings, *evidence.articles)]
    orders = {ask_dates(clean_text(text) for text in page.stripped_strings) for page in pages if page is not None}
    return "month" if "month" in orders and not {"day", "unknown"} & orders else ""


def _declare_boilerplate(site: Site, evidence: Evidence) -> Site:
    """Declare what moved inside the text of an article from one look to the next."""
    for first, second in evidence.pairs:
        if _body_of(site, first) == _body_of(site, second):
            continue
        before, after = parse_capture(first), parse_capture(second)
        moved = find_moved_texts(before, after) if before is not None and after is not None else ()
        for element in find_moved_elements(after, moved) if after is not None else ():
            selector = write_selector([element], after) if after is not None else ""
            trial = _with(site, "boilerplate", (*site.places.boilerplate, selector))
            if _is_lasting(selector) and _body_of(trial, first) == _body_of(trial, second):
                site = trial
                break
    return site


def _body_of(site: Site, capture: Capture) -> tuple[str, ...]:
    page = read_capture(site, capture)
    return page.paragraphs if isinstance(page, Article) else ()


def _declare(site: Site, evidence: Evidence, field: str, find: "Finder") -> Site:
    """Declare one place: the first selector, of those written on any of the pages, that holds on all."""
    usual = [read_capture(site, capture) for capture in evidence.articles]
    selectors: dict[str, None] = {}
    for capture, article in zip(evidence.articles, usual, strict=True):
        page = parse_capture(capture)
        if page is not None and isinstance(article, Article):
            written = (write_selector([element], page) for element in islice(find(page, article), MOST_TRIES))
            selectors |= dict.fromkeys(filter(_is_lasting, written))
    for selector in islice(selectors, MOST_TRIES):
        trial = _with(site, field, (selector,) if field == "byline" else selector)
        if all(
            _is_as_good(before, read_capture(trial, capture), field)
            for before, capture in zip(usual, evidence.articles, strict=True)
        ):
            return trial
    return site


def _declare_entry(site: Site, evidence: Evidence) -> Site:
    """Declare the rows of the listings, where one selector finds them on all."""
    for capture in evidence.listings:
        page = parse_capture(capture)
        rows = (
            find_rows(page, capture.url, platform_of(site), site.zone, capture.fetched_at) if page is not None else None
        )
        selector = write_selector([row.element for row in rows.rows], page) if rows and page is not None else ""
        trial = _with(site, "entry", selector)
        if _is_lasting(selector) and all(_entries(site, one) == _entries(trial, one) for one in evidence.listings):
            return trial
    return site


def _entries(site: Site, capture: Capture) -> tuple[ListingEntry, ...]:
    page = read_capture(site, capture)
    return page.entries if isinstance(page, Listing) else ()


def _with(site: Site, field: str, value: object) -> Site:
    declared = {place.name: getattr(site.places, place.name) for place in fields(Places)}
    return replace(site, places=Places(**(declared | {field: value})))


def _is_lasting(selector: str) -> bool:
    """Say whether a selector names something; one that only counts elements breaks with the next banner."""
    return bool(selector) and "nth-of-type" not in selector and ("." in selector or "#" in selector)


def _is_as_good(before: object, after: object, field: str) -> bool:
    if not isinstance(before, Article):
        return True
    if not isinstance(after, Article) or after.native_key != before.native_key:
        return False
    pairs = [(write_field(before, name), write_field(after, name)) for name in FIELDS]
    confirmed = {"title": "title", "body": "body", "byline": "published"}[field]
    is_used = any(origin.field == confirmed and origin.how == "declared" for origin in after.origins)
    return all(old is None or old == new for old, new in pairs) and (is_used or not getattr(before, confirmed))


Finder = Callable[[Element, Article], Iterator[Element]]


def _find_title(page: Element, article: Article) -> Iterator[Element]:
    for element in elements_below(page):
        if element.name != "title" and any(clean_text(text) == article.title for text in _texts_of(element)):
            yield element


def _find_info(page: Element, article: Article) -> Iterator[Element]:
    """Yield the elements that print the date, and what stands directly around them: the count is often there."""
    raw = article.published.raw if article.published else None
    for element in elements_below(page) if raw else ():
        if any(raw in clean_text(text) for text in _texts_of(element) if raw):
            around = element.parent
            if article.views and around is not None and article.views.raw not in text_of(element):
                yield around
            yield element


def _find_body(page: Element, article: Article) -> Iterator[Element]:
    """Yield what holds the first and the last paragraph, the closest first."""
    ends = [_find_beginning(page, text) for text in (article.paragraphs[:1] + article.paragraphs[-1:])]
    first, last = ends if len(ends) == 2 else (None, None)
    if first is None or last is None:
        return
    around = {id(element) for element in (last, *last.parents)}
    shared = (element for element in (first, *first.parents) if id(element) in around)
    yield from (element for element in islice(shared, _LEVELS_UP) if element.name not in ("body", "html", "[document]"))


def _find_beginning(page: Element, paragraph: str) -> Element | None:
    beginning = paragraph[:_BEGINNING]
    for element in elements_below(page):
        if element.name not in ("title", "script") and any(
            beginning in clean_text(text) for text in _texts_of(element)
        ):
            return element
    return None


def _texts_of(element: Element) -> list[str]:
    return [child for child in children_of(element) if isinstance(child, str)]


_FINDERS: dict[str, Finder] = {"title": _find_title, "byline": _find_info, "body": _find_body}
