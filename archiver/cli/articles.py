"""``archiver list``, ``show``, ``history`` and ``views``: reading articles."""

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlite_utils import Database

from archiver.archive.file import open_for_reading
from archiver.archive.queries import (
    Row,
    Selection,
    find_articles,
    list_articles,
    list_observations,
    list_snapshots,
    zones_of_sites,
)
from archiver.archive.views import ARTICLE_HISTORY, CURRENT_ARTICLES, VIEW_HISTORY
from archiver.cli.options import Day, with_archive, with_limit, with_output
from archiver.cli.output import Output, escape_controls, show_time
from archiver.errors import UsageError

STATES = ("live", "suspect", "gone", "moved")
LISTED = ("site", "article_id", "published_at", "published_precision", "title", "views", "state", "snapshots")


@click.command("list")
@click.option("--site", help="Only of this site.")
@click.option("--since", type=Day(), help="Published on this day or later.")
@click.option("--until", type=Day(), help="Published on this day or before.")
@click.option("--changed-since", type=Day(), help="Content changed on this day or later.")
@click.option("--state", type=click.Choice(STATES), help="Only in this state.")
@with_limit(None)
@with_output
@with_archive
def list_command(
    db: Path,
    output: Output,
    site: str | None,
    since: date | None,
    until: date | None,
    changed_since: date | None,
    state: str | None,
    limit: int | None,
) -> None:
    """List articles, the newest first."""
    database = open_for_reading(db)
    zones = zones_of_sites(database.conn)
    if site is not None and site not in zones:
        raise UsageError(f"the archive holds no site {site!r}; it holds: {', '.join(zones) or 'none yet'}")
    rows = list_articles(database.conn, Selection(site, since, until, changed_since, state, limit))
    if output.form == "table":
        rows = (_show_published(row, zones) for row in rows)
    shown = ("site", "article_id", "published_at", "title", "views", "state", "snapshots")
    output.write(rows, (*LISTED, "changed_at", "url"), shown)


@click.command("show")
@click.argument("article", metavar="ID|URL")
@with_output
@with_archive
def show_command(db: Path, output: Output, article: str) -> None:
    """Show one article as it was last seen; ID is the portal's own, or SITE:ID."""
    database = open_for_reading(db)
    row = _find_one(database, article)
    if output.form != "table":
        output.write([row], tuple(CURRENT_ARTICLES.columns))
        return
    with output.open() as stream:
        stream.write(_write_page(row, zones_of_sites(database.conn)[row["site"]]))


@click.command("history")
@click.argument("article", metavar="ID|URL")
@with_limit(None)
@with_output
@with_archive
def history_command(db: Path, output: Output, article: str, limit: int | None) -> None:
    """List the snapshots of one article, the oldest first."""
    database = open_for_reading(db)
    found = _find_one(database, article)
    zone = zones_of_sites(database.conn)[found["site"]]
    rows = list(list_snapshots(database.conn, found["site"], found["article_id"]))[:limit]
    if output.form == "table":
        rows = [_show_times(row, zone, "seen_from", "seen_until") for row in rows]
        rows = [row | {"changed_fields": ", ".join(row["changed_fields"] or ())} for row in rows]
    output.write(
        rows, tuple(ARTICLE_HISTORY.columns), ("snapshot", "seen_from", "seen_until", "changed_fields", "title")
    )


@click.command("views")
@click.argument("article", metavar="ID|URL")
@with_limit(None)
@with_output
@with_archive
def views_command(db: Path, output: Output, article: str, limit: int | None) -> None:
    """List the view counts of one article, the oldest first."""
    database = open_for_reading(db)
    found = _find_one(database, article)
    rows = list(list_observations(database.conn, found["site"], found["article_id"]))[:limit]
    if output.form == "table":
        zone = zones_of_sites(database.conn)[found["site"]]
        rows = [_show_times(row, zone, "observed_at") for row in rows]
    output.write(rows, tuple(VIEW_HISTORY.columns), ("observed_at", "views", "source"))


def _find_one(database: Database, reference: str) -> Row:
    rows = find_articles(database.conn, reference)
    if not rows:
        raise UsageError(f"the archive holds no article {reference!r}; archiver list shows those it holds")
    if len(rows) > 1:
        names = ", ".join(f"{row['site']}:{row['article_id']}" for row in rows)
        raise UsageError(f"{reference!r} is an article of several sites; say which: {names}")
    return rows[0]


def _show_published(row: Row, zones: dict[str, ZoneInfo]) -> Row:
    shown = show_time(row["published_at"], zones[row["site"]], row["published_precision"])
    return row | {"published_at": shown}


def _show_times(row: Row, zone: ZoneInfo, *columns: str) -> Row:
    return row | {column: show_time(row[column], zone) for column in columns}


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
        "last seen": show_time(row["last_seen_at"], zone),
    }
    lines = [row["title"], "", *(f"{name + ':':<11}{value}" for name, value in facts.items() if value is not None)]
    lines += ["", *([row["lead"], ""] if row["lead"] else []), row["body"]]
    lines += _write_items("Images", row["images"], "caption") + _write_items("Attachments", row["attachments"], "title")
    return "\n".join(escape_controls(line) for text in lines for line in str(text).split("\n")) + "\n"


def _write_items(heading: str, items: list[dict[str, Any]], text: str) -> list[str]:
    if not items:
        return []
    return ["", f"{heading}:", *(f"- {item[text] or '(no caption)'} <{item['url']}>" for item in items)]
