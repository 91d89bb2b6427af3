"""``archiver list``, ``show``, ``history`` and ``views``: reading articles."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlite_utils import Database

from archiver.archive.history.past import find_article_at
from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.queries.queries import (
    find_articles,
    find_articles_ending,
    find_capture_at,
    list_articles,
    list_observations,
    list_snapshots,
    zones_of_sites,
)
from archiver.archive.queries.rows import ArticleRow, ObservationRow
from archiver.archive.queries.views import COLUMNS
from archiver.archive.store.file import open_for_reading
from archiver.cli.printing.options import Moment, check_site, with_archive, with_filters, with_limit, with_output
from archiver.cli.printing.output import Output, Row, choose_zones, show_published, show_time
from archiver.cli.reading.attachments import describe_files, write_files
from archiver.cli.reading.drawn_pages import draw_article
from archiver.cli.reading.most_read import write_ranking
from archiver.clock import now
from archiver.errors import UsageError
from archiver.text.display import escape_controls

_FILE = click.Path(path_type=Path, dir_okay=False)
BAR = 30
# Of articles whose ids end alike, so many are named.
MOST_NAMED = 10
LISTED = ("site", "article_id", "published_at", "published_precision", "title", "views", "state", "snapshots")


@click.command("list")
@with_filters
@with_limit(None)
@with_output
@with_archive
def list_command(db: Path, output: Output, wanted: ArticleFilter, limit: int | None) -> None:
    """List articles, the newest first."""
    database = open_for_reading(db)
    own = check_site(database.conn, wanted.site)
    zones = choose_zones(own, wanted.site)
    rows: Iterable[Row] = list_articles(database.conn, wanted, limit)
    if output.form == "table":
        rows = ({**row, "published_at": show_published(row, own, zones)} for row in rows)
    shown = ("site", "article_id", "published_at", "title", "views", "state", "snapshots")
    output.write(rows, (*LISTED, "changed_at", "url"), shown)


@click.command("show")
@click.argument("article", metavar="ID|URL")
@click.option("--at", type=Moment(), help="As it stood at that time; a day means its end.")
@click.option("--raw", is_flag=True, help="The page as received, byte for byte.")
@click.option("--png", type=_FILE, metavar="FILE", help="Draw the page as it looked into a picture; needs chromium.")
@click.option("--pdf", type=_FILE, metavar="FILE", help="The same as a PDF, with address, time and digest below.")
@with_output
@with_archive
def show_command(
    db: Path,
    output: Output,
    article: str,
    at: date | datetime | None,
    raw: bool,
    png: Path | None,
    pdf: Path | None,
) -> None:
    """Show one article as it was last seen, or as it stood at a time; ID is the portal's own, or SITE:ID.

    With --at everything is of that time, by what had been captured up to then: also views, state, listed, snapshots,
    last_seen_at and changed_at. url and section are empty where the article had several and nothing tells which one.
    """
    database = open_for_reading(db)
    row = find_one(database, article)
    zone = zones_of_sites(database.conn)[row["site"]]
    moment = _end_of(at, zone) if at else now()
    if png or pdf:
        draw_article(database.conn, row, moment, {"png": png, "pdf": pdf})
        return
    if raw:
        _write_raw(database, row, moment, output)
        return
    if at:
        row = _find_past(database, row, moment)
    shown = {**row, **describe_files(database.conn, row, moment)}
    if output.form != "table":
        columns = (*COLUMNS["current_articles"], *(COLUMNS["article_history"] if at else ()))
        output.write([shown], tuple(dict.fromkeys(columns)))
        return
    with output.open() as stream:
        stream.write(_write_page(shown, zone))


@click.command("history")
@click.argument("article", metavar="ID|URL")
@with_limit(None)
@with_output
@with_archive
def history_command(db: Path, output: Output, article: str, limit: int | None) -> None:
    """List the snapshots of one article, the oldest first."""
    database = open_for_reading(db)
    found = find_one(database, article)
    zone = zones_of_sites(database.conn)[found["site"]]
    rows: Sequence[Row] = list(list_snapshots(database.conn, found["site"], found["article_id"]))[:limit]
    if output.form == "table":
        rows = [_show_times(row, zone, "seen_from", "seen_until") for row in rows]
        rows = [{**row, "changed_fields": ", ".join(row["changed_fields"] or ())} for row in rows]
    shown = ("snapshot", "seen_from", "seen_until", "changed_fields", "title")
    output.write(rows, COLUMNS["article_history"], shown)


@click.command("views")
@click.argument("article", metavar="[ID|URL]", required=False)
@click.option("--top", is_flag=True, help="The articles that were read most in the week before the last crawl.")
@click.option("--fastest", is_flag=True, help="Those that gained most of what they had in that week.")
@click.option("--site", help="With --top or --fastest: only of this site.")
@with_limit(None)
@with_output
@with_archive
def views_command(
    db: Path, output: Output, article: str | None, limit: int | None, site: str | None, *, top: bool, fastest: bool
) -> None:
    """List the view counts of one article, the oldest first; or the articles that are read most.

    \b
    archiver views 4418664
    archiver views --top
    """  # noqa: D301 - click keeps the lines behind this sign
    database = open_for_reading(db)
    if top or fastest:
        if article or (top and fastest):
            raise UsageError("--top, --fastest and an article are three questions; ask one at a time")
        write_ranking(database, output, site, limit, fastest=fastest)
        return
    if article is None or site:
        raise UsageError("name an article: archiver views ID; or ask for --top, of one --site if you like")
    found = find_one(database, article)
    counts = list(list_observations(database.conn, found["site"], found["article_id"]))[:limit]
    rows: Iterable[Row] = counts
    if output.form == "table":
        zone = zones_of_sites(database.conn)[found["site"]]
        rows = [_show_times(row, zone, "observed_at") for row in _draw_views(counts)]
    output.write(rows, COLUMNS["view_history"], ("observed_at", "views", "source", "chart"))


def find_one(database: Database, reference: str) -> ArticleRow:
    """Find the one article that a reference names, or whose id ends so; UsageError where there is none, or several."""
    rows = find_articles(database.conn, reference)
    said = "is an article of several sites"
    if not rows and reference:
        rows = find_articles_ending(database.conn, reference, MOST_NAMED)
        said = "ends the ids of several articles"
    if not rows:
        raise UsageError(f"the archive holds no article {reference!r}; archiver list shows those it holds")
    if len(rows) > 1:
        names = ", ".join(f"{row['site']}:{row['article_id']}" for row in rows)
        more = ", …" if len(rows) == MOST_NAMED else ""
        raise UsageError(f"{reference!r} {said}; say which: {names}{more}")
    return rows[0]


def _end_of(at: date | datetime, zone: ZoneInfo) -> datetime:
    """Read a time in the site's zone where it has none of its own; a day is meant with all its hours."""
    if isinstance(at, datetime):
        return at if at.tzinfo else at.replace(tzinfo=zone)
    return datetime.combine(at, time.max, zone)


def _find_past(database: Database, row: ArticleRow, at: datetime) -> ArticleRow:
    past = find_article_at(database.conn, row["site"], row["article_id"], at)
    if past is None:
        raise UsageError(f"article {row['article_id']} was first seen later, at {row['first_seen_at'][:16]} UTC")
    return past


def _write_raw(database: Database, row: ArticleRow, at: datetime, output: Output) -> None:
    capture_id = find_capture_at(database.conn, row["site"], row["article_id"], at)
    if capture_id is None:
        raise UsageError(f"there is no page of article {row['article_id']} from that time")
    from archiver.archive.evidence.captures import load_capture

    output.write_bytes(load_capture(database.conn, capture_id).body)


def _draw_views(rows: list[ObservationRow]) -> list[Row]:
    """Draw a bar for each count, from the least to the greatest."""
    counts = [row["views"] for row in rows]
    least, most = min(counts, default=0), max(counts, default=0)
    step = (BAR - 1) / max(most - least, 1)
    return [{**row, "chart": "█" * (1 + round(step * (row["views"] - least)))} for row in rows]


def _show_times(row: Row, zone: ZoneInfo, *columns: str) -> Row:
    return {**row, **{column: show_time(row[column], zone) for column in columns}}


def _write_page(row: Row, zone: ZoneInfo) -> str:
    facts = {
        "site": f"{row['site']}:{row['article_id']}",
        "section": row["section"],
        "published": show_time(row["published_at"], zone, row["published_precision"]) or row["published_raw"],
        "views": row["views"],
        "author": row["author"],
        "address": row["url"],
        "state": row["state"],
        "snapshots": row["snapshots"],
        "stood from": show_time(row.get("seen_from"), zone) or None,
        "until": show_time(row.get("seen_until"), zone) or None,
        "last seen": show_time(row["last_seen_at"], zone),
    }
    lines = [row["title"], "", *(f"{name + ':':<12}{value}" for name, value in facts.items() if value is not None)]
    lines += ["", *([row["lead"], ""] if row["lead"] else []), row["body"]]
    lines += write_files("Images", row["images"], "caption", zone)
    lines += write_files("Attachments", row["attachments"], "title", zone)
    return "\n".join(escape_controls(line) for text in lines for line in str(text).split("\n")) + "\n"
