"""``archiver query``: people's own SQL."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from archiver.archive.store.damage import DamageError, note_damage
from archiver.archive.store.file import open_for_reading
from archiver.archive.upkeep.soundness import find_fault
from archiver.archive.user_sql.answerer import Value, ask
from archiver.cli.printing.options import with_archive, with_output
from archiver.cli.printing.output import Output
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
        watched = _Watched(answer.rows)
        output.write(watched, answer.columns)
    if watched.is_odd:
        _tell_damage(db)


class _Watched:
    """Rows as they come; ``is_odd`` once one had U+FFFD in a text, which is how bytes are shown that are no UTF-8."""

    def __init__(self, rows: Iterator[dict[str, Value]]) -> None:
        self.is_odd = False
        self._rows = rows

    def __iter__(self) -> Iterator[dict[str, Value]]:
        for row in self._rows:
            self.is_odd = self.is_odd or any(isinstance(value, str) and "\ufffd" in value for value in row.values())
            yield row


def _tell_damage(db: Path) -> None:
    """Look whether a text that was no UTF-8 stands in the archive; SQL can make one itself."""
    with closing(open_for_reading(db)) as database:
        fault = find_fault(database.conn)
    if fault:
        note_damage(DamageError(fault))


def _read_parameter(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name.isidentifier():
        raise UsageError(f"{text!r} is no parameter; write it as -p name=value")
    return name, value
