"""``archiver backfill``: what web archives kept of a site before it was crawled here."""

import sys
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from archiver.archive.store.file import close_archive, create_or_open, open_for_reading
from archiver.backfill.cdx import write_digits
from archiver.backfill.client import Client
from archiver.backfill.pace import LISTS, PAUSE, Pace
from archiver.backfill.planning import Plan
from archiver.backfill.progress import Progress
from archiver.backfill.service import Backfill, Backfilled
from archiver.backfill.sources import WAYBACK, Source, Window, read_source
from archiver.cli.crawling.known_sites import find_known_site
from archiver.cli.printing.options import Day, with_archive
from archiver.crawl.politeness.limits import introduce
from archiver.crawl.running.locks import SiteLocks
from archiver.crawl.running.project_settings import project_settings
from archiver.errors import UsageError
from archiver.text.counting import count
from archiver.text.display import escape_controls, make_showable
from archiver.urls import host_of

FINDINGS, FAILED, LOCKED = 3, 1, 75
MOST_NAMED = 10
_FROM = "wayback (the Internet Archive), pywb (on this machine), or the address of a web archive of either kind."


@click.command("backfill")
@click.argument("site", metavar="SITE")
@click.option("--from", "origin", metavar="ARCHIVE", default="wayback", show_default=True, help=_FROM)
@click.option("--since", type=Day(), help="Only what was captured on this day or later.")
@click.option("--until", type=Day(), help="Only what was captured on this day or before.")
@click.option("--most", type=click.IntRange(min=1), metavar="N", help="Ask for at most N pages; the next call goes on.")
@click.option("--dry-run", is_flag=True, help="Ask for the lists alone, and say how much there is.")
@click.option(
    "--pause",
    type=click.FloatRange(min=0, max=3600),
    metavar="SECONDS",
    default=PAUSE,
    show_default=True,
    help=f"Between two pages; {LISTS:g} times as long between two lists.",
)
@with_archive
def backfill_command(
    db: Path,
    site: str,
    origin: str,
    since: date | None,
    until: date | None,
    most: int | None,
    dry_run: bool,
    pause: float,
) -> int:
    """Take over what a web archive kept of SITE, each capture at its own time.

    Articles and listings are asked for as they were received, each distinct content of an address once, one a second.
    A call that was interrupted, or that the web archive stopped, is made again and goes on from there.

    Exit status: 0 done, 1 failed, 2 wrong usage or an unknown site, 3 done in part: a capture could not be had, or the
    web archive wants no more requests now; 75 a crawl of the site is under way, 130 interrupted.

    \b
    archiver backfill sotttt --dry-run
    archiver backfill sotttt --until 2020-12-31 --most 2000
    archiver backfill sotttt --from http://localhost:8080/sotttt --pause 0
    """  # noqa: D301 - click keeps the lines behind this sign
    sources = tuple(read_source(origin, site))
    agent = _introduce(db, sources, pause)
    declared = find_known_site(db, site)
    database = open_for_reading(db) if dry_run and db.exists() else create_or_open(db)
    with closing(database), SiteLocks(db) as locks, closing(Progress(db)) as progress:
        if not locks.take(site):
            click.echo(f"archiver: {site}: nothing backfilled: {locks.describe_holder(site)}; call again", err=True)
            return LOCKED
        client = Client(Pace(progress, host_of(sources[0].base), pause, tell=_show_progress), agent)
        backfill = Backfill(
            database, declared, client, progress, sources, _read_window(since, until, declared.zone), _show_progress
        )
        if dry_run:
            return _estimate(site, backfill, pause)
        status = _tell(site, _run(backfill, most))
        close_archive(database)
    return status


def _introduce(db: Path, sources: tuple[Source, ...], pause: float) -> str:
    """Return the user agent, by which a web archive knows who asks; UsageError for a pause that it does not bear."""
    if pause < PAUSE and any(host_of(source.base) == host_of(WAYBACK) for source in sources):
        raise UsageError(f"--pause {pause:g} is too short for the Internet Archive; leave it at {PAUSE:g} or more")
    settings = project_settings(ARCHIVE_DB=str(db))
    introduce(settings)
    return str(settings["USER_AGENT"])


def _read_window(since: date | None, until: date | None, zone: ZoneInfo) -> Window:
    """Say from when to when, for days of the site's zone; both ends are included."""
    if since and until and since > until:
        raise UsageError(f"--since {since} is after --until {until}; exchange them")
    begin = datetime.combine(since, time.min, zone) if since else None
    end = datetime.combine(until, time.max, zone) if until else None
    return Window(write_digits(begin) if begin else "", write_digits(end) if end else "")


def _run(backfill: Backfill, most: int | None) -> Backfilled:
    try:
        return backfill.run(most)
    finally:
        _show_progress("")


def _estimate(site: str, backfill: Backfill, pause: float) -> int:
    """Say how much there is to be had, and for how long it has to be asked for."""
    try:
        _, plan = backfill.make_plan()
    finally:
        _show_progress("")
    held = f"{count(plan.addresses, 'address')} with {count(plan.captures, 'capture')}, {plan.known} known before"
    minutes = plan.requests * pause / 60
    cost = f"{count(plan.requests, 'page')} to ask for, {plan.size / 1e6:,.1f} MB, at least {minutes:,.0f} min"
    click.echo(f"{site}: {held}; {cost}{_describe_skipped(plan)}", err=True)
    return 0


def _tell(site: str, done: Backfilled) -> int:
    """Say what came of it; returns the exit status."""
    new = f"{count(done.imported.captures, 'capture')} taken over with {count(done.requests, 'request')}"
    left = f", {done.left} left" if done.left else ""
    known = done.plan.known + done.imported.known
    click.echo(f"{site}: {new}, {known} known before{left}{_describe_skipped(done.plan)}", err=True)
    for refusal in done.refused[:MOST_NAMED]:
        line = f"not had: <{refusal.row.url}> of {refusal.row.at}: {refusal.why}"
        click.echo(f"  {escape_controls(line)}", err=True)
    if len(done.refused) > MOST_NAMED:
        click.echo(f"  and {len(done.refused) - MOST_NAMED} more; the next call asks for them once more", err=True)
    if done.stopped:
        click.echo(f"archiver: {site}: stopped: {make_showable(str(done.stopped))}", err=True)
        return done.stopped.exit_status if done.plan.captures or not done.is_unanswered else FAILED
    return FINDINGS if done.refused else 0


def _describe_skipped(plan: Plan) -> str:
    named = [f"{number} {reason}" for reason, number in sorted(plan.skipped.items())]
    return f"; passed over: {', '.join(named)}" if named else ""


def _show_progress(text: str) -> None:
    """Show at a terminal how far it is; the line is cleared at the end."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{escape_controls(text)}", err=True, nl=False)
