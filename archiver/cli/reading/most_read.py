"""``archiver views --top``: which articles were read most in the last week, and which grew fastest."""

import click
from sqlite_utils import Database

from archiver.archive.growth.ranking import GrownRow, rank_articles
from archiver.cli.printing.options import check_site
from archiver.cli.printing.output import Output, Row

COLUMNS = (
    "site article_id title state views_before views gained own_visits gained_by_others observed_from observed_until"
).split()
SHOWN = ("site", "article_id", "title", "views", "gained_by_others", "own_visits")
MOST = 30


def write_ranking(database: Database, output: Output, site: str | None, limit: int | None, *, fastest: bool) -> None:
    """Write the ranking of a site, or of all; where it is empty, say why."""
    check_site(database.conn, site)
    ranking = rank_articles(database.conn, site, limit or MOST)
    rows = ranking.fastest if fastest else ranking.most
    if rows or output.form != "table":
        output.write(map(_write_row, rows), COLUMNS, SHOWN)
    if ranking.until is None:
        click.echo("No crawl has finished yet; begin with archiver crawl.", err=True)
    elif ranking.since and (not rows or output.form == "table"):
        week = f"In the week from {ranking.since:%Y-%m-%d} to {ranking.until:%Y-%m-%d} (UTC)"
        told = f"{week} the growth of {ranking.grown} articles is known; {ranking.once} were counted once only."
        click.echo(told, err=True)


def _write_row(row: GrownRow) -> Row:
    gain = row["gain"]
    return {
        "site": row["site"],
        "article_id": row["article_id"],
        "title": row["title"],
        "state": row["state"],
        "views_before": gain.before,
        "views": gain.after,
        "gained": gain.after - gain.before,
        "own_visits": gain.own,
        "gained_by_others": gain.others,
        "observed_from": gain.since,
        "observed_until": gain.until,
    }
