"""What storing captures costs: bytes of payload and milliseconds, for each way a page comes in.

The pages are the replica's, padded to the 97 KB of large real ones, and those of the mirrored portal where it is
beside the project. Times are of ``store_payload`` and ``load_payload`` alone, on an archive in memory: the
median, and the longest, which is the one that trained a dictionary where there was one to train.
"""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.evidence.payloads import check_payloads, load_payload, store_payload
from archiver.archive.store.schema import migrations
from tests.portal import ChannelLook, Portal, article_path, write_articles
from tests.real_portal import read_capture_time, read_truth, unpack_mirror

SHARED = Path(__file__).parents[3] / "shared"
PADDING = 84_000


@dataclass
class Kept:
    """One stored page: bytes as received and in the file, and the milliseconds it took."""

    encoding: str
    size: int
    stored: int
    stored_in: float
    loaded_in: float


@dataclass
class Shelf:
    """An archive in memory that keeps pages as captures of one site, each later than the one before."""

    connection: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(":memory:"))
    count: int = 0

    def __post_init__(self) -> None:
        migrations.apply(Database(self.connection))
        self.connection.execute("INSERT INTO sites (name, title, platform, timezone) VALUES ('s', 'S', 'p', 'UTC')")
        self.connection.execute(
            "INSERT INTO runs (id, uid, site, kind, arguments, started_at) VALUES (1, 'r', 's', 'crawl', '{}', '')"
        )

    def keep(self, url: str, body: bytes) -> Kept:
        """Store a page as the next capture of an address."""
        self.count += 1
        self.connection.execute("INSERT INTO addresses (site, url) VALUES ('s', ?) ON CONFLICT DO NOTHING", (url,))
        address = self.connection.execute("SELECT id FROM addresses WHERE url = ?", (url,)).fetchone()[0]
        start = time.perf_counter()
        digest = store_payload(self.connection, "s", address, body)
        stored = time.perf_counter()
        assert load_payload(self.connection, digest) == body
        loaded = time.perf_counter()
        self.connection.execute(
            "INSERT INTO captures (run_id, address_id, fetched_at, status, headers, payload_digest) "
            "VALUES (1, ?, ?, 200, NULL, ?)",
            (address, f"2024-01-01T00:00:00.{self.count:06d}+00:00", digest),
        )
        encoding, size, length = self.connection.execute(
            "SELECT encoding, size, length(data) FROM payloads WHERE digest = ?", (digest,)
        ).fetchone()
        return Kept(encoding, size, length, (stored - start) * 1e3, (loaded - stored) * 1e3)


def run() -> None:
    """Print a table: what was kept, how, and what it cost."""
    print(
        f"{'captures':42} {'encoding':10} {'pages':>5} {'raw B':>8} {'stored B':>8} {'%':>6} "
        f"{'ms':>6} {'max':>6} {'load':>6}"
    )
    shelf, portal = Shelf(), _make_portal()
    _print_rows("replica, first captures", _keep_first(shelf, portal))
    again = _keep_again(shelf, portal)
    _print_rows("replica, one page a hundred times", again)
    _print_rows("replica, the hundredth of them", again[-1:])
    _print_rows("replica, a listing with one more each time", _keep_listing(shelf, portal))
    _print_archive(shelf)
    if SHARED.is_dir():
        shelf = Shelf()
        _print_rows("mirror, every page as captured", [shelf.keep(*page) for page in _read_mirror()])
        _print_archive(shelf)


def _make_portal() -> Portal:
    channels = {"tin": ChannelLook("Tin"), "xay": ChannelLook("Xây"), "van": ChannelLook("Văn")}
    return Portal(write_articles(200, list(channels), seed=4), channels, padding=PADDING)


def _keep_first(shelf: Shelf, portal: Portal) -> list[Kept]:
    paths = [article_path(article) for article in portal.listed()]
    return [shelf.keep(path, portal.answer(path).body) for path in paths]


def _keep_again(shelf: Shelf, portal: Portal) -> list[Kept]:
    """Keep a page a hundred times, of which counters, tokens and stamps move.

    Every twentieth request shows the same related articles.
    """
    path = article_path(portal.listed("van")[3])
    pages = []
    for _ in range(100):
        pages.append(shelf.keep(path, portal.answer(path).body))
        for _ in range(19):
            portal.answer("/robots.txt")
    return pages


def _keep_listing(shelf: Shelf, portal: Portal) -> list[Kept]:
    newest = portal.listed()[:100]
    for article in newest:
        portal.delist(article.id)
    pages = []
    for article in reversed(newest):
        portal.restore(article.id)
        pages.append(shelf.keep("/tin", portal.answer("/tin").body))
    return pages


def _read_mirror() -> Iterator[tuple[str, bytes]]:
    """Yield the mirrored article pages in order of capture: where it was saved, and its bytes."""
    rows = sorted(read_truth(SHARED).items(), key=lambda row: read_capture_time(row[1]["captured"]))
    with tempfile.TemporaryDirectory() as folder:
        unpacked = unpack_mirror(SHARED, Path(folder))
        for file, _ in rows:
            yield file, (unpacked / file).read_bytes()


def _print_rows(name: str, pages: Sequence[Kept]) -> None:
    for encoding in sorted({page.encoding for page in pages}):
        kept = [page for page in pages if page.encoding == encoding]
        raw = statistics.mean(page.size for page in kept)
        stored = statistics.mean(page.stored for page in kept)
        times = [page.stored_in for page in kept]
        print(
            f"{name:42} {encoding:10} {len(kept):5} {raw:8,.0f} {stored:8,.0f} {100 * stored / raw:6.2f} "
            f"{statistics.median(times):6.2f} {max(times):6.1f} {statistics.median(p.loaded_in for p in kept):6.2f}"
        )


def _print_archive(shelf: Shelf) -> None:
    count, size = shelf.connection.execute("SELECT count(*), sum(length(data)) FROM dictionaries").fetchone()
    stored, raw = shelf.connection.execute("SELECT sum(length(data)), sum(size) FROM payloads").fetchone()
    start = time.perf_counter()
    broken = list(check_payloads(shelf.connection))
    print(
        f"all payloads {raw:,} B in {stored:,} B, {count} dictionaries in {size or 0:,} B; "
        f"checked in {time.perf_counter() - start:.1f} s, {len(broken)} broken"
    )
