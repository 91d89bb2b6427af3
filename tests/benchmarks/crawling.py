"""Crawling a whole portal, end to end: ours and the others by turns, pages per second and memory.

Each run is a process of its own on an empty folder, while another process serves the pages. Rates are articles per
second of the whole process, its start and its end included; ``steady`` is between the first request for an article
and the last. ``by CPU`` is the median ratio of the CPU time that they took for a page, which says more where other work
shares the machine. A run that did not fetch every article, or did not store what is on the pages, ends the benchmark.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

from rich.console import Console
from rich.table import Table

from tests.benchmarks.long_portal import PAGE_BYTES, make_long_portal
from tests.benchmarks.portal_server import JOURNAL
from tests.benchmarks.runners import OURS, RUNNERS, Job, Runner
from tests.conftest import PROJECT
from tests.portal import Portal

PATIENCE = 3600
"""Seconds that a run may take."""
_COLUMNS = (
    "",
    "pages/s: min",
    "median",
    "max",
    "steady",
    "CPU ms/page",
    "MB",
    "ours, times it: min",
    "median",
    "max",
    "by CPU",
)
_STOPWATCH = Path(__file__).with_name("stopwatch.py")


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took: articles per second in all and between the first and the last, CPU, and most megabytes.

    ``cpu`` is in milliseconds per article, of all cores together.
    """

    rate: float
    steady: float
    cpu: float
    peak: float


def bench_crawling(*arguments: str, among: Sequence[Runner] = RUNNERS) -> None:
    """Print a table with a row for each runner, and a line that sums it up."""
    wish = _parse(arguments, among)
    runners = _choose(among, wish.only.split(",") if wish.only else [])
    portal = make_long_portal(wish.pages)
    runs: dict[str, list[Run]] = defaultdict(list)
    with serve_long_portal(wish.pages) as base:
        for number in range(wish.rounds):
            for runner in runners[number:] + runners[:number]:
                runs[runner.name].append(run_once(runner, base, portal))
                print(f"round {number + 1}: {runner.name}: {runs[runner.name][-1]}", file=sys.stderr)
    _print_table(wish.pages, runs)
    print(_sum_up(wish.pages, runs))


def _parse(arguments: Sequence[str], among: Sequence[Runner]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks crawling", description=__doc__)
    parser.add_argument("--pages", type=int, default=2000, help="articles on the portal (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (%(default)s)")
    names = ", ".join(runner.name for runner in among)
    parser.add_argument(
        "--only", help=f"these alone, with commas between, by the first letters of their names: {names}"
    )
    return parser.parse_args(arguments)


def _choose(among: Sequence[Runner], names: Sequence[str]) -> list[Runner]:
    chosen = [runner for runner in among if not names or runner.name.startswith(tuple(names))]
    for runner in chosen:
        if runner.missing:
            print(f"{runner.name} is left out: {runner.missing} is missing", file=sys.stderr)
    return [runner for runner in chosen if not runner.missing]


@contextmanager
def serve_long_portal(count: int) -> Iterator[str]:
    """Serve the long portal from a process of its own; give its base address."""
    command = [sys.executable, "-m", "tests.benchmarks.portal_server", str(count)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as server:
        try:
            base = server.stdout.readline().strip() if server.stdout else ""
            if not base:
                raise SystemExit("the server of the long portal did not start")
            yield base
        finally:
            server.terminate()


def run_once(runner: Runner, base: str, portal: Portal) -> Run:
    """Run a runner on an empty folder and check its work; SystemExit where anything is wrong with it."""
    with tempfile.TemporaryDirectory() as folder:
        job = Job(base, portal, Path(folder))
        job.list_of_articles.write_text("\n".join(job.articles) + "\n", encoding="utf-8")
        ask_journal(base)  # what was asked for before counts for nobody
        took = measure(runner.name, runner.command(job), job.folder)
        asked = ask_journal(base)
        problems = [*_check_journal(job, asked), *runner.check(job)]
    if problems:
        raise SystemExit(f"{runner.name}: {'; '.join(problems)}"[:2000])
    count = len(job.articles)
    return Run(count / took["seconds"], (count - 1) / asked["seconds"], 1000 * took["cpu"] / count, took["peak"])


def measure(name: str, command: Sequence[str], folder: Path, statuses: Sequence[int] = (0,)) -> dict[str, float]:
    """Run a command in a folder and return what it took; SystemExit where it ends with another status."""
    result, log = folder / "took.json", folder / "log.txt"
    stopwatch = [sys.executable, "-I", "-S", str(_STOPWATCH), str(result), str(PATIENCE)]
    with log.open("w") as out:
        subprocess.run(
            [*stopwatch, *command],
            check=True,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
            stdout=out,
            stderr=out,
        )
    took: dict[str, float] = json.loads(result.read_text(encoding="ascii"))
    if took["status"] not in statuses:
        raise SystemExit(f"{name} ended with status {took['status']}:\n{log.read_text()[-3000:]}")
    return took


def ask_journal(base: str) -> dict[str, Any]:
    """Return what was asked for since the last time that somebody asked this."""
    with urlopen(base + JOURNAL) as answer:
        journal: dict[str, Any] = json.load(answer)
        return journal


def _check_journal(job: Job, asked: Mapping[str, Any]) -> Iterator[str]:
    """Tell which articles nobody asked for; more than one request for each is the runner's own loss."""
    wanted = {url.removeprefix(job.base) for url in job.articles}
    if missing := wanted - asked["articles"].keys():
        yield f"{len(missing)} of {len(wanted)} articles were not fetched"


def _print_table(count: int, runs: Mapping[str, Sequence[Run]]) -> None:
    table = Table(title=f"Crawling {count:,} articles on pages of {PAGE_BYTES // 1000} KB")
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name else "left")
    for name, done in runs.items():
        table.add_row(name, *_describe(done), *_compare(runs.get(OURS, ()), done))
    Console(width=140).print(table)


def _sum_up(count: int, runs: Mapping[str, Sequence[Run]]) -> str:
    """Write the line for docs/performance.md: our rate, and how many times that of the others it is."""
    if OURS not in runs:
        return ""
    ours = median(run.rate for run in runs[OURS])
    others = [
        f"{name} {median(run.rate for run in done):.0f} ({', '.join([*_compare(runs[OURS], done)][:3])} times)"
        for name, done in runs.items()
        if name != OURS
    ]
    told = f"{count:,} articles, {len(runs[OURS])} rounds, pages per second (ratio: min, median, max)"
    return f"{told}: ours {ours:.0f}; {'; '.join(others)}"


def _describe(done: Sequence[Run]) -> Iterator[str]:
    yield from _spread([run.rate for run in done], ".0f")
    yield f"{median(run.steady for run in done):.0f}"
    yield f"{median(run.cpu for run in done):.1f}"
    yield f"{median(run.peak for run in done):.0f}"


def _compare(ours: Sequence[Run], theirs: Sequence[Run]) -> Iterator[str]:
    ratios = [run.rate / other.rate for run, other in zip(ours, theirs, strict=False)]
    if ratios:
        yield from _spread(ratios, ".2f")
        yield f"{median(other.cpu / run.cpu for run, other in zip(ours, theirs, strict=False)):.2f}"


def _spread(figures: Sequence[float], form: str) -> Iterator[str]:
    return (format(figure, form) for figure in (min(figures), median(figures), max(figures)))


if __name__ == "__main__":
    bench_crawling(*sys.argv[1:])
