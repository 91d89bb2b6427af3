"""Where parsing and archive meet: a capture is read, and what was read is recorded."""

from typing import Any

from sqlite_utils import Database

from archiver.archive.content import Content, write_time
from archiver.archive.evidence import keep_capture
from archiver.archive.history import Novelty, Sighting, record_article, record_entry
from archiver.archive.ledger import Run, add_finding, count_in_run
from archiver.model import Article, Capture, Listing, Page, Problem, Unreadable
from archiver.parsing.page import read_page
from archiver.platforms import platform_of
from archiver.site import Site

GOOD_STATUS = range(200, 300)


def read_capture(site: Site, capture: Capture) -> Page:
    """Read a capture of a site; an error status is Unreadable whatever the page says."""
    if capture.status not in GOOD_STATUS:
        return Unreadable(capture.url, Problem(f"http_{capture.status}", f"answered with status {capture.status}"))
    return read_page(capture, platform_of(site), site.zone)


def record_capture(
    database: Database, run: Run, site: Site, capture: Capture, page: Page, *, final: bool = True
) -> Novelty | None:
    """Keep a capture and record what was read of it, in one transaction: both are there afterwards, or neither.

    ``final`` is False for an answer that is followed by another try (a redirect, a busy server): it is kept, and no
    finding comes of it. Returns what an article page brought; None for every other page, and for a capture that is
    kept already.
    """
    with database.atomic():
        capture_id = keep_capture(database.conn, run, capture)
        if capture_id is None:
            return None
        if not final:
            return None
        sighting = Sighting(capture_id, write_time(capture.fetched_at, "microseconds"))
        for problem in find_problems(site, capture, page):
            add_finding(database.conn, run, capture.url, problem, capture_id)
        return _record_page(database, run, sighting, page)


def find_problems(site: Site, capture: Capture, page: Page) -> tuple[Problem, ...]:
    """Name what a page gives to report: what could not be read of it, and a listing in the place of an article."""
    if isinstance(page, Unreadable):
        return (page.problem,)
    if isinstance(page, Listing) and platform_of(site).read_address(capture.url).kind == "article":
        return (Problem("listing_for_article", "the address of an article answers with a listing"), *page.problems)
    return page.problems


def write_record(site: Site, article: Article, capture: Capture) -> dict[str, Any]:
    """Write an article as a record for export: the columns of ``current_articles`` that one page gives, and more."""
    row = Content.of_article(article).row
    return {
        "site": site.name,
        "article_id": article.native_key,
        "url": article.url,
        "title": article.title,
        "section": article.section,
        "author": article.author,
        "lead": article.lead,
        "body": article.body,
        "published_at": row["published_at"],
        "published_raw": row["published_raw"],
        "published_precision": row["published_precision"],
        "views": article.views.value if article.views else None,
        "views_raw": article.views.raw if article.views else None,
        "images": [{"url": image.url, "caption": image.caption, "alt": image.alt} for image in article.images],
        "attachments": [{"url": document.url, "title": document.title} for document in article.attachments],
        "body_html": article.body_html,
        "fetched_at": write_time(capture.fetched_at, "microseconds"),
    }


def _record_page(database: Database, run: Run, sighting: Sighting, page: Page) -> Novelty | None:
    if isinstance(page, Article):
        return record_article(database.conn, run, sighting, page)
    if isinstance(page, Listing):
        for entry in page.entries:
            record_entry(database.conn, run, sighting, entry, page.layout)
    elif page.problem.kind.startswith("http_"):
        count_in_run(database.conn, run, "errors")
    return None
