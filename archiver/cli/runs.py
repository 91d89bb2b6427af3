"""``archiver runs``: the ledger."""

from pathlib import Path
from zoneinfo import ZoneInfo

import click

from archiver.archive.file import open_for_reading
from archiver.archive.queries import Row, list_runs, zones_of_sites
from archiver.archive.views import RUN_SUMMARY
from archiver.cli.options import with_archive, with_limit, with_output
from archiver.cli.output import Output, show_time

# What fits into 80 columns; the rest (found, unchanged, skipped, pending) is in --json and the view run_summary.
ARTICLES = ("new", "changed", "failed")
SHOWN = ("run", "site", "started_at", "outcome", "scope", *ARTICLES, "findings")
SEALS = ("site", "started_at", "outcome", "captures", "seal")


@click.command("runs")
@click.option("--site", help="Only of this site.")
@click.option("--seals", is_flag=True, help="Print the seals: digests over all captures of each run.")
@with_limit(20)
@with_output
@with_archive
def runs_command(db: Path, output: Output, site: str | None, limit: int | None, seals: bool) -> None:
    """List runs, the newest first.

    A seal is SHA-256 over all captures of a run: their addresses, times, statuses, headers and payload digests, in
    order. Publish the seals, or mail them to somebody: then there is a witness that nothing was changed, added or taken
    away later. archiver verify computes them again.
    """
    database = open_for_reading(db)
    if seals:
        rows = [{column: row[column] for column in SEALS} for row in list_runs(database.conn, site, limit)]
        output.write(rows, SEALS, SEALS)
        return
    rows = list(list_runs(database.conn, site, limit))
    if output.form == "table":
        zones = zones_of_sites(database.conn)
        rows = [_show(row, zones[row["site"]]) for row in rows]
    output.write(rows, tuple(RUN_SUMMARY.columns), SHOWN)


def _show(row: Row, zone: ZoneInfo) -> Row:
    articles = {fate: row[f"articles_{fate}"] for fate in ARTICLES}
    return row | articles | {"run": row["run_id"], "started_at": show_time(row["started_at"], zone)}
