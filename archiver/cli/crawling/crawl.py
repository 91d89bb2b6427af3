"""``archiver crawl``: what cron calls."""

import logging
import sys
from pathlib import Path

import click

from archiver.alerts.declarations import has_alerts
from archiver.cli.crawling.monitoring import INTERRUPTED, Monitor, with_monitoring
from archiver.cli.printing.options import MOST_JOBS, with_archive
from archiver.crawl.running.execution import NONE_DECLARED, choose_spiders, crawl_sites, load_spiders
from archiver.crawl.running.logs import note_end, site_logs, sites_with_logs
from archiver.crawl.running.project_settings import project_settings
from archiver.crawl.running.reports import Report
from archiver.errors import UsageError
from archiver.text.counting import count
from archiver.text.display import escape_controls

MOST_FINDINGS = 10
FINDINGS = 3


@click.command("crawl")
@click.argument("sites", nargs=-1, metavar="SITE...")
@click.option("--all", "everything", is_flag=True, help="Every declared site that has an address.")
@click.option(
    "-a", "arguments", multiple=True, metavar="NAME=VALUE", help="start, since, max_pages, full, deep; url (site)."
)
@click.option("-s", "settings", multiple=True, metavar="NAME=VALUE", help="A Scrapy setting for this crawl.")
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, MOST_JOBS),
    help="With N processes [with --all: as many as there are cores and work for].",
)
@click.option("--wait", is_flag=True, help="Wait for another run of the same site to end, instead of status 75.")
@click.option("--verbose", is_flag=True, help="Log every article.")
@with_monitoring
@with_archive
def crawl_command(
    db: Path,
    sites: tuple[str, ...],
    everything: bool,
    arguments: tuple[str, ...],
    settings: tuple[str, ...],
    jobs: int | None,
    wait: bool,
    verbose: bool,
    monitor: Monitor,
) -> int:
    """Crawl sites into the archive.

    Quiet unless stderr is a terminal or something is wrong. Exit status: 0 done, 1 failed, 2 wrong usage, 3 done with
    findings, 75 another run holds the lock, 130 interrupted.
    """
    watched = sys.stderr.isatty() and not verbose
    changes = {"ARCHIVE_DB": str(db), "LOG_LEVEL": "INFO" if verbose else "ERROR", "ARCHIVE_PROGRESS": watched}
    changes |= {"ARCHIVE_WAIT": "inf"} if wait else {}
    chosen = project_settings(**(changes | read_pairs("-s", settings)))
    archive = Path(chosen["ARCHIVE_DB"])
    logged = chosen.getbool("ARCHIVE_LOGS")
    with site_logs(archive, sites or sites_with_logs(archive) if logged else ()):
        declared = load_spiders(chosen) if everything else {}
        if everything and not declared:
            raise UsageError(NONE_DECLARED)
        names = _choose(sites, sorted(declared))
        if everything:
            names = [name for name in names if declared[name].listings]
        spiders, asked = choose_spiders(chosen, names, read_pairs("-a", arguments))
    with site_logs(archive, [spider.name for spider in spiders] if logged else ()):
        status, reports = crawl_sites(chosen, spiders, asked, jobs if everything else jobs or 1)
        monitor.note(reports)
        for report in reports:
            if not report.is_logged:
                note_end(archive, report)
            _tell(report, loud=watched)
    logging.shutdown()
    return _send_alerts(archive, status)


def _send_alerts(archive: Path, status: int) -> int:
    """Send what is due; a run that was done has findings where that fails. Who stops a crawl waits for nothing."""
    if status == INTERRUPTED or not has_alerts(archive):
        return status
    from archiver.cli.crawling.alerts import send_after_crawl

    return status if send_after_crawl(archive) or status else FINDINGS


def _choose(sites: tuple[str, ...], everything: list[str]) -> list[str]:
    if bool(sites) == bool(everything):
        raise UsageError("name the sites to crawl, or --all; archiver sites lists them")
    return list(dict.fromkeys(sites)) or everything


def read_pairs(option: str, pairs: tuple[str, ...]) -> dict[str, str]:
    """Read what was given with -a or -s; UsageError for what is no NAME=VALUE."""
    read = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name:
            raise UsageError(f"{option} {pair!r}: write {option} NAME=VALUE")
        read[name] = value
    return read


def _tell(report: Report, *, loud: bool) -> None:
    """Say how a crawl ended: always to people at a terminal, to cron only if something is wrong."""
    if report.outcome == "finished" and not loud:
        return
    if report.reason:
        click.echo(f"{report.site}: {escape_controls(report.reason)}", err=True)
    if report.outcome in ("locked", None):
        return
    counts = ", ".join(f"{number} {novelty}" for novelty, number in report.novelties.items() if number) or "none"
    files = ", ".join(f"{number} {word}" for word, number in report.files.items() if number)
    told = f"articles: {counts}{f'; files: {files}' if files else ''}; {count(len(report.findings), 'finding')}"
    click.echo(f"{report.site}: {report.outcome}; {told}", err=True)
    for finding in report.findings[:MOST_FINDINGS]:
        click.echo(f"  {finding.kind}: {escape_controls(finding.detail)} <{escape_controls(finding.url)}>", err=True)
    if len(report.findings) > MOST_FINDINGS:
        click.echo(f"  and {len(report.findings) - MOST_FINDINGS} more, in the table findings", err=True)
