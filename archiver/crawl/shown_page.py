"""What ``scrapy parse`` prints of a page: the record of an article or the rows of a listing, and where they lead."""

from collections.abc import Callable, Iterator
from typing import Any

from scrapy.http import Request

from archiver.archive.history.content import write_published
from archiver.crawl.records import write_record
from archiver.model import Article, Capture, Listing, ListingEntry, Page, Problem
from archiver.site import Site


def show_page(
    site: Site, capture: Capture, page: Page, callback: Callable[..., Any]
) -> Iterator[dict[str, Any] | Request]:
    """Yield one item for a page, and a request for each address that a crawl could ask for next."""
    yield _write_item(site, capture, page)
    for url in _list_following(page):
        yield Request(url, callback=callback)


def _write_item(site: Site, capture: Capture, page: Page) -> dict[str, Any]:
    if isinstance(page, Article):
        # As a crawl exports it, but compared with nothing.
        return write_record(site, page, capture) | {"novelty": None} | _write_problems(page.problems)
    if isinstance(page, Listing):
        listing = {"listing": page.url, "section": page.section, "next_url": page.next_url}
        return listing | {"entries": [_write_entry(entry) for entry in page.entries]} | _write_problems(page.problems)
    return {"url": page.url, "status": capture.status} | _write_problems((page.problem,))


def _write_entry(entry: ListingEntry) -> dict[str, Any]:
    named = {"article_id": entry.native_key, "url": entry.url, "title": entry.title}
    return named | write_published(entry.published) | {"views": entry.views.value if entry.views else None}


def _write_problems(problems: tuple[Problem, ...]) -> dict[str, Any]:
    return {"problems": [f"{problem.kind}: {problem.detail}" for problem in problems]} if problems else {}


def _list_following(page: Page) -> Iterator[str]:
    if isinstance(page, Listing):
        yield from (entry.url for entry in page.entries)
    if isinstance(page, Listing | Article) and page.next_url:
        yield page.next_url
