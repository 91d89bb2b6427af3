"""``archiver runs``: the ledger."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from archiver.archive.evidence.seal_tokens import find_first_stamps
from archiver.archive.queries.export_rows import holding_still
from archiver.archive.queries.queries import list_runs, zones_of_sites
from archiver.archive.queries.rows import RunRow
from archiver.archive.queries.shown_runs import find_run, list_findings
from archiver.archive.queries.views import COLUMNS
from archiver.archive.runs.imported_runs import find_source
from archiver.archive.runs.metrics import list_metrics
from archiver.archive.runs.run_history import FINDING_COLUMNS
from archiver.archive.store.file import open_for_reading
from archiver.cli.printing.explaining import EXPLAINED, explain_kinds, explain_row
from archiver.cli.printing.options import with_archive, with_limit, with_output
from archiver.cli.printing.output import Output, Row, choose_zones, show_time
from archiver.clock import now
from archiver.errors import UsageError
from archiver.formats.openmetrics import write_openmetrics
from archiver.text.counting import count
from archiver.text.display import escape_controls

# What fits into 80 columns; the rest (found, unchanged, skipped, pending) is in --json and the view run_summary.
ARTICLES = ("new", "changed", "failed")
SHOWN = ("run", "site", "started_at", "outcome", "scope", *ARTICLES, "findings")
FINDINGS = ("kind", "url", "detail")
SEALS = ("site", "started_at", "outcome", "captures", "seal", "stamped_at", "authority")
SEALS_SHOWN = SEALS[:-1]


@click.command("runs")
@click.argument("run", metavar="[RUN]", type=int, required=False)
@click.option("--site", help="Only of this site.")
@click.option("--seals", is_flag=True, help="Print the seals: digests over all captures of each run.")
@click.option("--openmetrics", is_flag=True, help="Print the figures of the last runs for Prometheus.")
@click.option("--withdraw", metavar="RUN", type=int, multiple=True, help="Set aside what this run read; repeatable.")
@click.option("--restore", metavar="RUN", type=int, multiple=True, help="Let a withdrawn run count again; repeatable.")
@with_limit(20)
@with_output
@with_archive
def runs_command(
    db: Path,
    output: Output,
    run: int | None,
    site: str | None,
    limit: int | None,
    seals: bool,
    openmetrics: bool,
    withdraw: tuple[int, ...],
    restore: tuple[int, ...],
) -> int:
    """List runs, the newest first; or, with the number of a RUN, its findings with what they mean.

    A seal is SHA-256 over all captures of a run: their addresses, times, statuses, headers and payload digests, in
    order. Publish the seals, or mail them to somebody: then there is a witness that nothing was changed, added or taken
    away later. archiver verify computes them again. stamped_at is when an authority (ARCHIVE_TSA) attested the seal.

    --openmetrics prints how the last run of each site went and what the archive holds, as OpenMetrics text: with
    -o FILE.prom for the textfile collector of node_exporter. archiver serve has the same at /metrics.

    --withdraw RUN sets aside what a run read, for example because its clock was wrong. Its captures stay, and articles,
    history, counts and events are those of an archive without it, until --restore brings it back. All other captures of
    the site are read again for it. Status 75 while a crawl is under way.
    """
    if run is not None and (site or seals or withdraw or restore):
        raise UsageError("a RUN is shown alone: leave out --site, --seals, --withdraw and --restore")
    if openmetrics and (output.form != "table" or site or seals or withdraw or restore or run is not None):
        raise UsageError("--openmetrics is a form of its own, of all sites; only -o and --db go with it")
    if withdraw or restore:
        return _decide(db, withdraw, restore)
    connection = open_for_reading(db).conn
    if openmetrics:
        _write_metrics(connection, output)
    elif run is not None:
        _write_findings(connection, output, run)
    else:
        _write_runs(connection, output, list(list_runs(connection, site, limit)), site, seals=seals)
    return 0


def _decide(db: Path, withdraw: tuple[int, ...], restore: tuple[int, ...]) -> int:
    if withdraw and restore:
        raise UsageError("--withdraw and --restore exclude each other")
    from archiver.cli.reading.withdrawing import decide

    return decide(db, withdraw or restore, withdrawn=bool(withdraw))


def _write_metrics(connection: sqlite3.Connection, output: Output) -> None:
    with holding_still(connection):
        text = write_openmetrics(list_metrics(connection, now()))
    with output.open() as stream:
        stream.write(text)


def _write_runs(
    connection: sqlite3.Connection, output: Output, runs: list[RunRow], site: str | None, *, seals: bool
) -> None:
    if seals:
        stamps = find_first_stamps(connection)
        none = (None, None)
        output.write([_add_stamp(run, *stamps.get(run["run_id"], none)) for run in runs], SEALS, SEALS_SHOWN)
        return
    rows: Sequence[Row] = runs
    if output.form == "table":
        own = zones_of_sites(connection)
        zones = choose_zones(own, site)
        rows = [_show(run, zones.get(run["site"]) or own[run["site"]]) for run in runs]
    output.write(rows, COLUMNS["run_summary"], SHOWN)


def _add_stamp(run: RunRow, stamped_at: str | None, authority: str | None) -> Row:
    return {**run, "stamped_at": stamped_at, "authority": authority}


def _write_findings(connection: sqlite3.Connection, output: Output, number: int) -> None:
    """Write the findings of a run; for people also how the run went, and what each kind means."""
    run = find_run(connection, number)
    if run is None:
        raise UsageError(f"there is no run {number}; archiver runs lists those there are")
    named = {"site": run["site"], "run_id": number, "started_at": run["started_at"]}
    rows = [explain_row({**named, **row}) for row in list_findings(connection, run["id"])]
    at = show_time(run["started_at"], zones_of_sites(connection)[run["site"]])
    outcome = run["outcome"] or "under way"
    source = find_source(connection, run["id"])
    imported = f"; imported from {escape_controls(source)}" if source else ""
    told = f"Run {number} of {escape_controls(run['site'])}, {at}: {outcome}, {count(len(rows), 'finding')}{imported}."
    if output.form == "table" and not rows:
        with output.open() as stream:
            stream.write(f"{told}\n")
    else:
        output.write(rows, (*FINDING_COLUMNS, *EXPLAINED), FINDINGS, [told, "", *explain_kinds(rows)])


def _show(row: RunRow, zone: ZoneInfo) -> Row:
    articles = {"new": row["articles_new"], "changed": row["articles_changed"], "failed": row["articles_failed"]}
    outcome = "withdrawn" if row["withdrawn"] else row["outcome"]
    shown = {"run": row["run_id"], "started_at": show_time(row["started_at"], zone), "outcome": outcome}
    scope = row["scope"] if row["kind"] == "crawl" else row["kind"]
    return {**row, **articles, **shown, "scope": scope}
