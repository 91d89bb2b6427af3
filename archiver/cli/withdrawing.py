"""``archiver runs --withdraw`` and ``--restore``: whether a run counts."""

from contextlib import closing
from pathlib import Path

import click

from archiver.archive.file import close_archive, create_or_open, open_for_reading
from archiver.archive.queries import zones_of_sites
from archiver.archive.readers import count_cores
from archiver.cli.housekeeping import LOCKED, hold_sites
from archiver.cli.rebuild import follow_generator
from archiver.withdrawal import Decision, decide_run


def decide(db: Path, number: int, *, withdrawn: bool) -> int:
    """Withdraw a run or restore it, by its number; returns the exit status: 75 while a crawl is under way."""
    open_for_reading(db).close()  # says what is wrong with it
    database = create_or_open(db)
    with closing(database), hold_sites(db, set(zones_of_sites(database.conn))) as taken:
        if taken:
            click.echo(f"archiver: {db}: nothing was changed, a crawl is under way: {', '.join(taken)}", err=True)
            return LOCKED
        decision = follow_generator(decide_run(database, number, withdrawn=withdrawn, jobs=count_cores()))
        close_archive(database)
    click.echo(_describe(number, decision, withdrawn=withdrawn), err=True)
    return 0


def _describe(number: int, decision: Decision, *, withdrawn: bool) -> str:
    """Say what became of a run, and how to take it back."""
    state = "withdrawn" if withdrawn else "counted"
    if decision.replay is None:
        return f"run {number} of {decision.site} is {state} already; nothing was changed"
    differing = f"{len(decision.replay.differing)} articles are shown otherwise"
    back = f"; archiver runs --restore {number} takes it back" if withdrawn else ""
    return f"run {number} of {decision.site} is {state} now, {differing}{back}"
