"""Setting the readings of a run aside, and bringing them back: its evidence stays where it is.

Whatever such a run showed may have become part of what was read later: a text that is spelt as it showed it first, an
address that it met, two articles that it found to be one. So what remains is made again from the captures that count,
as ``reparse --all`` does, in the transaction of the decision: the archive is one without that run, or it is as it was.
"""

from collections.abc import Generator, Sequence
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.runs.withdrawing import (
    DecidedRun,
    count_decided,
    declare_by_last,
    find_numbered_run,
    note_decision,
)
from archiver.archive.upkeep.merge import Merged, merge_archive
from archiver.clock import now
from archiver.errors import UsageError
from archiver.ingest.replay import Replay, replay


def decide_runs(
    database: Database, numbers: Sequence[int], *, withdrawn: bool, jobs: int = 1
) -> Generator[int, None, Replay | None]:
    """Withdraw runs, by their numbers in ``run_summary``, or restore them; yields how many captures are read again.

    Returns None where all of them are so already: then nothing was changed. UsageError where there is no such run, or
    it is open yet; SiteError where the pages of its site cannot be read any more.
    """
    with database.atomic():
        found = [_find_closed(database, number) for number in numbers]
        changed = {run.run for run in found if run.is_withdrawn != withdrawn}
        for run in changed:
            note_decision(database.conn, run, now(), withdrawn=withdrawn)
        sites = sorted({run.site for run in changed})
        replays = []
        for site in sites:
            replayed = yield from _read_without(database, site, jobs)
            replays.append(replayed)
    return _sum_up(replays) if replays else None


def merge(database: Database, other: Path) -> Merged:
    """Merge another archive into this one; what was decided on runs is part of what is joined."""
    return merge_archive(database, other, partial(read_sites_again, database))


def _find_closed(database: Database, number: int) -> DecidedRun:
    found = find_numbered_run(database.conn, number)
    if found is None:
        raise UsageError(f"there is no run {number}; archiver runs lists those there are")
    if found.is_open:
        raise UsageError(f"run {number} is not closed yet; wait for its end, or for the next run, which closes it")
    return found


def _read_without(database: Database, site: str, jobs: int) -> Generator[int, None, Replay]:
    declare_by_last(database.conn, [site])
    replayed = yield from replay(database, site, jobs=jobs)
    count_decided(database.conn, site)
    return replayed


def _sum_up(replays: Sequence[Replay]) -> Replay:
    captures, damaged = (sum(counts) for counts in zip(*((one.captures, one.damaged) for one in replays), strict=True))
    return Replay(captures, damaged, tuple(article for one in replays for article in one.differing))


def read_sites_again(database: Database, sites: Sequence[str]) -> None:
    """Make all readings of some sites again, in this process: others do not see what is not committed yet."""
    for site in sites:
        for _ in replay(database, site):
            pass
