"""``archiver runs --withdraw`` and ``--restore``: whether a run counts."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.store.file import close_archive, create_or_open, open_for_reading
from archiver.cli.upkeep.housekeeping import LOCKED, hold_sites
from archiver.cli.upkeep.rebuild import follow_generator
from archiver.ingest.replay import Replay
from archiver.ingest.withdrawal import decide_runs
from archiver.processes import count_cores
from archiver.text.counting import count


def decide(db: Path, numbers: Sequence[int], *, withdrawn: bool) -> int:
    """Withdraw runs or restore them, by their numbers; returns the exit status: 75 while a crawl is under way."""
    open_for_reading(db).close()  # says what is wrong with it
    database = create_or_open(db)
    with closing(database), hold_sites(db, set(zones_of_sites(database.conn))) as taken:
        if taken:
            click.echo(f"archiver: {db}: nothing was changed, a crawl is under way: {', '.join(taken)}", err=True)
            return LOCKED
        replay = follow_generator(decide_runs(database, numbers, withdrawn=withdrawn, jobs=count_cores()))
        close_archive(database)
    click.echo(_describe(numbers, replay, withdrawn=withdrawn), err=True)
    return 0


def _describe(numbers: Sequence[int], replay: Replay | None, *, withdrawn: bool) -> str:
    """Say what became of the runs, and how to take it back."""
    runs = f"run {', '.join(map(str, numbers))}"
    if replay is None:
        return f"{runs}: {'withdrawn' if withdrawn else 'counts'} already; nothing was changed"
    differing = f"{count(len(replay.differing), 'article', 'is', 'are')} shown otherwise"
    back = f"; archiver runs --restore {numbers[0]} takes it back" if withdrawn else ""
    return f"{runs}: {'withdrawn' if withdrawn else 'counts again'}; {differing}{back}"
