"""Reading an article page: our reader against the extractors of others, time and exactness.

All read the same bytes, by turns in one run, the others in an environment of their own (``make bench-peers`` makes it).
A ratio is of one page and one round: the CPU time of another in ours, as other work on the machine stretches a long
reading more than a short one. They are made for every page of the web; ours reads a page of a platform that it knows,
and without knowing it in the second row.

A field is exact as ``scoring`` says, on the pages that print one; a date is with its time, where one is printed. A body
is exact if it has all words of lead and paragraphs and no others, the lead that the extractor found apart counted with
it or not. On the mirror, section and body are held against our platform's own reading (see ``truth``).
"""

import argparse
import gc
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time

from rich.console import Console
from rich.table import Table

from archiver.model import Capture
from archiver.parsing.page import read_page
from archiver.parsing.pages.recognition import recognise_capture
from archiver.platforms.generic import GENERIC
from archiver.platforms.layout import Platform
from tests.benchmarks.extraction import AskPeers, start_peers, take_theirs
from tests.benchmarks.long_portal import make_long_portal, write_filling
from tests.benchmarks.menus import NAVIGATION
from tests.benchmarks.scoring import Reading, measure_f1, score_reading, take_reading
from tests.benchmarks.truth import MIRROR, Sample, Truth, read_samples
from tests.conftest import SHARED
from tests.portal import ExpectedArticle, Portal, PortalArticle, article_path, expected_articles
from tests.real_portal import ZONE, unpack_mirror

GOAL = 20
EXTRACTORS = ("trafilatura", "newspaper4k", "goose3", "news-please")
FIELDS = ("title", "date", "views", "section", "body")
OURS, UNKNOWING = "ours", "ours, platform unknown"
_PAGES, _ROUNDS = 15, 3
_EVERY = 16
_AT = datetime(2022, 9, 1, tzinfo=UTC)


@dataclass(slots=True)
class Readings:
    """What one reader took for each page in each round, in milliseconds, and which fields it found exactly."""

    milliseconds: list[float] = field(default_factory=list)
    exact: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))


def bench_peer_readers(*arguments: str) -> None:
    """Print a table for each kind of page, with a row for each reader."""
    wish = _parse(arguments)
    _print_table("generated pages", generate_samples(wish.pages), wish.rounds)
    if SHARED.is_dir():
        samples = _read_real()
        _print_table("pages of the mirrored portal", [page for page in samples if page.group == MIRROR], wish.rounds)
        others = [page for page in samples if page.group != MIRROR]
        _print_table("single pages of portals whose system is known", others, wish.rounds)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks peer-readers", description=__doc__)
    parser.add_argument("--pages", type=int, default=_PAGES, metavar="N", help="generated pages (%(default)s)")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, metavar="N", help="readings of each (%(default)s)")
    return parser.parse_args(arguments)


def generate_samples(count: int) -> list[Sample]:
    """Take articles of the long portal, on pages as long as its server sends them."""
    portal = make_long_portal(count)
    menu = write_filling(portal)
    pairs = zip(portal.listed(), expected_articles(portal), strict=True)
    return [_sample(portal, article, expected, menu) for article, expected in pairs]


def _sample(portal: Portal, article: PortalArticle, expected: ExpectedArticle, menu: bytes) -> Sample:
    path = article_path(article)
    body = portal.page(path).body.replace(NAVIGATION, NAVIGATION + menu, 1)
    capture = Capture(f"https://portal.example{path}", _AT, 200, (), body)
    return Sample(path, "generated", capture, ZONE, _tell_truth(portal, article, expected))


def _tell_truth(portal: Portal, article: PortalArticle, expected: ExpectedArticle) -> Truth:
    look = portal.channels[article.channel]
    return Truth(
        title=expected.title,
        published=expected.published.astimezone(ZONE).replace(tzinfo=None),
        timed=expected.precision == "minute",
        views=article.views if look.shows_views else None,
        section=look.name,
        body=" ".join([expected.lead or "", *expected.paragraphs]),
    )


def _read_real() -> list[Sample]:
    """Take some articles of the mirror, and the single pages whose platform is known."""
    with tempfile.TemporaryDirectory() as folder:
        samples = [sample for sample in read_samples(SHARED, unpack_mirror(SHARED, Path(folder))) if sample.truth]
    mirror = [sample for sample in samples if sample.group == MIRROR]
    single = [sample for sample in samples if sample.group != MIRROR]
    return [*mirror[::_EVERY], *(sample for sample in single if recognise_capture(sample.capture) is not GENERIC)]


def _print_table(name: str, samples: Sequence[Sample], rounds: int) -> None:
    readings = _read_by_turns(samples, rounds)
    size = median(len(sample.capture.body) for sample in samples) / 1000
    title = f"{len(samples)} {name} (median {size:.0f} kB), {rounds} times: {GOAL} times faster than each is the goal"
    table = Table(title=title, caption="exact fields: of the pages that print one")
    for heading in ("reader", "CPU ms: min", "median", "max", "times ours: min", "median", "max", *FIELDS):
        table.add_column(heading, justify="left" if heading == "reader" else "right")
    for reader, read in readings.items():
        table.add_row(reader, *_describe(read, readings[OURS]))
    Console(width=150).print(table)


def _describe(read: Readings, ours: Readings) -> Iterator[str]:
    ratios = [theirs / own for theirs, own in zip(read.milliseconds, ours.milliseconds, strict=True)]
    for figures, digits in ((read.milliseconds, 2), (ratios, 1)):
        yield from (f"{choose(figures):.{digits}f}" for choose in (min, median, max))
    for name in FIELDS:
        yield f"{sum(read.exact[name])}/{len(read.exact[name])}"


def _read_by_turns(samples: Sequence[Sample], rounds: int) -> dict[str, Readings]:
    """Read every page with every reader, one after the other; what is exact is looked at in the first round.

    What is loaded for the first page is nobody's cost, nor is looking through all the pages for garbage.
    """
    readings: dict[str, Readings] = defaultdict(Readings)
    gc.collect()
    gc.freeze()
    with start_peers() as ask:
        list(_read_with_all(samples[0], ask))
        for number in range(rounds):
            for sample in samples:
                for reader, reading in _read_with_all(sample, ask):
                    readings[reader].milliseconds.append(reading.seconds * 1000)
                    for name, right in judge_reading(sample, reading) if number == 0 else ():
                        readings[reader].exact[name].append(right)
    return readings


def _read_with_all(sample: Sample, ask: AskPeers) -> Iterator[tuple[str, Reading]]:
    yield OURS, _time_ours(sample, recognise_capture(sample.capture))
    yield UNKNOWING, _time_ours(sample, GENERIC)
    for name in EXTRACTORS:
        yield name, _ask(ask, sample, name)


def _time_ours(sample: Sample, platform: Platform) -> Reading:
    started = process_time()
    page = read_page(sample.capture, platform, sample.zone)
    return take_reading(page, process_time() - started)


def _ask(ask: AskPeers, sample: Sample, extractor: str) -> Reading:
    (found,) = ask(sample.capture, extractor)
    return replace(take_theirs(found), seconds=found["cpu"])


def judge_reading(sample: Sample, reading: Reading) -> Iterable[tuple[str, bool]]:
    """Say of each field that the page prints whether it was found exactly."""
    right = {score.field: score.value == 1 for score in score_reading(sample, reading)}
    date = [right[name] for name in ("day", "minute") if name in right]
    found = {
        "title": right["title"],
        "date": all(date) if date else None,
        "views": right.get("counts"),
        "section": right.get("section"),
        "body": right.get("body") or _is_whole(sample, reading),
    }
    return [(name, exact) for name, exact in found.items() if exact is not None]


def _is_whole(sample: Sample, reading: Reading) -> bool | None:
    """Say whether the words of lead and body are those of the truth; None where the truth tells less of the body."""
    if sample.truth is None or sample.truth.body is None:
        return False if sample.truth and sample.truth.ends else None
    return measure_f1(sample.truth.body, f"{reading.lead} {reading.body}") == 1
