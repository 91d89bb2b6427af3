"""Making every reading of an archive again, from its evidence alone (rules 1 and 10).

Articles, snapshots, counts and events are thrown away and derived from captures, in the order of their time, with
today's parsers: what comes of it is what a crawl would have recorded that had today's parsers all along. It is one
transaction, so an archive holds what it held, or all of what is new.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial

from sqlite_utils import Database

from archiver.archive.evidence.kept_captures import list_sites, load_site
from archiver.archive.history.judgement import judge, suspend
from archiver.archive.history.readings import Parser
from archiver.archive.history.reconciling import judge_all
from archiver.archive.identity.keys import Sighting
from archiver.archive.identity.settlement import rederive_displaced
from archiver.archive.noise.spreading import rederive_versioned
from archiver.archive.upkeep.rebuilding import (
    ReplayedCapture,
    ReplayedRun,
    clear_readings,
    drop_unread,
    list_replayed_captures,
    list_replayed_runs,
    list_shown_otherwise,
    remember_shown,
    restore_readings,
)
from archiver.archive.upkeep.worker_pool import Readers, batch
from archiver.errors import ArchiveError
from archiver.ingest.interpretation import Statement, interpret
from archiver.ingest.record import parser_of, read_kept, replay_capture
from archiver.ingest.rereading import PAGES
from archiver.platforms import platform_of
from archiver.site import Site


@dataclass(frozen=True, slots=True)
class Replay:
    """What making all readings again brought: captures, those of them that are damaged, and the articles that differ.

    ``differing`` are articles (site, id) of which people see something else now than before.
    """

    captures: int
    damaged: int
    differing: tuple[tuple[str, str], ...]


class _TrialEnd(Exception):  # noqa: N818 - no error: it takes back the transaction
    """A dry run is at its end."""


def replay(
    database: Database, site_name: str | None = None, *, dry_run: bool = False, jobs: int = 1
) -> Generator[int, None, Replay]:
    """Make all readings again, of all sites or of one; yields how many captures are done, and returns what came of it.

    What is damaged keeps what was read of it. With ``dry_run`` nothing is written in the end. ``jobs`` processes read.
    SiteError for a site whose platform is not known any more, before anything is changed.
    """
    sites = [load_site(database.conn, name) for name in list_sites(database.conn, site_name)]
    for site in sites:
        platform_of(site)
    outcome: list[Replay] = []
    try:
        with Readers(database, jobs) as readers, database.atomic():
            outcome.append((yield from _replay_sites(database, readers, sites)))
            _end_trial(dry_run=dry_run)
    except _TrialEnd:
        pass
    return outcome[0]


def _end_trial(*, dry_run: bool) -> None:
    if dry_run:
        raise _TrialEnd


def _replay_sites(database: Database, readers: Readers, sites: list[Site]) -> Generator[int, None, Replay]:
    remember_shown(database.conn)
    captures = damaged = 0
    for site in sites:
        for is_damaged in _replay_site(database, readers, site):
            captures += 1
            damaged += is_damaged
            yield captures
    drop_unread(database.conn)
    return Replay(captures, damaged, tuple(list_shown_otherwise(database.conn)))


def _replay_site(database: Database, readers: Readers, site: Site) -> Iterator[bool]:
    """Replay the captures of a site; yields for each whether it is damaged."""
    connection = database.conn
    clear_readings(connection, site.name)
    parser = parser_of(database, site)
    runs = list_replayed_runs(connection, site.name)
    said = readers.ask(
        partial(_interpret_captures, site, some)
        for some in batch((capture for run in runs for capture in list_replayed_captures(connection, run.run)), PAGES)
    )
    statements = (one for some in said for one in some)
    for run in runs:
        for capture in list_replayed_captures(connection, run.run):
            yield _replay_capture(database, site, parser, run, capture, next(statements))
        _judge(database, run)
    # Runs of several machines overlap, and what one captured may stand before the beginning of the next.
    judge_all(connection, site.name)
    rederive_versioned(connection, site.name)


def _replay_capture(
    database: Database,
    site: Site,
    parser: Parser,
    run: ReplayedRun,
    capture: ReplayedCapture,
    statements: tuple[Statement, ...] | None,
) -> bool:
    if statements is None:
        restore_readings(database.conn, site.name, capture)
        return True
    sighting = Sighting(capture.id, capture.fetched_at, site.name, fresh=True)
    replay_capture(database, run.run, site, parser, sighting, statements)
    return False


def _judge(database: Database, run: ReplayedRun) -> None:
    if run.is_open:
        suspend(database.conn, run.run)
    else:
        rederive_displaced(database.conn, run.run.id, is_late=False)  # now that all that it saw is there
        judge(database.conn, run.run)


def _interpret_captures(
    site: Site, captures: tuple[ReplayedCapture, ...], database: Database
) -> list[tuple[Statement, ...] | None]:
    """Say what captures tell of articles; None for those that are damaged."""
    return [_interpret_capture(site, capture, database) for capture in captures]


def _interpret_capture(site: Site, replayed: ReplayedCapture, database: Database) -> tuple[Statement, ...] | None:
    try:
        capture, page = read_kept(database, site, replayed.id, replayed.purpose)
    except ArchiveError:
        return None
    return interpret(platform_of(site), capture, page, replayed.purpose)
