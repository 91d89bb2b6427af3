"""``archiver reparse``, ``verify`` and ``merge``: working on a whole archive."""

import sys
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import click

from archiver.archive.damage import CONTENT_ERRORS, noting_damage
from archiver.archive.file import close_archive, create_or_open, open_for_reading
from archiver.archive.merging import merge_archive
from archiver.archive.readers import count_cores
from archiver.archive.soundness import list_faults
from archiver.cli.options import with_archive, with_jobs
from archiver.display import escape_controls
from archiver.errors import ArchiverError
from archiver.rebuild import Reread, reparse, verify

FINDINGS = 3
_ENDING: tuple[type[Exception], ...] = (ArchiverError, *CONTENT_ERRORS)


@click.command("reparse")
@click.option("--site", help="Only captures of this site.")
@click.option("--dry-run", is_flag=True, help="Print what would change, write nothing.")
@click.option("--force", is_flag=True, help="Accept readings that fill fewer fields than before.")
@with_jobs
@with_archive
def reparse_command(db: Path, site: str | None, dry_run: bool, force: bool, jobs: int | None) -> int:
    """Read all stored pages again with today's parsers and layouts.

    What today's parser has read is passed over, so a reparse that was interrupted goes on where it ended. A reading
    that fills fewer fields than before is refused; the exit status is 3 then.
    """
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


@click.command("verify")
@with_jobs
@with_archive
def verify_command(db: Path, jobs: int | None) -> int:
    """Check every digest, every reference and every snapshot; status 1 if something is broken."""
    broken = 0
    with closing(_list_broken(db, jobs or count_cores())) as lines:
        for line in lines:
            broken += 1
            click.echo(escape_controls(line))
    click.echo(f"{db}: {broken} broken" if broken else f"{db}: all is well", err=True)
    return int(bool(broken))


@click.command("merge")
@click.argument("others", metavar="OTHER...", nargs=-1, required=True, type=click.Path(path_type=Path))
@with_archive
def merge_command(db: Path, others: tuple[Path, ...]) -> None:
    """Merge archives made on other machines into this one; merging twice changes nothing."""
    database = create_or_open(db)
    for other in others:
        articles = merge_archive(database, other)
        click.echo(f"{other}: {articles} articles merged", err=True)
    close_archive(database)


def _list_broken(db: Path, jobs: int) -> Generator[str, None, None]:
    """Name what is broken; a check that damage ends, ends with a line of its own."""
    database = open_for_reading(db)
    for check in (list_faults(database.conn), verify(database, jobs=jobs)):
        try:
            with noting_damage():  # all of it has a line of its own
                yield from check
        except _ENDING as error:
            yield f"no further, for something cannot be read: {type(error).__name__}: {' '.join(str(error).split())}"


def _follow(rereads: Iterator[Reread]) -> Iterator[Reread]:
    """Show at a terminal how far it is."""
    for number, reread in enumerate(rereads, 1):
        if sys.stderr.isatty() and number % 50 == 0:
            click.echo(f"\r\x1b[K{number} pages read again", err=True, nl=False)
        yield reread
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)


def _describe(reread: Reread) -> str:
    fields = ", ".join(reread.changed) or "nothing"
    lost = f"; would lose: {', '.join(reread.lost)}" if reread.lost else ""
    return escape_controls(f"{reread.verdict}: {fields}{lost} <{reread.url}> {reread.fetched_at}")
