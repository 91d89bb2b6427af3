"""Who crawls the long portal: ours, a plain spider, what only fetches. Each is a command and a check of its work."""

import shutil
import sqlite3
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from archiver.demo_portal.portal import ZONE
from tests.benchmarks.fetching_spider import COUNT
from tests.portal import ExpectedArticle, Portal, article_path, expected_articles

IN_FLIGHT = 16
"""Requests at once to the portal, for all alike."""
OURS = "ours"
_HERE = Path(__file__).parent
_FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", f"CONCURRENT_REQUESTS_PER_DOMAIN={IN_FLIGHT}", "-s", "LOG_LEVEL=INFO")
# What our own spiders set to download with.
_HANDLERS = (
    *("-s", 'DOWNLOAD_HANDLERS={"http": "archiver.crawl.transport.connections.Connections"}'),
    *("-s", "COMPRESSION_ENABLED=0"),
)


@dataclass(frozen=True, slots=True)
class Job:
    """What a runner is given: the portal's address, its truth, and an empty folder to work in.

    In the folder stands ``articles.txt``: the address of every article, one a line, newest first.
    """

    base: str
    portal: Portal
    folder: Path

    @property
    def listings(self) -> list[str]:
        """The addresses of the channels' first pages."""
        return [f"{self.base}/{channel}" for channel in self.portal.channels]

    @property
    def articles(self) -> list[str]:
        """The addresses of all articles that are to be fetched."""
        return [self.base + article_path(article) for article in self.portal.listed()]

    @property
    def list_of_articles(self) -> Path:
        """The file in which they stand."""
        return self.folder / "articles.txt"


def check_nothing(job: Job) -> Iterable[str]:
    """Have no complaint: that every article was asked for is seen at the server."""
    return ()


@dataclass(frozen=True, slots=True)
class Runner:
    """One way to crawl the portal.

    ``command`` is what to start, in the job's folder and with the project to be imported from; ``check`` tells what is
    wrong with what it left there, nothing if all is right. One that cannot run here names what is ``missing``.
    """

    name: str
    command: Callable[[Job], Sequence[str]]
    check: Callable[[Job], Iterable[str]] = check_nothing
    missing: str | None = None


def _crawl_with_ours(job: Job) -> Sequence[str]:
    crawl = (sys.executable, "-m", "archiver", "crawl", "dukdhcd", "-a", f"start={','.join(job.listings)}")
    more = ("-a", "full=1", "-s", "ARCHIVE_ATTACHMENTS=none", "-s", "ARCHIVE_MAX_REQUESTS=0")
    return "env", f"ARCHIVE_DB={job.folder / 'archive.db'}", *crawl, *_FAST, *more


def _crawl_plainly(job: Job) -> Sequence[str]:
    run = (sys.executable, "-m", "scrapy", "runspider", str(_HERE / "plain_spider.py"))
    return *run, "-a", f"start={','.join(job.listings)}", "-a", f"db={job.folder / 'plain.db'}", *_FAST


def _fetch(job: Job) -> Sequence[str]:
    run = (sys.executable, "-m", "scrapy", "runspider", str(_HERE / "fetching_spider.py"))
    return *run, "-a", f"urls={job.list_of_articles}", *_FAST


def _fetch_as_ours(job: Job) -> Sequence[str]:
    """Fetch with our settings and our handler, without what our spiders bring with them."""
    return "env", "SCRAPY_SETTINGS_MODULE=archiver.settings", *_fetch(job), *_HANDLERS, "-s", "SPIDER_MODULES="


def _fetch_with_wget(job: Job) -> Sequence[str]:
    return "wget", "--no-verbose", "--force-directories", "--input-file", str(job.list_of_articles)


def _check_archive(job: Job) -> Iterable[str]:
    """Hold every article against the truth, and count raw pages and entries of the search index."""
    with closing(sqlite3.connect(job.folder / "archive.db")) as connection:
        rows = connection.execute(
            "SELECT h.article_id, h.title, h.lead, h.body, h.published_at, a.views FROM article_history h"
            " JOIN articles a ON a.site = h.site AND a.native_key = h.article_id"
        ).fetchall()
        pages = connection.execute("SELECT count(DISTINCT payload_digest) FROM captures WHERE status = 200").fetchone()
        entries = connection.execute("SELECT count(*) FROM search_order").fetchone()
    expected = {row[0]: row for row in map(_write_row, expected_articles(job.portal))}
    yield from _compare({row[0]: row[:5] for row in rows}, expected)
    if pages[0] < len(expected) or entries[0] != len(expected):
        yield f"{pages[0]} raw pages and {entries[0]} entries of the search index for {len(expected)} articles"


def _write_row(article: ExpectedArticle) -> tuple[object, ...]:
    body = "\n\n".join(article.paragraphs)
    return article.native_key, article.title, article.lead, body, article.published.isoformat()


def _check_table(job: Job) -> Iterable[str]:
    """Hold title, date and count of every article against the truth."""
    with closing(sqlite3.connect(job.folder / "plain.db")) as connection:
        rows = connection.execute("SELECT url, title, published, length(body) FROM articles").fetchall()
    found = {_key_of(url): (_clean(title), published) for url, title, published, _ in rows}
    expected = {
        article.native_key: (article.title, article.published.astimezone(ZONE).replace(tzinfo=None).isoformat())
        for article in expected_articles(job.portal)
    }
    yield from _compare(found, expected)
    if short := [url for url, *_, size in rows if size < 5_000]:
        yield f"{len(short)} bodies are too short, {short[0]} first"


def _check_count(job: Job) -> Iterable[str]:
    count = int((job.folder / COUNT).read_text(encoding="ascii"))
    if count != len(job.articles):
        yield f"{count} whole pages came of {len(job.articles)}"


def _check_files(job: Job) -> Iterable[str]:
    files = [path for path in job.folder.rglob("*.html") if path.read_bytes().endswith(b"</html>\n")]
    if len(files) != len(job.articles):
        yield f"{len(files)} whole files for {len(job.articles)} pages"


def _key_of(url: str) -> str:
    return url.partition("/view_content/")[2].partition("-")[0]


def _clean(text: str) -> str:
    """Compose letters and tidy spaces; a plain spider leaves them so, and entities that were encoded twice."""
    return " ".join(unicodedata.normalize("NFC", unescape(text)).split())


def _compare(found: dict[str, tuple[object, ...]], expected: dict[str, tuple[object, ...]]) -> Iterable[str]:
    wrong = [key for key in expected | found if found.get(key) != expected.get(key)]
    if wrong:
        yield f"{len(wrong)} of {len(expected)} articles, {wrong[0]}: {found.get(wrong[0])} != {expected.get(wrong[0])}"


RUNNERS = (
    Runner(OURS, _crawl_with_ours, _check_archive),
    Runner("plain spider", _crawl_plainly, _check_table),
    Runner("fetching, our handler", _fetch_as_ours, _check_count),
    Runner("fetching, Scrapy's defaults", _fetch, _check_count),
    Runner("wget", _fetch_with_wget, _check_files, missing=None if shutil.which("wget") else "wget"),
)
"""In the order of the table; ours first."""
