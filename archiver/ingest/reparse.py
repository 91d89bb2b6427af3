"""Reading the archive's own payloads again with today's parser.

Decompressing and parsing is most of the work, and is done by as many processes as are asked for. What it is compared
with, what is written and in which order is settled here, by the one process that writes; so all of them together make
the same archive as one alone.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from archiver.archive.evidence.kept_captures import (
    StoredCapture,
    list_captures,
    list_sites,
    load_site,
)
from archiver.archive.history.comparing import load_content
from archiver.archive.history.content import Content, find_changes
from archiver.archive.history.readings import NewReading, Parser, add_reading, find_parser, note_clues, record_entry
from archiver.archive.history.snapshots import rederive_article
from archiver.archive.history.stored_contents import store_content
from archiver.archive.identity.keys import Known, Sighting, add_address, meet_key
from archiver.archive.noise.learned_rules import load_noise, load_noise_of
from archiver.archive.noise.spreading import rederive_versioned
from archiver.archive.noise.without_noise import without_noise
from archiver.archive.upkeep.worker_pool import Readers
from archiver.compare.noise import QUIET
from archiver.ingest.record import name_parser, parser_of
from archiver.ingest.rereading import Read, read_groups, read_stored
from archiver.model import Article, Capture, Listing, Page
from archiver.parsing.pages.page_problems import list_listed
from archiver.parsing.pages.stand_ins import note_look
from archiver.platforms import platform_of
from archiver.site import Site

Verdict = Literal["same", "changed", "refused", "unreadable"]


@dataclass(frozen=True, slots=True)
class Reread:
    """What reading one capture again brought; ``changed`` and ``lost`` name fields."""

    url: str
    fetched_at: str
    verdict: Verdict
    changed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def reparse(
    database: Database, site_name: str | None = None, *, dry_run: bool = False, force: bool = False, jobs: int = 1
) -> Generator[Reread, None, None]:
    """Read all payloads with today's parsers and layouts, one transaction for the captures of one article.

    What today's parser has read already is passed over, so an interrupted reparse goes on where it ended. A reading
    that fills fewer fields than before is refused unless ``force``. With ``dry_run`` nothing is written. ``jobs``
    processes read; ArchiverError where one of them is killed.
    """
    with Readers(database, jobs) as readers:
        for name in list_sites(database.conn, site_name):
            site = load_site(database.conn, name)
            parser = _meet_parser(database, site, dry_run=dry_run)
            noise = load_noise(database.conn, name)
            for group, pages in read_groups(readers, database, site, parser):
                captures = list_captures(database.conn, name, parser.id, group)
                yield from _reparse_captures(database, site, parser, captures, pages, dry_run=dry_run, force=force)
            if load_noise(database.conn, name) != noise:
                with database.atomic():
                    rederive_versioned(database.conn, name)


def _meet_parser(database: Database, site: Site, *, dry_run: bool) -> Parser:
    """Return today's parser, written down and committed; a dry run writes none down, and takes a new one as it is."""
    if dry_run:
        return find_parser(database.conn, name_parser(site)) or Parser(0, 0)
    with database.atomic():
        return parser_of(database, site)


def _reparse_captures(
    database: Database,
    site: Site,
    parser: Parser,
    captures: list[StoredCapture],
    reads: dict[int, Read],
    *,
    dry_run: bool,
    force: bool,
) -> list[Reread]:
    # What no reader could read is read here, where the reason is told.
    pages = [
        (stored, reads.get(stored.capture_id) or read_stored(database, site, stored.capture_id)) for stored in captures
    ]
    rereads = [_compare(database, stored, page) for stored, page in pages]
    if any(reread.lost for reread in rereads) and not force:
        return [_refuse(reread) for reread in rereads]
    if not dry_run:
        with database.atomic():
            _record_again(database, site, parser, [(stored, *read) for stored, read in pages])
    return rereads


def _compare(database: Database, stored: StoredCapture, read: tuple[Capture, Page]) -> Reread:
    capture, page = read
    at = stored.fetched_at
    if not isinstance(page, Article):
        lost: tuple[str, ...] = ("everything",) if stored.content_id is not None else ()
        return Reread(capture.url, at, "same" if isinstance(page, Listing) else "unreadable", lost=lost)
    if stored.content_id is None:
        return Reread(capture.url, at, "changed", changed=("everything",))
    before, after = load_content(database.conn, stored.content_id), Content.of_article(page)
    noise = load_noise_of(database.conn, stored.article_id) if stored.article_id else QUIET
    changed = find_changes(without_noise(before, noise), without_noise(after, noise))
    lost = tuple(sorted(before.filled - after.filled))
    return Reread(capture.url, at, "changed" if changed else "same", changed, lost)


def _refuse(reread: Reread) -> Reread:
    return Reread(reread.url, reread.fetched_at, "refused", reread.changed, reread.lost)


def _record_again(
    database: Database, site: Site, parser: Parser, pages: list[tuple[StoredCapture, Capture, Page]]
) -> None:
    articles: set[int] = set()
    for stored, capture, page in pages:
        sighting = Sighting(stored.capture_id, stored.fetched_at, site.name)
        if isinstance(page, Listing):
            entries = list_listed(platform_of(site), capture, page, _find_expected(stored, page.url))
            recorded = [record_entry(database.conn, sighting, parser, entry) for entry in entries]
            articles.update(article_id for article_id, is_usual in recorded if not is_usual)
        elif isinstance(page, Article):
            articles.add(_record_article_again(database, sighting, parser, page, stored))
    for article_id in articles:
        rederive_article(database.conn, article_id)


def _record_article_again(
    database: Database, sighting: Sighting, parser: Parser, article: Article, stored: StoredCapture
) -> int:
    """Add today's reading of a capture; a page that no parser could read before counts from now on."""
    connection = database.conn
    known = meet_key(connection, sighting.site, article.native_key)
    article_id = stored.article_id or known.article_id
    known = Known(article_id, known.key_id)
    address, _ = add_address(connection, known, sighting, article.url, article.section, answered=True)
    content = Content.of_article(article)
    note_clues(connection, sighting.site, known, article, content)
    content_id = store_content(connection, content, known, sighting.at, None)
    standing, look = stored.standing or "counted", note_look(article)
    shown = NewReading("article", "content", standing, article.views, content_id, look, stored.doubtful, address)
    add_reading(connection, known, sighting, parser, shown)
    return article_id


def _find_expected(stored: StoredCapture, url: str) -> str | None:
    """Find what was expected at an address; of captures of which nobody noted it, a listing only where it was one."""
    return stored.expected if stored.purpose or stored.was_listing else url
