"""Where parsing and archive meet: a capture is read, and what was read is recorded."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archiver.archive.articles import (
    Sighting,
    absorb_article,
    add_key,
    find_article,
    meet_article,
    was_known_before,
)
from archiver.archive.connection import join_transaction
from archiver.archive.content import Content, write_time
from archiver.archive.evidence import keep_capture, load_capture
from archiver.archive.ledger import Run, add_finding, count_error
from archiver.archive.readings import (
    LastContent,
    Novelty,
    Parser,
    add_reading,
    find_known,
    find_last_content,
    meet_parser,
    record_article,
    record_entry,
    record_sign,
    store_content,
)
from archiver.archive.rederivation import rederive_article
from archiver.errors import ArchiveError
from archiver.model import Article, Capture, Listing, Page, Problem, Unreadable
from archiver.parsing.expectation import MISSING, find_problems, list_listed, looks_strange
from archiver.parsing.page import CODE_VERSION, read_page
from archiver.parsing.status import refuse_status
from archiver.parsing.truncation import find_truncation
from archiver.platforms import platform_of
from archiver.site import Places, Site
from archiver.urls import strip_form_page

NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class _Scene:
    """What recording one capture needs: the archive, the run and the site, the parser that read it."""

    database: Database
    run: Run
    site: Site
    parser: Parser
    sighting: Sighting


def read_capture(site: Site, capture: Capture) -> Page:
    """Read a capture of a site; an error status is Unreadable whatever the page says."""
    if refused := refuse_status(capture.status):
        return Unreadable(capture.url, refused)
    return read_page(replace(capture, url=strip_form_page(capture.url)), platform_of(site), site.zone)


def _mark_places(places: Places) -> str:
    """Tell readings by other places of one site apart: a site that corrects them has another parser."""
    return "" if places == Places() else f" {hashlib.sha256(repr(places).encode()).hexdigest()[:12]}"


def load_listings(database: Database, site: Site, captures: Iterable[int]) -> list[Listing]:
    """Read listing pages again that are kept already; captures that show none are passed over."""
    pages = (read_capture(site, load_capture(database.conn, capture_id)) for capture_id in captures)
    return [page for page in pages if isinstance(page, Listing)]


def list_truncated(database: Database, captures: Iterable[int]) -> frozenset[int]:
    """Find those of some captures whose pages break off before their end."""
    kept = ((capture_id, load_capture(database.conn, capture_id)) for capture_id in captures)
    return frozenset(capture_id for capture_id, capture in kept if find_truncation(capture.body, capture.headers))


def parser_of(database: Database, site: Site) -> Parser:
    """Return the parser that reads a site today: known by the version of the code and that of the site's platform."""
    ordinal = CODE_VERSION * 1000 + platform_of(site).version
    return meet_parser(database.conn, name_parser(site), ordinal)


def name_parser(site: Site) -> str:
    """Return the version of the parser that reads a site today, as the archive knows it."""
    platform = platform_of(site)
    return f"{CODE_VERSION}.{platform.version} {platform.name}{_mark_places(platform.places)}"


def record_capture(
    database: Database,
    run: Run,
    site: Site,
    capture: Capture,
    page: Page,
    *,
    final: bool = True,
    expected: str | None = None,
) -> Novelty | None:
    """Keep a capture and record what was read of it, in one transaction: both are there afterwards, or neither.

    ``final`` is False for an answer that is followed by another try (a redirect, a busy server): it is kept, and no
    finding comes of it. ``expected`` is the native key of the article that was asked for. Returns what an article page
    brought; None for every other page, and for a capture that is kept already.
    """
    with join_transaction(database):
        capture_id = keep_capture(database.conn, run, capture)
        if capture_id is None or not final:
            return None
        sighting = Sighting(capture_id, write_time(capture.fetched_at, "microseconds"), site.name, fresh=True)
        scene = _Scene(database, run, site, parser_of(database, site), sighting)
        if capture.status == NOT_MODIFIED and _record_confirmed(scene, expected):
            return "unchanged"
        problems = find_problems(platform_of(site), capture, page, expected)
        known = _record_missing(scene, capture, problems, expected)
        if problems and not known and not is_stranger(database, site, capture, page, expected):
            for problem in problems:
                add_finding(database.conn, run, capture.url, problem, capture_id)
        return _record_page(scene, capture, page, expected)


def is_stranger(database: Database, site: Site, capture: Capture, page: Page, expected: str | None) -> bool:
    """Say whether a page was only taken for an article because its address does not tell: it never was one."""
    strange = expected is not None and looks_strange(platform_of(site), capture, page)
    return strange and find_known(database.conn, site.name, str(expected)) is None


def _record_page(scene: _Scene, capture: Capture, page: Page, expected: str | None) -> Novelty | None:
    if isinstance(page, Article):
        return _record_article(scene, page, expected)
    if isinstance(page, Listing):
        for entry in list_listed(platform_of(scene.site), capture, page, expected):
            known = record_entry(scene.database.conn, scene.sighting, scene.parser, entry)
            if known is not None:
                rederive_article(scene.database.conn, known)
    elif page.problem.kind.startswith("http_"):
        count_error(scene.database.conn, scene.run)
    return None


def _record_confirmed(scene: _Scene, expected: str | None) -> bool:
    """Note that a known article is as it was read last, without reading it: no observation comes of it (rule 2)."""
    known = find_known(scene.database.conn, scene.site.name, expected) if expected else None
    if known is None:
        return False
    record_sign(scene.database.conn, scene.sighting, scene.parser, known, "confirmed", "304", "counted")
    return True


def _record_missing(scene: _Scene, capture: Capture, problems: tuple[Problem, ...], expected: str | None) -> bool:
    """Note against a known article that its address did not show it; the run's judgement decides what that means.

    True if there is such an article: its events tell of it then, and no finding.
    """
    problem = next((problem for problem in problems if problem.kind in MISSING), None)
    if problem is None:
        return False
    address = platform_of(scene.site).read_address(capture.url)
    key = expected or (address.key if address.kind == "article" else None)
    known = find_known(scene.database.conn, scene.site.name, key) if key else None
    if known is None:
        return False
    record_sign(scene.database.conn, scene.sighting, scene.parser, known, "missing", problem.detail)
    return True


def _record_article(scene: _Scene, article: Article, expected: str | None) -> Novelty:
    connection = scene.database.conn
    if expected and expected != article.native_key:
        _record_move(scene, article, expected)
    article_id = meet_article(connection, scene.site.name, article.native_key)
    last = _read_last_again(scene, article_id)
    return record_article(connection, scene.sighting, scene.parser, article, article_id, last)


def _record_move(scene: _Scene, article: Article, expected: str) -> None:
    """Follow an article to another address (rule 8): the same content there is the same article.

    Where the other was an article of its own before this run, the old one is marked as moved. Within one run the
    answers come in any order, so what this run met first is absorbed.
    """
    connection, site = scene.database.conn, scene.site.name
    article_id = find_known(connection, site, expected)
    if article_id is None or not _is_same_content(scene, article_id, article):
        problem = Problem("redirect_to_other_article", f"article {expected} leads to article {article.native_key}")
        add_finding(connection, scene.run, article.url, problem, scene.sighting.capture_id)
        return
    other = find_article(connection, site, article.native_key)
    if other == article_id:
        return
    if other is None or not was_known_before(connection, scene.run, other):
        if other is not None:
            absorb_article(connection, article_id, other)
        add_key(connection, site, article.native_key, article_id)
        return
    record_sign(connection, scene.sighting, scene.parser, article_id, "moved", f"to {article.url}", "counted")


def _is_same_content(scene: _Scene, article_id: int, article: Article) -> bool:
    last = _read_last_again(scene, article_id)
    return last is not None and last.digest == Content.of_article(article).digest


def _read_last_again(scene: _Scene, article_id: int) -> LastContent | None:
    """Read the last good capture with today's parser if another read it, so that like is compared with like (rule 10).

    Returns the last good reading then; None for an article that was never read. Where its payload is gone, or today's
    parser finds no article there, the next difference is marked as unverified.
    """
    connection = scene.database.conn
    last = find_last_content(connection, article_id, scene.parser)
    if last is None or last.parser_id == scene.parser.id:
        return last
    try:
        page = read_capture(scene.site, load_capture(connection, last.capture_id))
    except ArchiveError:
        return last
    if not isinstance(page, Article):
        return last
    sighting = Sighting(last.capture_id, last.at, scene.site.name)
    content_id = store_content(connection, Content.of_article(page), None)
    add_reading(
        connection,
        article_id,
        sighting,
        scene.parser,
        "article",
        "content",
        "counted",
        page.views,
        content_id=content_id,
    )
    return find_last_content(connection, article_id, scene.parser)
