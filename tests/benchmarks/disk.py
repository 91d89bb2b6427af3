"""What an archive takes on disk: 10,000 long articles, table by table, and what each further capture adds.

Everything is recorded as a crawl records it, only without a network and without waiting for the disk. What a further
capture adds is what the file grows by, all tables and indexes, over thousands of them.
"""

import sqlite3
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.talkative_portal import TalkativePortal, make_talkative_portal
from tests.portal import PortalArticle, article_path
from tests.visiting import Visits

ARTICLES = 10_000
FURTHER = 1_000
"""Articles that are captured again; a multiple of 20, so that the replica shows the same related articles each time."""
SMALLEST = 400_000
"""Bytes of a table or index that gets a row of its own."""
AT, DAY = datetime(2026, 1, 5, 3, tzinfo=UTC), timedelta(days=1)
EVERY_TABLE = "SELECT name, sum(pgsize), sum(payload) FROM dbstat GROUP BY name ORDER BY 2 DESC"
Change = Callable[[TalkativePortal, PortalArticle], object]


def bench_disk(articles: str = str(ARTICLES)) -> None:
    """Print what so many articles take, and what a further capture of one adds."""
    count = int(articles)
    with tempfile.TemporaryDirectory() as folder:
        visits, portal = _open(Path(folder) / "archive.db"), make_talkative_portal(count)
        visits.run(portal, AT, unlisted=False)
        _print_whole(visits, count)
        visits.database.close()
        _print_further(Path(folder) / "further.db")


def _open(path: Path) -> Visits:
    visits = Visits(path)
    visits.database.execute("PRAGMA synchronous = OFF")
    return visits


def _print_whole(visits: Visits, count: int) -> None:
    sizes = _weigh(visits)
    raw = sizes["payloads"][0] + sizes["dictionaries"][0]
    text = visits.query("SELECT avg(length(CAST(title || coalesce(lead, '') || body AS BLOB))) AS n FROM contents")
    page = visits.query("SELECT avg(p.size) AS n FROM captures k JOIN payloads p ON p.digest = k.payload_digest")
    table = Table(title=f"{count:,} articles: pages of {page[0]['n']:,.0f} bytes, {text[0]['n']:,.0f} of them text")
    for column in ("table or index", "MB", "of it used"):
        table.add_column(column, justify="left" if column == "table or index" else "right")
    for name, (size, used) in sizes.items():
        if size >= SMALLEST:
            table.add_row(name, f"{size / 1e6:.1f}", f"{used / size:.0%}")
    table.add_section()
    table.add_row("raw pages and their dictionaries", f"{raw / 1e6:.1f}")
    table.add_row("whole file", f"{_size(visits) / 1e6:.1f}")
    Console().print(table)


def _print_further(path: Path) -> None:
    visits, portal = _open(path), make_talkative_portal(FURTHER)
    _visit_all(visits, portal, AT)
    table = Table(title="What a further capture adds to the file, in bytes")
    for column in ("capture of", "captures", "all", "payload", "capture", "readings", "text", "search"):
        table.add_column(column, justify="left" if column == "capture of" else "right")
    for day, (name, change) in enumerate(_CHANGES.items(), 1):
        before = _weigh(visits)
        for article in portal.listed():
            change(portal, article)
        captures = _visit_all(visits, portal, AT + day * DAY)
        grown = {name: size - before.get(name, (0, 0))[0] for name, (size, _) in _weigh(visits).items()}
        parts = (sum(grown.values()), *(sum(grown[table] for table in _find(grown, part)) for part in _PARTS))
        table.add_row(name, f"{captures:,}", *(f"{part / captures:,.0f}" for part in parts))
    Console().print(table)
    visits.database.close()


_PARTS = ("payloads", "captures", "readings", "contents", "search")


def _find(grown: dict[str, int], part: str) -> list[str]:
    """List a table with its indexes."""
    return [name for name in grown if name.removeprefix("sqlite_autoindex_").startswith(part)]


def _visit_all(visits: Visits, portal: TalkativePortal, at: datetime) -> int:
    """Visit the articles alone; returns their number."""
    run = visits.begin(at)
    for second, article in enumerate(portal.listed()):
        visits.visit(run, portal, article_path(article), at + timedelta(seconds=second), str(article.id))
    visits.end(run, at)
    return FURTHER


def _edit(portal: TalkativePortal, article: PortalArticle) -> None:
    """Change a sentence in the middle."""
    texts = list(article.paragraphs)
    texts[len(texts) // 2] = " ".join(reversed(texts[len(texts) // 2].split()))
    portal.edit(article.id, paragraphs=tuple(texts))


_CHANGES: dict[str, Change] = {
    "unchanged pages": lambda portal, article: None,
    "the same again": lambda portal, article: None,
    "a paragraph edited": _edit,
}


def _weigh(visits: Visits) -> dict[str, tuple[int, int]]:
    """Return the bytes of every table and index, and how many of them are used; the largest first."""
    visits.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    rows: sqlite3.Cursor = visits.database.execute(EVERY_TABLE)
    return {name: (size, used) for name, size, used in rows.fetchall()}


def _size(visits: Visits) -> int:
    (pages,) = visits.database.execute("PRAGMA page_count").fetchone()
    (size,) = visits.database.execute("PRAGMA page_size").fetchone()
    return int(pages * size)
