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

from tzlocal import get_localzone

from archiver.clock import write_offset
from archiver.formats.atomic_files import open_bytes, open_text
from archiver.text.display import dump_json, escape_controls
from archiver.text.spreadsheet import defuse

FORMATS = {
    "json": "A JSON array.",
    "nl": "JSON, one object a line.",
    "csv": "Comma-separated values with a header.",
    "tsv": "Tab-separated values with a header.",
}
Row = Mapping[str, Any]


Style = Literal["", "bold", "red", "green"]
_MARKS: dict[Style, str] = {"": "{}", "bold": "«{}»", "red": "[-{}-]", "green": "{{+{}+}}"}


@dataclass(frozen=True, slots=True)
class Marked:
    """A text in pieces, each with how it is marked: by style on terminals, elsewhere by signs around it.

    Bold words are found ones, red ones were removed and green ones added, as ``git --word-diff`` writes them.
    """

    pieces: tuple[tuple[str, Style], ...]

    def __str__(self) -> str:
        return "".join(_MARKS[style].format(text) for text, style in self.pieces)


@dataclass(frozen=True, slots=True)
class Output:
    """Where rows go, and in which form (``table`` or one of FORMATS).

    CSV and TSV: ``verbatim`` leaves what a spreadsheet would run as a formula as it is; ``bom`` begins with the mark by
    which Excel knows UTF-8.
    """

    form: str = "table"
    path: Path | None = None
    verbatim: bool = False
    bom: bool = False

    def write(
        self, rows: Iterable[Row], columns: Sequence[str], shown: Sequence[str] | None = None, below: Sequence[str] = ()
    ) -> None:
        """Write rows: all ``columns`` for programs, those ``shown`` in a table, and lines ``below`` it."""
        with self.open() as stream:
            if self.form == "table":
                _write_table(stream, rows, shown or columns)
                stream.writelines(f"{line}\n" for line in below)  # a table ends with an empty line
            elif self.form == "json":
                _write_array(stream, rows, columns)
            elif self.form == "nl":
                stream.writelines(f"{_to_json(row, columns)}\n" for row in rows)
            else:
                self._write_values(stream, rows, columns)

    def write_bytes(self, data: bytes) -> None:
        """Write bytes as they are; a terminal gets them as text, its control characters escaped."""
        if self.path is not None:
            with open_bytes(self.path) as stream:
                stream.write(data)
        elif sys.stdout.isatty():
            lines = data.decode("utf-8", "backslashreplace").splitlines()
            sys.stdout.writelines(f"{escape_controls(line)}\n" for line in lines)
        else:
            sys.stdout.buffer.write(data)

    @contextmanager
    def open(self) -> Iterator[TextIO]:
        """Open the file named with -o, which appears whole when all is written; else stdout."""
        if self.path is None:
            yield sys.stdout
            return
        with open_text(self.path) as stream:
            yield stream

    def _write_values(self, stream: TextIO, rows: Iterable[Row], columns: Sequence[str]) -> None:
        """Write CSV or TSV; numbers stay numbers, texts that look like formulas get an apostrophe."""
        stream.write("\ufeff" if self.bom else "")
        writer = csv.writer(stream, delimiter="," if self.form == "csv" else "\t", lineterminator="\n")
        escape = escape_controls if stream.isatty() else str
        write = str if self.verbatim else defuse
        writer.writerow(columns)
        for row in rows:
            values = (row[column] for column in columns)
            writer.writerow(
                [value if isinstance(value, int | float) else escape(write(_to_text(value))) for value in values]
            )


def colours_allowed(stream: TextIO) -> bool:
    """Say whether a stream is a terminal that shows colours, and nobody set NO_COLOR (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show_reader_time(value: str) -> str:
    """Show a time that is no site's, in the zone of the reader's machine."""
    return show_time(value, get_localzone())


def show_time(value: str | None, zone: ZoneInfo, precision: str | None = "minute") -> str:
    """Show a time of the archive in a zone, to the minute with the offset from UTC (``09:00+07``), or to the day."""
    if not value:
        return ""
    local = datetime.fromisoformat(value).astimezone(zone)
    return f"{local:%Y-%m-%d}" if precision == "day" else f"{local:%Y-%m-%d %H:%M}{write_offset(local)}"


def choose_zones(zones: Mapping[str, ZoneInfo], site: str | None) -> Mapping[str, ZoneInfo]:
    """Choose the zones in which times are shown: a site's own where one ``site`` is shown, else the reader's.

    A day without a time is the site's own, whoever reads it.
    """
    if site is not None or len(zones) < 2:
        return zones
    return dict.fromkeys(zones, get_localzone())


def show_published(row: Row, own: Mapping[str, ZoneInfo], shown: Mapping[str, ZoneInfo]) -> str:
    """Show when an article was published: a day in its site's ``own`` zone, a time in the one it is ``shown`` in."""
    is_day = row["published_precision"] == "day" or row["site"] not in shown
    zones = own if is_day else shown
    return show_time(row["published_at"], zones[row["site"]], row["published_precision"])


def _write_table(stream: TextIO, rows: Iterable[Row], columns: Sequence[str]) -> None:
    from rich.console import Console
    from rich.text import Text

    from archiver.cli.printing.tables import lay_out

    colours = colours_allowed(stream)
    pieces = ((_to_pieces(row[column], colours) for column in columns) for row in rows)
    cells = [[Text.assemble(*(_style_piece(*piece) for piece in cell)) for cell in row] for row in pieces]
    width = None if stream.isatty() or "COLUMNS" in os.environ else 160
    console = Console(file=stream, width=width, color_system="auto" if colours else None)
    lines = lay_out(columns, cells, console)
    if not colours:
        stream.writelines(f"{line.plain.rstrip()}\n" for line in lines)
        return
    with console.capture() as written:  # rich takes a closed pipe for an error
        for line in lines:
            console.print(line, soft_wrap=True)
    stream.writelines(f"{line.rstrip()}\n" for line in written.get().splitlines())


def _to_pieces(value: Any, colours: bool) -> tuple[tuple[str, Style], ...]:
    return value.pieces if isinstance(value, Marked) and colours else ((_to_text(value), ""),)


def _style_piece(text: str, style: Style) -> tuple[str, str]:
    return escape_controls(text), style


def _write_array(stream: TextIO, rows: Iterable[Row], columns: Sequence[str]) -> None:
    separator = "["
    for row in rows:
        stream.write(f"{separator}{_to_json(row, columns)}")
        separator = ",\n "
    stream.write("]\n" if separator != "[" else "[]\n")


def _to_json(row: Row, columns: Sequence[str]) -> str:
    return dump_json({column: row[column] for column in columns})


def _to_text(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
