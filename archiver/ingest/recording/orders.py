"""What is to be recorded of answers, and what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from archiver.archive.evidence.captures import UNNOTED
from archiver.archive.history.readings import Novelty
from archiver.archive.runs.run_log import Run, declare_anew, note_found
from archiver.ingest.record import is_fleeting, is_non_article, name_parser, record_capture
from archiver.model import Article, Capture, Page, Purpose
from archiver.site import Site


@dataclass(frozen=True, slots=True)
class Crawl:
    """What all answers of a crawl have in common: its run, and the site as it is declared now.

    ``parser`` is the version of what reads the site: two processes must agree on it.
    """

    run: Run
    site: Site
    parser: str

    @classmethod
    def of_site(cls, run: Run, site: Site) -> "Crawl":
        """Make the crawl of a site as this process reads it; SiteError where it knows no such platform."""
        return cls(run, site, name_parser(site))


@dataclass(frozen=True, slots=True)
class Order:
    """How an answer is to be recorded: ``purpose`` is what it was asked for.

    ``found`` counts the articles that the run found so far, where the answer may have added to them. ``is_new_site``:
    the site is to be written down anew, since its platform was recognised on this page.
    """

    purpose: Purpose = UNNOTED
    found: int | None = None
    is_new_site: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """What an answer brought, and whether it comes from a page that only seemed to be an article's.

    ``is_fleeting``: what changed of an article may be noise, which a second look can tell.
    """

    novelty: Novelty | None
    is_non_article: bool
    is_fleeting: bool = False


Job = tuple[Order, Capture, Page]


def record_all(
    database: Database, crawl: Crawl, jobs: Sequence[Job], before_commit: Callable[[], None] | None = None
) -> list[Recorded]:
    """Record several answers in one transaction: when this returns all of them are on disk, and else none.

    ``before_commit`` may still raise.
    """
    return record_together(database, [(crawl, job) for job in jobs], before_commit)


def record_together(
    database: Database, jobs: Sequence[tuple[Crawl, Job]], before_commit: Callable[[], None] | None = None
) -> list[Recorded]:
    """Do the same for answers of several crawls."""
    with database.atomic():
        recorded = [_record(database, crawl, *job) for crawl, job in jobs]
        if before_commit:
            before_commit()
    return recorded


def _record(database: Database, crawl: Crawl, order: Order, capture: Capture, page: Page) -> Recorded:
    run, site = crawl.run, crawl.site
    purpose = order.purpose
    novelty = record_capture(database, run, site, capture, page, purpose)
    if order.is_new_site:
        declare_anew(database.conn, run, site)
    if order.found is not None:
        note_found(database.conn, run, order.found)
    stranger = purpose.final and is_non_article(database, site, capture, page, purpose.expected)
    fleeting = isinstance(page, Article) and is_fleeting(database, site, page, novelty)
    return Recorded(novelty, stranger, fleeting)
