"""``archiver query``: people's own SQL."""

from pathlib import Path

import click

from archiver.archive.file import open_for_reading
from archiver.archive.questions import ask
from archiver.cli.options import with_archive, with_output
from archiver.cli.output import Output
from archiver.errors import UsageError


@click.command("query")
@click.argument("sql", metavar="SQL")
@click.option("-p", "parameters", metavar="NAME=VALUE", multiple=True, help="A value for :NAME in the SQL.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=10, show_default=True, help="Seconds.")
@with_output
@with_archive
def query_command(db: Path, output: Output, sql: str, parameters: tuple[str, ...], timeout: float) -> None:
    """Ask the archive with SQL; nothing can be changed, time and memory are bounded. archiver schema names the views.

    fold('Đảng ủy') is 'dang uy'; article_search is the view for searching.
    """
    values = dict(_read_parameter(text) for text in parameters)
    open_for_reading(db).close()
    with ask(db, sql, values, timeout) as answer:
        output.write(answer.rows, answer.columns)


def _read_parameter(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name.isidentifier():
        raise UsageError(f"{text!r} is no parameter; write it as -p name=value")
    return name, value
