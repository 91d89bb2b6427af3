"""The rows of an export: all, or what is new since the last one of its name; into a file, or a folder of months."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import click

from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.queries.cursors import check_cursor_name, hold_cursor, keep_cursor, load_cursor
from archiver.archive.queries.export_rows import EXTRACTS, extract_rows, holding_still
from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.queries.views import COLUMNS
from archiver.archive.store.damage import count_damage
from archiver.archive.store.file import open_for_reading
from archiver.archive.store.values import Row
from archiver.cli.printing.options import check_site
from archiver.cli.printing.output import Output
from archiver.errors import UsageError
from archiver.exporting.new_rows import extract_new_rows
from archiver.exporting.texts import compose_row
from archiver.formats.atomic_files import open_bytes, open_folder, open_growing, sync_files

_STEP = "step"
Place = dict[str, int]


@dataclass(frozen=True, slots=True)
class Order:
    """Which rows are wanted, in which form, and where; ``cursor`` is the name under which only new ones are."""

    form: str
    out: Path | None
    wanted: ArticleFilter
    what: str
    limit: int | None
    cursor: str | None
    partition: bool
    bom: bool
    verbatim: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the rows."""
        return COLUMNS[EXTRACTS[self.what]]

    @property
    def purpose(self) -> str:
        """What a cursor of this order is for."""
        return f"export {self.what}"


def make_order(form: str, out: Path | None, wanted: ArticleFilter, options: Mapping[str, Any]) -> Order:
    """Read the options of an export of rows; UsageError where they do not go together."""
    names = ("limit", "cursor", "partition", "bom", "verbatim")
    order = Order(form, out, wanted, options["what"] or "articles", **{name: options[name] for name in names})
    if form == "parquet":
        _check_parquet(order)
    if order.cursor is not None:
        check_cursor_name(order.cursor)
        if out is None:
            raise UsageError("--cursor moves when a file is complete; name one: -o FILE")
        if order.limit is not None:
            raise UsageError("--cursor and --limit exclude each other: what the limit cuts off would never come")
    return order


def write_rows(db: Path, order: Order) -> None:
    """Write rows; a cursor moves when they stand under the name of their file, and all of them could be read."""
    if order.cursor is None:
        _write(db, order, lambda connection: (extract_rows(connection, order.what, order.wanted, order.limit), {}))
        return
    with hold_cursor(db, order.cursor):
        damages = count_damage()
        place = _write(db, order, lambda connection: _find_new(connection, order))
        if count_damage() == damages:
            sync_files(_list_files(order, place))
            keep_cursor(db, order.cursor, order.purpose, place)
        else:
            click.echo(f"The cursor {order.cursor!r} stays where it was: not all could be read.", err=True)


def _find_new(connection: Connection, order: Order) -> tuple[Iterable[Row], Place]:
    before = load_cursor(connection, order.cursor or "", order.purpose)
    rows, place = extract_new_rows(connection, order.what, order.wanted, before)
    place[_STEP] = (before or {}).get(_STEP, 0) + 1
    return rows, place


def _write(db: Path, order: Order, find: Callable[[Connection], tuple[Iterable[Row], Place]]) -> Place:
    """Write rows as they are found in one state of the archive; returns the place behind them."""
    with closing(open_for_reading(db)) as database, holding_still(database.conn):
        check_site(database.conn, order.wanted.site)
        rows, place = find(database.conn)
        rows = map(compose_row, rows)
        if order.partition:
            _write_months(database.conn, order, rows, _name_part(order, place))
        elif order.form == "parquet":
            _write_parquet(order, rows)
        else:
            form = "nl" if order.form == "jsonl" else order.form
            Output(form, order.out, verbatim=order.verbatim, bom=order.bom).write(rows, order.columns)
    return place


def _list_files(order: Order, place: Place) -> Iterable[Path]:
    """List the files that an export with a cursor wrote."""
    assert order.out is not None  # noqa: S101 - make_order
    return order.out.glob(f"*/{_name_part(order, place)}") if order.partition else [order.out]


def _name_part(order: Order, place: Place) -> str:
    """Name the files of a folder of months: with a cursor, by its name and how often it was moved."""
    return f"part-{order.cursor}-{place[_STEP]:06}.parquet" if order.cursor else "part-0.parquet"


def _check_parquet(order: Order) -> None:
    try:
        import archiver.exporting.parquet  # noqa: F401 - whether it can be
    except ModuleNotFoundError as error:
        raise UsageError("parquet needs pyarrow: pip install 'committee-news-archiver[parquet]'") from error
    if order.out is None:
        raise UsageError("parquet is nothing for a terminal; name a file: -o articles.parquet")
    if not order.partition and order.out.is_dir():
        raise UsageError(f"{order.out}: this is a folder; name a file, or add --partition")


def _write_parquet(order: Order, rows: Iterable[Row]) -> None:
    from archiver.exporting.parquet import write_parquet

    assert order.out is not None  # noqa: S101 - _check_parquet
    with open_bytes(order.out) as stream:
        write_parquet(stream, rows, order.columns)


def _write_months(connection: Connection, order: Order, rows: Iterable[Row], name: str) -> None:
    """Write a folder of months: a new one; or, with a cursor, one to which each export adds files."""
    from archiver.exporting.partitions import MONTHS, write_months

    assert order.out is not None  # noqa: S101 - _check_parquet
    purpose = f"{order.purpose}, cursor {order.cursor}\n"
    folders = open_growing(order.out, purpose, name) if order.cursor else open_folder(order.out)
    with folders as folder:
        write_months(folder, name, rows, order.columns, MONTHS[order.what], zones_of_sites(connection))
