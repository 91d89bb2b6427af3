"""Captures read again, several processes at once, each article's together."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, groupby
from operator import itemgetter

from sqlite_utils import Database

from archiver.archive.evidence.kept_captures import Group, list_captures, list_groups
from archiver.archive.history.readings import Parser
from archiver.archive.upkeep.worker_pool import Readers, batch
from archiver.errors import ArchiveError, SiteError
from archiver.ingest.record import name_parser, read_kept
from archiver.model import Capture, Page
from archiver.site import Site

Read = tuple[Capture, Page]
"""A capture without its bytes, and what today's parser makes of it."""
# What a reader is asked for at once: eight pages take 30 ms and more, the question and its answer 1 ms.
PAGES = 8


def read_groups(
    readers: Readers, database: Database, site: Site, parser: Parser
) -> Iterator[tuple[Group, dict[int, Read]]]:
    """Read the captures of all groups, some of them before their turn; those that could not be read are left out."""
    groups = list_groups(database.conn, site.name, parser.id)
    wanted = (
        (group, stored.capture_id)
        for group in groups
        for stored in list_captures(database.conn, site.name, parser.id, group)
    )
    answers = readers.ask(partial(_read_captures, site, name_parser(site), some) for some in batch(wanted, PAGES))
    for group, reads in groupby(chain.from_iterable(answers), key=itemgetter(0)):
        yield group, {capture_id: read for _, capture_id, read in reads if read}


def read_stored(database: Database, site: Site, capture_id: int) -> Read:
    """Read a capture with today's parser; ArchiveError where it is damaged."""
    capture, page = read_kept(database, site, capture_id)
    return replace(capture, body=b""), page


def _read_captures(
    site: Site, parser: str, wanted: tuple[tuple[Group, int], ...], database: Database
) -> list[tuple[Group, int, Read | None]]:
    """Read captures; None for what is damaged, and for everything where another parser would read it here."""
    return [
        (group, capture_id, _read_undamaged(database, site, capture_id) if _is_parser(site, parser) else None)
        for group, capture_id in wanted
    ]


def _is_parser(site: Site, parser: str) -> bool:
    try:
        return name_parser(site) == parser
    except SiteError:
        return False


def _read_undamaged(database: Database, site: Site, capture_id: int) -> Read | None:
    try:
        return read_stored(database, site, capture_id)
    except ArchiveError:
        return None
