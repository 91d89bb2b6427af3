"""Articles on any page of the web: our reader against the extractors of others, on halves of public benchmarks.

All read the same bytes, by turns in one run, the others in an environment of their own (``make bench-peers`` makes it).
The pages, the truth and how it is scored are others' work, in ``../shared/benchmarks``. A crawl recognises the platform
of a page first, so the row ``ours`` does; times are CPU time, and those of the last table are of the text alone or of
all fields, whatever the platform.
"""

import argparse
import gc
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from time import process_time
from typing import Any

from rich.console import Console
from rich.table import Table

from archiver.model import Capture
from archiver.parsing.page import read_page
from archiver.parsing.pages.recognition import recognise_capture
from archiver.platforms.generic import GENERIC
from tests.benchmarks.extraction import AskPeers, start_peers
from tests.benchmarks.predictions import (
    ZONE,
    Prediction,
    PublicPage,
    list_sets,
    load_pages,
    predict_ours,
    predict_theirs,
    score_predictions,
    unpack_pages,
    write_predictions,
)
from tests.conftest import SHARED

OURS, UNKNOWING = "ours", "ours, platform unknown"
EXTRACTORS = ("trafilatura", "newspaper4k", "news-please", "readability-lxml", "goose3")
TEXT_ALONE, DAYS_ALONE = "trafilatura, text alone", "htmldate"
_BODY = ("f1", "precision", "recall", "accuracy")
_DAYS = ("right", "wrong", "none")
_PAIRS = ("titles", "authors")
_WITHOUT_DAYS = (TEXT_ALONE, "readability-lxml")


@dataclass(slots=True)
class Found:
    """What one reader found on each page, and the milliseconds of CPU that it took."""

    predictions: list[Prediction] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


def bench_public(*arguments: str) -> None:
    """Print a table with a row for each set and reader, and one of what a page takes."""
    wish = _parse(arguments)
    if not wish.folder.is_dir():
        raise SystemExit(f"the pages of the public benchmarks are not here: {wish.folder} is missing")
    sets = wish.sets or list_sets(wish.folder)
    with tempfile.TemporaryDirectory() as temporary:
        unpack_pages(wish.folder, Path(temporary))
        found = _read_by_turns(load_pages(wish.folder, Path(temporary), sets), peers=not wish.ours)
        if wish.write:
            write_predictions(found[OURS].predictions, wish.write)
        scores = {name: _score(wish.folder, one, Path(temporary), sets) for name, one in found.items()}
    _print_scores(sets, scores)
    _print_times(found)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks public", description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help="these sets of pages alone")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="keep what we read, a line a page, as score.py wants it"
    )
    parser.add_argument("--ours", action="store_true", help="without the extractors of others")
    parser.add_argument(
        "--folder", type=Path, default=SHARED / "benchmarks", help="where pages, truth and score.py are (%(default)s)"
    )
    return parser.parse_args(arguments)


def _read_by_turns(pages: Sequence[PublicPage], *, peers: bool) -> dict[str, Found]:
    """Read every page with every reader, one after the other; what is loaded for the first page is nobody's cost."""
    found: dict[str, Found] = defaultdict(Found)
    gc.collect()
    gc.freeze()
    with start_peers() if peers else nullcontext(_ask_nobody) as ask:
        list(_read_with_all(pages[0], ask))
        for page in pages:
            for reader, prediction, seconds in _read_with_all(page, ask):
                found[reader].predictions.append(prediction)
                found[reader].milliseconds.append(seconds * 1000)
    gc.unfreeze()
    return found


def _ask_nobody(capture: Capture, *extractors: str) -> list[dict[str, Any]]:
    return []


def _read_with_all(page: PublicPage, ask: AskPeers) -> Iterator[tuple[str, Prediction, float]]:
    for reader in (OURS, UNKNOWING):
        started = process_time()
        platform = recognise_capture(page.capture) if reader == OURS else GENERIC
        read = read_page(page.capture, platform, ZONE)
        yield reader, predict_ours(page, read), process_time() - started
    for answer in ask(page.capture, *EXTRACTORS, TEXT_ALONE, DAYS_ALONE):
        yield answer["extractor"], predict_theirs(page, answer), answer["cpu"]


def _score(folder: Path, found: Found, temporary: Path, sets: Sequence[str]) -> dict[str, dict[str, Any]]:
    file = temporary / "predictions.jsonl"
    write_predictions(found.predictions, file)
    return {result["set"]: result for result in score_predictions(folder, file, sets)}


def _print_scores(sets: Sequence[str], scores: dict[str, dict[str, dict[str, Any]]]) -> None:
    table = Table(title="Public benchmarks: text, title, day, author", caption="body: as each set's authors score it")
    headings = ("reader", "empty", "body: F1", "precision", "recall", "accuracy", "title exact")
    _name_columns(table, *headings, "day: right", "wrong", "none", "right %", "wrong %", "author")
    for name in sets:
        _add_set(table, name, {reader: results[name] for reader, results in scores.items()})
    if len(sets) > 1:
        _add_set(table, "all together", {reader: _sum_up(results) for reader, results in scores.items()})
    Console(width=160).print(table)


def _name_columns(table: Table, *names: str) -> None:
    for number, name in enumerate(names):
        table.add_column(name, justify="right" if number else "left", no_wrap=True)


def _add_set(table: Table, name: str, results: dict[str, dict[str, Any]]) -> None:
    table.add_row(f"{name}, {results[OURS]['pages']} pages", style="bold")
    for reader, result in results.items():
        cells = list(_describe_score(reader, result))
        if any(cells):
            table.add_row(f"  {reader}", *cells)
    table.add_section()


def _sum_up(results: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Add up what can be counted over all sets; how texts are scored differs from set to set."""
    every = results.values()
    days = sum((Counter(result["days"]) for result in every), Counter[str]())
    pairs = {key: [sum(pair) for pair in zip(*(result[key] for result in every), strict=True)] for key in _PAIRS}
    return {"pages": sum(result["pages"] for result in every), "body": None, "days": days, **pairs}


def _describe_score(reader: str, result: dict[str, Any]) -> Iterator[str]:
    """Yield the cells of a row; those that a reader does not answer stay empty."""
    has_body, has_rest = reader != DAYS_ALONE, reader not in {DAYS_ALONE, TEXT_ALONE}
    body = (result["body"] or {}) if has_body else {}
    yield str(result["empty"]) if body else ""
    yield from (f"{body[key]:.3f}" if key in body else "" for key in _BODY)
    yield "{} of {}".format(*result["titles"]) if has_rest and result["titles"][1] else ""
    yield from _describe_days(result["days"] if reader not in _WITHOUT_DAYS else {})
    yield "{} of {}".format(*result["authors"]) if has_rest and result["authors"][1] else ""


def _describe_days(days: dict[str, int]) -> Iterator[str]:
    asked = sum(days.values())
    yield from (str(days.get(key, 0)) if asked else "" for key in _DAYS)
    yield from (f"{100 * days.get(key, 0) / asked:.1f}" if asked else "" for key in _DAYS[:2])


def _print_times(found: dict[str, Found]) -> None:
    table = Table(title="CPU milliseconds a page", caption="ratio: our generic reader against it")
    _name_columns(table, "reader", "median", "mean", "max", "ratio of medians", "of means")
    ours = found[UNKNOWING].milliseconds
    for reader, one in found.items():
        times = one.milliseconds
        ratios = (f"{choose(ours) / choose(times):.2f}" for choose in (median, mean))
        table.add_row(reader, *(f"{choose(times):.1f}" for choose in (median, mean, max)), *ratios)
    Console(width=160).print(table)
