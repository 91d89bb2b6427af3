"""``archiver backup``, ``vacuum`` and ``upgrade``: what an archive needs over the years."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from archiver.archive.evidence.files import folder_of_files
from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.store.backup import back_up, back_up_files, make_small
from archiver.archive.store.file import check_file, close_archive, create_or_open
from archiver.archive.store.schema import VERSION
from archiver.cli.printing.options import with_archive
from archiver.crawl.running.locks import SiteLocks
from archiver.errors import ArchiveError
from archiver.site import NAME
from archiver.text.counting import count

LOCKED = 75


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file if there is one.")
@with_archive
def backup_command(db: Path, file: Path, force: bool) -> None:
    """Copy the archive into FILE.

    The copy is the archive at the moment in which copying began. It is one file, without a log beside it, and is
    checked before it appears under its name. A crawl may go on meanwhile. Documents and images that are not there yet
    are copied into the folder beside it.
    """
    _check_archive(db)
    size = back_up(db, file, force=force, progress=show_progress if sys.stderr.isatty() else None)
    click.echo(f"{file}: {show_megabytes(size)} copied and checked", err=True)
    copied, missing = back_up_files(db, file)
    if copied:
        click.echo(f"{folder_of_files(file)}: {count(copied, 'file')} copied", err=True)
    if missing:
        told = f"{count(missing, 'file', 'is', 'are')} missing or damaged; archiver verify names them"
        click.echo(f"{folder_of_files(db)}: {told}", err=True)


@click.command("vacuum")
@with_archive
def vacuum_command(db: Path) -> int:
    """Give the free pages of the archive's file back to the system, and check that it is whole.

    Refused with status 75 while a crawl runs; a crawl that begins meanwhile is refused likewise.
    """
    _check_archive(db)
    database = create_or_open(db)
    sites = set(zones_of_sites(database.conn))
    close_archive(database)
    with hold_sites(db, sites) as taken:
        if taken:
            click.echo(f"archiver: {db}: not vacuumed, a crawl is under way: {', '.join(taken)}", err=True)
            return LOCKED
        before, after = make_small(db)
    click.echo(f"{db}: {show_megabytes(before)} before, {show_megabytes(after)} now; it is whole", err=True)
    return 0


@click.command("upgrade")
@with_archive
def upgrade_command(db: Path) -> None:
    """Bring an archive that an older version made up to date.

    A copy is kept beside it first, as NAME.schema-N.bak. Commands that write do this by themselves; those that read
    ask for it.
    """
    _check_archive(db)
    close_archive(create_or_open(db))
    click.echo(f"{db}: up to date (schema {VERSION})", err=True)


@contextmanager
def hold_sites(db: Path, sites: set[str]) -> Iterator[list[str]]:
    """Let no crawl of these sites begin, nor of one that was ever crawled; tells the sites whose crawl is under way."""
    with SiteLocks(db) as locks:
        yield [site for site in sorted(sites | _sites_with_locks(db)) if not locks.take(site)]


def _check_archive(db: Path) -> None:
    if not db.exists():
        raise ArchiveError(f"{db}: there is no archive; crawl first, or name another with --db")
    check_file(db)


def _sites_with_locks(db: Path) -> set[str]:
    """Name the sites that a crawl of this archive ever had a lock for; a first crawl is in no table yet."""
    real = db.resolve()
    prefix, suffix = f"{real.name}.", ".lock"
    names = (path.name for path in real.parent.iterdir()) if real.parent.exists() else ()
    ours = (name for name in names if name.startswith(prefix) and name.endswith(suffix))
    return {site for name in ours if NAME.fullmatch(site := name[len(prefix) : -len(suffix)])}


def show_progress(done: int, pages: int) -> None:
    """Show at a terminal how far it is, in pages; the line is cleared at the end."""
    text = f"{done / pages:.0%} copied" if done < pages else ""
    click.echo(f"\r\x1b[K{text}", err=True, nl=False)


def show_megabytes(size: int) -> str:
    """Write a number of bytes for people."""
    return f"{size / 1e6:,.1f} MB"
