"""The second process of a fast crawl: what it records is the same, and its end, however it comes, costs nothing."""

import asyncio
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from archiver.archive.evidence.captures import UNNOTED
from archiver.archive.runs.run_log import Run, open_run
from archiver.archive.store.file import create_or_open
from archiver.ingest.record import read_capture
from archiver.ingest.recording.messages import READY, Mailbox, ReadRequest, RecordRequest, Reply, write_message
from archiver.ingest.recording.orders import Crawl, Order, Recorded
from archiver.ingest.service import Ingest
from archiver.model import Article, Capture
from archiver.platforms import PLATFORMS
from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import article_path, huge_portal, large_portal, serve
from tests.test_killing import MOMENT, TIMES
from tests.troubled_portal import start_of
from tests.visiting import BASE, SITE

ALWAYS = ("-s", "ARCHIVE_RECORDING_PROCESS=always")
NEVER = ("-s", "ARCHIVE_RECORDING_PROCESS=never")
AT = datetime(2026, 1, 5, 3, tzinfo=UTC)
STARTED = re.compile(r"in a second process \((\d+)\)")


class Line:
    """This end of a line to a recording process."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._mailbox = Mailbox()
        self._replies: list[Reply] = []

    def send(self, *requests: object) -> None:
        self._end.sendall(b"".join(map(write_message, requests)))

    def receive(self) -> Reply | None:
        """Wait for a reply; None when the process has hung up."""
        while not self._replies:
            piece = self._end.recv(65_536)
            if not piece:
                return None
            self._replies += [reply for reply in self._mailbox.take(piece) if isinstance(reply, Reply)]
        return self._replies.pop(0)


@contextmanager
def _open_line(path: Path, *launcher: str) -> "Iterator[tuple[Line, subprocess.Popen[bytes]]]":
    """Start a recording process, by another program if one is named, which becomes its parent."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, *launcher, "-m", "archiver.ingest.recording.process", str(theirs.fileno()), str(path)]
    with ours, subprocess.Popen(command, cwd=PROJECT, pass_fds=[theirs.fileno()], stdin=subprocess.PIPE) as process:
        theirs.close()
        yield Line(ours), process
        ours.close()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[tuple[Database, Run]]:
    database = create_or_open(tmp_path / "archive.db")
    with database.atomic():
        run = open_run(database.conn, SITE, {}, AT)
    yield database, run
    database.close()


def _captures(count: int) -> list[Capture]:
    portal = large_portal()
    paths = [article_path(article) for article in portal.listed()[:count]]
    return [
        Capture(BASE + path, AT + timedelta(seconds=number), 200, (), portal.page(path).body)
        for number, path in enumerate(paths)
    ]


def _path_of(database: Database) -> Path:
    return Path(database.execute("PRAGMA database_list").fetchone()[2])


def _view(crawling: Crawling) -> dict[str, list[str]]:
    """All rows of the public views, but for what depends on the moment."""
    rows = {view: crawling.query(f"SELECT * FROM {view}") for view in TIMES}
    return {
        view: sorted(str({name: row[name] for name in row.keys() - TIMES[view]}) for row in rows[view]) for view in rows
    }


@pytest.mark.slow
def test_the_same_is_recorded(tmp_path: Path) -> None:
    one, two = (_record_two_days(tmp_path / how[1][-6:], how) for how in (NEVER, ALWAYS))
    assert len(one["current_articles"]) == 60
    assert len(one["events"]) > 60
    assert one == two


def _record_two_days(folder: Path, how: tuple[str, ...]) -> dict[str, list[str]]:
    """Crawl a portal, let it change, and crawl it again; addresses are told without their port."""
    folder.mkdir()
    crawling, portal = Crawling(folder), huge_portal(60)
    portal.tick = False
    with serve(portal) as base:
        for day in (AT, AT + timedelta(days=1)):
            start = start_of(portal, base)
            done = crawling.scrapy("dukdhcd", start, *how, "-a", "full=1", ARCHIVE_NOW=day.isoformat())
            assert done.status in (0, 3), done.err
            assert bool(STARTED.search(done.err)) == (how == ALWAYS)
            portal.edit(portal.listed()[3].id, title="Tên mới của bản tin", lead="Đoạn mở đầu đã viết lại.")
            portal.remove(portal.listed()[5].id)
    rows = _view(crawling) | {"findings": list(map(str, crawling.query("SELECT kind, detail FROM findings")))}
    return {view: [MOMENT.sub("", row.replace(base, "")) for row in rows[view]] for view in rows}


def test_a_slow_or_a_short_crawl_has_none(crawling: Crawling) -> None:
    portal = large_portal()
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", f"{base}/thong-bao", "-a", "full=1")
    assert done.status in (0, 3)
    assert not STARTED.search(done.err)


def test_one_of_many_pages_gets_one_by_itself(crawling: Crawling) -> None:
    portal = huge_portal(200)
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", start_of(portal, base), "-a", "full=1")
    assert done.status == 0, done.err
    assert len(STARTED.findall(done.err)) == 1
    assert crawling.query("SELECT count(*) AS n FROM current_articles") == [{"n": 200}]
    assert crawling.query("SELECT articles_new, found FROM runs") == [{"articles_new": 200, "found": 200}]


def test_a_crawl_that_loses_it_goes_on_alone(crawling: Crawling) -> None:
    portal = huge_portal(200)
    with serve(portal) as base, _crawl(crawling, start_of(portal, base)) as crawl:
        _wait_until(lambda: len(portal.requests) > 60)
        os.kill(_find_child(crawl), signal.SIGKILL)
        err = crawl.communicate(timeout=100)[1]
    assert crawl.returncode == 0, err
    assert err.count("the recording process ended (killed by SIGKILL); the crawl goes on without it") == 1
    assert crawling.query("SELECT count(*) AS n FROM current_articles") == [{"n": 200}]
    assert crawling.query("SELECT outcome, articles_new FROM runs") == [{"outcome": "finished", "articles_new": 200}]
    assert crawling.query(
        "SELECT count(*) AS n FROM captures k JOIN addresses a ON a.id = k.address_id WHERE a.url LIKE '%view_content%'"
    ) == [{"n": 200}]


def test_a_killed_crawl_leaves_no_process_behind(crawling: Crawling) -> None:
    portal = huge_portal(200)
    with serve(portal) as base:
        start = start_of(portal, base)
        with _crawl(crawling, start) as crawl:
            _wait_until(lambda: len(portal.requests) > 60)
            child = _find_child(crawl)
            crawl.kill()
            crawl.wait()
            _wait_until(lambda: not _is_running(child))
        assert crawling.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        done = crawling.scrapy("dukdhcd", start, *ALWAYS, "-a", "full=1")
    assert "is killed" not in done.err
    assert crawling.query("SELECT kind FROM findings") == [{"kind": "died_run"}]
    assert crawling.query("SELECT outcome FROM runs ORDER BY id") == [{"outcome": "died"}, {"outcome": "problems"}]
    assert crawling.query("SELECT count(*) AS n FROM current_articles") == [{"n": 200}]


def test_sigterm_ends_both(crawling: Crawling) -> None:
    portal = huge_portal(200)
    with serve(portal) as base, _crawl(crawling, start_of(portal, base)) as crawl:
        _wait_until(lambda: len(portal.requests) > 60)
        child = _find_child(crawl)
        crawl.terminate()
        crawl.communicate(timeout=60)
        assert not _is_running(child)
    assert crawl.returncode == 130
    assert crawling.query("SELECT outcome FROM runs") == [{"outcome": "interrupted"}]
    read, pending = crawling.query("SELECT count(*) AS n FROM current_articles")[0]["n"], _count_pending(crawling)
    assert read == crawling.query("SELECT articles_new FROM runs")[0]["articles_new"]
    assert read + pending == crawling.query("SELECT found FROM runs")[0]["found"]


def test_one_that_fails_takes_no_other_with_it(archive: tuple[Database, Run]) -> None:
    database, run = archive
    captures = _captures(3)
    captures[1] = replace(captures[1], status=None)  # type: ignore[arg-type]  # what the archive refuses
    with _open_line(_path_of(database)) as (line, _):
        page = read_capture(SITE, captures[0])
        requests = [RecordRequest(number, Order(), (capture, page)) for number, capture in enumerate(captures, 1)]
        line.send(Crawl.of_site(run, SITE), *requests)
        assert line.receive() == Reply(READY, None)
        replies = {reply.number: reply for _ in range(3) if (reply := line.receive())}
    assert [replies[1], replies[3]] == [Reply(1, Recorded("new", False)), Reply(3, Recorded("unchanged", False))]
    assert isinstance(replies[2].error, sqlite3.IntegrityError)
    kept = database.execute("SELECT a.url FROM captures k JOIN addresses a ON a.id = k.address_id ORDER BY k.id")
    assert [row[0] for row in kept] == [captures[0].url, captures[2].url]


def test_nothing_is_recorded_for_a_dead_crawl(archive: tuple[Database, Run]) -> None:
    database, run = archive
    capture = _captures(1)[0]
    launcher = (
        "import subprocess, sys; subprocess.Popen([sys.executable, *sys.argv[1:]], close_fds=False); sys.stdin.read()"
    )
    with _open_line(_path_of(database), "-c", launcher) as (line, parent):
        line.send(Crawl.of_site(run, SITE), ReadRequest(1, capture))
        assert line.receive() == Reply(READY, None)
        reply = line.receive()
        assert reply is not None
        assert isinstance(reply.value, Article)
        parent.kill()
        parent.wait()
        line.send(RecordRequest(2, Order(), held=1))
        assert line.receive() is None
    assert database.execute("SELECT count(*) FROM captures").fetchone()[0] == 0


def test_an_archive_that_it_cannot_open(
    archive: tuple[Database, Run], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database, run = archive
    foreign = tmp_path / "foreign.db"
    foreign.write_text("nothing of ours, and longer than the hundred bytes that the header of a database has" * 2)
    capture = _captures(1)[0]

    async def read_and_record() -> Recorded:
        ingest = Ingest(database, foreign, run, SITE, "always")
        page = await ingest.read(capture)
        recorded = await ingest.record(capture, page, UNNOTED)
        ingest.close()
        return recorded

    assert asyncio.run(read_and_record()) == Recorded("new", False)
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    said = f"{foreign}: not an archive, or damaged (file is not a database); it was not touched"
    assert told == [f"no second process for recording: {said}; the crawl goes on without"]


def test_a_platform_that_only_the_crawl_knows(
    archive: tuple[Database, Run], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    database, run = archive
    monkeypatch.setitem(PLATFORMS, "own", replace(PLATFORMS["liferay_hanoi"], name="own"))
    site, capture = replace(SITE, platform="own"), _captures(1)[0]

    async def read() -> object:
        ingest = Ingest(database, _path_of(database), run, site, "always")
        page = await ingest.read(capture)
        ingest.close()
        return page

    assert asyncio.run(read()) == read_capture(site, capture)
    assert "there is no platform 'own'" in caplog.text


def test_a_value_that_is_none(crawling: Crawling) -> None:
    done = crawling.archiver("crawl", "dukdhcd", "-s", "ARCHIVE_RECORDING_PROCESS=perhaps")
    line = "archiver: -s ARCHIVE_RECORDING_PROCESS=perhaps: write auto, always, never\n"
    assert (done.status, done.err) == (2, line)


@given(st.lists(st.binary(max_size=300), max_size=8), st.integers(1, 40))
def test_messages_arrive_whole_in_whatever_pieces(values: list[bytes], size: int) -> None:
    sent = b"".join(write_message(Reply(number, value)) for number, value in enumerate(values))
    mailbox = Mailbox()
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
    received = [message for piece in pieces for message in mailbox.take(piece)]
    assert received == [Reply(number, value) for number, value in enumerate(values)]


@contextmanager
def _crawl(crawling: Crawling, start: str) -> "Iterator[subprocess.Popen[str]]":
    command = [sys.executable, "-m", "scrapy", "crawl", "dukdhcd", "-a", f"start={start}", "-a", "full=1"]
    environment = os.environ | {"ARCHIVE_DB": str(crawling.path)}
    with subprocess.Popen(
        [*command, *FAST, *ALWAYS],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def _find_child(crawl: "subprocess.Popen[str]") -> int:
    """Find the recording process of a crawl; there is no other child."""
    children = Path(f"/proc/{crawl.pid}/task/{crawl.pid}/children")
    if not children.exists():
        pytest.skip("the children of a process cannot be listed here: /proc is Linux's")
    return int(children.read_text(encoding="ascii").split()[0])


def _is_running(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2]
    except OSError:
        return False


def _count_pending(crawling: Crawling) -> int:
    rows = crawling.query("SELECT coalesce(sum(articles), 0) AS n FROM fates WHERE fate = 'pending'")
    return int(str(rows[0]["n"]))


def _wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
