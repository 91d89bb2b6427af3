"""``archiver export``: the archive for spreadsheets, programs, feed readers and web servers."""

import sys
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from sqlite3 import Connection
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
from sqlite_utils import Database

from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.queries.changes import ChangeFilter, list_changes
from archiver.archive.queries.export_rows import EXTRACTS, holding_still
from archiver.archive.queries.passages import load_passage
from archiver.archive.queries.queries import titles_of_sites
from archiver.archive.queries.rows import ChangeRow
from archiver.archive.search.query_language import Query
from archiver.archive.store.file import open_for_reading
from archiver.archive.upkeep.worker_pool import Readers
from archiver.cli.exporting.exported_rows import make_order, write_rows
from archiver.cli.printing.options import VERBATIM, check_site, with_archive, with_filters, with_jobs, with_limit
from archiver.cli.printing.output import Output
from archiver.cli.reading.articles import find_one
from archiver.errors import UsageError
from archiver.formats.atom import About, write_feed
from archiver.formats.atomic_files import open_bytes, open_folder
from archiver.processes import count_cores
from archiver.text.counting import count

if TYPE_CHECKING:
    from archiver.web.language.messages import Language

FORMATS = ("csv", "jsonl", "parquet", "atom", "site", "case", "warc", "wacz")
ROWS = ("csv", "jsonl", "parquet")
LANGUAGES = ("vi", "en")
MISSING = frozenset({"jinja2", "markupsafe"})
# Which formats an option is for.
OPTIONS = {
    "what": ("csv", "jsonl", "parquet"),
    "bom": ("csv",),
    "verbatim": ("csv",),
    "language": ("site", "case"),
    "jobs": ("site", "case"),
    "cursor": ("csv", "jsonl", "parquet"),
    "partition": ("parquet",),
    "sign": ("wacz",),
    "key": ("wacz",),
    "limit": ("csv", "jsonl", "parquet", "atom", "site", "case"),
}
ENTRIES = 100
ALL_SITES = "Committee news"


@click.command("export")
@click.argument("form", metavar="FORMAT", type=click.Choice(FORMATS))
@click.argument("article", metavar="[ID]", required=False)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write to a file (site: a folder).")
@click.option("--what", type=click.Choice(tuple(EXTRACTS)), help="Rows of csv, jsonl, parquet [default: articles].")
@click.option("--cursor", metavar="NAME", help="Only what is new since the last export with this name.")
@click.option("--partition", is_flag=True, help="parquet: a folder with a file for each month.")
@click.option("--bom", is_flag=True, help="csv: begin with the mark by which Excel knows UTF-8.")
@click.option("--verbatim", is_flag=True, help=f"csv: {VERBATIM[0].lower()}{VERBATIM[1:]}")
@click.option("--language", type=click.Choice(LANGUAGES), help="site, case: of the pages [default: vi].")
@click.option("--sign", is_flag=True, help="wacz: sign it with the key beside the archive, made at the first time.")
@click.option("--key", is_flag=True, help="wacz: print the public part of that key, and write nothing else.")
@with_jobs
@with_filters
@with_limit(None)
@with_archive
def export_command(
    db: Path, form: str, article: str | None, out: Path | None, wanted: ArticleFilter, **options: Any
) -> int:
    """Write the archive, or what the filters leave of it, as FORMAT; case: one article of it.

    Filters choose articles; --what says which of their rows are written, --limit how many. atom is a feed of what
    happened to them, with the rows of archiver changes, the newest 100 unless --limit says otherwise; site is a folder
    of pages to read in a browser, without a server. case is one article, by its id or address, with all its versions
    and evidence in one file for others to read and to check (archiver verify FILE) [default: case-SITE-ID.zip]. warc
    and wacz hold all captures and files, for the tools of web archivists; --since and --until are the days of captures
    then, and the status is 3 if damaged ones had to be left out. A file or folder appears under its name only when it
    is complete.

    --cursor NAME keeps in the archive up to where was exported under this name, when the file is complete. The next
    export with it has only what is new since, however late that came: all rows of articles that are others now, each
    event and view count once. --partition writes month=2026-11/… by the month of publication or observation; with
    --cursor it adds files to the folder.

    \b
    archiver export csv --bom -o articles.csv
    archiver export jsonl --what history --changed-since 2022-05-01 -o edits.jsonl
    archiver export atom --site sotttt -o sotttt.atom
    archiver export parquet --what views --partition --cursor weekly -o views
    archiver export site --since 2022-01-01 -o copy
    archiver export case 4418664 -o case.zip
    archiver export wacz --site sotttt --sign -o sotttt.wacz
    """  # noqa: D301 - click keeps the lines behind this sign
    _check_options(form, options)
    _check_article(form, article, wanted, options)
    if form in ROWS:
        write_rows(db, make_order(form, out, wanted, options))
        return 0
    database = open_for_reading(db)
    check_site(database.conn, wanted.site)
    with holding_still(database.conn):
        return _write(database, db, form, article, out, wanted, options)


def _write(
    database: Database,
    db: Path,
    form: str,
    article: str | None,
    out: Path | None,
    wanted: ArticleFilter,
    options: Mapping[str, Any],
) -> int:
    """Write a format that is no list of rows; returns the exit status."""
    if form in ("warc", "wacz"):
        from archiver.cli.exporting.web_archive_export import write_web_archive

        return write_web_archive(database.conn, db, form, out, wanted, options)
    if form == "atom":
        _write_feed(database.conn, out, wanted, options["limit"] or ENTRIES)
    elif article:
        _write_case(database, out, article, options)
    else:
        _write_site(database, out, wanted, options)
    return 0


def _write_feed(connection: Connection, out: Path | None, wanted: ArticleFilter, limit: int) -> None:
    title = titles_of_sites(connection)[wanted.site] if wanted.site else ALL_SITES
    changes = islice(list_changes(connection, ChangeFilter(words=Query(articles=wanted))), limit)
    with Output(path=out).open() as stream:
        stream.writelines(write_feed(About(wanted.site, title), (_show_words(connection, row) for row in changes)))


def _show_words(connection: Connection, row: ChangeRow) -> dict[str, Any]:
    passage = load_passage(connection, row)
    return {**row, "excerpt": passage.edit.words if passage else ()}


def _check_options(form: str, options: Mapping[str, Any]) -> None:
    """Refuse options that mean nothing for a format; UsageError."""
    for name, forms in OPTIONS.items():
        if options[name] and form not in forms:
            raise UsageError(f"--{name} is for {', '.join(forms)}; {form} has no use for it")


def _check_article(form: str, article: str | None, wanted: ArticleFilter, options: Mapping[str, Any]) -> None:
    """Refuse an article where all are written, and filters where one is; UsageError."""
    if form != "case" and article:
        raise UsageError(f"{form} is of all articles that the filters leave; an ID is for: archiver export case ID")
    if form == "case" and not article:
        raise UsageError("case is of one article; name it: archiver export case ID")
    if form == "case" and (wanted != ArticleFilter() or options["limit"]):
        raise UsageError("case is of one article; filters and --limit are for the other formats")


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


def _write_case(database: Database, out: Path | None, article: str, options: Mapping[str, Any]) -> None:
    try:
        from archiver.exporting.cases.places import name_case
        from archiver.exporting.cases.writing import write_case
    except ModuleNotFoundError as error:
        if error.name not in MISSING:
            raise
        raise UsageError("case needs the pages' templates: pip install 'committee-news-archiver[web]'") from error

    row = find_one(database, article)
    site, key = row["site"], row["article_id"]
    path = out or Path(name_case(site, key))
    language: Language = options["language"] or "vi"
    with (
        TemporaryDirectory(prefix="archiver-case-") as folder,
        open_bytes(path) as stream,
        Readers(database, options["jobs"] or count_cores()) as readers,
    ):
        written = write_case(Path(folder), stream, database.conn, (site, key), language, readers)
    click.echo(f"{path}: {count(written.versions, 'version')}, {count(written.captures, 'capture')}", err=True)
    for name in written.absent:
        click.echo(f"{path}: the file {name} is gone from the archive, so the case lacks it", err=True)


def _show_progress(done: int, articles: int) -> None:
    """Show at a terminal how far it is; the line is cleared at the end."""
    if sys.stderr.isatty() and (done % 50 == 0 or done == articles):
        text = f"{done} of {count(articles, 'article')}" if done < articles else ""
        click.echo(f"\r\x1b[K{text}", err=True, nl=False)
