"""``--ping-url`` and ``--notify``: what ``archiver crawl`` tells others."""

import logging
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import click

from archiver.alerts.notifications import TIMEOUT, PingAddress, Signal, load_messenger, ping, read_ping_address
from archiver.cli.printing.options import Command
from archiver.crawl.running.reports import Report
from archiver.errors import ArchiverError
from archiver.text.counting import count
from archiver.text.display import make_showable

MOST_LINES = 20
# Done, with or without findings: the crawl took place. Findings have their own way, --notify and cron's mail; as a
# failure they would leave the monitor red for weeks, and it could not tell any more that crawls have stopped.
SUCCESS = (0, 3)
# Another run is under way, and reports for itself.
LOCKED = 75
# Whoever stops a crawl waits 10 seconds at most, and needs no message about it.
INTERRUPTED = 130
HURRY = 2.0
UNTOLD = ("finished", "locked", "interrupted")


class Monitor:
    """Tells a monitoring address and apprise services how a command goes."""

    def __init__(self, address: PingAddress | None, send: Callable[[str, str], bool] | None) -> None:
        self._address = address
        self._send = send
        self._reports: Sequence[Report] = ()

    def begin(self) -> None:
        """Tell that it begins."""
        self._ping("start")

    def note(self, reports: Sequence[Report]) -> None:
        """Take how the crawl of each site ended."""
        self._reports = reports

    def end(self, status: int) -> None:
        """Tell how it ended; nothing of runs that did not take place since another is under way."""
        if status != LOCKED:
            self._ping("success" if status in SUCCESS else "fail", HURRY if status == INTERRUPTED else TIMEOUT)
        for report in self._reports:
            if report.outcome not in UNTOLD:
                self._notify(*write_message(report))

    def give_up(self, error: BaseException) -> None:
        """Tell that it broke off with an error; that of an archive or a declaration is told in full."""
        self._ping("fail")
        told = make_showable(str(error)) if isinstance(error, ArchiverError) else type(error).__name__
        self._notify("archiver crawl: failed", told)

    def _ping(self, signal: Signal, timeout: float = TIMEOUT) -> None:
        reason = ping(self._address, signal, timeout) if self._address else None
        if self._address and reason:
            _warn(f"the monitoring server {self._address.host} was not told ({signal}): {reason}")

    def _notify(self, title: str, body: str) -> None:
        if self._send and not self._send(title, body):
            _warn("not all addresses of --notify took the message")


def with_monitoring(command: Command) -> Command:
    """Give a command ``--ping-url`` and ``--notify``; it gets ``monitor`` and is watched from beginning to end."""

    @wraps(command)
    def watch(**values: Any) -> Any:
        url, addresses = values.pop("ping_url"), values.pop("notify")
        monitor = Monitor(read_ping_address(url) if url else None, _load(addresses) if addresses else None)
        monitor.begin()
        try:
            status = command(**values, monitor=monitor)
        except BaseException as error:
            monitor.give_up(error)
            raise
        monitor.end(status)
        return status

    notify = click.option(
        "--notify",
        metavar="URL",
        multiple=True,
        envvar="ARCHIVE_NOTIFY",
        help="Send findings and failures to an apprise address (mail, chat); several are allowed. [ARCHIVE_NOTIFY]",
    )
    ping_url = click.option(
        "--ping-url",
        metavar="URL",
        envvar="ARCHIVE_PING_URL",
        help="Call URL/start, then URL when done (status 0 or 3), URL/fail when failed. [ARCHIVE_PING_URL]",
    )
    wrapped: Command = ping_url(notify(watch))
    return wrapped


def write_message(report: Report) -> tuple[str, str]:
    """Write title and text of the message about a run: its findings, at most MOST_LINES lines."""
    title = f"{report.site}: {report.outcome or 'failed'}, {count(len(report.findings), 'finding')}"
    lines = [report.reason] if report.reason else []
    lines += [f"{finding.kind}: {finding.detail} <{finding.url}>" for finding in report.findings]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES - 1 :] = [f"and {len(lines) - MOST_LINES + 1} more: archiver check --site {report.site}"]
    return title, "\n".join(map(make_showable, lines)) or title


def _load(addresses: Sequence[str]) -> Callable[[str, str], bool]:
    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its lines hold addresses
    return load_messenger(addresses)


def _warn(line: str) -> None:
    click.echo(f"archiver: {make_showable(line)}", err=True)
