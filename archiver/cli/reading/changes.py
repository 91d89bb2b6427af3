"""``archiver changes``: what happened to articles."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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
from archiver.cli.printing.output import Marked, Output, Row, Style, choose_zones, show_time
from archiver.compare.edits import Span
from archiver.compare.states import as_object
from archiver.errors import UsageError

COLUMNS = (
    "at kind site article_id url title changed_fields passage others snapshot detail state views change_id".split()
)
SHOWN = ("at", "kind", "site", "article_id", "title", "change")
LAST: Final = "last"
DEFAULT_CURSOR = "default"
PURPOSE = "changes"
_STYLES: dict[str, Style] = {"equal": "", "removed": "red", "added": "green"}
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
        taken = _take(connection, wanted, name, _most(limit, output))
        if taken.rows or output.form != "table":
            rows = _write_rows(connection, taken.rows, output.form, choose_zones(zones, wanted.site))
            output.write(rows, COLUMNS, SHOWN)
    if taken.are_more:
        click.echo(f"There are more; these are {len(taken.rows)} (--limit).", err=True)
    if not taken.rows:
        click.echo(_explain_nothing(name), err=True)
    if name:
        keep_cursor(db, name, PURPOSE, {"change": taken.end})


@dataclass(frozen=True, slots=True)
class _Taken:
    """The changes that are shown, the last seen first; ``end`` is up to where the archive has been read by them."""

    rows: list[ChangeRow]
    are_more: bool
    end: int


def _choose(chosen: Mapping[str, Any], words: str | None, since: date | None) -> ChangeFilter:
    said = {name: value for name, value in chosen.items() if value}
    return ChangeFilter(**said, since=since, words=parse_query(words or ""))


def _name_cursor(since: date | Literal["last"] | None, cursor: str | None) -> str | None:
    """Name the cursor that is read and moved; None where none is meant."""
    if since == LAST:
        return check_cursor_name(cursor or DEFAULT_CURSOR)
    if cursor is not None and since is not None:
        raise UsageError("--cursor goes with --since last; leave the other --since out")
    return check_cursor_name(cursor) if cursor is not None else None


def _take(connection: Connection, wanted: ChangeFilter, cursor: str | None, most: int | None) -> _Taken:
    """Take changes: the last seen, or with a cursor those that the archive learned of first."""
    last = find_last_change(connection)
    if cursor is None:
        rows = list(islice(list_changes(connection, wanted), most and most + 1))
        return _Taken(rows[:most], len(rows) > len(rows[:most]), last)
    place = load_cursor(connection, cursor, PURPOSE) or {}
    after = replace(wanted, after=place.get("change", 0))
    rows = list(islice(list_learned(connection, after), most and most + 1))
    are_more = len(rows) > len(rows[:most])
    taken = rows[:most]
    end = taken[-1]["change_id"] if are_more else last
    return _Taken(sorted(taken, key=lambda row: row["at"], reverse=True), are_more, end)


def _most(limit: int | None, output: Output) -> int | None:
    return limit or (MOST_IN_TABLE if output.form == "table" else None)


def _write_rows(
    connection: Connection, taken: Iterable[ChangeRow], form: str, zones: Mapping[str, ZoneInfo]
) -> Iterator[Row]:
    for row in taken:
        passage = load_passage(connection, row)
        if form == "table":
            yield {**row, "at": show_time(row["at"], zones[row["site"]]), "change": _show(row, passage)}
        else:
            others = passage.others if passage else None
            yield {**row, "passage": as_object(passage.edit) if passage else None, "others": others}


def _show(row: ChangeRow, passage: Passage | None) -> Marked:
    if passage is None:
        return Marked((("" if row["kind"] == "new" else row["detail"] or "", ""),))
    more = f" (and {passage.others} more)" if passage.others else ""
    spans = (piece for span in passage.edit.words for piece in _mark(span))
    return Marked(((f"{passage.edit.field}: ", ""), *spans, (more, "")))


def _mark(span: Span) -> Iterator[tuple[str, Style]]:
    """Mark a span; the space before it stays outside the mark."""
    text = span.text.lstrip(" ")
    yield " " if text != span.text else "", ""
    yield text, _STYLES[span.kind]


def _explain_nothing(cursor: str | None) -> str:
    return "Nothing new since the last call." if cursor else "No such changes; archiver runs shows when was crawled."
