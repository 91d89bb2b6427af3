"""``archiver export``: the archive for spreadsheets, programs, feed readers and web servers."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any

import click
from sqlite_utils import Database

from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.queries.export_rows import EXTRACTS, extract_rows, holding_still, list_changes
from archiver.archive.queries.queries import titles_of_sites
from archiver.archive.queries.views import COLUMNS
from archiver.archive.store.file import open_for_reading
from archiver.archive.store.values import Row
from archiver.archive.upkeep.worker_pool import Readers, count_cores
from archiver.cli.printing.options import VERBATIM, check_site, with_archive, with_filters, with_jobs, with_limit
from archiver.cli.printing.output import Output
from archiver.errors import UsageError
from archiver.exporting.texts import compose_row
from archiver.formats.atom import About, write_feed
from archiver.formats.atomic_files import open_bytes, open_folder
from archiver.text.counting import count

if TYPE_CHECKING:
    from archiver.web.messages import Language

FORMATS = ("csv", "jsonl", "parquet", "atom", "site", "warc", "wacz")
LANGUAGES = ("vi", "en")
MISSING = frozenset({"jinja2", "markupsafe"})
# Which formats an option is for.
OPTIONS = {
    "what": ("csv", "jsonl", "parquet"),
    "bom": ("csv",),
    "verbatim": ("csv",),
    "language": ("site",),
    "jobs": ("site",),
    "sign": ("wacz",),
    "key": ("wacz",),
    "limit": ("csv", "jsonl", "parquet", "atom", "site"),
}
ENTRIES = 100
ALL_SITES = "Committee news"


@click.command("export")
@click.argument("form", metavar="FORMAT", type=click.Choice(FORMATS))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write to a file (site: a folder).")
@click.option("--what", type=click.Choice(tuple(EXTRACTS)), help="Rows of csv, jsonl, parquet [default: articles].")
@click.option("--bom", is_flag=True, help="csv: begin with the mark by which Excel knows UTF-8.")
@click.option("--verbatim", is_flag=True, help=f"csv: {VERBATIM[0].lower()}{VERBATIM[1:]}")
@click.option("--language", type=click.Choice(LANGUAGES), help="site: of the pages [default: vi].")
@click.option("--sign", is_flag=True, help="wacz: sign it with the key beside the archive, made at the first time.")
@click.option("--key", is_flag=True, help="wacz: print the public part of that key, and write nothing else.")
@with_jobs
@with_filters
@with_limit(None)
@with_archive
def export_command(db: Path, form: str, out: Path | None, wanted: ArticleFilter, **options: Any) -> int:
    """Write the archive, or what the filters leave of it, as FORMAT: csv, jsonl, parquet, atom, site, warc or wacz.

    Filters choose articles; --what says which of their rows are written, --limit how many. atom is a feed of what
    happened to them, the newest 100 events unless --limit says otherwise; site is a folder of pages to read in a
    browser, without a server. A file or folder appears under its name only
    when it is complete. warc and wacz hold all captures and files of the archive, for the tools of web archivists;
    --since and --until are the days of captures then. Status 3 if damaged ones had to be left out.

    \b
    archiver export csv --bom -o articles.csv
    archiver export jsonl --what history --changed-since 2022-05-01 -o edits.jsonl
    archiver export atom --site sotttt -o sotttt.atom
    archiver export site --since 2022-01-01 -o copy
    archiver export wacz --site sotttt --sign -o sotttt.wacz
    """  # noqa: D301 - click keeps the lines behind this sign
    _check_options(form, options)
    database = open_for_reading(db)
    connection = database.conn
    check_site(connection, wanted.site)
    with holding_still(connection):
        if form == "atom":
            _write_feed(connection, out, wanted, options["limit"] or ENTRIES)
        elif form == "site":
            _write_site(database, out, wanted, options)
        elif form in ("warc", "wacz"):
            from archiver.cli.reading.web_archive_export import write_web_archive

            return write_web_archive(connection, db, form, out, wanted, options)
        else:
            _write_rows(connection, form, out, wanted, options)
    return 0


def _write_rows(
    connection: Connection, form: str, out: Path | None, wanted: ArticleFilter, options: Mapping[str, Any]
) -> None:
    what = options["what"] or "articles"
    rows = map(compose_row, extract_rows(connection, what, wanted, options["limit"]))
    columns = COLUMNS[EXTRACTS[what]]
    if form == "parquet":
        _write_parquet(out, rows, columns)
        return
    chosen = "nl" if form == "jsonl" else form
    Output(chosen, out, verbatim=options["verbatim"], bom=options["bom"]).write(rows, columns)


def _write_feed(connection: Connection, out: Path | None, wanted: ArticleFilter, limit: int) -> None:
    title = titles_of_sites(connection)[wanted.site] if wanted.site else ALL_SITES
    changes = list_changes(connection, wanted, limit)
    with Output(path=out).open() as stream:
        stream.writelines(write_feed(About(wanted.site, title), changes))


def _check_options(form: str, options: Mapping[str, Any]) -> None:
    """Refuse options that mean nothing for a format; UsageError."""
    for name, forms in OPTIONS.items():
        if options[name] and form not in forms:
            raise UsageError(f"--{name} is for {', '.join(forms)}; {form} has no use for it")


def _write_parquet(out: Path | None, rows: Iterator[Row], columns: tuple[str, ...]) -> None:
    try:
        from archiver.exporting.parquet import write_parquet
    except ModuleNotFoundError as error:
        raise UsageError("parquet needs pyarrow: pip install 'committee-news-archiver[parquet]'") from error
    if out is None:
        raise UsageError("parquet is nothing for a terminal; name a file: -o articles.parquet")
    with open_bytes(out) as stream:
        write_parquet(stream, rows, columns)


def _write_site(database: Database, out: Path | None, wanted: ArticleFilter, options: Mapping[str, Any]) -> None:
    try:
        from archiver.exporting.static_site import write_site
    except ModuleNotFoundError as error:
        if error.name not in MISSING:
            raise
        raise UsageError("site needs the pages' templates: pip install 'committee-news-archiver[web]'") from error
    if out is None:
        raise UsageError("site is a folder; name it: -o copy")
    language: Language = options["language"] or "vi"
    with open_folder(out) as folder, Readers(database, options["jobs"] or count_cores()) as readers:
        limit: int | None = options["limit"]
        written = write_site(folder, database.conn, wanted, limit, language, _show_progress, readers)
    click.echo(f"{out}: {count(written, 'article')}; open {out / 'index.html'} in a browser", err=True)


def _show_progress(done: int, articles: int) -> None:
    """Show at a terminal how far it is; the line is cleared at the end."""
    if sys.stderr.isatty() and (done % 50 == 0 or done == articles):
        text = f"{done} of {count(articles, 'article')}" if done < articles else ""
        click.echo(f"\r\x1b[K{text}", err=True, nl=False)
