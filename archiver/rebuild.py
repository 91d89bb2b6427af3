"""Reading the archive's own payloads again: with today's parser (reparse), or to prove that they can be (verify)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from archiver.archive.articles import Sighting, add_address, meet_article
from archiver.archive.content import Content, find_changes
from archiver.archive.evidence import load_capture
from archiver.archive.files import check_files
from archiver.archive.payloads import check_payloads
from archiver.archive.readings import Parser, add_reading, find_parser, record_entry, store_content
from archiver.archive.rederivation import load_content, rederive_article
from archiver.archive.search_index import check_index
from archiver.archive.stored import StoredCapture, StoredReading, list_captures, list_snapshot_readings, load_site
from archiver.errors import ArchiveError
from archiver.model import Article, Capture, Listing, Page
from archiver.parsing.expectation import list_listed
from archiver.platforms import platform_of
from archiver.record import name_parser, parser_of, read_capture
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
    database: Database, site_name: str | None = None, *, dry_run: bool = False, force: bool = False
) -> Iterator[Reread]:
    """Read all payloads with today's parsers and layouts, one transaction for the captures of one article.

    What today's parser has read already is passed over, so an interrupted reparse goes on where it ended. A reading
    that fills fewer fields than before is refused unless ``force``. With ``dry_run`` nothing is written.
    """
    for name in _sites_of(database, site_name):
        site = load_site(database.conn, name)
        parser = _meet_parser(database, site, dry_run=dry_run)
        for captures in list_captures(database.conn, name, parser.id):
            yield from _reparse_captures(database, site, parser, captures, dry_run=dry_run, force=force)


def verify(database: Database) -> Iterator[str]:
    """Check the archive and name what is broken, one line each.

    Checked are SQLite's own integrity, every foreign key, the digest of every payload and of every file, every word of
    the search index, and that every snapshot can be read again from its payload where today's parser is the one that
    read it.
    """
    yield from (row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok")
    for row in database.execute("PRAGMA foreign_key_check"):
        yield f"table {row[0]}, row {row[1]}: points to a row of {row[2]} that is not there"
    yield from check_payloads(database.conn)
    yield from check_files(database.conn)
    yield from check_index(database.conn)
    for name in _sites_of(database, None):
        yield from _verify_snapshots(database, load_site(database.conn, name))


def _sites_of(database: Database, name: str | None) -> list[str]:
    rows = database.execute("SELECT name FROM sites WHERE ?1 IS NULL OR name = ?1 ORDER BY name", [name]).fetchall()
    return [row[0] for row in rows]


def _meet_parser(database: Database, site: Site, *, dry_run: bool) -> Parser:
    """Return today's parser, written down and committed; a dry run writes none down, and takes a new one as it is."""
    if dry_run:
        return find_parser(database.conn, name_parser(site)) or Parser(0, 0)
    with database.atomic():
        return parser_of(database, site)


def _reparse_captures(
    database: Database, site: Site, parser: Parser, captures: list[StoredCapture], *, dry_run: bool, force: bool
) -> list[Reread]:
    pages = [(stored, _read_stored(database, site, stored)) for stored in captures]
    rereads = [_compare(database, stored, page) for stored, page in pages]
    if any(reread.lost for reread in rereads) and not force:
        return [_refuse(reread) for reread in rereads]
    if not dry_run:
        with database.atomic():
            _record_again(database, site, parser, [(stored, *read) for stored, read in pages])
    return rereads


def _read_stored(database: Database, site: Site, stored: StoredCapture) -> tuple[Capture, Page]:
    capture = load_capture(database.conn, stored.capture_id)
    return capture, read_capture(site, capture)


def _compare(database: Database, stored: StoredCapture, read: tuple[Capture, Page]) -> Reread:
    capture, page = read
    at = stored.fetched_at
    if not isinstance(page, Article):
        lost: tuple[str, ...] = ("everything",) if stored.content_id is not None else ()
        return Reread(capture.url, at, "same" if isinstance(page, Listing) else "unreadable", lost=lost)
    if stored.content_id is None:
        return Reread(capture.url, at, "changed", changed=("everything",))
    before, after = load_content(database.conn, stored.content_id), Content.of_article(page)
    changed = find_changes(before, after)
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
            for entry in list_listed(platform_of(site), capture, page, None if stored.was_listing else page.url):
                record_entry(database.conn, sighting, parser, entry)
        elif isinstance(page, Article):
            articles.add(_record_article_again(database, sighting, parser, page, stored))
    for article_id in articles:
        rederive_article(database.conn, article_id)


def _record_article_again(
    database: Database, sighting: Sighting, parser: Parser, article: Article, stored: StoredCapture
) -> int:
    """Add today's reading of a capture; a page that no parser could read before counts from now on."""
    connection = database.conn
    article_id = stored.article_id or meet_article(connection, sighting.site, article.native_key)
    add_address(connection, article_id, sighting, article.url, article.section, answered=True)
    content_id = store_content(connection, Content.of_article(article), None)
    standing = stored.standing or "counted"
    add_reading(
        connection, article_id, sighting, parser, "article", "content", standing, article.views, content_id=content_id
    )
    return article_id


def _verify_snapshots(database: Database, site: Site) -> Iterator[str]:
    parser = find_parser(database.conn, name_parser(site))
    for stored in () if parser is None else list_snapshot_readings(database.conn, site.name, parser.id):
        broken = _find_broken(database, site, stored)
        if broken:
            yield f"article {site.name}:{stored.native_key}, snapshot {stored.number}: {broken}"


def _find_broken(database: Database, site: Site, stored: StoredReading) -> str | None:
    try:
        page = read_capture(site, load_capture(database.conn, stored.capture_id))
    except ArchiveError as error:
        return str(error)
    if not isinstance(page, Article):
        return f"capture {stored.capture_id} is read as no article"
    if Content.of_article(page).digest != stored.digest:
        return f"capture {stored.capture_id} is read differently than recorded"
    return None
