"""How rows come out: a table for people, or JSON, JSON lines, CSV, TSV for programs."""

import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TextIO
from zoneinfo import ZoneInfo

from archiver.display import escape_controls
from archiver.errors import ArchiverError

FORMATS = {
    "json": "A JSON array.",
    "nl": "JSON, one object a line.",
    "csv": "Comma-separated values with a header.",
    "tsv": "Tab-separated values with a header.",
}
# How columns stand in a table: numbers to the right, and what must not be broken over two lines.
_NUMERIC = frozenset("run new changed unchanged failed findings articles listings views snapshot snapshots".split())
_UNBROKEN = _NUMERIC | frozenset("site article_id source state outcome scope kind day".split())
_DAY = len("2018-04-27")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Marked:
    """A text in pieces, each with whether it is marked: bold on terminals, elsewhere between « and »."""

    pieces: tuple[tuple[str, bool], ...]

    def __str__(self) -> str:
        return "".join(f"«{text}»" if marked else text for text, marked in self.pieces)


@dataclass(frozen=True, slots=True)
class Output:
    """Where rows go, and in which form (``table`` or one of FORMATS)."""

    form: str = "table"
    path: Path | None = None

    def write(self, rows: Iterable[Row], columns: Sequence[str], shown: Sequence[str] | None = None) -> None:
        """Write rows: all ``columns`` for programs, those ``shown`` in a table."""
        with self.open() as stream:
            if self.form == "table":
                _write_table(stream, rows, shown or columns)
            elif self.form == "json":
                _write_array(stream, rows, columns)
            elif self.form == "nl":
                stream.writelines(f"{_to_json(row, columns)}\n" for row in rows)
            else:
                _write_values(stream, rows, columns, "," if self.form == "csv" else "\t")

    def write_bytes(self, data: bytes) -> None:
        """Write bytes as they are."""
        if self.path is None:
            sys.stdout.buffer.write(data)
            return
        try:
            self.path.write_bytes(data)
        except OSError as error:
            raise ArchiverError(f"{self.path}: cannot be written: {error.strerror}") from error

    @contextmanager
    def open(self) -> Iterator[TextIO]:
        """Open the file named with -o, else stdout."""
        if self.path is None:
            yield sys.stdout
            return
        try:
            with self.path.open("w", encoding="utf-8", newline="") as stream:
                yield stream
        except OSError as error:
            raise ArchiverError(f"{self.path}: cannot be written: {error.strerror}") from error


def colours_allowed(stream: TextIO) -> bool:
    """Say whether a stream is a terminal that shows colours, and nobody set NO_COLOR (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show_time(value: str | None, zone: ZoneInfo, precision: str | None = "minute") -> str:
    """Show a time of the archive in a site's zone, to the minute or the day."""
    if not value:
        return ""
    local = datetime.fromisoformat(value).astimezone(zone)
    return local.strftime("%Y-%m-%d" if precision == "day" else "%Y-%m-%d %H:%M")


def _write_table(stream: TextIO, rows: Iterable[Row], columns: Sequence[str]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        justify: Literal["left", "right"] = "right" if column in _NUMERIC else "left"
        unbroken, least = column in _UNBROKEN, _DAY if column.endswith(("at", "_run", "from", "until")) else None
        table.add_column(column.replace("_", " "), justify=justify, no_wrap=unbroken, min_width=least, overflow="fold")
    for row in rows:
        pieces = [_to_pieces(row[column], colours_allowed(stream)) for column in columns]
        table.add_row(*(Text.assemble(*(_style_piece(*piece) for piece in cell)) for cell in pieces))
    width = None if stream.isatty() or "COLUMNS" in os.environ else 160
    colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    console = Console(file=stream, width=width, color_system=colours)
    with console.capture() as written:  # rich takes a closed pipe for an error
        console.print(table)
    stream.write(written.get())


def _to_pieces(value: Any, colours: bool) -> tuple[tuple[str, bool], ...]:
    return value.pieces if isinstance(value, Marked) and colours else ((_to_text(value), False),)


def _style_piece(text: str, marked: bool) -> tuple[str, str]:
    return escape_controls(text), "bold" if marked else ""


def _write_array(stream: TextIO, rows: Iterable[Row], columns: Sequence[str]) -> None:
    separator = "["
    for row in rows:
        stream.write(f"{separator}{_to_json(row, columns)}")
        separator = ",\n "
    stream.write("]\n" if separator != "[" else "[]\n")


def _write_values(stream: TextIO, rows: Iterable[Row], columns: Sequence[str], delimiter: str) -> None:
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_to_text(row[column]) for column in columns] for row in rows)


def _to_json(row: Row, columns: Sequence[str]) -> str:
    return json.dumps({column: row[column] for column in columns}, ensure_ascii=False)


def _to_text(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
