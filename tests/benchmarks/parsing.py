"""Reading a page, against BeautifulSoup over the whole of it: a tenth of the time is the goal for an article page.

Both read the same fields of the same pages, by turns in one run, and must find the same. The goal for the extractors of
others is a twentieth; they read the same pages in an environment of their own, where ``make bench-peers`` has made it.
"""

import gc
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from time import perf_counter

from bs4 import BeautifulSoup, Tag
from rich.console import Console
from rich.table import Table

from archiver.model import Article, Capture, Listing, Page
from archiver.parsing.page import read_page
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.text.cleaning import clean_text
from tests.benchmarks.extraction import PEERS_PYTHON, ask_peers
from tests.benchmarks.long_portal import PAGE_BYTES, make_long_portal, write_filling
from tests.benchmarks.menus import NAVIGATION
from tests.conftest import SHARED
from tests.portal import Portal, article_path
from tests.real_portal import ZONE, read_truth, unpack_mirror

GOAL = 0.1
AT = datetime(2022, 9, 1, tzinfo=UTC)
ARTICLES = 40
ROUNDS = 15
RATIO = ("ratio: min", "median", "max")
TIMES = ("times ours: min", "median", "max")


@dataclass(frozen=True, slots=True)
class Fields:
    """What both readers must agree on; ``letters`` are those of lead, body, captions and signature."""

    title: str
    section: str
    published: str | None
    views: int | None
    letters: Counter[str]
    images: int
    attachments: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One article page."""

    url: str
    body: bytes


Reader = Callable[[Sample], object]


def _capture(sample: Sample) -> Capture:
    return Capture(sample.url, AT, 200, (), sample.body)


def _read(sample: Sample) -> Page:
    return read_page(_capture(sample), LIFERAY_HANOI, ZONE)


def _read_fields(sample: Sample) -> Fields:
    return _fields_of(_read(sample))


def _list_titles(sample: Sample) -> list[str]:
    listing = _read(sample)
    assert isinstance(listing, Listing)
    return [entry.title for entry in listing.entries]


def _list_with_soup(sample: Sample) -> list[str]:
    page = BeautifulSoup(sample.body, "lxml")
    return [_text(link) for link in page.select("h3.asset-title a[href], tbody.table-data td.table-cell a[href]")]


def _fields_of(article: Page) -> Fields:
    assert isinstance(article, Article)
    captions = [image.caption or "" for image in article.images]
    return Fields(
        title=article.title,
        section=article.section or "",
        published=article.published.raw if article.published else None,
        views=article.views.value if article.views else None,
        letters=_count_letters(article.lead or "", *article.paragraphs, *captions, article.author or ""),
        images=len(article.images),
        attachments=len(article.attachments),
    )


def _read_with_soup(sample: Sample) -> Fields:
    """Read a page the usual way: the whole of it into BeautifulSoup, then a select for each field."""
    page = BeautifulSoup(sample.body, "lxml")
    info = _text(page.select_one("div.assetPublishDate"))
    date = re.search(r"\d\d/\d\d/\d{4} \| \d?\d:\d\d [AP]M", info)
    count = re.search(r"View count: (\d+)", info)
    body = page.select_one("div.asset-full-content div.journal-content-article")
    account = page.select_one("p.view-content-author")
    if account:
        account.decompose()
    links = {link["href"] for link in page.select("div.asset-full-content a[href]")}
    images = {image["src"] for image in page.select("div.asset-full-content img[src]")}
    return Fields(
        title=_text(page.select_one("div.asset-full-content-title")),
        section=_text(page.select_one("div.dd_chuyenmuc span.tintuc"))
        or _text(page.select_one("div.portlet-boundary:has(div.asset-full-content-title) span.portlet-title-text")),
        published=date.group() if date else None,
        views=int(count[1]) if count else None,
        letters=_count_letters(_text(page.select_one("p.sapo")), _text(body)),
        images=len({re.sub(r"[?&]t=\d+", "", str(source)) for source in images}),
        attachments=sum("/documents/" in link for link in links),
    )


def _text(element: Tag | None) -> str:
    return clean_text(element.get_text()) if element else ""


def _count_letters(*texts: str) -> Counter[str]:
    return Counter("".join("".join(text.split()) for text in texts))


def bench_parsing() -> None:
    """Print what both readers take for each kind of page, and what the extractors of others take."""
    portal = make_long_portal(ARTICLES)
    menus = _pad(portal, [article_path(article) for article in portal.listed()])
    table = Table(title=f"Reading a page (goal for articles: {GOAL:.0%} of BeautifulSoup over the whole page)")
    _name_columns(table, "pages", "kB", "ours: min", "median", "max ms", "others: min", "median", "max ms", *RATIO)
    table.add_row(*_measure("articles, padded with menus", menus))
    table.add_row(*_measure("articles, padded with scripts", _pad_with_scripts(portal)))
    if SHARED.is_dir():
        table.add_row(*_measure("articles of the mirror", _mirror()))
    listings = _pad(portal, [f"/{channel}" for channel in portal.channels])
    table.add_row(*_measure("listings, padded with menus", listings, _list_titles, _list_with_soup))
    Console(width=140).print(table)
    if PEERS_PYTHON.exists():
        Console(width=140).print(_compare_with_peers(menus))


def _name_columns(table: Table, *names: str) -> None:
    for number, name in enumerate(names):
        table.add_column(name, justify="right" if number else "left")


def _pad(portal: Portal, paths: list[str]) -> list[Sample]:
    """Take pages of the portal of long articles, with menus as dense as those of real pages."""
    menu = write_filling(portal)
    bodies = [portal.page(path).body.replace(NAVIGATION, NAVIGATION + menu, 1) for path in paths]
    return [Sample(f"https://portal.example{path}", body) for path, body in zip(paths, bodies, strict=True)]


def _pad_with_scripts(portal: Portal) -> list[Sample]:
    paths = [article_path(article) for article in portal.listed()]
    portal.padding = PAGE_BYTES - len(portal.page(paths[0]).body)
    samples = [Sample(f"https://portal.example{path}", portal.page(path).body) for path in paths]
    portal.padding = 0
    return samples


def _compare_with_peers(samples: list[Sample]) -> Table:
    """Hold the extractors of others against our reading of the same pages, timed before and after theirs."""
    ours = [_time(_read, sample) for sample in samples]
    theirs: dict[str, list[float]] = defaultdict(list)
    for found in ask_peers([_capture(sample) for sample in samples]):
        theirs[found["extractor"]].append(found["seconds"] * 1000)
    ours = [mean(pair) for pair in zip(ours, [_time(_read, sample) for sample in samples], strict=True)]
    table = Table(title="The same articles, padded with menus, read by others (goal: 20 times our time)")
    _name_columns(table, "extractor", "min", "median", "max ms", *TIMES)
    table.add_row("ours", *_describe(ours))
    for name, times in theirs.items():
        ratios = [other / own for own, other in zip(ours, times, strict=True)]
        table.add_row(name, *_describe(times), *(f"{value:.0f}" for value in _spread(ratios)))
    return table


def _mirror() -> list[Sample]:
    with tempfile.TemporaryDirectory() as folder:
        mirror = unpack_mirror(SHARED, Path(folder))
        rows = sorted(read_truth(SHARED).values(), key=lambda row: row["file"])[::40]
        return [Sample(row["address"], (mirror / row["file"]).read_bytes()) for row in rows]


def _measure(
    name: str, samples: list[Sample], read: Reader = _read_fields, read_with_soup: Reader = _read_with_soup
) -> Iterable[str]:
    different = [sample.url for sample in samples if read(sample) != read_with_soup(sample)]
    if different:
        raise SystemExit(f"{name}: the readers disagree on {', '.join(different)}")
    ours: list[float] = []
    theirs: list[float] = []
    gc.disable()  # the garbage of one reader is not collected at the other's cost
    for _ in range(ROUNDS):
        gc.collect()
        for sample in samples:
            ours.append(_time(_read, sample))
            theirs.append(_time(read_with_soup, sample))
    gc.enable()
    size = median(len(sample.body) for sample in samples) / 1000
    ratios = [own / other for own, other in zip(ours, theirs, strict=True)]
    return name, f"{size:.0f}", *_describe(ours), *_describe(theirs), *(f"{value:.3f}" for value in _spread(ratios))


def _time(read: Reader, sample: Sample) -> float:
    started = perf_counter()
    read(sample)
    return (perf_counter() - started) * 1000


def _describe(times: list[float]) -> Iterable[str]:
    return (f"{value:.2f}" for value in _spread(times))


def _spread(values: list[float]) -> tuple[float, float, float]:
    return min(values), median(values), max(values)
