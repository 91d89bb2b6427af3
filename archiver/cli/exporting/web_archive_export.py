"""``archiver export warc`` and ``wacz``: the evidence for the tools of web archivists."""

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

import click

from archiver.archive.evidence.exchanges import Bounds
from archiver.archive.history.content import write_time
from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.runs.run_log import name_program
from archiver.errors import ArchiverError, UsageError
from archiver.formats.atomic_files import open_bytes
from archiver.text.counting import count
from archiver.text.display import escape_controls

FORMATS = ("warc", "wacz")
FAILED, FINDINGS = 1, 3
MOST_NAMED = 10
_EVERY = 50


def write_web_archive(
    connection: Connection, db: Path, form: str, out: Path | None, wanted: ArticleFilter, options: Mapping[str, Any]
) -> int:
    """Write captures and files as WARC or WACZ, or print the key by which packages are signed; returns the status."""
    if wanted.changed_since or wanted.state:
        raise UsageError(f"{form} holds captures: choose them with --site, --since and --until")
    try:
        from archiver.exporting.web_archive import export_wacz, export_warc
        from archiver.formats.warc.signing import Signer, find_key
    except ModuleNotFoundError as error:
        raise UsageError(f"{form} needs warcio and surt: pip install 'committee-news-archiver[warc]'") from error
    if options["key"]:
        click.echo(Signer(find_key(db)).public_key)
        return 0
    if out is None:
        name = "archive.warc.gz" if form == "warc" else "archive.wacz"
        raise UsageError(f"{form} is nothing for a terminal; name a file: -o {name}")
    program, bounds = f"committee-news-archiver {name_program()}", _make_bounds(connection, wanted)
    with open_bytes(out) as stream:
        if form == "warc":
            done = export_warc(connection, stream, bounds, program, _show_progress)
        else:
            signer = Signer(find_key(db)) if options["sign"] else None
            done = export_wacz(connection, stream, bounds, program, _show_progress, signer)
        if not done.captures and not done.files:
            raise ArchiverError(f"{out}: nothing written: no capture within these bounds can be read")
    click.echo(f"{out}: {count(done.captures, 'capture')} and {count(done.files, 'file')}", err=True)
    for damaged in done.damaged[:MOST_NAMED]:
        line = f"left out: <{damaged.url}> of {damaged.at}: {damaged.why}"
        click.echo(f"  {escape_controls(line)}", err=True)
    if done.damaged:
        told = f"{count(len(done.damaged), 'capture or file is', 'captures or files are')} damaged and left out"
        click.echo(f"{told}; archiver verify tells more, a backup may have them", err=True)
    return FINDINGS if done.damaged else 0


def _make_bounds(connection: Connection, wanted: ArticleFilter) -> Bounds:
    """Make times of days: those of the site's zone, or of UTC where sites of several zones are written."""
    zones = zones_of_sites(connection)
    chosen = {zones[wanted.site]} if wanted.site else set(zones.values())
    zone = next(iter(chosen)) if len(chosen) == 1 else ZoneInfo("UTC")
    until = _begin(wanted.until + timedelta(days=1), zone) - timedelta(microseconds=1) if wanted.until else None
    return Bounds(wanted.site, _write(_begin(wanted.since, zone) if wanted.since else None), _write(until))


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _write(at: datetime | None) -> str | None:
    return write_time(at, "microseconds") if at else None


def _show_progress(done: int, total: int) -> None:
    """Show at a terminal how far it is; the line is cleared at the end."""
    if sys.stderr.isatty() and (done % _EVERY == 0 or done == total):
        text = f"{done} of {count(total, 'capture')}" if done < total else ""
        click.echo(f"\r\x1b[K{text}", err=True, nl=False)
