"""Many sites at once: ours in one process and on all cores, one plain Scrapy process, fundus; with pauses and without.

Every site is a server's port with the long portal on it. Rates are articles per second of the whole command. ``ideal``
is how many times the seconds it took that a site takes by itself at that pause: 1 is as fast as politeness allows. CPU
is of all processes together; the server's is not counted, but takes its part of the machine. Of one machine under load
only ratios within a run say something.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlite_utils import Database

from tests.benchmarks.crawling import ask_journal, measure
from tests.benchmarks.extraction import PEERS_PYTHON
from tests.benchmarks.long_portal import make_long_portal
from tests.conftest import PROJECT
from tests.portal import Portal, article_path

_HERE = Path(__file__).parent
_COLUMNS = ("", "seconds", "ideal", "pages/s", "times one process", "CPU ms/page", "CPU, times one", "MB", "MB/site")
_SITE = """
from archiver.crawl.spider import CommitteeSpider

class Site(CommitteeSpider):
    name, title, platform = "s{number}", "S{number}", "liferay_hanoi"
    listings = {listings!r}
"""


@dataclass(frozen=True, slots=True)
class Task:
    """Sites to crawl, with ``pause`` seconds between two requests to one, in an empty folder."""

    bases: Sequence[str]
    portal: Portal
    pause: float
    folder: Path

    @property
    def articles(self) -> list[str]:
        """The addresses of all articles of all sites."""
        return [base + article_path(article) for base in self.bases for article in self.portal.listed()]

    @property
    def requests(self) -> int:
        """What a site takes at least: robots.txt, the first page of each channel, and every article."""
        return 1 + len(self.portal.channels) + len(self.portal.listed())


@dataclass(frozen=True, slots=True)
class Took:
    """What a run took: seconds, seconds of CPU, megabytes."""

    seconds: float
    cpu: float
    peak: float


def _crawl_with_ours(task: Task, jobs: int) -> list[str]:
    folder = task.folder / "spiders"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (task.folder / "scrapy.cfg").write_text("[settings]\ndefault = archiver.settings\n", encoding="ascii")
    for number, base in enumerate(task.bases):
        listings = tuple(f"{base}/{channel}" for channel in task.portal.channels)
        (folder / f"s{number}.py").write_text(_SITE.format(number=number, listings=listings), encoding="ascii")
    crawl = [sys.executable, "-m", "archiver", "crawl", "--all", "--jobs", str(jobs), "-a", "full=1"]
    return [*crawl, "-s", f"DOWNLOAD_DELAY={task.pause:g}", "-s", "ARCHIVE_ATTACHMENTS=none"]


def _crawl_plainly(task: Task) -> list[str]:
    bases = task.folder / "bases.txt"
    bases.write_text("\n".join(task.bases), encoding="ascii")
    run = [sys.executable, str(_HERE / "plain_spiders.py"), str(bases), str(task.folder)]
    return [*run, f"{task.pause:g}", *task.portal.channels]


def _crawl_with_fundus(task: Task, threads: str) -> list[str]:
    articles = task.folder / "articles.txt"
    articles.write_text("\n".join(task.articles), encoding="utf-8")
    run = [str(PEERS_PYTHON), str(_HERE / "fundus_publishers.py"), threads, f"{task.pause:g}"]
    return [*run, str(articles), str(task.folder / "articles.jsonl")]


def _count_ours(task: Task) -> int:
    database = Database(task.folder / "data" / "archive.db")
    try:
        return int(database.execute("SELECT count(*) FROM current_articles WHERE body <> ''").fetchone()[0])
    finally:
        database.close()


def _count_plain(task: Task) -> int:
    return sum(Database(path)["articles"].count for path in task.folder.glob("plain*.db"))


def _count_fundus(task: Task) -> int:
    return len((task.folder / "articles.jsonl").read_text(encoding="utf-8").splitlines())


ONE, ALL = "ours, one process", "ours, {} processes"
Way = tuple[str, Callable[[Task], list[str]], Callable[[Task], int]]


def _list_ways(jobs: int) -> list[Way]:
    ways: list[Way] = [
        (ONE, lambda task: _crawl_with_ours(task, 1), _count_ours),
        (ALL.format(jobs), lambda task: _crawl_with_ours(task, jobs), _count_ours),
        ("plain Scrapy process", _crawl_plainly, _count_plain),
    ]
    if not PEERS_PYTHON.exists():
        print("fundus is left out: make bench-peers makes its environment", file=sys.stderr)
        return ways
    ways.append(("fundus", lambda task: _crawl_with_fundus(task, "yes"), _count_fundus))
    ways.append(("fundus without threads", lambda task: _crawl_with_fundus(task, "no"), _count_fundus))
    return ways


def bench_many(*arguments: str) -> None:
    """Print a table for each number of sites, with pauses and without."""
    wish = _parse(arguments)
    portal = make_long_portal(wish.articles)
    only = tuple(filter(None, wish.only.split(",")))
    ways = [way for way in _list_ways(wish.jobs) if not only or way[0].startswith(only)]
    for number in map(int, wish.sites.split(",")):
        with serve_many(wish.articles, number) as bases:
            for pause in map(float, wish.pauses.split(",")):
                chosen = [way for way in ways if not (pause and way[0] == "fundus without threads")]
                _print_table(bases, portal, pause, {way[0]: _run(way, bases, portal, pause) for way in chosen})


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks many", description=__doc__)
    parser.add_argument("--sites", default="20,50,150", help="numbers of sites (%(default)s)")
    parser.add_argument("--articles", type=int, default=30, help="articles of each site (%(default)s)")
    parser.add_argument("--pauses", default="1,0", help="seconds between two requests to a site (%(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes for all cores (%(default)s)")
    parser.add_argument("--only", default="", help="these alone, with commas between, by their first letters")
    return parser.parse_args(arguments)


@contextmanager
def serve_many(articles: int, sites: int) -> Iterator[list[str]]:
    """Serve so many sites from a process of its own; give their base addresses."""
    command = [sys.executable, "-m", "tests.benchmarks.many_portals", str(articles), str(sites)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as server:
        try:
            bases = [server.stdout.readline().strip() for _ in range(sites)] if server.stdout else []
            if not all(bases):
                raise SystemExit("the server of the sites did not start")
            yield bases
        finally:
            server.terminate()


def _run(way: Way, bases: Sequence[str], portal: Portal, pause: float) -> Took:
    """Run a way on an empty folder and check its work; SystemExit where articles are missing."""
    name, command, count = way
    with tempfile.TemporaryDirectory() as folder:
        task = Task(bases, portal, pause, Path(folder))
        ask_journal(bases[0])
        took = measure(name, command(task), Path(folder), statuses=(0, 3))
        asked, kept = ask_journal(bases[0])["articles"], count(task)
    wanted = len(task.articles)
    if sum(asked.values()) < wanted or kept != wanted:
        raise SystemExit(f"{name}: asked for {sum(asked.values())} and kept {kept} of {wanted} articles")
    print(f"{len(bases)} sites, pause {pause:g}: {name}: {took}", file=sys.stderr)
    return Took(took["seconds"], took["cpu"], took["peak"])


def _print_table(bases: Sequence[str], portal: Portal, pause: float, runs: dict[str, Took]) -> None:
    task = Task(bases, portal, pause, Path())
    said = f"a request every {pause:g} s" if pause else "without pauses"
    table = Table(title=f"{len(bases)} sites of {len(portal.listed())} articles, {said}")
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name else "left")
    for name, took in runs.items():
        table.add_row(name, *_describe(task, took, runs.get(ONE)))
    Console(width=140).print(table)


def _describe(task: Task, took: Took, one: Took | None) -> Iterator[str]:
    pages, ideal = len(task.articles), task.requests * task.pause
    yield f"{took.seconds:.1f}"
    yield f"{took.seconds / ideal:.2f}" if ideal else ""
    yield f"{pages / took.seconds:.1f}"
    yield f"{one.seconds / took.seconds:.2f}" if one else ""
    yield f"{1000 * took.cpu / pages:.1f}"
    yield f"{took.cpu / one.cpu:.2f}" if one else ""
    yield f"{took.peak:.0f}"
    yield f"{took.peak / len(task.bases):.1f}"


if __name__ == "__main__":
    bench_many(*sys.argv[1:])
