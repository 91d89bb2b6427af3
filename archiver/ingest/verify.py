"""Proving that an archive is what was received, and what was read of it.

Evidence is held against its digests and seals, every reading against the page that it was made of, and everything that
people see against the readings that it follows from. So a column that was changed by hand, or a bit that a disk lost,
is named: either its digest, or its page, or what follows from the others says otherwise.
"""

import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TypeVar

from sqlite_utils import Database

from archiver.archive.evidence.captures import load_purpose
from archiver.archive.evidence.files import StoredFile, check_files, list_files
from archiver.archive.evidence.kept_captures import list_payloads, list_sites, load_site
from archiver.archive.evidence.payloads import check_payloads
from archiver.archive.history.comparing import is_noise_alone
from archiver.archive.history.content import Content, write_time
from archiver.archive.history.readings import find_parser, list_clues
from archiver.archive.identity.clues import load_clues
from archiver.archive.identity.joining import check_identity
from archiver.archive.identity.keys import Known, find_key
from archiver.archive.search.index import check_index
from archiver.archive.store.damage import noting_damage
from archiver.archive.upkeep.consistency import (
    DAMAGE,
    check_articles,
    check_contents,
    check_each,
    check_marks,
    check_runs,
    explain_damage,
    list_ids,
)
from archiver.archive.upkeep.recorded import (
    KeptCapture,
    RecordedReading,
    is_address_noted,
    list_kept_captures,
    list_recorded,
    was_shown_before,
)
from archiver.archive.upkeep.soundness import list_faults
from archiver.archive.upkeep.worker_pool import Question, Readers, batch
from archiver.errors import SiteError
from archiver.ingest.interpretation import Statement, interpret
from archiver.ingest.record import name_parser, read_kept
from archiver.ingest.rereading import PAGES
from archiver.platforms import platform_of
from archiver.site import Site

_Item = TypeVar("_Item")
_UNREADABLE: tuple[type[Exception], ...] = (*DAMAGE, SiteError)
# Answers are short, so readers may be far ahead of what takes one of them long.
_FAR_AHEAD = 1000
# Payloads, contents and articles that are checked in the time in which a few pages are read.
_PAYLOADS, _ROWS = 100, 50


def verify(database: Database, *, quick: bool = False, jobs: int = 1) -> Generator[str, None, None]:
    """Check the archive and name what is broken, one line each.

    Checked are SQLite's own integrity, every foreign key, every seal, the digest of every content, payload and file,
    every history against its readings, the search index, and every reading against its page where today's parser is the
    one that read it. ``quick`` leaves out what takes long: payloads, files, the index and pages. ``jobs`` processes do
    so; ArchiverError where one of them is killed.
    """
    with Readers(database, jobs) as readers:
        checks = chain(_list_quick_checks(database, quick=quick), () if quick else _list_slow_checks(database))
        yield from chain.from_iterable(readers.ask(checks, _FAR_AHEAD))


def _list_quick_checks(database: Database, *, quick: bool) -> Iterator[Question[list[str]]]:
    """List what is to be checked, each a part that one process does."""
    connection = database.conn
    yield partial(_run, "integrity", partial(_check_integrity, "quick_check" if quick else "integrity_check"))
    yield partial(_run, "references", _check_references)
    yield partial(_run, "values", _check_values)
    yield partial(_run, "archive", _check_marks)
    yield from _share("runs", lambda: list_ids(connection, "runs"), 1, _check_runs)
    yield from _share("contents", lambda: list_ids(connection, "contents"), _ROWS, _check_contents)
    yield partial(_run, "identity", _check_identity)
    yield from _share("articles", lambda: list_ids(connection, "articles"), _ROWS, _check_articles)


def _list_slow_checks(database: Database) -> Iterator[Question[list[str]]]:
    connection = database.conn
    yield from _share("payloads", lambda: list_payloads(connection), _PAYLOADS, _check_payloads)
    yield from _share("files", lambda: list_files(connection), PAGES, _check_files)
    yield partial(_run, "search index", _check_index)
    for name in list_sites(connection):
        yield from _list_reading_checks(database, name)


def _list_reading_checks(database: Database, name: str) -> Iterator[Question[list[str]]]:
    """List the checks of the readings of a site; where no page was read by today's parser there are none."""
    connection = database.conn
    try:
        site = load_site(connection, name)
        parser = find_parser(connection, name_parser(site))
    except _UNREADABLE as error:
        yield partial(_say, f"site {name}: its pages cannot be read again: {explain_damage(error)}")
        return
    if parser is not None:
        captures = partial(list_kept_captures, connection, name, parser.id)
        yield from _share("captures", captures, PAGES, partial(_check_captures, site, parser.id))


def _share(
    what: str,
    items: Callable[[], Iterator[_Item]],
    size: int,
    check: Callable[[tuple[_Item, ...], Database], Iterable[str]],
) -> Iterator[Question[list[str]]]:
    """Share out the check of many things in parts; what cannot be listed is said."""
    try:
        yield from (partial(_run, what, partial(check, some)) for some in batch(items(), size))
    except DAMAGE as error:
        yield partial(_say, f"{what}: cannot all be found: {explain_damage(error)}")


def _say(line: str, _: Database) -> list[str]:
    return [line]


def _run(what: str, check: Callable[[Database], Iterable[str]], database: Database) -> list[str]:
    """Run a check; what keeps it from its end is one more line."""
    lines: list[str] = []
    try:
        with noting_damage():  # texts that are none have a line of their own: see list_faults
            lines.extend(check(database))
    except DAMAGE as error:
        lines.append(f"{what}: cannot be checked: {explain_damage(error)}")
    return lines


def _check_integrity(pragma: str, database: Database) -> list[str]:
    return [row[0] for row in database.execute(f"PRAGMA {pragma}") if row[0] != "ok"]


def _check_references(database: Database) -> list[str]:
    return [
        f"table {row[0]}, row {row[1]}: points to a row of {row[2]} that is not there"
        for row in database.execute("PRAGMA foreign_key_check")
    ]


def _check_values(database: Database) -> Iterator[str]:
    return list_faults(database.conn)


def _check_marks(database: Database) -> Iterator[str]:
    return check_marks(database.conn)


def _check_runs(runs: tuple[int, ...], database: Database) -> Iterator[str]:
    return check_runs(database.conn, runs)


def _check_contents(contents: tuple[int, ...], database: Database) -> Iterator[str]:
    return check_contents(database.conn, contents)


def _check_articles(articles: tuple[int, ...], database: Database) -> Iterator[str]:
    return check_articles(database.conn, articles)


def _check_identity(database: Database) -> Iterator[str]:
    for site in list_sites(database.conn):
        yield from check_identity(database.conn, site)


def _check_payloads(digests: tuple[bytes, ...], database: Database) -> Iterator[str]:
    return check_payloads(database.conn, digests)


def _check_files(files: tuple[StoredFile, ...], database: Database) -> Iterator[str]:
    return check_files(database.conn, files)


def _check_index(database: Database) -> Iterator[str]:
    return check_index(database.conn)


def _check_captures(site: Site, parser_id: int, captures: tuple[KeptCapture, ...], database: Database) -> Iterator[str]:
    """Read captures again and hold what they say against what is recorded of them."""
    connection = database.conn
    check = partial(_check_capture, database, site, parser_id)
    yield from check_each(captures, lambda kept: _name_capture(connection, kept.id), check)


def _check_capture(database: Database, site: Site, parser_id: int, kept: KeptCapture) -> Iterator[str]:
    connection = database.conn
    recorded = {(one.key_id, one.sign): one for one in list_recorded(connection, kept.id, parser_id)}
    if not recorded and not kept.is_read:
        return
    purpose = load_purpose(connection, kept.id)
    capture, page = read_kept(database, site, kept.id, purpose)
    at = write_time(capture.fetched_at, "microseconds")
    met = set()
    for statement in interpret(platform_of(site), capture, page, purpose):
        known = find_key(connection, site.name, statement.key)
        place = (known.key_id if known else 0, statement.sign)
        if place in met:  # a listing may name an article twice
            continue
        met.add(place)
        if place not in recorded:
            yield from [f"says of {statement.key} that it is {_SAID[statement.sign]}: not recorded"] * kept.is_read
        elif faults := [*_find_faults(connection, at, statement, recorded[place])]:
            yield f"what is recorded of {statement.key} is not what it says: {', '.join(faults)}"
    for _, sign in recorded.keys() - met:
        yield f"an article is recorded as {_SAID[sign]}: it does not say so"


_SAID = {"content": "shown", "listed": "listed", "confirmed": "unchanged", "missing": "missing", "moved": "moved"}


def _find_faults(
    connection: sqlite3.Connection, at: str, statement: Statement, recorded: RecordedReading
) -> Iterator[str]:
    """Name what is recorded otherwise than a capture says it."""
    shown, entry = statement.shown, statement.entry
    views = shown.views if shown else entry.views if entry else None
    if (recorded.views, recorded.views_raw) != ((views.value, views.raw) if views else (None, None)):
        yield "the view count"
    if recorded.source != ("listing" if entry else "article") or recorded.detail != statement.detail:
        yield "where it was read, or why"
    if shown:
        yield from _find_content_faults(connection, at, Content.of_article(shown), recorded)
        if not list_clues(shown, Content.of_article(shown)) <= load_clues(connection, recorded.key_id):
            yield "what it tells of who it is"
    url = shown.url if shown else entry.url if entry else None
    section = shown.section if shown else None
    known = Known(recorded.article_id, recorded.key_id)
    is_noted = url is None or is_address_noted(connection, known, url, at, section, answered=shown is not None)
    if recorded.url != url or not is_noted:
        yield "its address, or its section"


def _find_content_faults(
    connection: sqlite3.Connection, at: str, content: Content, recorded: RecordedReading
) -> Iterator[str]:
    article_id, content_id = recorded.article_id, recorded.content_id
    is_same = recorded.digest == content.digest
    if content_id is None or not (is_same or is_noise_alone(connection, article_id, content, content_id)):
        yield "the content"
    elif recorded.row_digest != content.row_digest and not was_shown_before(connection, article_id, content_id, at):
        yield "the spelling of the content"


def _name_capture(connection: sqlite3.Connection, capture_id: int) -> str:
    row = connection.execute(
        "SELECT a.url, k.fetched_at FROM captures k JOIN addresses a ON a.id = k.address_id WHERE k.id = ?",
        (capture_id,),
    ).fetchone()
    return f"capture of {row[0]} at {str(row[1])[:19]}" if row else f"capture {capture_id}"
