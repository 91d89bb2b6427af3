"""Fields of articles read without knowing the portal: our generic reader against the extractors of others.

All read the same bytes, the others in an environment of their own (``make bench-peers`` makes it). The rules are in
``scoring``, the pages in ``truth``. An extractor of others is not asked what kind of page it reads: a title with a text
is taken for an article. The row ``platform`` is the reader that knows the portal; of the mirror it is the truth. A page
of no known platform is read by the generic reader there, too.
"""

import argparse
import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from statistics import mean, median
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from archiver.model import Capture
from archiver.parsing.page import read_page
from archiver.parsing.pages.recognition import recognise_capture
from archiver.platforms.generic import GENERIC
from archiver.platforms.layout import Platform
from tests.benchmarks.scoring import FIELDS, PRINTED, Reading, Score, score_reading, take_reading
from tests.benchmarks.truth import FAMILY, MIRROR, NO_ARTICLES, OTHERS, Sample, read_samples
from tests.conftest import PROJECT, SHARED
from tests.real_portal import unpack_mirror

GROUPS = (MIRROR, FAMILY, OTHERS)
PEERS_PYTHON = PROJECT / ".venv-peers" / "bin" / "python"
PEERS_PROGRAM = Path(__file__).with_name("peers.py")
AskPeers = Callable[..., list[dict[str, Any]]]
"""Takes a capture and the names of extractors, gives what each of them answers, in this order."""
_LONGEST = 300


def bench_extraction(*arguments: str) -> None:
    """Print a table for each group of pages, with a row for each extractor; or what one of them got wrong."""
    wish = _parse(arguments)
    if not SHARED.is_dir():
        raise SystemExit("the real pages are not here: ../shared is missing")
    with tempfile.TemporaryDirectory() as folder:
        samples = read_samples(SHARED, unpack_mirror(SHARED, Path(folder)), every_copy=wish.all)
    if wish.misses:
        samples = [sample for sample in samples if wish.group in (None, sample.group)]
        _print_misses(samples, _read(samples, wish.extractor), wish.field, wish.misses)
    else:
        _print_tables(samples, _read_all(samples, peers=not wish.ours))


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks extraction", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every copy of an article on the mirror, not each once")
    parser.add_argument("--ours", action="store_true", help="without the extractors of others")
    parser.add_argument("--misses", type=int, metavar="N", help="print the first N fields that were read wrong")
    parser.add_argument("--extractor", default="generic", help="whose misses (%(default)s)")
    parser.add_argument("--field", choices=FIELDS, help="misses of this field only")
    parser.add_argument("--group", choices=(*GROUPS, NO_ARTICLES), help="misses on these pages only")
    return parser.parse_args(arguments)


def read_generic(samples: Sequence[Sample]) -> list[Reading]:
    """Read the pages without knowing any platform."""
    return [_time_reading(sample, GENERIC) for sample in samples]


def read_with_platforms(samples: Sequence[Sample]) -> list[Reading]:
    """Read the pages with the platform that each is recognised to be of."""
    return [_time_reading(sample, recognise_capture(sample.capture)) for sample in samples]


def _time_reading(sample: Sample, platform: Platform) -> Reading:
    started = perf_counter()
    page = read_page(sample.capture, platform, sample.zone)
    return take_reading(page, perf_counter() - started)


def read_theirs(samples: Sequence[Sample]) -> dict[str, list[Reading]]:
    """Read the pages with the extractors of others; in the order of ``samples``."""
    readings: dict[str, list[Reading]] = defaultdict(list)
    for found in ask_peers([sample.capture for sample in samples]):
        readings[found["extractor"]].append(take_theirs(found))
    return readings


def ask_peers(captures: Sequence[Capture]) -> Iterator[dict[str, Any]]:
    """Let the extractors of others read pages in their own environment; see ``peers`` for what they answer."""
    _look_for_peers()
    with tempfile.TemporaryDirectory() as folder:
        pages = "\n".join(_hand_over(capture, Path(folder) / str(number)) for number, capture in enumerate(captures))
        done = subprocess.run([PEERS_PYTHON, PEERS_PROGRAM], input=pages, stdout=subprocess.PIPE, text=True, check=True)
    return map(json.loads, done.stdout.splitlines())


@contextmanager
def start_peers() -> Iterator[AskPeers]:
    """Start the extractors of others, and give what asks some of them to read a page, by turns with other work."""
    _look_for_peers()
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen([PEERS_PYTHON, PEERS_PROGRAM], **pipes) as peers:
        file = Path(folder) / "page.html"

        def ask(capture: Capture, *extractors: str) -> list[dict[str, Any]]:
            line = json.loads(_hand_over(capture, file)) | {"extractors": extractors}
            print(json.dumps(line), file=peers.stdin, flush=True)
            return [json.loads(peers.stdout.readline()) for _ in extractors]

        yield ask
        peers.stdin.close()


def _look_for_peers() -> None:
    if not PEERS_PYTHON.exists():
        raise SystemExit(f"{PEERS_PYTHON.relative_to(PROJECT)} is missing: make bench-peers makes it")


def _hand_over(capture: Capture, file: Path) -> str:
    file.write_bytes(capture.body)
    return json.dumps({"file": str(file), "url": capture.url})


def take_theirs(found: dict[str, Any]) -> Reading:
    """Take what ``peers`` says that an extractor found; a title with a text is taken for an article."""
    texts = {name: str(found.get(name) or "") for name in ("title", "section", "lead", "author", "body")}
    is_article = bool(texts["title"].strip() and texts["body"].strip())
    return Reading(is_article, published=_read_iso(found.get("published")), seconds=found["seconds"], **texts)


def _read_iso(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _read(samples: Sequence[Sample], extractor: str) -> list[Reading]:
    ours = {"generic": read_generic, "platform": read_with_platforms}
    return ours[extractor](samples) if extractor in ours else read_theirs(samples)[extractor]


def _read_all(samples: Sequence[Sample], *, peers: bool) -> dict[str, list[Reading]]:
    ours = {"generic": read_generic(samples), "platform": read_with_platforms(samples)}
    return ours | (read_theirs(samples) if peers else {})


def score_group(samples: Sequence[Sample], readings: Sequence[Reading], group: str) -> dict[str, list[Score]]:
    """Score the pages of a group, by field."""
    scores: dict[str, list[Score]] = defaultdict(list)
    for sample, reading in zip(samples, readings, strict=True):
        for score in score_reading(sample, reading) if sample.group == group else ():
            scores[score.field].append(score)
    return scores


def find_false_articles(samples: Sequence[Sample], readings: Sequence[Reading]) -> list[str]:
    """Name the pages that are no articles and were read as one."""
    pairs = zip(samples, readings, strict=True)
    return [sample.name for sample, reading in pairs if sample.truth is None and reading.is_article]


def share_of_printed(scores: dict[str, list[Score]]) -> float:
    """Return the share of all printed fields that are right; a date with a time of day is two."""
    return mean(score.value for field in PRINTED for score in scores[field])


def _print_tables(samples: Sequence[Sample], readings: dict[str, list[Reading]]) -> None:
    for group in GROUPS:
        _print_table(group, samples, readings)
    table = Table(title="No articles, and what reading a page takes")
    for name in ("extractor", "pages", "taken for an article", "ms per page: median", "max"):
        table.add_column(name, justify="left" if name == "extractor" else "right")
    for name, read in readings.items():
        times = [reading.seconds * 1000 for reading in read]
        non_articles = sum(sample.truth is None for sample in samples)
        false = len(find_false_articles(samples, read))
        table.add_row(name, str(non_articles), str(false), f"{median(times):.1f}", f"{max(times):.0f}")
    Console(width=140).print(table)


def _print_table(group: str, samples: Sequence[Sample], readings: dict[str, list[Reading]]) -> None:
    pages = sum(sample.group == group for sample in samples)
    rows = {name: score_group(samples, read, group) for name, read in readings.items()}
    first = next(iter(rows.values()))
    fields = [field for field in FIELDS if first[field]]
    table = Table(title=f"{group}: {pages} articles, percent right", caption="below each field: on how many pages")
    table.add_column("extractor")
    for field in fields:
        table.add_column(f"{field}\n{len(first[field])}", justify="right")
    table.add_column("printed", justify="right")
    for name, scores in rows.items():
        means = [mean(score.value for score in scores[field]) for field in fields]
        table.add_row(name, *(f"{100 * value:.1f}" for value in (*means, share_of_printed(scores))))
    Console(width=140).print(table)


def _print_misses(samples: Sequence[Sample], readings: Sequence[Reading], field: str | None, most: int) -> None:
    for miss in list(_find_misses(samples, readings, field))[:most]:
        print(miss)


def _find_misses(samples: Sequence[Sample], readings: Sequence[Reading], field: str | None) -> Iterator[str]:
    for sample, reading in zip(samples, readings, strict=True):
        if sample.truth is None and reading.is_article and field is None:
            yield f"{sample.name}\n  no article, but read as one: {reading.title}\n"
        yield from (_print_miss(sample, score) for score in _find_wrong(score_reading(sample, reading), field))


def _find_wrong(scores: Iterable[Score], field: str | None) -> Iterator[Score]:
    return (score for score in scores if score.value < 0.98 and field in (None, score.field))


def _print_miss(sample: Sample, score: Score) -> str:
    said, true = (" ".join(str(text).split())[:_LONGEST] for text in (score.said, score.true))
    return f"{sample.name}\n  {score.field} {score.value:.2f}\n    said: {said}\n    true: {true}\n"
