"""``archiver runs``: the ledger."""

from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from archiver.archive.queries.queries import list_runs, zones_of_sites
from archiver.archive.queries.rows import RunRow
from archiver.archive.queries.views import COLUMNS
from archiver.archive.store.file import open_for_reading
from archiver.cli.printing.options import with_archive, with_limit, with_output
from archiver.cli.printing.output import Output, Row, show_time
from archiver.errors import UsageError

# What fits into 80 columns; the rest (found, unchanged, skipped, pending) is in --json and the view run_summary.
ARTICLES = ("new", "changed", "failed")
SHOWN = ("run", "site", "started_at", "outcome", "scope", *ARTICLES, "findings")
SEALS = ("site", "started_at", "outcome", "captures", "seal")


@click.command("runs")
@click.option("--site", help="Only of this site.")
@click.option("--seals", is_flag=True, help="Print the seals: digests over all captures of each run.")
@click.option("--withdraw", metavar="RUN", type=int, multiple=True, help="Set aside what this run read; repeatable.")
@click.option("--restore", metavar="RUN", type=int, multiple=True, help="Let a withdrawn run count again; repeatable.")
@with_limit(20)
@with_output
@with_archive
def runs_command(
    db: Path,
    output: Output,
    site: str | None,
    limit: int | None,
    seals: bool,
    withdraw: tuple[int, ...],
    restore: tuple[int, ...],
) -> int:
    """List runs, the newest first.

    A seal is SHA-256 over all captures of a run: their addresses, times, statuses, headers and payload digests, in
    order. Publish the seals, or mail them to somebody: then there is a witness that nothing was changed, added or taken
    away later. archiver verify computes them again.

    --withdraw sets aside what a run read, by its number: one that was dated by a wrong clock, say. Its captures stay,
    and articles, history, counts and events are those of an archive without it, until --restore brings it back. All
    other captures of the site are read again for it. Status 75 while a crawl is under way.
    """
    if withdraw and restore:
        raise UsageError("--withdraw and --restore exclude each other")
    if withdraw or restore:
        from archiver.cli.reading.withdrawing import decide

        return decide(db, withdraw or restore, withdrawn=bool(withdraw))
    database = open_for_reading(db)
    if seals:
        output.write(list_runs(database.conn, site, limit), SEALS)
        return 0
    rows: Iterable[Row] = list_runs(database.conn, site, limit)
    if output.form == "table":
        zones = zones_of_sites(database.conn)
        rows = [_show(row, zones[row["site"]]) for row in list_runs(database.conn, site, limit)]
    output.write(rows, COLUMNS["run_summary"], SHOWN)
    return 0


def _show(row: RunRow, zone: ZoneInfo) -> Row:
    articles = {"new": row["articles_new"], "changed": row["articles_changed"], "failed": row["articles_failed"]}
    outcome = "withdrawn" if row["withdrawn"] else row["outcome"]
    shown = {"run": row["run_id"], "started_at": show_time(row["started_at"], zone), "outcome": outcome}
    return {**row, **articles, **shown}
