"""``archiver hub status``: which sites are late or failing, and where each is crawled."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver.cli.fleet.address import with_hub
from archiver.cli.printing.options import with_archive, with_output
from archiver.cli.printing.output import Output, Row, show_reader_time
from archiver.errors import UsageError
from archiver.formats.openmetrics import Gauge, Sample, write_openmetrics
from archiver.text.counting import count

if TYPE_CHECKING:
    from archiver.fleet.hub.client import Hub
    from archiver.fleet.workers.standings import SiteStanding

SHOWN = ("site", "state", "outcome", "ended_at", "due_at", "worker", "late", "failing", "bundles")
_TIMES = ("ended_at", "due_at", "since")
FINDINGS = 3


@click.command("status")
@click.option("--openmetrics", is_flag=True, help="Print figures for Prometheus.")
@with_output
@with_hub
@with_archive
def status_command(db: Path, hub: str, output: Output, openmetrics: bool) -> int:
    """Show how the sites of a hub stand: late, failing, where they are crawled.

    A site is late where it should have been crawled an hour ago and no worker has it; failing, where a run and all
    three tries after it failed. bundles are those that the archive of --db has not merged yet, if it follows this hub.
    Exit status 3 where a site is late.
    """
    if openmetrics and output.form != "table":
        raise UsageError("--openmetrics is a form of its own; only -o goes with it")
    from archiver.fleet.hub.client import Hub

    with Hub(hub) as connection:
        standings = _load(connection, db)
    if openmetrics:
        with output.open() as stream:
            stream.write(write_openmetrics(_list_gauges(standings)))
    else:
        _write(output, standings)
    return FINDINGS if any(standing.late for standing in standings) else 0


def _load(hub: "Hub", db: Path) -> "list[SiteStanding]":
    from archiver.fleet.workers.clocks import read_time
    from archiver.fleet.workers.schedule import MOST_ENDINGS
    from archiver.fleet.workers.standings import list_standings

    at = read_time(hub.read_clock)
    closings = hub.list_closings(None, MOST_ENDINGS)
    return list(list_standings(_list_hours(), closings, hub.list_jobs(), _count_behind(hub, db), at))


def _list_hours() -> dict[str, float]:
    """List how often the sites are crawled that this checkout declares and that have an address."""
    from archiver.crawl.running.execution import load_spiders
    from archiver.crawl.running.project_settings import project_settings

    spiders = load_spiders(project_settings())
    return {name: spider.declare_site().every for name, spider in spiders.items() if spider.listings}


def _count_behind(hub: "Hub", db: Path) -> Mapping[str, int] | None:
    """Count by their sites the bundles that an archive has not merged yet; None where it does not follow this hub."""
    from archiver.archive.store.file import open_for_reading
    from archiver.fleet.following import load_place
    from archiver.fleet.hub.records import BEGINNING

    if not db.exists():
        return None
    with closing(open_for_reading(db)) as database:
        place = load_place(database, hub, None)
    return None if place == BEGINNING else hub.count_after(place)


def _write(output: Output, standings: "Sequence[SiteStanding]") -> None:
    rows = [_write_row(standing, is_table=output.form == "table") for standing in standings]
    late = [standing.site for standing in standings if standing.late]
    below = [f"{count(len(late), 'site')} late: {', '.join(late)}; look whether workers run that declare them"]
    columns = [field.name for field in fields(standings[0])] if standings else SHOWN
    output.write(rows, columns, SHOWN, below if late else ())


def _write_row(standing: "SiteStanding", *, is_table: bool) -> Row:
    row: dict[str, Any] = asdict(standing)
    for name in _TIMES:
        if isinstance(row[name], datetime):
            written = row[name].isoformat(timespec="seconds")
            row[name] = show_reader_time(written) if is_table else written
    return row


def _list_gauges(standings: "Sequence[SiteStanding]") -> Iterator[Gauge]:
    yield _gauge("late", "1 where the site should have been crawled and no worker has it.", standings, "late")
    yield _gauge("failing", "1 where a run of the site and all tries after it failed.", standings, "failing")
    running = [Sample(1, {"site": one.site, "worker": one.worker}) for one in standings if one.state == "running"]
    yield Gauge("archiver_hub_running", "1 for the worker that crawls the site.", tuple(running))
    ended = [Sample(one.ended_at.timestamp(), {"site": one.site}) for one in standings if one.ended_at]
    yield Gauge("archiver_hub_run_end_timestamp_seconds", "When the last run ended.", tuple(ended), "seconds")
    behind = [Sample(one.bundles, {"site": one.site}) for one in standings if one.bundles is not None]
    yield Gauge("archiver_hub_bundles_not_followed", "Bundles that the archive has not merged yet.", tuple(behind))


def _gauge(name: str, about: str, standings: "Sequence[SiteStanding]", field: str) -> Gauge:
    samples = (Sample(int(getattr(one, field)), {"site": one.site}) for one in standings)
    return Gauge(f"archiver_hub_{name}", about, tuple(samples))
