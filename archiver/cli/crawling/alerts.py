"""``archiver alerts``: who is told of which changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from archiver.alerts.addresses import Address
from archiver.alerts.declarations import Alert, add_alert, alerts_file, load_alerts, remove_alert
from archiver.alerts.sending import Sent, count_waiting, send_due, send_test
from archiver.alerts.services import check_address
from archiver.archive.history.content import FIELDS
from archiver.archive.queries.changes import FURTHER_KINDS, KINDS
from archiver.archive.store.file import open_for_reading
from archiver.cli.printing.options import with_archive, with_output
from archiver.cli.printing.output import Output, Row, show_reader_time
from archiver.cli.reading.changes import Names
from archiver.clock import now
from archiver.errors import SiteError, UsageError
from archiver.text.counting import count
from archiver.text.display import make_showable
from archiver.text.folding import fold

COLUMNS = ("name", "tells", "to", "when", "most", "since", "waiting")
FINDINGS, FAILED = 3, 1
_KINDS = (*KINDS, *FURTHER_KINDS)


@click.group("alerts")
def alerts_command() -> None:
    """Say who is told of which changes, by mail, chat or a hook of your own.

    Alerts stand in a file beside the archive: archive.alerts.toml for archive.db. They are sent when archiver crawl
    ends, and by archiver alerts send, each change once.
    """


@alerts_command.command("add")
@click.option("--name", help="Its name [default: made of the words].")
@click.option("--to", "to", metavar="URL", multiple=True, required=True, help="mailto://…, ntfy://…, https://… (hook).")
@click.option("--words", metavar="QUERY", help="Articles with these words, before or after; as in archiver search.")
@click.option("--site", help="Only of this site.")
@click.option("--kind", type=Names(_KINDS, "KIND"), help=f"Only of these, with commas: {', '.join(_KINDS)}.")
@click.option("--field", type=Names(FIELDS, "FIELD"), help=f"Edits of these fields: {', '.join(FIELDS)}.")
@click.option("--problems", is_flag=True, help="Of failed runs and findings instead of changes.")
@click.option("--quiet", metavar="HH:MM-HH:MM", help="Nothing in these hours; it comes when they are over.")
@click.option("--digest", metavar="HH:MM", help="Once a day, after this time.")
@click.option("--zone", help="Time zone of these hours [default: that of the site].")
@click.option("--most", type=click.IntRange(1, 1000), help="Show so many changes, count the rest [default: 20].")
@click.option("--language", type=click.Choice(("en", "vi")), help="[default: ARCHIVE_LANGUAGE, en]")
@with_archive
def add_command(db: Path, name: str | None, to: tuple[str, ...], **chosen: Any) -> None:
    """Add an alert, for changes that are seen from now on; of all kinds but new, unless --kind names some.

    ${NAME} in an address is filled in from the environment when something is sent, so no secret need be in the file.
    An https address gets a POST of JSON, all others are those of apprise.

    \b
    archiver alerts add --words 'đất đai' --kind edited,gone --to 'ntfy://ntfy.sh/my-topic'
    archiver alerts add --to 'mailto://lan:${MAIL_PASSWORD}@example.org' --quiet 22:00-07:00
    archiver alerts add --site sotttt --digest 08:00 --to https://hooks.example.org/changes
    """  # noqa: D301 - click keeps the lines behind this sign
    for address in map(Address, to):
        check_address(address)
    _check_site(db, chosen["site"])
    values = {key: list(value) if isinstance(value, tuple) else value for key, value in chosen.items() if value}
    path = alerts_file(db)
    alert = add_alert(path, name or _make_name(path, chosen), {"to": list(to), **values, "since": now()})
    click.echo(f"Alert {alert.name} is in {path}; archiver alerts test {alert.name} tries it.", err=True)
    for missing in dict.fromkeys(name for address in alert.to for name in address.list_missing()):
        click.echo(f"{missing} is not set here; it must be where archiver crawl runs.", err=True)


@alerts_command.command("list")
@with_output
@with_archive
def list_command(db: Path, output: Output) -> None:
    """List the alerts, and how much waits for each; addresses are shown without their secrets."""
    alerts = load_alerts(alerts_file(db))
    waiting = count_waiting(open_for_reading(db), alerts) if db.exists() else {}
    rows = [_show(alert, waiting.get(alert.name, 0)) for alert in alerts]
    if output.form == "table":
        rows = [{**row, "since": show_reader_time(row["since"])} for row in rows]
    if rows or output.form != "table":
        output.write(rows, COLUMNS)
    if not rows:
        click.echo("There are no alerts yet; archiver alerts add makes one.", err=True)


@alerts_command.command("remove")
@click.argument("name")
@with_archive
def remove_command(db: Path, name: str) -> None:
    """Remove an alert."""
    remove_alert(alerts_file(db), name)


@alerts_command.command("test")
@click.argument("name", required=False)
@with_archive
def test_command(db: Path, name: str | None) -> int:
    """Send a message with the last changes that an alert is for, and say which addresses took it.

    It counts for nothing: what is due is sent all the same. Exit status: 0 all took it, 1 not all, 2 wrong usage.
    """
    alerts = load_alerts(alerts_file(db))
    chosen = [alert for alert in alerts if name in (None, alert.name)]
    if not chosen:
        there = ", ".join(alert.name for alert in alerts)
        asked = f"there is no alert {name!r}" if name else "there are no alerts yet"
        raise UsageError(f"{asked}; {f'there are: {there}' if there else 'archiver alerts add makes one'}")
    failed = False
    for alert, address, reason in send_test(open_for_reading(db), chosen):
        click.echo(make_showable(f"{alert.name}: {address}: {reason or 'taken'}"), err=True)
        failed = failed or reason is not None
    return FAILED if failed else 0


@alerts_command.command("send")
@with_archive
def send_command(db: Path) -> int:
    """Send what is due: after quiet hours, for digests, and what a service did not take before.

    archiver cron prints a line for it. Exit status: 0 all was taken or nothing is due, 3 an address did not take it.
    """
    sent = send_due(db)
    if sent.messages:
        click.echo(f"{count(sent.messages, 'message', 'was', 'were')} sent.", err=True)
    return FINDINGS if _tell(sent) else 0


def send_after_crawl(archive: Path) -> bool:
    """Send what is due at the end of a crawl, in a few seconds; say whether all went well. What is wrong is a line."""
    from archiver.alerts.sending import HURRY
    from archiver.archive.store.damage import CONTENT_ERRORS
    from archiver.errors import ArchiverError

    broken: tuple[type[Exception], ...] = (ArchiverError, *CONTENT_ERRORS)
    try:
        return not _tell(send_due(archive, HURRY))
    except broken as error:
        click.echo(make_showable(f"archiver: alerts were not sent: {error}"), err=True)
        return False


def _tell(sent: Sent) -> bool:
    """Write a line for each address that was not told; say whether there is one."""
    for line in sent.failures:
        click.echo(make_showable(f"archiver: {line}"), err=True)
    return bool(sent.failures)


def _check_site(db: Path, site: str | None) -> None:
    """Refuse a site that is neither declared nor in the archive."""
    if site is None:
        return
    from archiver.archive.queries.queries import zones_of_sites
    from archiver.crawl.running.execution import load_spiders
    from archiver.crawl.running.project_settings import project_settings

    declared = set(load_spiders(project_settings()))
    known = declared | (set(zones_of_sites(open_for_reading(db).conn)) if db.exists() else set())
    if site not in known:
        raise SiteError(f"there is no site {site!r}; there are: {', '.join(sorted(known)) or 'none yet'}")


def _make_name(path: Path, chosen: dict[str, Any]) -> str:
    """Make a name of the words, or of what else is asked for; with a number where it is taken."""
    words = "problems" if chosen["problems"] else chosen["words"] or chosen["site"] or "changes"
    base = "-".join("".join(one if one.isascii() and one.isalnum() else " " for one in fold(words)).split())[:40]
    taken = {alert.name for alert in load_alerts(path)}
    return next(name for name in _number(base or "alert") if name not in taken)


def _number(base: str) -> Iterator[str]:
    yield base
    number = 2
    while True:
        yield f"{base}-{number}"
        number += 1


def _show(alert: Alert, waiting: int) -> Row:
    asked = {"words": alert.words, "site": alert.site, "field": ", ".join(alert.field)}
    tells = "problems" if alert.problems else ", ".join(alert.kind)
    only = "; ".join(f"{key}: {value}" for key, value in asked.items() if value)
    hours = {"quiet": alert.quiet, "digest": alert.digest and f"{alert.digest:%H:%M}", "zone": alert.zone}
    return {
        "name": alert.name,
        "tells": f"{tells}; {only}" if only else tells,
        "to": ", ".join(map(str, alert.to)),
        "when": ", ".join(f"{key} {value}" for key, value in hours.items() if value) or "at once",
        "most": alert.most,
        "since": alert.since.isoformat(timespec="seconds"),
        "waiting": waiting,
    }
