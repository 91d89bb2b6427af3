"""Options that several commands share."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from archiver.cli.output import FORMATS, Output
from archiver.project import archive_path

Command = Callable[..., Any]


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
        return Path(named) if named else archive_path()

    help_text = "The archive [default: data/archive.db, or ARCHIVE_DB]."
    return click.option("--db", metavar="PATH", callback=choose, help=help_text)(command)


def with_output(command: Command) -> Command:
    """Give a command the options of its output; it gets ``output``."""

    @wraps(command)
    def collect(**values: Any) -> Any:
        names = [name for name in FORMATS if values.pop(name)]
        if len(names) > 1:
            raise click.UsageError(f"--{names[0]} and --{names[1]} exclude each other")
        path = values.pop("out")
        return command(**values, output=Output(names[0] if names else "table", path))

    file = click.Path(dir_okay=False, path_type=Path)
    wrapped: Command = click.option("-o", "--out", type=file, help="Write to a file instead of stdout.")(collect)
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
