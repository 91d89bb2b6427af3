"""``archiver restore``: the way back from a copy."""

import sys
from pathlib import Path

import click

from archiver.archive.evidence.files import folder_of_files
from archiver.archive.store.restore import Restored, check_copy, list_sites, restore
from archiver.archive.store.schema import VERSION
from archiver.cli.printing.options import with_archive
from archiver.cli.upkeep.housekeeping import LOCKED, hold_sites, show_megabytes, show_progress
from archiver.text.counting import count


@click.command("restore")
@click.argument("copy", type=click.Path(path_type=Path))
@with_archive
def restore_command(db: Path, copy: Path) -> int:
    """Put COPY, and the documents and images beside it, in the place of the archive.

    COPY is what archiver backup made, or any other copy of an archive; it stays as it is. It is checked first. The
    archive that was there is kept as NAME.before-restore.bak, its log folded in; documents that only it has stay in the
    folder beside it. Refused with status 75 while a crawl or another program has the archive open; a crawl that begins
    meanwhile is refused likewise.
    """
    check_copy(db, copy)
    with hold_sites(db, list_sites(db) | list_sites(copy)) as taken:
        if taken:
            click.echo(f"archiver: {db}: not restored, a crawl is under way: {', '.join(taken)}", err=True)
            return LOCKED
        restored = restore(db, copy, show_progress if sys.stderr.isatty() else None)
    _tell(db, copy, restored)
    return 0


def _tell(db: Path, copy: Path, restored: Restored) -> None:
    click.echo(f"{db}: {show_megabytes(restored.size)} restored from {copy} and checked", err=True)
    if restored.kept:
        click.echo(f"{restored.kept}: what was there before", err=True)
    if restored.files:
        click.echo(f"{folder_of_files(db)}: {count(restored.files, 'file')} copied", err=True)
    if restored.missing:
        told = f"{count(restored.missing, 'file', 'is', 'are')} missing or damaged; archiver verify names them"
        click.echo(f"{folder_of_files(copy)}: {told}", err=True)
    if restored.version < VERSION:
        told = f"made by an older version (schema {restored.version}); the next command that writes upgrades it"
        click.echo(f"{db}: {told}, archiver upgrade does so at once", err=True)
