"""``archiver export``: the archive for spreadsheets, programs, feed readers and web servers."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from sqlite3 import Connection

import click

from archiver.archive.extracts import EXTRACTS, extract_rows, holding_still, list_changes
from archiver.archive.file import open_for_reading
from archiver.archive.queries import Row, Selection, titles_of_sites
from archiver.cli.options import VERBATIM, check_site, with_archive, with_selection
from archiver.cli.output import Output
from archiver.errors import UsageError
from archiver.exporting.texts import compose_row
from archiver.feeds import Feed, write_feed
from archiver.outfiles import open_bytes

FORMATS = ("csv", "jsonl", "parquet", "atom")
ENTRIES = 100
ALL_SITES = "Committee news"


@click.command("export")
@click.argument("form", metavar="FORMAT", type=click.Choice(FORMATS))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write to a file (site: a folder).")
@click.option("--what", type=click.Choice(tuple(EXTRACTS)), help="Rows of csv, jsonl, parquet [default: articles].")
@click.option("--bom", is_flag=True, help="csv: begin with the mark by which Excel knows UTF-8.")
@click.option("--verbatim", is_flag=True, help=f"csv: {VERBATIM[0].lower()}{VERBATIM[1:]}")
@with_selection
@with_archive
def export_command(
    db: Path, form: str, out: Path | None, what: str | None, bom: bool, verbatim: bool, selection: Selection
) -> None:
    """Write the archive, or what the filters leave of it, as FORMAT: csv, jsonl, parquet, atom or site.

    Filters choose articles; --what says which of their rows are written, --limit how many. atom is a feed of what
    happened to them, the newest 100 events unless --limit says otherwise. A file gets its name when it is whole.

    \b
    archiver export csv --bom -o articles.csv
    archiver export jsonl --what history --changed-since 2022-05-01 -o edits.jsonl
    archiver export atom --site sotttt -o sotttt.atom
    """  # noqa: D301 - click keeps the lines behind this sign
    _check_options(form, what, bom=bom, verbatim=verbatim)
    connection = open_for_reading(db).conn
    check_site(connection, selection.site)
    what = what or "articles"
    with holding_still(connection):
        if form == "atom":
            _write_feed(connection, out, selection)
            return
        rows = map(compose_row, extract_rows(connection, what, selection))
        columns = tuple(EXTRACTS[what].columns)
        if form == "parquet":
            _write_parquet(out, rows, columns)
        else:
            Output("nl" if form == "jsonl" else form, out, verbatim=verbatim, bom=bom).write(rows, columns)


def _write_feed(connection: Connection, out: Path | None, selection: Selection) -> None:
    title = titles_of_sites(connection)[selection.site] if selection.site else ALL_SITES
    changes = list_changes(connection, replace(selection, limit=selection.limit or ENTRIES))
    with Output(path=out).open() as stream:
        stream.writelines(write_feed(Feed(selection.site, title), changes))


def _check_options(form: str, what: str | None, *, bom: bool, verbatim: bool) -> None:
    """Refuse options that mean nothing for a format; UsageError."""
    if what and form in ("atom", "site"):
        raise UsageError(f"--what is for csv, jsonl and parquet; {form} shows what happened to articles")
    for name, given in (("bom", bom), ("verbatim", verbatim)):
        if given and form != "csv":
            raise UsageError(f"--{name} is for csv")


def _write_parquet(out: Path | None, rows: Iterator[Row], columns: tuple[str, ...]) -> None:
    try:
        from archiver.exporting.parquet import write_parquet
    except ModuleNotFoundError as error:
        raise UsageError("parquet needs pyarrow: pip install 'committee-news-archiver[parquet]'") from error
    if out is None:
        raise UsageError("parquet is nothing for a terminal; name a file: -o articles.parquet")
    with open_bytes(out) as stream:
        write_parquet(stream, rows, columns)
