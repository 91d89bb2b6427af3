"""Sending what is due: one message for each alert and address, at least once and never twice.

One process at a time sends for an archive. A change is told of once its run is closed, by whoever sends next: the end
of a run, or ``archiver alerts send``. The log of what was told is written right after a service took a message.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout
from sqlite_utils import Database
from tzlocal import get_localzone

from archiver.alerts.addresses import Address
from archiver.alerts.declarations import Alert, alerts_file, load_alerts
from archiver.alerts.hours import find_bound
from archiver.alerts.sent_log import (
    Waiting,
    find_waiting,
    list_failing,
    name_mark,
    note_failed,
    note_nothing_due,
    note_sent,
    prepare_marks,
)
from archiver.alerts.services import Service, open_service
from archiver.alerts.writing import Writer, read_surroundings
from archiver.archive.queries.export_rows import holding_still
from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.queries.rows import FindingRow
from archiver.archive.store.file import create_or_open
from archiver.clock import now
from archiver.errors import UsageError
from archiver.text.counting import count

HURRY = 8.0
"""Seconds after which a run that has ended begins no further message; what is left waits for the next."""
_LOCK_SECONDS = HURRY + 7.0
_SLOW = 1.0  # seconds; who fails faster than that may be asked again for the next alert
Opener = Callable[[Address], Service]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of what was due: how many messages were taken, and a line for each address that took none."""

    messages: int = 0
    failures: tuple[str, ...] = ()


@dataclass(slots=True)
class _Round:
    """One round over all alerts: when it must begin nothing more, and what it met."""

    database: Database
    open: Opener
    deadline: float | None
    messages: int = 0
    failures: list[str] = field(default_factory=list)
    down: dict[str, str] = field(default_factory=dict)

    @property
    def is_late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline


def send_due(archive: Path, patience: float | None = None, opener: Opener = open_service) -> Sent:
    """Send what is due, in ``patience`` seconds where nobody may wait longer; ArchiveError, UsageError.

    A round that found another process sending leaves all to that one and the next.
    """
    alerts = load_alerts(alerts_file(archive))
    if not alerts or not archive.exists():
        return Sent()
    with _taking_turns(archive, patience) as is_ours:
        if not is_ours:
            return Sent(failures=("alerts: another process is sending; what it does not send comes with the next run",))
        with closing(create_or_open(archive)) as database:
            deadline = None if patience is None else time.monotonic() + patience
            return _send_all(_Round(database, opener, deadline), alerts)


def list_alert_failures(archive: Path, database: Database) -> Iterator[FindingRow]:
    """List the addresses of alerts that take nothing, as findings; UsageError where the alerts cannot be read."""
    alerts = load_alerts(alerts_file(archive))
    names = {name_mark(alert.name, address.key): (alert, address) for alert in alerts for address in alert.to}
    for mark, since, row in list_failing(database.conn):
        if mark in names:
            alert, address = names[mark]
            told = (
                f"the alert {alert.name} is not told to {address} since {since:%Y-%m-%d %H:%M} UTC; what waits is kept"
            )
            yield {**row, "url": "", "detail": told}


def find_zone(alert: Alert, zones: Iterable[tuple[str, ZoneInfo]]) -> ZoneInfo:
    """Return the zone of an alert's hours: its own, its site's, that of all sites, or else the machine's."""
    meant = {zone for site, zone in zones if alert.site in (None, site)}
    return alert.zone or (meant.pop() if len(meant) == 1 else get_localzone())


@contextmanager
def _taking_turns(archive: Path, patience: float | None) -> Iterator[bool]:
    path = alerts_file(archive).with_suffix(".lock")
    lock = FileLock(path, timeout=-1 if patience is None else _LOCK_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written: {error.strerror}; allow it, so that two runs do not both send"
        ) from error
    try:
        yield True
    finally:
        lock.release()


def _send_all(now_sending: _Round, alerts: Sequence[Alert]) -> Sent:
    """Send changes first, then what is wrong; what failed last time comes last, so that it holds up nothing else."""
    connection = now_sending.database.conn
    prepare_marks(now_sending.database, alerts)
    failing = {mark for mark, _, _ in list_failing(connection)}
    pairs = [(alert, address) for alert in alerts for address in alert.to]
    pairs.sort(key=lambda pair: (name_mark(pair[0].name, pair[1].key) in failing, pair[0].problems))
    for alert, address in pairs:
        _send_to(now_sending, alert, address)
    return Sent(now_sending.messages, tuple(now_sending.failures))


def _send_to(sending: _Round, alert: Alert, address: Address) -> None:
    database = sending.database
    zone = find_zone(alert, zones_of_sites(database.conn).items())
    at = now()
    bound = find_bound(at, zone, alert.quiet, alert.digest)
    if bound is None:
        return
    waiting = find_waiting_now(database, alert, address, bound)
    if not waiting.count:
        note_nothing_due(database, alert, address.key, waiting)
        return
    reason = _deliver(sending, alert, address, waiting)
    if reason is None:
        note_sent(database, alert, address.key, waiting, at)
        sending.messages += 1
        return
    note_failed(database, alert, address.key, waiting, at)
    noun = "run" if waiting.runs else "change"
    told = f"{count(waiting.count, noun, 'waits', 'wait')} for the next run, or archiver alerts send"
    sending.failures.append(f"alert {alert.name}: {address} was not told: {reason}; {told}")


def find_waiting_now(database: Database, alert: Alert, address: Address, bound: datetime) -> Waiting:
    """Find what an address was not told of, whatever a crawl writes meanwhile."""
    with holding_still(database.conn):
        return find_waiting(database.conn, alert, address.key, bound)


def _deliver(sending: _Round, alert: Alert, address: Address, waiting: Waiting) -> str | None:
    """Hand a message over; None when it was taken. An address that did not answer a moment ago is not tried again."""
    if address.written in sending.down:
        return sending.down[address.written]
    if sending.is_late:
        return "there was no time left"
    try:
        service = sending.open(address)
        message = Writer(sending.database.conn, alert, *read_surroundings(alert)).write(waiting, service.letters)
    except UsageError as error:
        return str(error)
    began = time.monotonic()
    reason = service.send(message)
    if reason is not None and time.monotonic() - began > _SLOW:
        sending.down[address.written] = reason
    return reason


def count_waiting(database: Database, alerts: Iterable[Alert]) -> dict[str, int]:
    """Count by alert what the address that is furthest behind was not told of."""
    return {
        alert.name: max(find_waiting_now(database, alert, address, now()).count for address in alert.to)
        for alert in alerts
    }


def send_test(database: Database, alerts: Iterable[Alert]) -> Iterator[tuple[Alert, Address, str | None]]:
    """Send each alert the last changes that it is for, or that there are none; gives why an address did not take it."""
    for alert in alerts:
        for address in alert.to:
            try:
                service = open_service(address)
                writer = Writer(database.conn, alert, *read_surroundings(alert))
                yield alert, address, service.send(writer.write_test(service.letters))
            except UsageError as error:
                yield alert, address, str(error)
