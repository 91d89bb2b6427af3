"""``archiver reparse``, ``verify`` and ``merge``: working on a whole archive."""

import sys
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import click

from archiver.archive.evidence.seal_tokens import count_attested
from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.store.damage import CONTENT_ERRORS, noting_damage
from archiver.archive.store.file import close_archive, create_or_open, open_for_reading
from archiver.cli.printing.options import with_archive, with_jobs
from archiver.cli.upkeep.housekeeping import LOCKED, hold_sites
from archiver.errors import ArchiverError
from archiver.formats.time_stamps import MISSING, can_read_stamps
from archiver.ingest.reparse import Reread, reparse
from archiver.ingest.replay import replay
from archiver.ingest.verify import verify
from archiver.ingest.withdrawal import merge
from archiver.processes import count_cores
from archiver.text.counting import count
from archiver.text.display import escape_controls

Outcome = TypeVar("Outcome")
FINDINGS = 3
_ENDING: tuple[type[Exception], ...] = (ArchiverError, *CONTENT_ERRORS)


@click.command("reparse")
@click.option("--site", help="Only captures of this site.")
@click.option("--dry-run", is_flag=True, help="Print what would change, write nothing.")
@click.option("--force", is_flag=True, help="Accept readings that fill fewer fields than before.")
@click.option("--all", "everything", is_flag=True, help="Make every reading again, from the kept captures alone.")
@with_jobs
@with_archive
def reparse_command(db: Path, site: str | None, dry_run: bool, force: bool, everything: bool, jobs: int | None) -> int:
    """Read all stored pages again with today's parsers and layouts.

    Pages that today's parser has read are skipped, so a reparse that was interrupted goes on where it ended. A reading
    that fills fewer fields than before is refused; the exit status is 3 then.

    With --all the whole history, articles, snapshots, counts and events, is thrown away and derived again from the
    captures, in one transaction. Articles that are shown differently afterwards are named. It is refused with
    status 75 while a crawl runs.
    """
    if everything:
        return _replay_all(db, site, dry_run=dry_run, jobs=jobs or count_cores())
    database = open_for_reading(db)
    if not dry_run:
        database.close()
        database = create_or_open(db)
    counts: Counter[str] = Counter()
    with closing(reparse(database, site, dry_run=dry_run, force=force, jobs=jobs or count_cores())) as rereads:
        for reread in _follow(rereads):
            counts[reread.verdict] += 1
            if reread.verdict in ("changed", "refused"):
                click.echo(_describe(reread))
    if not dry_run:
        close_archive(database)
    total = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())) or "nothing to read again"
    click.echo(f"{'would be: ' if dry_run else ''}{total}", err=True)
    return FINDINGS if counts["refused"] else 0


def _replay_all(db: Path, site: str | None, *, dry_run: bool, jobs: int) -> int:
    open_for_reading(db).close()  # says what is wrong with it
    database = create_or_open(db)
    with closing(database), hold_sites(db, set(zones_of_sites(database.conn))) as taken:
        if taken:
            click.echo(f"archiver: {db}: not read again, a crawl is under way: {', '.join(taken)}", err=True)
            return LOCKED
        outcome = follow_generator(replay(database, site, dry_run=dry_run, jobs=jobs))
        if not dry_run:
            close_archive(database)
    for name, article_id in outcome.differing:
        click.echo(escape_controls(f"changed: {name}:{article_id}"))
    would = "would be: " if dry_run else ""
    damaged = f", what was read of {count(outcome.damaged, 'damaged capture')} stays" if outcome.damaged else ""
    differing = f"{count(len(outcome.differing), 'article', 'is', 'are')} shown otherwise"
    click.echo(f"{would}{count(outcome.captures, 'capture')} read again, {differing}{damaged}", err=True)
    return FINDINGS if outcome.damaged else 0


def follow_generator(replayed: Generator[int, None, Outcome]) -> Outcome:
    """Show at a terminal how many captures are read again; returns what came of it."""
    try:
        while True:
            _show_progress(next(replayed))
    except StopIteration as end:
        _show_progress(None)
        outcome: Outcome = end.value
        return outcome


@click.command("verify")
@click.argument("case", metavar="[CASE]", required=False, type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True, help="Leave out what takes long: pages, payloads, files, the search index.")
@with_jobs
@with_archive
def verify_command(db: Path, case: Path | None, quick: bool, jobs: int | None) -> int:
    """Prove that the archive is what was received, and what was read of it; status 1 if something is broken.

    Captures are compared with the seals of their runs, payloads and files with their digests, what was read with the
    pages, read again, and every history with what it follows from.

    A CASE (the file or the folder that archiver export case made) is checked instead, without any archive: its files
    against their digests, its captures against the seals. Status 3 if something is damaged, 1 if it is no case.
    """
    if case is not None:
        return _verify_case(case)
    broken = 0
    with closing(_list_broken(db, quick=quick, jobs=jobs or count_cores())) as lines:
        for line in lines:
            broken += 1
            click.echo(escape_controls(line))
    click.echo(f"{db}: {broken} broken" if broken else f"{db}: all is well{_tell_stamps(db)}", err=True)
    return int(bool(broken))


def _verify_case(path: Path) -> int:
    """Name what of a case is not as it was when it was made."""
    from archiver.exporting.cases.checking import CheckedCase

    checked, broken = CheckedCase(path), 0
    for line in checked.list_faults():
        broken += 1
        click.echo(escape_controls(line))
    said = f"{broken} damaged" if broken else "all is well"
    click.echo(f"{path}: {said}{checked.describe()}", err=True)
    return FINDINGS if broken else 0


def _tell_stamps(db: Path) -> str:
    """Say how many runs an authority has attested, where any is; and whether that could be looked into."""
    with closing(open_for_reading(db)) as database:
        attested, sealed = count_attested(database.conn)
    if not attested:
        return ""
    told = f"; an authority attests {attested} of {count(sealed, 'run')}"
    return told if can_read_stamps() else f"{told}, which was not looked into: {MISSING}"


@click.command("merge")
@click.argument("others", metavar="OTHER...", nargs=-1, required=True, type=click.Path(path_type=Path))
@with_archive
def merge_command(db: Path, others: tuple[Path, ...]) -> None:
    """Merge archives made on other machines into this one; merging twice changes nothing."""
    database = create_or_open(db)
    for other in others:
        merged = merge(database, other)
        program = f"made by version {merged.program}" if merged.program else "made by a version before 0.2"
        click.echo(f"{other}: {program}; {count(merged.articles, 'article')} merged", err=True)
    close_archive(database)


def _list_broken(db: Path, *, quick: bool, jobs: int) -> Generator[str, None, None]:
    """Name what is broken; a check that damage ends, ends with a line of its own."""
    database = open_for_reading(db)
    try:
        with noting_damage():  # all of it has a line of its own
            yield from verify(database, quick=quick, jobs=jobs)
    except _ENDING as error:
        yield f"no further, for something cannot be read: {type(error).__name__}: {' '.join(str(error).split())}"


def _follow(rereads: Iterator[Reread]) -> Iterator[Reread]:
    """Show at a terminal how far it is."""
    for number, reread in enumerate(rereads, 1):
        _show_progress(number)
        yield reread
    _show_progress(None)


def _show_progress(done: int | None) -> None:
    """Show at a terminal how many captures are read again, every fifty; None takes that away."""
    if sys.stderr.isatty() and (done is None or done % 50 == 0):
        click.echo("\r\x1b[K" + (f"{done} captures read again" if done else ""), err=True, nl=False)


def _describe(reread: Reread) -> str:
    fields = ", ".join(reread.changed) or "nothing"
    lost = f"; would lose: {', '.join(reread.lost)}" if reread.lost else ""
    return escape_controls(f"{reread.verdict}: {fields}{lost} <{reread.url}> {reread.fetched_at}")
