"""Options that several commands share."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

import click

from archiver.cli.printing.output import FORMATS, Output
from archiver.cli.printing.telling import ARCHIVE
from archiver.errors import UsageError
from archiver.project import archive_path

Command = Callable[..., Any]
STATES = ("live", "suspect", "gone", "moved")
MOST_JOBS = 256
VERBATIM = "Leave cells that a spreadsheet would run as a formula as they are; for programs."


class Day(click.ParamType[date]):
    """A day, YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a day."""
        try:
            return value if isinstance(value, date) else datetime.fromisoformat(value).date()
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2018-04-27", param, ctx)


class Moment(click.ParamType[date]):
    """A day, or a time with or without offset (ISO 8601)."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a day as a date, a time as a datetime."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value) if len(value) == len("2018-05-01") else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time; write it as 2018-05-01 or 2018-05-01T16:03", param, ctx)


def with_archive(command: Command) -> Command:
    """Give a command ``--db``, here or before the command's name; it gets ``db``, the path of the archive."""

    def choose(ctx: click.Context, param: click.Parameter, value: str | None) -> Path:
        named = value or ctx.find_root().obj
        path = Path(named) if named else archive_path()
        ctx.meta[ARCHIVE] = path
        return path

    help_text = "The archive [default: ARCHIVE_DB, data/archive.db of the project, archive.db here]."
    return click.option("--db", metavar="PATH", callback=choose, help=help_text)(command)


def with_jobs(command: Command) -> Command:
    """Give a command ``--jobs``, the number of processes; None unless it is named."""
    help_text = "With so many processes [default: as many as there are cores]."
    return click.option("--jobs", metavar="N", type=click.IntRange(1, MOST_JOBS), help=help_text)(command)


def with_output(command: Command) -> Command:
    """Give a command the options of its output; it gets ``output``."""

    @wraps(command)
    def collect(**values: Any) -> Any:
        names = [name for name in FORMATS if values.pop(name)]
        if len(names) > 1:
            raise click.UsageError(f"--{names[0]} and --{names[1]} exclude each other")
        path, verbatim = values.pop("out"), values.pop("verbatim")
        return command(**values, output=Output(names[0] if names else "table", path, verbatim=verbatim))

    file = click.Path(dir_okay=False, path_type=Path)
    wrapped: Command = click.option("-o", "--out", type=file, help="Write to a file instead of stdout.")(collect)
    wrapped = click.option("--verbatim", is_flag=True, help=f"CSV, TSV: {VERBATIM[0].lower()}{VERBATIM[1:]}")(wrapped)
    for name in reversed(FORMATS):
        wrapped = click.option(f"--{name}", is_flag=True, help=FORMATS[name])(wrapped)
    return wrapped


def with_limit(default: int | None) -> Callable[[Command], Command]:
    """Give a command ``--limit``."""
    return click.option(
        "--limit",
        type=click.IntRange(min=1),
        default=default,
        show_default=default is not None,
        help="At most so many.",
    )


def with_filters(command: Command) -> Command:
    """Give a command the filters of articles; it gets ``wanted``, an ArticleFilter."""

    @wraps(command)
    def collect(**values: Any) -> Any:
        from archiver.archive.queries.article_filter import ArticleFilter

        chosen = {name: values.pop(name) for name in ("site", "since", "until", "changed_since", "state")}
        return command(**values, wanted=ArticleFilter(**chosen))

    changed = "Content changed on this day or later."
    wrapped: Command = click.option("--state", type=click.Choice(STATES), help="Only in this state.")(collect)
    wrapped = click.option("--changed-since", type=Day(), help=changed)(wrapped)
    wrapped = click.option("--until", type=Day(), help="Published on this day or before.")(wrapped)
    wrapped = click.option("--since", type=Day(), help="Published on this day or later.")(wrapped)
    return click.option("--site", help="Only of this site.")(wrapped)


def check_site(connection: Connection, site: str | None) -> dict[str, ZoneInfo]:
    """Return the zone of each site of the archive; UsageError if it does not hold the one that was asked for."""
    from archiver.archive.queries.queries import zones_of_sites

    zones = zones_of_sites(connection)
    if site is not None and site not in zones:
        raise UsageError(f"the archive holds no site {site!r}; it holds: {', '.join(zones) or 'none yet'}")
    return zones
