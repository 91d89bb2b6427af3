"""What the pages cost on a large archive, at rest and while a crawl records into it: through HTTP without a socket.

The first answer is told apart: a ranking of views is made once after a crawl, and kept. ``python -m tests.benchmarks
serving 100000 FILE`` keeps the archive there, and takes it again the next time.
"""

import asyncio
import hashlib
import multiprocessing
import random
import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, sleep

from rich.console import Console
from rich.table import Table

from archiver.archive.evidence.headers import pack_headers
from archiver.archive.evidence.payloads import store_payload
from archiver.archive.search.index import index_missing
from archiver.archive.store.file import create_or_open
from archiver.clock import now
from archiver.web.serving import make_reader
from tests.portal import article_path, demo_portal
from tests.visiting import Visits

ARTICLES = 100_000
SITES = ("alpha", "beta", "gamma")
RUNS = 300
VISITS = 3
BUSY = 500
"""The article with this id has 600 observations and 40 versions."""
LISTED = 300
"""So many articles are counted on the listing pages of each of the last runs, and all of a site in one of them."""
ENTRIES = 15
DEEP = RUNS - 1
Times = tuple[float, float]
"""Milliseconds by the clock, and of the processor, which a machine that does other things distorts less."""
START = datetime(2020, 1, 1, tzinfo=UTC)
WORDS = (
    "Đảng ủy khối các trường đại học cao đẳng hội nghị sinh viên cán bộ giảng viên tổ chức kết quả công tác năm học "
    "phong trào thi đua khen thưởng học bổng đoàn thanh niên kiểm tra giám sát chi bộ nhiệm kỳ chuyên đề báo cáo"
).split()
CRAWL_PAUSE = 0.05
PAGES = {
    "home": "/",
    "changes, older": None,
    "changes of a site": "/?site=beta",
    "changes of a kind": "/?kind=edited",
    "changes of a kind, none": "/?kind=restored",
    "changes of some days": "/?since=2021-01-01&until=31/01/2021",
    "changes with new articles": "/?kind=all",
    "changes, common words": "/?q=dang+uy",
    "changes, a word of one in forty": "/?q=quan20",
    "the same, none of them changed": "/?q=quan13",
    "changes, a rare word": "/?q=ma60",
    "changes, a word of none": "/?q=khongaivietthe",
    "changes, words with marks, a site, a kind": "/?q=%C4%90%E1%BA%A3ng+%E1%BB%A7y&site=gamma&kind=edited",
    "feed of all": "/feed",
    "feed of words": "/feed?q=quan20&kind=edited",
    "most read": "/views",
    "most read of a site, all counted": "/views?site=gamma",
    "articles of a site, with most read": "/articles?site=gamma",
    "articles": "/articles",
    "articles, deep": None,
    "articles of a site": "/articles?site=beta",
    "articles of a section": "/articles?site=beta&section=Chuy%C3%AAn+m%E1%BB%A5c+3",
    "articles of a year": "/articles?since=2021-01-01&until=2021-12-31",
    "articles that changed": "/articles?changed=1",
    "articles away": "/articles?state=away",
    "rare: gone, changed, one section": "/articles?state=gone&changed=1&site=beta&section=Chuy%C3%AAn+m%E1%BB%A5c+3",
    "nothing: before all": "/articles?until=2001-01-01&site=alpha",
    "search, common words": "/articles?q=dang+uy",
    "search, with marks, of a site": "/articles?q=%C4%90%E1%BA%A3ng+%E1%BB%A7y&site=beta",
    "article": "/article/alpha/99000",
    "article, 600 counts, 40 versions": f"/article/alpha/{BUSY}",
    "as it stood": f"/article/alpha/{BUSY}?at=2022-06-01",
    "comparison": f"/article/alpha/{BUSY}/compare?from=3&to=30",
    "raw page, frame": "/article/alpha/99000/raw",
    "raw page": "/article/alpha/99000/raw/page",
    "runs": "/runs",
    "run, the first": "/run/1",
    "run, the last": f"/run/{RUNS}",
    "feed": "/feed/alpha.atom",
}


def bench_serving(count: int | str = ARTICLES, file: str | None = None, times: int = 15) -> None:
    """Print what each page takes, in milliseconds: at rest, and while a crawl records."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(file) if file else Path(folder) / "archive.db"
        if not path.exists():
            fill(path, int(count))
        table = Table(title=f"Pages of an archive of {int(count):,} articles ({path.stat().st_size / 1e6:,.0f} MB)")
        for column in ("page", "first ms", "median ms", "CPU ms", "worst ms", "median, crawling", "KB"):
            table.add_column(column, justify="left" if column == "page" else "right")
        rest = asyncio.run(_measure(path, times))
        with _crawling(path):
            crawled = asyncio.run(_measure(path, times))
        for (name, first, durations, size), (_, _, others, _) in zip(rest, crawled, strict=True):
            clock, processor = zip(*durations, strict=True)
            crawling = median(one for one, _ in others)
            shown = (first, median(clock), median(processor), max(clock), crawling, size / 1024)
            table.add_row(name, *(f"{number:.1f}" for number in shown))
    Console(width=120).print(table)


@contextmanager
def _crawling(path: Path) -> Iterator[None]:
    """Let another process record pages, many more than a portal is asked for."""
    crawl = multiprocessing.get_context("spawn").Process(target=_crawl, args=(path,), daemon=True)
    crawl.start()
    try:
        yield
    finally:
        crawl.terminate()
        crawl.join()


def _crawl(path: Path) -> None:
    visits, portal = Visits(path), demo_portal()
    run = visits.begin(now())
    while True:
        for article in portal.listed():
            key = str(article.id)
            visits.visit(run, portal, article_path(article), now(), key)
            sleep(CRAWL_PAUSE)


async def _measure(path: Path, times: int) -> list[tuple[str, float, list[Times], int]]:
    reader = make_reader(path)
    rows = []
    for name, address in PAGES.items():
        url = address or await DEEP_PAGES[name](reader)
        durations = []
        for _ in range(times + 1):
            started, spent = perf_counter(), process_time()
            answer = await reader.client.get(url)
            durations.append(((perf_counter() - started) * 1000, (process_time() - spent) * 1000))
            assert answer.status_code == 200, (url, answer.text)
        rows.append((name, durations[0][0], durations[1:], len(answer.content)))
    return rows


async def _find_older(reader) -> str:
    """Return the address of the page of changes behind the first."""
    html = (await reader.client.get("/")).text
    return unescape(re.search(r'rel="next" href="([^"]+)"', html)[1])


async def _find_deep(reader) -> str:
    """Return the address of a page in the middle of the list."""
    row = await reader.get_database("archive").execute(
        "SELECT published_at, c.id, s.article_id FROM contents c JOIN snapshots s ON s.content_id = c.id "
        "WHERE coalesce(published_at, '') < '2021-07' ORDER BY coalesce(published_at, '') DESC LIMIT 1"
    )
    published, content, article = row.first()
    return f"/articles?after={published.replace('+', '%2B')}~{content}~{article}"


DEEP_PAGES = {"articles, deep": _find_deep, "changes, older": _find_older}


def fill(path: Path, count: int) -> None:
    """Make an archive with the real tables, directly."""
    database = create_or_open(path)
    connection = database.conn
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    _fill_evidence(connection, count)
    _fill_articles(connection, count)
    _fill_listings(connection, count)
    connection.execute(_LOG)
    index_missing(connection)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def _fill_evidence(connection: sqlite3.Connection, count: int) -> None:
    for site in SITES:
        connection.execute(
            "INSERT INTO sites (name, title, platform, timezone) VALUES (?, ?, 'liferay_hanoi', 'Asia/Ho_Chi_Minh')",
            (site, site.title()),
        )
    runs = [
        (n, f"run{n}", SITES[n % 3], "crawl", "{}", _at(n), _at(n, 3600), "finished", 100, 3)
        for n in range(1, RUNS + 1)
    ]
    columns = "id, uid, site, kind, arguments, started_at, finished_at, outcome, requests, articles_new"
    connection.executemany(f"INSERT INTO runs ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", runs)
    addresses = ((n, SITES[n % 3], f"http://{SITES[n % 3]}.example/{n}") for n in range(1, count + 1))
    connection.executemany("INSERT INTO addresses VALUES (?, ?, ?)", addresses)
    page = f"<html><body><h1>Trang</h1>{'<p>Hội nghị đảng ủy khối.</p>' * 2000}</body></html>".encode()
    digest = store_payload(connection, "alpha", 1, page)
    headers = pack_headers(connection, "alpha", (("Content-Type", "text/html; charset=utf-8"),))
    rows = ((*capture, 200, *headers, digest) for capture in _list_captures(count))
    columns = "id, address_id, run_id, fetched_at, status, headers, header_set_id, payload_digest"
    connection.executemany(f"INSERT INTO captures ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _list_captures(count: int) -> Iterator[tuple[int, int, int, str]]:
    """Half of the articles come with the first runs, the others day by day; each is visited again at random."""
    chance = random.Random(1)
    visits = []
    for article in range(1, count + 1):
        first = 1 + article % 3 if article <= count // 2 else chance.randrange(4, RUNS + 1)
        later = {chance.randrange(first, RUNS + 1) for _ in range(VISITS - 1)} - {first}
        visits += [(run, article) for run in (first, *later)]
    visits += [(run, BUSY) for run in range(1, RUNS + 1)] * 2
    for number, (run, article) in enumerate(sorted(visits), 1):
        yield number, article, run, _at(run, number / 1000)


def _fill_articles(connection: sqlite3.Connection, count: int) -> None:
    chance = random.Random(2)
    states = ["live"] * 96 + ["gone"] * 2 + ["suspect", "moved"]
    connection.execute("INSERT INTO parsers (id, version, ordinal) VALUES (1, 'bench', 1)")
    for n in range(1, count + 1):
        captures = connection.execute(
            "SELECT id, fetched_at FROM captures WHERE address_id = ? ORDER BY fetched_at", (n,)
        ).fetchall()
        versions = 40 if n == BUSY else 2 if n % 20 == 0 and len(captures) > 1 else 1
        site = "alpha" if n in {99_000, BUSY} else SITES[n % 3]
        values = (n, site, str(n), n, f"Chuyên mục {n % 12}", chance.choice(states), captures[0][1], captures[-1][1])
        connection.execute(
            "INSERT INTO articles (id, site, native_key, address_id, section, state, first_seen_at, last_seen_at, "
            "listed, views) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 1000)",
            values,
        )
        statement = "INSERT INTO article_keys (site, native_key, article_id) VALUES (?, ?, ?)"
        connection.execute(statement, (site, str(n), n))
        _fill_history(connection, chance, n, captures, versions)


def _fill_history(connection, chance: random.Random, n: int, captures, versions: int) -> None:
    published = _at(chance.randrange(RUNS * 6) - RUNS, chance.randrange(1440) * 60)
    paragraphs = [" ".join(chance.choices(WORDS, k=60)) for _ in range(6)]
    paragraphs[0] += f" quận{n % 40} hồ sơ mã{n % 5000}"  # words of one article in forty, and of twenty articles
    contents = []
    for version in range(1, versions + 1):
        paragraphs = [*paragraphs[:-1], f"{paragraphs[-1]} Lần {version}."]
        title = " ".join(chance.choices(WORDS, k=10))
        digest = hashlib.sha256(f"{n} {version}".encode()).digest()
        html = "".join(f"<p>{text}</p>" for text in paragraphs)
        columns = (
            "row_digest, digest, title, lead, body, body_html, published_at, published_precision, images, attachments"
        )
        values = (digest, digest, title, paragraphs[0][:150], "\n\n".join(paragraphs), html, published, "minute")
        row = connection.execute(
            f"INSERT INTO contents ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '[]', '[]') RETURNING id", values
        ).fetchone()
        contents.append(row[0])
    step = max(len(captures) // versions, 1)
    for version, content in enumerate(contents, 1):
        first = captures[(version - 1) * step]
        last = captures[min(version * step, len(captures)) - 1]
        changed = '["title","body"]' if version > 1 else None
        values = (n, first[0], version, content, last[0], first[1], last[1], changed)
        connection.execute("INSERT INTO snapshots VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, 'page')", values)
        kind = "edited" if version > 1 else "created"
        connection.execute("INSERT INTO article_events VALUES (?, ?, ?, 'title, body')", (n, first[0], kind))
    for number, (capture, _) in enumerate(captures):
        values = (n, capture, contents[min(number // step, versions - 1)], 100 + 3 * number, str(100 + 3 * number))
        connection.execute(
            "INSERT INTO readings (article_id, capture_id, parser_id, source, sign, standing, content_id, views, "
            "views_raw) VALUES (?, ?, 1, 'article', 'content', 'counted', ?, ?, ?)",
            values,
        )


def _fill_listings(connection: sqlite3.Connection, count: int) -> None:
    """Let the last runs count the newest articles of their site on listings; one of them walks all listings."""
    pages = connection.execute("SELECT max(id), max(payload_digest), max(headers), max(header_set_id) FROM captures")
    capture, digest, *headers = pages.fetchone()
    for run in range(RUNS - 30, RUNS + 1):
        articles = [n for n in range(count, 0, -1) if n % 3 == run % 3 and n not in {99_000, BUSY}]
        shown = articles if run == DEEP else articles[:LISTED]
        for start in range(0, len(shown), ENTRIES):
            capture += 1
            site = SITES[run % 3]
            address = (count + capture, site, f"http://{site}.example/tin?trang={capture}")
            connection.execute("INSERT INTO addresses VALUES (?, ?, ?)", address)
            columns = "id, address_id, run_id, fetched_at, status, headers, header_set_id, payload_digest"
            values = (capture, count + capture, run, _at(run, 2000 + start / 100), 200, *headers, digest)
            connection.execute(f"INSERT INTO captures ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            counts = ((n, capture, 500 + run + n * run % 97) for n in shown[start : start + ENTRIES])
            connection.executemany(
                "INSERT INTO readings (article_id, capture_id, parser_id, source, sign, standing, views, views_raw) "
                "VALUES (?1, ?2, 1, 'listing', 'listed', 'counted', ?3, ?3)",
                counts,
            )


# As an upgrade of an older archive does.
_LOG = """
    INSERT INTO change_log (site, native_key, capture_id, seen_at, kind)
    SELECT a.site, a.native_key, e.capture_id, k.fetched_at, e.kind
    FROM article_events e JOIN articles a ON a.id = e.article_id JOIN captures k ON k.id = e.capture_id
    ORDER BY k.fetched_at, a.site, a.native_key, e.kind
"""


def _at(days: int, seconds: float = 0) -> str:
    return (START + timedelta(days=3 * days, seconds=seconds)).isoformat(timespec="microseconds")


if __name__ == "__main__":
    bench_serving(*sys.argv[1:3])
