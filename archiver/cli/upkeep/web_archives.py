"""``archiver import``: captures from files of web archives."""

import sys
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archiver.archive.store.file import close_archive, create_or_open, open_for_reading
from archiver.cli.crawling.known_sites import find_known_site
from archiver.cli.printing.options import Day, with_archive
from archiver.cli.upkeep.housekeeping import LOCKED
from archiver.crawl.running.locks import SiteLocks
from archiver.errors import ArchiverError, UsageError
from archiver.ingest.importing import Imported, Importer
from archiver.site import Site
from archiver.text.counting import count
from archiver.text.display import escape_controls

if TYPE_CHECKING:
    from sqlite_utils import Database

    from archiver.ingest.web_archives.intake import Intake, Period

FAILED, FINDINGS = 1, 3
MOST_NAMED = 10
_EVERY = 200


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.argument("site", metavar="SITE")
@click.option("--since", type=Day(), help="Only what was captured on this day or later.")
@click.option("--until", type=Day(), help="Only what was captured on this day or before.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken over, write nothing.")
@with_archive
def import_command(
    db: Path, files: tuple[Path, ...], site: str, since: date | None, until: date | None, dry_run: bool
) -> int:
    """Take the captures in FILE... over into the history of SITE, each at its own time.

    FILE is a .warc, .warc.gz, .arc, .arc.gz or .wacz, of wget, Heritrix, Browsertrix, Common Crawl, or archiver export.
    Pages, feeds and robots.txt become captures; documents go to the files of articles. What is here already is passed
    over, so an import that was interrupted is called again. Records that are cut off or damaged are named and not
    taken.

    Exit status: 0 done, 1 nothing readable, 2 wrong usage or an unknown site, 3 done with broken records, 75 a crawl of
    the site is under way.

    \b
    archiver import crawl-2012.warc.gz sotttt
    archiver import --until 2020-12-31 --dry-run *.wacz sotttt
    """  # noqa: D301 - click keeps the lines behind this sign
    try:
        from archiver.ingest.web_archives.intake import Period
    except ModuleNotFoundError as error:
        raise UsageError("import needs warcio: pip install 'committee-news-archiver[warc]'") from error
    declared = find_known_site(db, site)
    database = open_for_reading(db) if dry_run and db.exists() else create_or_open(db)
    with closing(database), SiteLocks(db) as locks:
        if not dry_run and not locks.take(site):
            click.echo(f"archiver: {site}: nothing imported: {locks.describe_holder(site)}", err=True)
            return LOCKED
        done, unread = _import(database, declared, files, Period(since, until), dry_run=dry_run)
        if not dry_run:
            close_archive(database)
    return _tell(site, done, unread, dry_run=dry_run)


def _import(
    database: "Database", site: Site, files: tuple[Path, ...], period: "Period", *, dry_run: bool
) -> tuple[Imported, list[str]]:
    """Import files; returns what came of it, and a line for each file that cannot be read at all."""
    from archiver.ingest.web_archives.intake import Intake

    importer = Importer(database, site, dry_run=dry_run)
    intake = Intake(database, site, importer, period)
    unread = [line for path in files if (line := _read_file(intake, importer, path))]
    intake.finish()
    done = importer.close()
    _show_progress("")
    return done, unread


def _read_file(intake: "Intake", importer: Importer, path: Path) -> str | None:
    try:
        size = max(path.stat().st_size, 1) if path.exists() else 1
        for number, place in enumerate(intake.read_file(path)):
            if number % _EVERY == 0:
                taken = count(importer.done.captures, "capture")
                _show_progress(f"{path.name}: {min(place / size, 1):.0%} read, {taken} new")
    except ArchiverError as error:
        return str(error)
    return None


def _show_progress(text: str) -> None:
    """Show at a terminal how far it is; the line is cleared at the end."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{escape_controls(text)}", err=True, nl=False)


def _tell(site: str, done: Imported, unread: list[str], *, dry_run: bool) -> int:
    """Say what came of it; returns the exit status."""
    would = "would be " if dry_run else ""
    new = f"{count(done.captures, 'capture')} and {count(done.files, 'file')} {would}taken over"
    click.echo(f"{site}: {new}, {done.known} known before{_describe_skipped(done.skipped)}", err=True)
    for record in done.broken[:MOST_NAMED]:
        at = f" of {record.at.isoformat(timespec='seconds')}" if record.at else ""
        line = f"{record.source}: not taken over: <{record.url}>{at}: {record.why}"
        click.echo(f"  {escape_controls(line)}", err=True)
    if len(done.broken) > MOST_NAMED:
        click.echo(
            f"  and {len(done.broken) - MOST_NAMED} more; import another copy of the file if you have one", err=True
        )
    for line in unread:
        click.echo(f"archiver: {escape_controls(line)}", err=True)
    if not done.found:
        hint = 'if a host named above is its own, declare it: hosts = ("HOST",)' if done.skipped else "name others"
        click.echo(f"archiver: {site}: nothing of it can be read in these files; {hint}", err=True)
        return FAILED
    return FINDINGS if done.broken or unread else 0


def _describe_skipped(skipped: Counter[str]) -> str:
    """Say what was passed over, the most of it first; hosts beyond the first few are counted together."""
    named = [f"{number} {reason}" for reason, number in skipped.most_common(MOST_NAMED)]
    rest = skipped.total() - sum(number for _, number in skipped.most_common(MOST_NAMED))
    others = [f"{rest} others"] if rest else []
    return f"; passed over: {', '.join([*named, *others])}" if named else ""
