"""Reading all stored pages again, decompressing, parsing, comparing and writing included: one process, all cores."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

from archiver.archive.store.file import close_archive, create_or_open
from archiver.ingest.reparse import reparse
from archiver.ingest.verify import verify
from archiver.platforms import PLATFORMS
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.processes import count_cores
from archiver.site import Site
from tests.portal import large_portal
from tests.visiting import BASE, Visits

RUNS = 20
# Every fourth article is edited from run to run.
EDITED = 4
ROUNDS = 3
PADDING = 60_000
START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def bench_reparsing() -> None:
    """Print the rates of reparse and verify over an archive of 60 articles, captured twenty times each, by turns."""
    cores = count_cores()
    rates: dict[tuple[str, int], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        pages = _fill(Path(folder) / "archive.db")
        for _ in range(ROUNDS):
            for jobs in dict.fromkeys((1, cores)):
                for what, seconds in _measure(Path(folder), jobs):
                    rates.setdefault((what, jobs), []).append(pages / seconds)
    table = Table(title=f"Reading {pages} stored pages again, on {cores} cores")
    for column in ("what", "processes", "pages/s: min", "median", "max", "against one"):
        table.add_column(column, justify="right")
    for (what, jobs), values in sorted(rates.items()):
        figures = (f"{value:.0f}" for value in (min(values), median(values), max(values)))
        gains = [each / alone for each, alone in zip(values, rates[what, 1], strict=True)]
        table.add_row(what, str(jobs), *figures, f"{median(gains):.2f}")
    Console().print(table)


def _fill(path: Path) -> int:
    """Fill an archive by an earlier version of the platform, and return how many pages are to be read again."""
    portal = large_portal()
    portal.padding = PADDING
    with _earlier_platform():
        visits = Visits(path, Site("dukdhcd", "Đảng ủy Khối", "liferay_hanoi"), BASE)
        for day in range(RUNS):
            for article in portal.listed()[day % EDITED :: EDITED]:
                portal.edit(article.id, title=f"Tiêu đề của ngày {day}")
            visits.run(portal, START + timedelta(days=day))
    pages = visits.query("SELECT count(*) AS n FROM captures WHERE status = 200")[0]["n"]
    close_archive(visits.database)
    return int(str(pages))


@contextmanager
def _earlier_platform() -> Iterator[None]:
    PLATFORMS["liferay_hanoi"] = replace(LIFERAY_HANOI, version=0)
    try:
        yield
    finally:
        PLATFORMS["liferay_hanoi"] = LIFERAY_HANOI


def _measure(folder: Path, jobs: int) -> Iterator[tuple[str, float]]:
    path = folder / f"with-{jobs}.db"
    shutil.copy(folder / "archive.db", path)
    database = create_or_open(path)
    yield "reparse", _time(lambda: reparse(database, jobs=jobs))
    yield "verify", _time(lambda: verify(database, jobs=jobs))
    close_archive(database)


def _time(work: Callable[[], Iterator[object]]) -> float:
    started = perf_counter()
    for outcome in work():
        assert getattr(outcome, "verdict", None) == "same", outcome  # verify yields what is broken
    return perf_counter() - started
