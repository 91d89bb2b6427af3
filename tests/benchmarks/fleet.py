"""What bundles cost: bytes of log for each look at an article, and captures that a follower merges in a CPU second.

A worker looks three times at a portal whose pages have the 97 KB of large real ones, and once, where the mirrors are
beside the project, at each of them. Its bundles go into an empty archive and into one of 200,000 articles, by turns: of
another site, and of its own. A follower takes as many bundles at once as are waiting for it.
"""

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from archiver.archive.store.file import close_archive, create_or_open
from archiver.fleet.bundles import Bundle
from archiver.fleet.packing import Mark, pack_next
from archiver.fleet.unpacking import merge_bundles
from archiver.ingest.record import read_answer, record_capture
from archiver.model import Capture, Purpose
from archiver.site import Site
from tests.benchmarks.captures import PADDING, SHARED
from tests.benchmarks.hub_inserts import bench_hub_inserts
from tests.portal import ChannelLook, Portal, write_articles
from tests.real_portal import read_truth, unpack_mirror
from tests.synthetic import make_synthetic
from tests.visiting import Visits

ARTICLES, WORDS, TURNS, WATCHED, TOGETHER = 200_000, 30, 3, 200, 10
LARGE = Site("lon", "Trang lớn", "liferay_hanoi")
OTHER = Site("khac", "Trang khác", "liferay_hanoi")
START = datetime(2022, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at all articles of a portal: its bundles, and what it took to pack them."""

    name: str
    bundles: tuple[Bundle, ...]
    seconds: float

    @property
    def captures(self) -> int:
        """The captures of all bundles."""
        return sum(bundle.captures for bundle in self.bundles)

    @property
    def size(self) -> int:
        """The bytes of the evidence."""
        return sum(len(bundle.data) for bundle in self.bundles if bundle.kind == "evidence")


def bench_fleet(articles: str = str(ARTICLES)) -> None:
    """Print bytes of log, the speed of a follower with an empty archive and one of so many articles, and of a hub."""
    with tempfile.TemporaryDirectory() as folder:
        looks = {site.name: [*_watch(Path(folder) / site.name, site)] for site in (OTHER, LARGE)}
        mirrored = [*_read_mirror(Path(folder) / "mirror")] if SHARED.is_dir() else []
        _print_log([*looks[OTHER.name], *mirrored])
        _print_speed(Path(folder), int(articles), looks)
    bench_hub_inserts()


def _watch(folder: Path, site: Site) -> Iterator[Look]:
    """Look at a portal three times: first, when one article in twenty is edited, and when nothing is."""
    folder.mkdir()
    visits, mark = Visits(folder / "worker.db", site, "http://lon.vn"), Mark()
    channels = {"tin": ChannelLook("Tin"), "xay": ChannelLook("Xây"), "van": ChannelLook("Văn")}
    portal = Portal(write_articles(WATCHED, list(channels), seed=4), channels, padding=PADDING)
    for number, name in enumerate(("first look", "later, one in 20 edited", "later, none edited")):
        for article in portal.listed()[::20] if number == 1 else ():
            portal.edit(article.id, title=f"{article.title} (sửa)")
        visits.run(portal, START + timedelta(days=number))
        look, mark = _pack(visits, mark, name)
        yield look
    visits.database.close()


def _read_mirror(folder: Path) -> Iterator[Look]:
    """Read the mirrored portal's articles: once, and the same bytes a day later."""
    folder.mkdir()
    unpacked = unpack_mirror(SHARED, folder)
    visits, mark = Visits(folder / "worker.db", OTHER, "http://sotttt.example"), Mark()
    for number, name in enumerate(("mirror, first look", "mirror, later")):
        at = START + timedelta(days=number)
        run = visits.begin(at)
        for second, file in enumerate(sorted(read_truth(SHARED))):
            key = str(10_000 + second)
            url = f"http://sotttt.example/tin/-/view_content/{key}-x.html"
            headers = (("Content-Type", "text/html; charset=UTF-8"), ("Date", f"{at + timedelta(seconds=second)}"))
            capture = Capture(url, at + timedelta(seconds=second), 200, headers, (unpacked / file).read_bytes())
            purpose = Purpose("article", key)
            page = read_answer(OTHER, capture, purpose)
            record_capture(visits.database, run, OTHER, capture, page, purpose)
        visits.end(run, at)
        look, mark = _pack(visits, mark, name)
        yield look
    visits.database.close()


def _pack(visits: Visits, mark: Mark, name: str) -> tuple[Look, Mark]:
    bundles = []
    began = time.process_time()
    while packed := pack_next(visits.database.conn, mark):
        bundle, mark = packed
        bundles.append(bundle)
    return Look(name, tuple(bundles), time.process_time() - began), mark


def _print_log(looks: Sequence[Look]) -> None:
    table = Table(title="Log: bytes of evidence for a capture, and of the closing")
    for column in ("look", "captures", "bundles", "B a capture", "B of the closing", "packed in ms a capture"):
        table.add_column(column, justify="left" if column == "look" else "right")
    for look in looks:
        closing = sum(len(bundle.data) for bundle in look.bundles) - look.size
        figures = (look.captures, len(look.bundles), look.size / look.captures, closing)
        table.add_row(look.name, *(f"{figure:,.0f}" for figure in figures), f"{look.seconds / look.captures * 1e3:.1f}")
    Console().print(table)


def _print_speed(folder: Path, articles: int, looks: dict[str, list[Look]]) -> None:
    table = Table(title=f"Follower: captures merged in a CPU second, {TOGETHER} bundles at once; medians of {TURNS}")
    for column in ("look", "into an empty archive", f"other site of {articles:,}", f"own site of {articles:,}"):
        table.add_column(column, justify="left" if column == "look" else "right")
    make_synthetic(folder / "large.db", articles, WORDS)
    create_or_open(folder / "empty.db").close()
    cases = (("empty.db", OTHER), ("large.db", OTHER), ("large.db", LARGE))
    turns = [[_follow(folder, name, looks[site.name]) for name, site in cases] for _ in range(TURNS)]
    for number, look in enumerate(looks[OTHER.name]):
        speeds = (statistics.median(turn[case][number] for turn in turns) for case in range(len(cases)))
        table.add_row(look.name, *(f"{speed:,.0f}" for speed in speeds))
    Console().print(table)


def _follow(folder: Path, name: str, looks: Sequence[Look]) -> list[float]:
    """Merge looks one after the other into a copy of an archive; returns the speed of each."""
    shutil.copy(folder / name, folder / "follower.db")
    database = create_or_open(folder / "follower.db")
    speeds = []
    for look in looks:
        began = time.process_time()
        for start in range(0, len(look.bundles), TOGETHER):
            merge_bundles(database, [bundle.data for bundle in look.bundles[start : start + TOGETHER]])
        speeds.append(look.captures / (time.process_time() - began))
    close_archive(database)
    (folder / "follower.db").unlink()
    return speeds
