"""Whether an archive grows slower: recording articles into an empty one and into one of 200,000, by turns.

The large archive is written with SQL (tests/synthetic.py), with texts of the length that the recorded ones have, and
with a search index. Recording is ``record_capture`` over pages that are parsed before, so it is all that the archive
does for a page. Besides it stands what a run asks the archive before and after: its plan and its judgement.
"""

import statistics
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

from rich.console import Console
from rich.table import Table
from sqlite_utils import Database

from archiver.archive.runs.known_articles import list_known_articles, list_non_articles
from archiver.archive.search.index import index_missing, optimize_index
from archiver.archive.store.file import check_pages, create_or_open
from archiver.ingest.record import read_capture, record_capture
from archiver.model import Capture, Page, Purpose
from tests.benchmarks.talkative_portal import make_talkative_portal
from tests.portal import article_path
from tests.synthetic import make_synthetic
from tests.visiting import BASE, SITE, Visits

ARTICLES = 200_000
TURNS, BATCH = 8, 250
"""Articles are recorded in so many turns of so many, into one archive and then into the other."""
WORDS = 1_500
AT = datetime(2026, 1, 5, 3, tzinfo=UTC)
Read = tuple[Capture, Page, str]
Seconds = tuple[float, float]
"""Of the clock, and of the processor."""


def bench_growth(articles: str = str(ARTICLES)) -> None:
    """Print the time per recorded article into an empty archive and into one of so many articles."""
    count = int(articles)
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.db"
        started = perf_counter()
        _make_large(large, count)
        size = large.stat().st_size / 1e9
        print(f"{count:,} articles, {size:.1f} GB, written in {perf_counter() - started:.0f} s")
        archives = {"empty": Visits(Path(folder) / "empty.db"), f"{count:,} articles": Visits(large)}
        times: dict[str, list[Seconds]] = {name: [] for name in archives}
        for turn, pages in enumerate(_read_pages()):
            for name in list(archives)[:: 1 if turn % 2 else -1]:
                times[name].append(_record(archives[name], pages))
        _print_recording(times)
        _print_runs(archives[f"{count:,} articles"].database, large)


def _make_large(path: Path, count: int) -> None:
    make_synthetic(path, count, WORDS)
    database = create_or_open(path)
    with database.atomic():
        index_missing(database.conn)
        optimize_index(database.conn)
    database.close()


def _read_pages() -> list[list[Read]]:
    """Fetch and read the pages of all turns; new articles all of them."""
    portal = make_talkative_portal(TURNS * BATCH)
    pages: list[Read] = []
    for second, article in enumerate(portal.listed()):
        response = portal.answer(article_path(article))
        url, at = BASE + article_path(article), AT + timedelta(seconds=second)
        capture = Capture(url, at, response.status, tuple(response.headers), response.body)
        pages.append((capture, read_capture(SITE, capture), str(article.id)))
    return [pages[start : start + BATCH] for start in range(0, len(pages), BATCH)]


def _record(visits: Visits, pages: list[Read]) -> Seconds:
    """Record pages in a run of their own; returns the seconds for each."""
    run = visits.begin(AT)
    clock, processor = perf_counter(), process_time()
    for capture, page, key in pages:
        record_capture(visits.database, run, SITE, capture, page, Purpose("article", key))
    return (perf_counter() - clock) / len(pages), (process_time() - processor) / len(pages)


def _print_recording(times: dict[str, list[Seconds]]) -> None:
    table = Table(title=f"Recording a page of 97 KB, its article new: ms, medians of {TURNS} turns of {BATCH}")
    for column in ("archive", "clock: min", "median", "max", "processor: min", "median", "max"):
        table.add_column(column, justify="left" if column == "archive" else "right")
    for name, turns in times.items():
        columns = (value for seconds in zip(*turns, strict=True) for value in _spread(seconds))
        table.add_row(name, *(f"{value * 1e3:.2f}" for value in columns))
    empty, large = times.values()
    ratios = [[after[part] / before[part] for before, after in zip(empty, large, strict=True)] for part in (0, 1)]
    table.add_row("ratio", *(f"{value:.2f}" for part in ratios for value in _spread(part)))
    Console().print(table)


def _spread(values: tuple[float, ...] | list[float]) -> tuple[float, float, float]:
    return min(values), statistics.median(values), max(values)


def _print_runs(database: Database, path: Path) -> None:
    table = Table(title="Once in a run over the large archive")
    table.add_column("what")
    table.add_column("s", justify="right")
    asked: dict[str, Callable[[], object]] = {
        "quick_check before it": lambda: check_pages(database, path),
        "the known articles, for its plan": lambda: list_known_articles(database.conn, "lon"),
        "the addresses that are no articles": lambda: list_non_articles(database.conn, "lon"),
    }
    for name, ask in asked.items():
        started = perf_counter()
        ask()
        table.add_row(name, f"{perf_counter() - started:.2f}")
    Console().print(table)
