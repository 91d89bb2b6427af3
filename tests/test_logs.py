"""Logs: a line for each article, in UTC, bounded, without passwords, and nothing in them that moves or forges."""

import logging
import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archiver import __version__
from archiver.crawl.running.logs import FILES, ShowableRecord, SiteLog, show_only_what_may_be_shown, site_logs
from archiver.errors import UsageError
from archiver.text.display import make_showable, mask_passwords
from archiver.urls import join_url
from tests.conftest import FAST, Crawling
from tests.portal import Portal, demo_portal, serve

TOKEN = "S3cretT0ken"
CHANNEL = "cong-tac-doan-hoi"
LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00) (INFO|WARNING|ERROR|CRITICAL) ([\w.]+): (.*)")
MORNING = "2026-01-05T10:00:00+07:00"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Portal, str]]:
    portal = demo_portal()
    with serve(portal) as base:
        yield portal, base


def _log(crawling: Crawling, site: str = "dukdhcd") -> list[tuple[str, ...]]:
    """Read a log: time, level, logger and message of every line; a line of another form fails."""
    text = (crawling.folder / "logs" / f"{site}.log").read_text(encoding="utf-8")
    lines = text.removesuffix("\n").split("\n")
    found = [LINE.fullmatch(line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if not match]
    return [match.groups() for match in found if match]


def _crawl(crawling: Crawling, start: str, *more: str, sites: tuple[str, ...] = ("dukdhcd",), **environment: str):
    return crawling.archiver("crawl", *sites, "-a", f"start={start}", *FAST, *more, **environment)


def test_one_line_for_each_article_and_two_for_the_run(crawling: Crawling, served: tuple[Portal, str]) -> None:
    portal, base = served
    start = f"{base}/{CHANNEL}"
    done = _crawl(crawling, start, "-a", "max_pages=1", ARCHIVE_NOW=MORNING)
    assert (done.status, done.out, done.err) == (0, "", "")
    lines = _log(crawling)
    assert {time[:16] for time, *_ in lines} == {"2026-01-05T03:00"}
    assert {level for _, level, *_ in lines} == {"INFO"}
    articles = [message for *_, name, message in lines if name == "scrapy.core.scraper"]
    listed = portal.listed(CHANNEL)[: portal.page_size]
    assert sorted(message.split(" ")[1] for message in articles) == sorted(str(article.id) for article in listed)
    assert all(re.fullmatch(rf"new \d+ '.+' {base}/\S+", message) for message in articles)
    begun, ended = [message for *_, name, message in lines if name == "archiver.crawl.running.logs"]
    scope = crawling.query("SELECT scope FROM runs")[0]["scope"]
    arguments = f"start={start} max_pages=1"
    about = f"arguments: {arguments}; archiver {__version__}; archive: {crawling.path}"
    assert begun == f"dukdhcd: run 1 begins; scope: {scope}; {about}"
    row = crawling.query("SELECT requests, captures, articles_new FROM run_summary")[0]
    counts = f"requests {row['requests']}; captures {row['captures']}; articles_new {len(listed)}; articles_changed 0; "
    assert ended.startswith(f"dukdhcd: finished; {counts}")


def test_scrapy_crawl_logs_where_it_always_did(crawling: Crawling, served: tuple[Portal, str]) -> None:
    done = crawling.scrapy("dukdhcd", f"{served[1]}/{CHANNEL}", "-a", "max_pages=1")
    assert (done.status, done.out) == (0, "")
    assert "dukdhcd: run 1 begins; " in done.err
    assert "Enabled item pipelines:\n[" in done.err  # Scrapy's own lists keep their lines
    assert not (crawling.folder / "logs").exists()
    file = crawling.folder / "own.log"
    done = crawling.scrapy("dukdhcd", f"{served[1]}/{CHANNEL}", "-a", "max_pages=1", "-s", f"LOG_FILE={file}")
    assert (done.status, done.err) == (0, "")
    assert "dukdhcd: run 2 begins; " in file.read_text(encoding="utf-8")


def test_each_site_has_a_log_of_its_own(crawling: Crawling, served: tuple[Portal, str]) -> None:
    sites = ("dukdhcd", "sotttt")
    done = _crawl(crawling, f"{served[1]}/{CHANNEL}", "-a", "max_pages=1", sites=sites)
    assert done.status == 0, done.err
    for site, other in (sites, sites[::-1]):
        messages = [message for *_, message in _log(crawling, site)]
        assert sum(message.startswith("new ") for message in messages) == 10
        own = [message.split(";")[0] for message in messages if message.startswith(f"{site}: ")]
        run = crawling.query("SELECT id FROM runs WHERE site = ?", site)[0]["id"]
        assert own == [f"{site}: run {run} begins", f"{site}: finished"]
        assert not [message for message in messages if message.startswith(f"{other}: ")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("dukdhcd",), "site dukdhcd declares no address"),
        (("dukdhcd", "-a", "start=nowhere"), "start='nowhere' is no list of addresses"),
        (("dukhdcd", "-a", "start=http://127.0.0.1:9/x"), "there is no site 'dukhdcd'; did you mean dukdhcd?"),
    ],
)
def test_a_crawl_that_cannot_begin_is_in_the_log(crawling: Crawling, arguments: tuple[str, ...], said: str) -> None:
    done = crawling.archiver("crawl", *arguments)
    ((_, level, name, message),) = _log(crawling, arguments[0])
    assert (done.status, level, name) == (2, "ERROR", "archiver.crawl.running.logs")
    assert message.startswith(f"the crawl cannot begin: {said}")
    assert done.err == f"archiver: {message.removeprefix('the crawl cannot begin: ')}\n"


def test_an_archive_that_broke_is_in_the_log(crawling: Crawling, served: tuple[Portal, str]) -> None:
    start = f"{served[1]}/{CHANNEL}"
    assert _crawl(crawling, start, "-a", "max_pages=1").status == 0
    crawling.path.write_text("no longer an archive " * 99)
    for side in ("-wal", "-shm"):
        crawling.path.with_name(f"{crawling.path.name}{side}").unlink(missing_ok=True)
    done = _crawl(crawling, start)
    assert (done.status, len(done.err.splitlines())) == (1, 1)
    assert f"the crawl cannot begin: {done.err.removeprefix('archiver: ').strip()}" == _log(crawling)[-1][-1]


def test_nothing_is_made_beside_a_file_that_is_no_archive(crawling: Crawling) -> None:
    crawling.path.write_text("a diary")
    assert _crawl(crawling, "http://127.0.0.1:9/x").status == 1
    assert [path.name for path in crawling.folder.iterdir()] == [crawling.path.name]


def test_names_of_sites_lead_nowhere_else(crawling: Crawling) -> None:
    assert crawling.archiver("crawl", "../escaped").status == 2
    assert [path.name for path in crawling.folder.iterdir()] in ([], ["logs"])
    assert not (crawling.folder / "escaped.log").exists()


def test_a_log_that_cannot_be_written_stops_no_crawl(crawling: Crawling, served: tuple[Portal, str]) -> None:
    (crawling.folder / "logs").write_text("in the way")
    done = _crawl(crawling, f"{served[1]}/{CHANNEL}", "-a", "max_pages=1")
    line = f"{crawling.folder}/logs/dukdhcd.log: the log cannot be written: File exists; the crawl goes on without it\n"
    assert (done.status, done.err) == (0, line)
    assert crawling.query("SELECT articles_new FROM run_summary") == [{"articles_new": 10}]


def test_a_lock_and_a_finding_are_in_the_log(crawling: Crawling, served: tuple[Portal, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        start = f"http://127.0.0.1:{taken.getsockname()[1]}/tin"
    done = _crawl(crawling, start, "-s", "RETRY_TIMES=0")
    assert done.status == 1
    warnings = [message for _, level, name, message in _log(crawling) if level != "INFO" and name.endswith("logs")]
    assert any(message.startswith("dukdhcd: failed; ") for message in warnings)
    kinds = {row["kind"] for row in crawling.query("SELECT kind FROM findings")}
    assert kinds
    assert kinds <= {message.split(":")[0] for message in warnings}


def _columns(path: Path) -> Iterator[tuple[str, str]]:
    """Yield every text of every table, and bytes as text."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
        for (table,) in tables:
            for row in connection.execute(f"SELECT * FROM {table}"):
                yield from ((table, value) for value in row if isinstance(value, str))


@pytest.mark.parametrize("program", ["archiver", pytest.param("scrapy", marks=pytest.mark.slow)])
@pytest.mark.parametrize("way", ["start", "malformed", "proxy"])
def test_no_password_is_told_or_kept(crawling: Crawling, program: str, way: str) -> None:
    """Neither by the log and the streams nor by the archive, as long as that is looked for in what was said."""
    environment = {"http_proxy": f"http://user:{TOKEN}@127.0.0.1:9", "no_proxy": ""} if way == "proxy" else {}
    account = {"HTTPAUTH_USER": "user", "HTTPAUTH_PASS": TOKEN, "HTTPAUTH_DOMAIN": "127.0.0.1"}
    more = [word for name, value in account.items() for word in ("-s", f"{name}={value}")]
    with serve(demo_portal()) as base:
        secret = base.replace("//", f"//user:pa/{TOKEN}@" if way == "malformed" else f"//user:{TOKEN}@")
        arguments = ["-a", f"start={secret}/{CHANNEL}", "-a", "max_pages=1", *FAST, *more]
        done = crawling.run(program, "crawl", "dukdhcd", *arguments, **environment)
    assert done.status == {"start": 0, "malformed": 2, "proxy": 1}[way], done.err
    logs = [path.read_text(encoding="utf-8") for path in crawling.folder.rglob("*.log")]
    assert len(logs) == (program == "archiver")
    said = [done.out, done.err, *logs]
    assert [text for text in said if TOKEN in text] == []
    if way == "malformed":
        assert f"start='http://***@127.0.0.1:{base.rpartition(':')[2]}/{CHANNEL}' is no list" in done.err
        return
    assert any("user and password were left out of start=; for a server that wants them: " in text for text in said)
    assert [text for text in _columns(crawling.path) if TOKEN in text[1]] == []
    assert not [path for path in crawling.folder.iterdir() if path.is_file() and TOKEN.encode() in path.read_bytes()]
    start = f"http://***@{base.removeprefix('http://')}/{CHANNEL}"
    assert crawling.query("SELECT arguments ->> 'start' AS start FROM runs") == [{"start": start}]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"GET http://user:{TOKEN}@portal.vn/a", "GET http://***@portal.vn/a"),
        (
            f"http://user:{TOKEN}@portal.vn:8080/a,https://u:{TOKEN}@b.vn",
            "http://***@portal.vn:8080/a,https://***@b.vn",
        ),
        (f"http://user:p@{TOKEN}@portal.vn/", "http://***@portal.vn/"),
        (f"start='http://user:pa/{TOKEN}@portal.vn'", "start='http://***@portal.vn'"),
        (f"http://{TOKEN}@portal.vn/", "http://***@portal.vn/"),
        (f"[http://u:{TOKEN}@[::1]:80/]", "[http://***@[::1]:80/]"),
        (f"proxy user:{TOKEN}@proxy.vn:3128", "proxy ***@proxy.vn:3128"),
        (f"{{'HTTPAUTH_PASS': '{TOKEN}', 'RETRY_TIMES': 2}}", "{'HTTPAUTH_PASS': '***', 'RETRY_TIMES': 2}"),
        ("http://portal.vn:8080/@ban/a@b", "http://portal.vn:8080/@ban/a@b"),
        ("http://[::1]:8080/@ban", "http://[::1]:8080/@ban"),
        ("http://portal.vn/a?mail=ban@portal.vn", "http://portal.vn/a?mail=ban@portal.vn"),
        (
            "Email: ban@portal.vn, mailto:ban@portal.vn lúc 10:15",
            "Email: ban@portal.vn, mailto:ban@portal.vn lúc 10:15",
        ),
    ],
)
def test_what_is_masked(text: str, shown: str) -> None:
    assert mask_passwords(text) == shown
    assert mask_passwords(shown) == shown


@pytest.mark.parametrize(
    ("href", "url"),
    [
        (f"http://user:{TOKEN}@portal.vn:8080/a?b=c@d#e", "http://portal.vn:8080/a?b=c@d#e"),
        (f"//user:{TOKEN}@portal.vn/a", "http://portal.vn/a"),
        ("/@ban/a?b=", "http://portal.vn/@ban/a?b="),
    ],
)
def test_addresses_hold_no_account(href: str, url: str) -> None:
    assert join_url("http://portal.vn/", href) == url


def _fail(error: Exception) -> None:
    raise error


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SiteLog]:
    usual = logging.getLogRecordFactory()
    show_only_what_may_be_shown()
    handler = SiteLog(tmp_path / "logs" / "site.log", "site")
    logging.root.addHandler(handler)
    logging.getLogger("test").setLevel(logging.INFO)
    yield handler
    logging.root.removeHandler(handler)
    handler.close()
    logging.setLogRecordFactory(usual)


def test_nothing_moves_the_cursor_or_forges_a_line(log: SiteLog) -> None:
    nasty = "Tin\x1b[2J\x1b]0;x\x07\r\n2026-01-05T03:00:00+00:00 INFO x: forged\x85\u2028\u202egnor\u2066\x9b1m\x00\x7f"
    logging.getLogger("test").info("new %s", nasty)
    text = Path(log.baseFilename).read_text(encoding="utf-8")
    assert (text.count("\n"), text[-1]) == (1, "\n")
    shown = (
        r"new Tin\x1b[2J\x1b]0;x\x07\r\n2026-01-05T03:00:00+00:00 INFO x: forged"
        r"\x85\u2028\u202egnor\u2066\x9b1m\x00\x7f"
    )
    match = LINE.fullmatch(text.removesuffix("\n"))
    assert match
    assert match[4] == shown
    assert make_showable(shown) == shown


def test_a_traceback_is_set_off_and_holds_no_password(log: SiteLog) -> None:
    error = ValueError(f"no answer from http://user:{TOKEN}@portal.vn/\n2026-01-05T03:00:00+00:00 INFO x: forged\x1b")
    try:
        _fail(error)
    except ValueError:
        logging.getLogger("test").exception("a defect")
    first, *rest = Path(log.baseFilename).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    assert LINE.fullmatch(first)
    assert (rest[0], rest[-1]) == (
        "  | Traceback (most recent call last):",
        r"  | 2026-01-05T03:00:00+00:00 INFO x: forged\x1b",
    )
    assert rest[-2] == "  | ValueError: no answer from http://***@portal.vn/"
    assert all(line.startswith("  | ") for line in rest)


def test_a_year_of_cron_fills_no_disk(log: SiteLog) -> None:
    log.maxBytes = 2_000
    for number in range(1_000):
        logging.getLogger("test").info("new %s", number)
    files = sorted(Path(log.baseFilename).parent.iterdir())
    assert [path.name for path in files] == ["site.log", *(f"site.log.{number}" for number in range(1, FILES + 1))]
    assert sum(path.stat().st_size for path in files) <= 2_000 * (FILES + 1)
    assert "new 999\n" in files[0].read_text(encoding="utf-8")


def test_a_defect_is_in_the_log(tmp_path: Path) -> None:
    usual = logging.getLogRecordFactory()
    for error in (ZeroDivisionError("no number"), UsageError("not like this")):
        with pytest.raises(type(error)), site_logs(tmp_path / "archive.db", ["site"]):
            _fail(error)
    assert logging.getLogRecordFactory() is ShowableRecord
    logging.setLogRecordFactory(usual)
    text = (tmp_path / "logs" / "site.log").read_text(encoding="utf-8")
    assert "ERROR archiver.crawl.running.logs: the crawl broke off\n  | Traceback" in text
    assert text.endswith("ERROR archiver.crawl.running.logs: the crawl cannot begin: not like this\n")
