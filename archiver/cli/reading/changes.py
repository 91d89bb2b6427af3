"""``archiver changes``: what happened to articles."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, replace
from datetime import date
from itertools import islice
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import click

from archiver.archive.history.content import FIELDS
from archiver.archive.queries.changes import (
    FURTHER_KINDS,
    KINDS,
    ChangeFilter,
    find_last_change,
    list_changes,
    list_learned,
)
from archiver.archive.queries.cursors import check_cursor_name, keep_cursor, load_cursor
from archiver.archive.queries.export_rows import holding_still
from archiver.archive.queries.passages import Passage, load_passage
from archiver.archive.queries.rows import ChangeRow
from archiver.archive.search.query_language import parse_query
from archiver.archive.store.file import open_for_reading
from archiver.cli.printing.options import Day, Moment, check_site, with_archive, with_limit, with_output
from archiver.cli.printing.output import Marked, Output, Row, choose_zones, show_time
from archiver.cli.reading.differences import mark_words
from archiver.errors import UsageError

COLUMNS = (
    "at kind site article_id url title changed_fields passage others snapshot detail state views change_id".split()
)
SHOWN = ("at", "kind", "site", "article_id", "title", "change")
LAST: Final = "last"
DEFAULT_CURSOR = "default"
PURPOSE = "changes"
MOST_IN_TABLE = 50
"""A table shows so many changes unless --limit says otherwise; programs get all."""


class Since(click.ParamType[Any]):
    """A day, a time, or ``last``."""

    name = "DAY|last"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date | Literal["last"]:
        """Read it."""
        return LAST if value == LAST else Moment().convert(value, param, ctx)


class Names(click.ParamType[tuple[str, ...]]):
    """Some of several words, with commas between them."""

    def __init__(self, words: Iterable[str], name: str) -> None:
        self.words = tuple(words)
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Read the words, in their order."""
        if isinstance(value, tuple):
            return value
        chosen = {word.strip() for word in value.split(",")} - {""}
        if unknown := sorted(chosen - set(self.words)):
            self.fail(f"there is no {self.name.lower()} {unknown[0]!r}; there are: {', '.join(self.words)}", param, ctx)
        return tuple(word for word in self.words if word in chosen)


@click.command("changes")
@click.option("--since", type=Since(), help="Seen on this day or later; last: since the last call with --since last.")
@click.option("--until", type=Day(), help="Seen on this day or before.")
@click.option("--site", help="Only of this site.")
@click.option(
    "--kind",
    "kinds",
    type=Names((*KINDS, *FURTHER_KINDS), "KIND"),
    help=f"Only of these kinds, with commas [default: {','.join(KINDS)}]; also {', '.join(FURTHER_KINDS)}.",
)
@click.option("--field", "fields", type=Names(FIELDS, "FIELD"), help=f"Edits of these fields: {', '.join(FIELDS)}.")
@click.option("--words", metavar="QUERY", help="Articles with these words, before or after; as in archiver search.")
@click.option("--cursor", metavar="NAME", help="Whose last call --since last means [default: default].")
@with_limit(None)
@with_output
@with_archive
def changes_command(
    db: Path,
    output: Output,
    since: date | Literal["last"] | None,
    cursor: str | None,
    words: str | None,
    limit: int | None,
    **chosen: Any,
) -> None:
    """List what happened to articles, the last seen first: edited, suspect, gone, restored, moved, new.

    Of an edit the passage that weighs most is shown; archiver diff shows all of it. An article that is known to be gone
    is listed once, not for the look that found it missing first too. With --since last you get what the archive learned
    since your last call, whatever its age; the call counts once everything is written.

    \b
    archiver changes --since 2026-11-23
    archiver changes --kind edited,gone --words 'đất đai'
    archiver changes --since last --cursor office --json -o new.json
    """  # noqa: D301 - click keeps the lines behind this sign
    connection = open_for_reading(db).conn
    zones = check_site(connection, chosen["site"])
    wanted = _choose(chosen, words, None if since == LAST else since)
    name = _name_cursor(since, cursor)
    with holding_still(connection):
        rows, end = _take(connection, wanted, name, _most(limit, output))
        output.write(_write_rows(connection, rows.taken, output, zones, wanted.site), COLUMNS, SHOWN)
    if rows.are_more:
        click.echo(f"There are more; these are {len(rows.taken)} (--limit).", err=True)
    if not rows.taken:
        click.echo(_explain_nothing(name), err=True)
    if name:
        keep_cursor(db, name, PURPOSE, {"change": end})
