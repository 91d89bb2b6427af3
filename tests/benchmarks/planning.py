"""What a run asks for once everything is known: requests of daily, deep and full runs, counted at the server, and time.

Seconds are those of the whole process, from its start to its end: of the clock, and of the processor.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from tests.conftest import FAST, PROJECT
from tests.portal import Portal, huge_portal, serve

ARTICLES = 600
"""Enough to see the shape; ``python -m tests.benchmarks planning 10000`` takes ten minutes."""
FIRST = datetime(2021, 11, 20, 1, tzinfo=UTC)
DAY = timedelta(days=1)
RUNS: tuple[tuple[str, datetime, tuple[str, ...]], ...] = (
    ("first", FIRST, ()),
    ("daily, the next day", FIRST + DAY, ()),
    ("daily, the day after", FIRST + 2 * DAY, ()),
    ("deep, a week later", FIRST + 7 * DAY, ()),
    ("full", FIRST + 8 * DAY, ("-a", "full=1")),
)


def bench_planning(articles: str = str(ARTICLES)) -> None:
    """Print the requests of each kind of run on a portal that does not change."""
    count = int(articles)
    table = Table(title=f"Runs over {count} known articles, nothing changed")
    for column in ("run", "requests", "listing pages", "articles", "of a full run", "s", "of it", "s of CPU", "of it"):
        table.add_column(column, justify="left" if column == "run" else "right")
    with tempfile.TemporaryDirectory() as folder:
        rows = list(_measure(huge_portal(count), Path(folder) / "archive.db"))
    full = rows[-1]
    for name, requests, listings, visits, *seconds in rows:
        table.add_row(
            name,
            *map(str, (requests, listings, visits)),
            f"{requests / full[1]:.1%}",
            *(
                text
                for now, then in zip(seconds, full[4:], strict=True)
                for text in (f"{now:.1f}", f"{now / then:.1%}")
            ),
        )
    Console().print(table)


def _measure(portal: Portal, archive: Path) -> Iterator[tuple[str, int, int, int, float, float]]:
    with serve(portal) as base:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        for name, at, more in RUNS:
            portal.clear_log()
            started, used = perf_counter(), _processor_seconds()
            _crawl(archive, start, at, *more)
            seconds, used = perf_counter() - started, _processor_seconds() - used
            articles = sum("/-/view_content/" in request.path for request in portal.requests)
            yield name, len(portal.requests), len(portal.requests) - articles - 1, articles, seconds, used


def _processor_seconds() -> float:
    """Return the seconds that the processes before this took."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _crawl(archive: Path, start: str, at: datetime, *more: str) -> None:
    command = [sys.executable, "-m", "scrapy", "crawl", "dukdhcd", "-a", f"start={start}", *FAST, *more]
    settings = os.environ | {"ARCHIVE_DB": str(archive), "ARCHIVE_NOW": at.isoformat()}
    subprocess.run([*command, "-s", "LOG_LEVEL=WARNING"], check=True, cwd=PROJECT, env=settings)
