"""The option that names the hub, for all commands of the fleet."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from archiver.errors import UsageError

Command = Callable[..., Any]
ENVIRONMENT = "ARCHIVE_HUB"


def with_hub(command: Command) -> Command:
    """Give a command ``--hub``; it gets ``hub``, the address. UsageError without one, or without the extra."""

    @wraps(command)
    def check(**values: Any) -> Any:
        _need_fleet()
        if not values["hub"]:
            said = f"no hub is named; set {ENVIRONMENT}=postgresql://HOST/DATABASE or give --hub"
            raise UsageError(said)
        return command(**values)

    help_text = f"The hub, postgresql://USER@HOST/DATABASE [default: {ENVIRONMENT}]."
    return click.option("--hub", metavar="URL", envvar=ENVIRONMENT, help=help_text)(check)


def _need_fleet() -> None:
    try:
        import procrastinate  # noqa: F401 - only whether it is there
        import psycopg  # noqa: F401
    except ImportError as error:  # psycopg without libpq is one, too
        raise UsageError(
            "a hub needs psycopg and procrastinate: pip install 'committee-news-archiver[fleet]'"
        ) from error
