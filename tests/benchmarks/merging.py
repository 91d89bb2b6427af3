"""What a merge costs: 8 captures into an archive of 200,000 articles and into an empty one, by turns.

The large archive is written with SQL (tests/synthetic.py). The others are made of a small portal: one is of another
site, one of the large archive's own site, whose 7 articles are in it already, older and newer than what it knows of
them.
"""

import shutil
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from archiver.archive.store.file import close_archive, create_or_open
from archiver.archive.upkeep.merge import merge_archive
from archiver.site import Site
from tests.portal import ChannelLook, Portal, PortalArticle
from tests.synthetic import make_synthetic
from tests.visiting import Visits

ARTICLES, WORDS, TURNS = 200_000, 30, 5
LARGE = Site("lon", "Trang lớn", "liferay_hanoi")
OTHER = Site("khac", "Trang khác", "liferay_hanoi")
# Before the large archive's first run and after its last.
OLDER, NEWER = datetime(2022, 1, 4, tzinfo=UTC), datetime(2022, 3, 1, tzinfo=UTC)


def bench_merging(articles: str = str(ARTICLES)) -> None:
    """Print the time of a merge of 8 captures into an empty archive and into one of so many articles."""
    table = Table(title=f"Merging 8 captures: ms, medians of {TURNS} turns")
    for column in ("captures of", "into an empty archive", f"into {int(articles):,} articles", "ratio"):
        table.add_column(column, justify="left" if column == "captures of" else "right")
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.db"
        make_synthetic(large, int(articles), WORDS)
        for name, site, at in (("another site", OTHER, NEWER), ("older", LARGE, OLDER), ("newer", LARGE, NEWER)):
            other = _make_other(Path(folder) / f"{name}.db", site, at)
            turns = [_merge_both(Path(folder), large, other) for _ in range(TURNS)]
            empty, full = (statistics.median(times) for times in zip(*turns, strict=True))
            table.add_row(name, f"{empty * 1e3:.1f}", f"{full * 1e3:.1f}", f"{full / empty:.2f}")
    Console().print(table)


def _make_other(path: Path, site: Site, at: datetime) -> Path:
    articles = [
        PortalArticle(
            id=number,
            channel="tin",
            title=f"Tin số {number}",
            lead="Lời dẫn.",
            paragraphs=(f"Nội dung của tin số {number}.",),
            published=datetime(2022, 1, 3, 9, 0),  # noqa: DTZ001 - the portal's own time
            views=number,
        )
        for number in range(1, 8)
    ]
    visits = Visits(path, site, "http://lon.vn")
    visits.run(Portal(articles, {"tin": ChannelLook("Tin")}), at)
    close_archive(visits.database)
    return path


def _merge_both(folder: Path, large: Path, other: Path) -> tuple[float, float]:
    empty, full = folder / "empty.db", folder / "full.db"
    create_or_open(empty).close()
    shutil.copy(large, full)
    times = (_merge(empty, other), _merge(full, other))
    for path in (empty, full):
        path.unlink()
    return times


def _merge(target: Path, other: Path) -> float:
    database = create_or_open(target)
    started = perf_counter()
    merge_archive(database, other)
    seconds = perf_counter() - started
    close_archive(database)
    return seconds
