"""``archiver check``: what is wrong, with an exit status for cron."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from archiver.archive.evidence.seal_tokens import count_lacking
from archiver.archive.history.content import write_time
from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.queries.rows import FindingRow
from archiver.archive.runs.run_history import FINDING_COLUMNS, LedgerEntry, list_attendance, list_run_findings
from archiver.archive.store.file import open_for_reading
from archiver.checks.attendance import check_attendance, check_witnesses, find_open, write_span
from archiver.cli.printing.explaining import EXPLAINED, explain_kinds, explain_row
from archiver.cli.printing.options import Day, with_archive, with_output
from archiver.cli.printing.output import Output, Row, show_time
from archiver.clock import now
from archiver.errors import SiteError, UsageError

SHOWN = ("site", "run", "day", "kind", "detail")
FINDINGS = 3


@click.command("check")
@click.option("--site", help="Only of this site.")
@click.option("--since", type=Day(), help="Of all runs that began on that day or later, not only of the last ones.")
@click.option("--all", "everything", is_flag=True, help="Of all runs.")
@with_output
@with_archive
def check_command(db: Path, output: Output, site: str | None, since: date | None, everything: bool) -> int:
    """Print the findings of each site's last run, and the sites whose runs fail or no longer happen.

    Below them stands what each kind means and what to do about it; archiver schema findings explains all kinds.

    Exit status: 0 nothing is wrong, 1 the archive cannot be read, 2 wrong usage, 3 there are findings.
    """
    if since and everything:
        raise UsageError("--since and --all exclude each other")
    connection = open_for_reading(db).conn
    zones, entries = zones_of_sites(connection), list_attendance(connection)
    if site and site not in entries:
        raise SiteError(f"there is no run of a site {site!r} in {db}; archiver sites lists those there are")
    chosen = {name: runs for name, runs in entries.items() if site in (None, name)}
    numbers = [run.number for name, runs in chosen.items() for run in _choose(runs, since, zones[name], everything)]
    lacking = count_lacking(connection) if _has_authority() else {}
    rows = [*_list_remarks(chosen, now(), lacking), *list_run_findings(connection, numbers)]
    rows += _list_alerts(db, chosen)
    rows.sort(key=lambda row: (row["site"], row["run_id"]))
    if rows or output.form != "table":
        shown = [_show(row, zones) if output.form == "table" else explain_row(row) for row in rows]
        output.write(shown, (*FINDING_COLUMNS, *EXPLAINED), SHOWN, explain_kinds(rows))
    _tell(chosen, rows)
    return FINDINGS if rows else 0


def _choose(runs: Sequence[LedgerEntry], since: date | None, zone: ZoneInfo, everything: bool) -> Sequence[LedgerEntry]:
    """Choose the runs whose findings are printed: the last that is closed, unless others are asked for."""
    if everything:
        return runs
    if since:
        return [run for run in runs if run.started_at.astimezone(zone).date() >= since]
    return [run for run in runs if run.outcome][-1:]


def _list_remarks(
    entries: Mapping[str, Sequence[LedgerEntry]], at: datetime, lacking: Mapping[str, tuple[int, int]]
) -> Iterator[FindingRow]:
    declared = _list_declared()
    for site, runs in entries.items():
        witnessed = check_witnesses(runs, *lacking[site]) if site in lacking else ()
        for remark in (*check_attendance(runs, at, expected=site in declared), *witnessed):
            started_at = write_time(remark.entry.started_at)
            yield {
                "site": site,
                "run_id": remark.entry.number,
                "started_at": started_at,
                "kind": remark.kind,
                "url": "",
                "detail": remark.detail,
            }


def _has_authority() -> bool:
    """Say whether an authority is to attest the runs."""
    from archiver.crawl.running.project_settings import project_settings

    return bool(project_settings().get("ARCHIVE_TSA"))


def _list_alerts(db: Path, entries: Mapping[str, Sequence[LedgerEntry]]) -> Iterator[FindingRow]:
    """List alerts that are not told to somebody; that they cannot be read stands beside the last run of all."""
    from archiver.alerts.sending import list_alert_failures
    from archiver.alerts.sent_log import FAILED

    try:
        yield from (row for row in list_alert_failures(db, open_for_reading(db)) if row["site"] in entries)
    except UsageError as error:
        for site, runs in sorted(entries.items(), key=lambda entry: entry[1][-1].started_at)[-1:]:
            began = write_time(runs[-1].started_at)
            number, told = runs[-1].number, str(error)
            yield FindingRow(site=site, run_id=number, started_at=began, kind=FAILED, url="", detail=told)


def _list_declared() -> set[str]:
    """Name the sites that are declared here; a site that was taken out need not run any more."""
    from archiver.crawl.running.execution import load_spiders
    from archiver.crawl.running.project_settings import project_settings

    return set(load_spiders(project_settings()))


def _show(row: FindingRow, zones: Mapping[str, ZoneInfo]) -> Row:
    """Give a detail its address, so that both have the width that long addresses need."""
    detail = f"{row['detail']} <{row['url']}>" if row["url"] else row["detail"]
    day = show_time(row["started_at"], zones[row["site"]], "day")
    return {"site": row["site"], "run": row["run_id"], "day": day, "kind": row["kind"], "detail": detail}


def _tell(entries: Mapping[str, Sequence[LedgerEntry]], rows: Sequence[FindingRow]) -> None:
    """Say to people at a terminal which runs are under way, and that all is well."""
    if not sys.stderr.isatty():
        return
    for site, runs in entries.items():
        for run in find_open(runs):
            click.echo(f"{site}: a run is under way, since {write_span(now() - run.started_at)}", err=True)
    if not rows:
        click.echo(f"all is well: {', '.join(entries)}" if entries else "nothing was crawled yet", err=True)
