"""Reading all stored pages again: pages per second, decompressing, parsing, comparing and writing included."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

from archiver.platforms import PLATFORMS
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.rebuild import reparse, verify
from archiver.site import Site
from tests.portal import large_portal
from tests.visiting import BASE, Visits

RUNS = 5
ROUNDS = 3
PADDING = 60_000
START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def bench_reparsing() -> None:
    """Print the rate of reparse and verify over an archive of 60 articles, captured several times each."""
    with tempfile.TemporaryDirectory() as folder:
        visits = _fill(Path(folder) / "archive.db")
        pages = visits.query("SELECT count(*) AS n FROM captures WHERE status = 200")[0]["n"]
        rates = [_measure_reparse(visits, version) for version in range(2, 2 + ROUNDS)]
        started = perf_counter()
        assert list(verify(visits.database)) == []
        verified = 60 / (perf_counter() - started)
        visits.database.close()
    PLATFORMS.pop("bench")
    table = Table(title=f"Reading {pages} stored pages again")
    for column in ("what", "pages/s: min", "median", "max"):
        table.add_column(column, justify="right")
    table.add_row("reparse", *(f"{value:.0f}" for value in (min(rates), median(rates), max(rates))))
    table.add_row("verify, snapshots", "", f"{verified:.0f}", "")
    Console().print(table)


def _fill(path: Path) -> Visits:
    _install(1)
    portal = large_portal()
    portal.padding = PADDING
    visits = Visits(path, Site("dukdhcd", "Đảng ủy Khối", "bench"), BASE)
    for day in range(RUNS):
        visits.run(portal, START + timedelta(days=day))
    return visits


def _install(version: int) -> None:
    PLATFORMS["bench"] = replace(LIFERAY_HANOI, name="bench", version=version)


def _measure_reparse(visits: Visits, version: int) -> float:
    _install(version)
    started = perf_counter()
    rereads = sum(1 for _ in reparse(visits.database))
    return rereads / (perf_counter() - started)
