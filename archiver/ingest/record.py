"""Where parsing and archive meet: a capture is read, and what was read is recorded."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archiver.archive.evidence.captures import UNNOTED, keep_capture, load_capture
from archiver.archive.evidence.further_pages import list_earlier_pages
from archiver.archive.history.comparing import may_be_noise
from archiver.archive.history.content import Content, write_time
from archiver.archive.history.judgement import doubt_anew
from archiver.archive.history.readings import (
    NewReading,
    Novelty,
    Parser,
    add_reading,
    find_known,
    is_late,
    meet_parser,
    note_clues,
    record_article,
    record_entry,
    record_sign,
)
from archiver.archive.history.reconciling import reconcile
from archiver.archive.history.snapshots import rederive_article
from archiver.archive.history.stored_contents import (
    LastContent,
    find_last_content,
    find_newest_content,
    find_next_content,
    store_content,
)
from archiver.archive.identity.keys import Known, Sighting, add_address, meet_key
from archiver.archive.noise.spreading import spread_noise
from archiver.archive.runs.run_log import Run, add_finding, count_error, was_found
from archiver.archive.runs.withdrawing import is_withdrawn
from archiver.archive.store.connection import join_transaction
from archiver.clock import now
from archiver.errors import ArchiveError
from archiver.findings import Kind
from archiver.ingest.interpretation import Statement, interpret
from archiver.model import Article, Capture, Listing, Page, Problem, Purpose, Unreadable
from archiver.parsing.feeds.json_listing import is_posts
from archiver.parsing.generic.text.extractor import VERSION as EXTRACTOR_VERSION
from archiver.parsing.page import CODE_VERSION, read_page
from archiver.parsing.pages.continuation import INCOMPLETE, conclude, is_continued_by
from archiver.parsing.pages.page_problems import MISSING, find_problems, looks_like_no_article
from archiver.parsing.pages.stand_ins import note_look
from archiver.parsing.pages.status import refuse_status
from archiver.parsing.pages.truncation import find_truncation
from archiver.platforms import platform_of
from archiver.site import Places, Site
from archiver.text.sketches import UNREAD
from archiver.urls import join_url, strip_form_page

FOUND_ONCE: frozenset[Kind] = frozenset({"listed_elsewhere"})
"""What stays true of a page, and is for a person to do something about once."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """What recording one capture needs: the archive, the run and the site, the parser that read it.

    ``is_late``: other runs recorded what came after this capture. ``is_replayed``: the capture was recorded before, and
    only what it says of articles is written, in the order of time. ``derives``: the history of its articles is derived
    at once; else the caller does it.
    """

    database: Database
    run: Run
    site: Site
    parser: Parser
    sighting: Sighting
    is_late: bool = False
    is_replayed: bool = False
    derives: bool = True


def read_capture(site: Site, capture: Capture) -> Page:
    """Read a capture of a site; an error status is Unreadable whatever the page says."""
    if refused := refuse_status(capture.status):
        return Unreadable(capture.url, refused)
    return read_page(replace(capture, url=strip_form_page(capture.url)), platform_of(site), site.zone)


def read_answer(site: Site, capture: Capture, purpose: Purpose) -> Page:
    """Read a capture as the crawl did that made it: a redirect that was not followed is Unreadable for that reason."""
    if purpose.refused is None:
        return read_capture(site, capture)
    location = next((value for name, value in capture.headers if name.lower() == "location"), "")
    return Unreadable(capture.url, explain_refusal(purpose.refused, join_url(capture.url, location)))


def read_kept(database: Database, site: Site, capture_id: int, purpose: Purpose = UNNOTED) -> tuple[Capture, Page]:
    """Read a capture that is kept, with the pages before it where it is the last page of an article (ArchiveError)."""
    capture = load_capture(database.conn, capture_id)
    return capture, _read_with_earlier(database, site, capture_id, read_answer(site, capture, purpose))


def _read_with_earlier(database: Database, site: Site, capture_id: int, page: Page) -> Page:
    earlier = list_earlier_pages(database.conn, capture_id)
    if not earlier:
        return page
    return _join_earlier([read_capture(site, load_capture(database.conn, key)) for key in earlier], page)


def _join_earlier(earlier: list[Page], page: Page) -> Page:
    """Put an article together as the crawl did that made the captures, if its pages are still read as such."""
    pages: list[Article] = []
    for one in earlier:
        if isinstance(one, Article) and (not pages or (pages[-1].next_url and is_continued_by(pages, one))):
            pages.append(one)
    whole = [one for one in earlier if not (isinstance(one, Unreadable) and one.problem.kind == "truncated")]
    if whole and not pages:
        return Unreadable(page.url, Problem(INCOMPLETE, "its first page is read as none of an article any more"))
    if pages and pages[-1].next_url is None:
        return conclude(pages[:-1], pages[-1])
    return conclude(pages, page)


def explain_refusal(kind: Kind, url: str | None) -> Problem:
    """Say why a redirect of an article's address was not followed."""
    return Problem(kind, f"the address of an article redirects to {url}")


def _mark_places(places: Places) -> str:
    """Tell readings by other places of one site apart: a site that corrects them has another parser."""
    return "" if places == Places() else f" {hashlib.sha256(repr(places).encode()).hexdigest()[:12]}"


def _mark_noise(site: Site) -> str:
    """Tell readings under other declared noise apart; its selectors are among the places already."""
    rules = site.declared_noise.rules
    return f" {hashlib.sha256(repr(rules).encode()).hexdigest()[:12]}" if rules else ""


def load_listings(database: Database, site: Site, captures: Iterable[int]) -> list[Listing]:
    """Read listing pages again that are kept already; captures that show none are passed over."""
    return [*load_pages(database, site, captures).values()]


def load_pages(database: Database, site: Site, captures: Iterable[int]) -> dict[int, Listing]:
    """Read listing pages again that are kept already, by their captures; those that show none are passed over."""
    pages = ((capture_id, read_capture(site, load_capture(database.conn, capture_id))) for capture_id in captures)
    return {capture_id: page for capture_id, page in pages if isinstance(page, Listing)}


def list_truncated(database: Database, captures: Iterable[int]) -> frozenset[int]:
    """Find those of some captures whose pages break off before their end."""
    kept = ((capture_id, load_capture(database.conn, capture_id)) for capture_id in captures)
    return frozenset(capture_id for capture_id, capture in kept if find_truncation(capture.body, capture.headers))


def parser_of(database: Database, site: Site) -> Parser:
    """Return the parser that reads a site today: known by the version of the code and that of the site's platform."""
    ordinal = CODE_VERSION * 1000 + platform_of(site).version
    return meet_parser(database.conn, name_parser(site), ordinal, now())


def name_parser(site: Site) -> str:
    """Return the version of the parser that reads a site today, as the archive knows it."""
    platform = platform_of(site)
    own = f" {platform.digest}" if platform.digest else ""
    marks = f"{own}{_mark_places(platform.places)}{_mark_noise(site)}"
    return f"{CODE_VERSION}.{platform.version} {platform.name} trafilatura {EXTRACTOR_VERSION}{marks}"


def record_capture(
    database: Database, run: Run, site: Site, capture: Capture, page: Page, purpose: Purpose = UNNOTED
) -> Novelty | None:
    """Keep a capture and record what was read of it, in one transaction: both are there afterwards, or neither.

    An answer that is followed by another try is kept, and no finding comes of it. Captures of any age are recorded in
    any order: what came later is judged again. Returns what an article page brought; None for every other page, and for
    a capture that is kept already.
    """
    with join_transaction(database):
        capture_id = keep_capture(database.conn, run, capture, purpose)
        if capture_id is None or not purpose.final or is_withdrawn(database.conn, run):
            return None
        sighting = Sighting(capture_id, write_time(capture.fetched_at, "microseconds"), site.name, fresh=True)
        late = is_late(database.conn, run, sighting.at)
        scene = _Scene(database, run, site, parser_of(database, site), sighting, is_late=late)
        statements = interpret(platform_of(site), capture, page, purpose)
        _report(scene, capture, page, purpose, statements)
        return _record_statements(scene, statements)


def record_late(
    database: Database, run: Run, site: Site, parser: Parser, capture: Capture, page: Page, purpose: Purpose
) -> frozenset[int]:
    """Keep a capture of any age and record what was read of it; returns the articles (ids) that it speaks of.

    The caller derives their history anew (rederive_article) before the transaction ends, which is the caller's too, and
    judges again what came later, for many captures at once (imported_runs.py).
    """
    capture_id = keep_capture(database.conn, run, capture, purpose)
    if capture_id is None or not purpose.final:
        return frozenset()
    sighting = Sighting(capture_id, write_time(capture.fetched_at, "microseconds"), site.name, fresh=True)
    scene = _Scene(database, run, site, parser, sighting, is_late=True, derives=False)
    page = _read_with_earlier(database, site, capture_id, page)
    _report_unread(scene, capture, page, purpose)
    statements = interpret(platform_of(site), capture, page, purpose)
    return frozenset(_record_statement(scene, statement)[0] for statement in statements)


def replay_capture(
    database: Database,
    run: Run,
    site: Site,
    parser: Parser,
    sighting: Sighting,
    statements: Iterable[Statement],
) -> None:
    """Write the readings of a capture that is kept already; the judgement of its run follows when all are there."""
    _record_statements(_Scene(database, run, site, parser, sighting, is_replayed=True), tuple(statements))


def _report(scene: _Scene, capture: Capture, page: Page, purpose: Purpose, statements: tuple[Statement, ...]) -> None:
    """Add what is wrong with a page to the findings of its run, unless the events of a known article tell of it."""
    connection, site = scene.database.conn, scene.site.name
    told = any(
        _is_told_by_events(statement) and find_known(connection, site, statement.key) is not None
        for statement in statements
    )
    problems = () if told else find_problems(platform_of(scene.site), capture, page, purpose.expected)
    if problems and not is_non_article(scene.database, scene.site, capture, page, purpose.expected):
        for problem in problems:
            if problem.kind in FOUND_ONCE and was_found(connection, scene.run, capture.url, problem.kind):
                continue
            add_finding(connection, scene.run, capture.url, problem, scene.sighting.capture_id)
    confirmed = told and any(statement.sign == "confirmed" for statement in statements)
    is_error = isinstance(page, Unreadable) and page.problem.kind.startswith("http_")
    if is_error and not confirmed and not is_posts(capture.url):
        count_error(connection, scene.run)


def _report_unread(scene: _Scene, capture: Capture, page: Page, purpose: Purpose) -> None:
    """Add to the findings of an import what could not be read of an article's page; that one is missing events tell."""
    is_read = isinstance(page, Article) and not page.problems
    if is_read or purpose.kind != "article" or refuse_status(capture.status):
        return
    for problem in find_problems(platform_of(scene.site), capture, page, purpose.expected):
        if problem.kind not in MISSING:
            add_finding(scene.database.conn, scene.run, capture.url, problem, scene.sighting.capture_id)


def _is_told_by_events(statement: Statement) -> bool:
    is_error = statement.sign == "missing" and not (statement.detail or "").startswith(UNREAD)
    return is_error or statement.sign == "confirmed"


def is_non_article(database: Database, site: Site, capture: Capture, page: Page, expected: str | None) -> bool:
    """Say whether a page was only taken for an article because its address does not tell: it never was one."""
    strange = expected is not None and looks_like_no_article(platform_of(site), capture, page)
    return strange and find_known(database.conn, site.name, str(expected)) is None


def is_fleeting(database: Database, site: Site, article: Article, novelty: Novelty | None) -> bool:
    """Say whether what a page brought may be noise: what moved of a known article is small, or an address."""
    article_id = find_known(database.conn, site.name, article.native_key)
    if article_id is None or novelty not in ("changed", "pending"):
        return False
    return may_be_noise(database.conn, article_id, Content.of_article(article), is_counted=novelty == "changed")


def _record_statements(scene: _Scene, statements: tuple[Statement, ...]) -> Novelty | None:
    recorded = [_record_statement(scene, statement) for statement in statements]
    if scene.is_late:
        _reconcile(scene, {article_id for article_id, _ in recorded})
    return next((novelty for _, novelty in recorded if novelty), None)


def _reconcile(scene: _Scene, articles: set[int]) -> None:
    """Judge again what came after a late capture, and its own run where that is closed already."""
    connection, run = scene.database.conn, scene.run
    outcome = connection.execute("SELECT outcome FROM runs WHERE id = ?", (run.id,)).fetchone()[0]
    reconcile(connection, articles, () if outcome is None else (run.id,))
    if outcome is not None:
        spread_noise(connection, run.id, run.site)


def _record_statement(scene: _Scene, statement: Statement) -> tuple[int, Novelty | None]:
    """Record what a capture says of one key; returns the id of its article, and what its page brought."""
    connection = scene.database.conn
    if statement.entry is not None:
        article_id, is_usual = record_entry(connection, scene.sighting, scene.parser, statement.entry)
        if not is_usual and scene.derives:
            rederive_article(connection, article_id)
        return article_id, None
    known = meet_key(connection, scene.site.name, statement.key)
    if statement.shown is not None:
        return known.article_id, _record_shown(scene, known, statement.shown, statement.detail)
    detail, derives = statement.detail or "", scene.derives
    record_sign(connection, scene.sighting, scene.parser, known, statement.sign, detail, derives=derives)
    confirmed = statement.sign == "confirmed" and find_known(connection, scene.site.name, statement.key) is not None
    return known.article_id, "unchanged" if confirmed else None


def _record_shown(scene: _Scene, known: Known, article: Article, detail: str | None) -> Novelty:
    _read_neighbours_again(scene, known.article_id)
    last = find_last_content(scene.database.conn, known.article_id, scene.parser.id, scene.sighting.at, detail)
    connection, derives = scene.database.conn, scene.derives
    return record_article(connection, scene.sighting, scene.parser, article, known, last, detail, derives=derives)


def _read_neighbours_again(scene: _Scene, article_id: int) -> None:
    """Read the good captures beside this one with today's parser if another read them: like with like (rule 10).

    Where a payload is gone, or today's parser finds no article there, the next difference is marked as unverified.
    """
    connection, at, parser = scene.database.conn, scene.sighting.at, scene.parser
    if scene.is_late:
        following = find_next_content(connection, article_id, parser.id, at)
        if following is not None and following.parser_id != parser.id:
            _read_again(scene, article_id, following)
    last = find_newest_content(connection, article_id, parser.id, at)
    if last is not None and last.parser_id != parser.id:
        _read_again(scene, article_id, last)


def _read_again(scene: _Scene, article_id: int, content: LastContent) -> None:
    """Add today's reading of a good capture, if today's parser finds an article there."""
    connection = scene.database.conn
    try:
        _, page = read_kept(scene.database, scene.site, content.capture_id)
    except ArchiveError:
        return
    if not isinstance(page, Article):
        return
    sighting = Sighting(content.capture_id, content.at, scene.site.name)
    known = meet_key(connection, scene.site.name, page.native_key)
    read = Content.of_article(page)
    content_id = store_content(connection, read, Known(article_id, known.key_id), content.at, None)
    address, _ = add_address(connection, known, sighting, page.url, page.section, answered=True)
    note_clues(connection, scene.site.name, known, page, read)
    shown = NewReading("article", "content", "counted", page.views, content_id, note_look(page), address_id=address)
    add_reading(connection, known, sighting, scene.parser, shown)
    run_id = connection.execute("SELECT run_id FROM captures WHERE id = ?", (content.capture_id,)).fetchone()[0]
    doubt_anew(connection, Run(run_id, scene.site.name), frozenset({article_id}))
