"""Reading an article page, against BeautifulSoup over the whole page: a tenth of the time is the goal.

Both read the same fields of the same pages, by turns in one run, and must find the same.
"""

import gc
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

from bs4 import BeautifulSoup, Tag
from rich.console import Console
from rich.table import Table

from archiver.model import Article, Capture, Page
from archiver.parsing.page import read_page
from archiver.parsing.text import clean_text
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from tests.benchmarks.menus import NAVIGATION, write_menu
from tests.conftest import SHARED
from tests.portal import article_path, large_portal
from tests.real_portal import ZONE, read_truth, unpack_mirror

GOAL = 0.1
AT = datetime(2022, 9, 1, tzinfo=UTC)
PAGE_SIZE = 80_000
ROUNDS = 15


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


def bench_parsing() -> None:
    """Print what both readers take for each kind of page."""
    table = Table(title=f"Reading an article page (goal: {GOAL:.0%} of BeautifulSoup over the whole page)")
    for name in ("pages", "kB", "ours: min", "median", "max ms", "BeautifulSoup: min", "median", "max ms", "ratio"):
        table.add_column(name, justify="left" if name == "pages" else "right")
    table.add_row(*_measure("replica, padded with menus", _replica(menus=True)))
    table.add_row(*_measure("replica, padded with scripts", _replica(menus=False)))
    if SHARED.is_dir():
        table.add_row(*_measure("real pages", _mirror()))
    Console(width=140).print(table)


def _replica(*, menus: bool) -> list[Sample]:
    """Take articles of the replica, padded to 80 kB: with menus as dense as a real page's, or with scripts alone."""
    portal = large_portal()
    portal.padding = 0 if menus else PAGE_SIZE - 14_000
    samples = []
    for article in portal.listed()[:20]:
        path = article_path(article)
        page = portal.page(path).body
        padded = page.replace(NAVIGATION, NAVIGATION + write_menu(PAGE_SIZE - len(page)), 1) if menus else page
        samples.append(Sample(f"https://portal.example{path}", padded))
    return samples


def _mirror() -> list[Sample]:
    with tempfile.TemporaryDirectory() as folder:
        mirror = unpack_mirror(SHARED, Path(folder))
        rows = sorted(read_truth(SHARED).values(), key=lambda row: row["file"])[::40]
        return [Sample(row["address"], (mirror / row["file"]).read_bytes()) for row in rows]


def _measure(name: str, samples: list[Sample]) -> Iterable[str]:
    different = [sample.url for sample in samples if _fields_of(_read(sample)) != _read_with_soup(sample)]
    if different:
        raise SystemExit(f"{name}: the readers disagree on {', '.join(different)}")
    ours: list[float] = []
    theirs: list[float] = []
    gc.disable()  # the garbage of one reader is not collected at the other's cost
    for _ in range(ROUNDS):
        gc.collect()
        for sample in samples:
            ours.append(_time(_read, sample))
            theirs.append(_time(_read_with_soup, sample))
    gc.enable()
    size = median(len(sample.body) for sample in samples) / 1000
    ratio = median(ours) / median(theirs)
    return name, f"{size:.0f}", *_describe(ours), *_describe(theirs), f"{ratio:.3f}"


def _time(read: Callable[[Sample], object], sample: Sample) -> float:
    started = perf_counter()
    read(sample)
    return (perf_counter() - started) * 1000


def _describe(times: list[float]) -> Iterable[str]:
    return f"{min(times):.2f}", f"{median(times):.2f}", f"{max(times):.2f}"


def _read(sample: Sample) -> Page:
    return read_page(Capture(sample.url, AT, 200, (), sample.body), LIFERAY_HANOI, ZONE)


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
