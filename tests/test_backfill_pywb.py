"""A backfill from pywb, which many archives serve their collections with: its own lists, pages and errors."""

import gc
import os
import shutil
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from http.client import HTTPConnection
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from archiver.backfill.cdx import Listed, read_block
from archiver.backfill.progress import halve
from archiver.backfill.sources import Window
from archiver.model import Capture
from tests.conftest import Crawling
from tests.test_backfill import (
    OURS,
    PAGE,
    backfill,
    backfilling,
    check_like,
    count_distinct,
    import_at_once,
    keep_years,
    load_all,
)
from tests.test_backfill_killed import call_and_kill, check_asked_once
from tests.visiting import BASE
from tests.web_archives import Reply, WebArchive, serve_archive

PYWB = os.environ.get("ARCHIVE_PYWB")
"""The folder with pywb's programs, where they are not in the shell's path: pywb's pins do not fit ours."""


def find_program(name: str) -> str:
    found = shutil.which(name, path=PYWB) if PYWB else shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name} here: pip install pywb in an environment of its own, ARCHIVE_PYWB=…/bin")
    return found


def write_warc(path: Path, captures: list[Capture]) -> None:
    """Write captures as a crawler would: what it had at that address already is a revisit."""
    warcwriter = pytest.importorskip("warcio.warcwriter", reason="warcio is not installed: make test installs it")
    headers = pytest.importorskip("warcio.statusandheaders")
    seen: dict[tuple[str, bytes], tuple[str, str]] = {}
    with path.open("wb") as stream:
        writer = warcwriter.WARCWriter(stream, gzip=True)
        for capture in sorted(captures, key=lambda one: one.fetched_at):
            at = f"{capture.fetched_at:%Y-%m-%dT%H:%M:%SZ}"
            sent = headers.StatusAndHeaders(f"{capture.status} Status", list(capture.headers), protocol="HTTP/1.1")
            named = (capture.url, capture.body)
            if named in seen:
                digest, first = seen[named]
                record = writer.create_revisit_record(
                    capture.url, digest, capture.url, first, http_headers=sent, warc_headers_dict={"WARC-Date": at}
                )
            else:
                record = writer.create_warc_record(
                    capture.url,
                    "response",
                    payload=BytesIO(capture.body),
                    http_headers=sent,
                    warc_headers_dict={"WARC-Date": at},
                )
            writer.write_record(record)
            seen.setdefault(named, (record.rec_headers.get_header("WARC-Payload-Digest"), at))


@cache
def keep_in_pywb() -> list[Capture]:
    """Return what stands in the collection: years of the portal, a redirect, a picture, and an error of the server.

    Made once, for its pages have a clock.
    """
    moved = Capture(f"{BASE}/old", PAGE.fetched_at, 301, (("Location", f"{BASE}/tin-khoi"),), b"")
    picture = Capture(f"{BASE}/logo", PAGE.fetched_at, 200, (("Content-Type", "image/png"),), b"\x89PNG")
    busy = Capture(f"{BASE}/tin-khoi", PAGE.fetched_at - timedelta(days=9), 503, (("Content-Type", "text/html"),), b"-")
    return [*keep_years(visits=20), moved, picture, busy]


@pytest.fixture(scope="module")
def pywb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("pywb")
    manager, server = find_program("wb-manager"), find_program("wayback")
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        write_warc(folder / "portal.warc.gz", keep_in_pywb())
        gc.collect()  # warcio leaves its temporary files to it
    for command in (("init", "portal"), ("add", "portal", str(folder / "portal.warc.gz"))):
        subprocess.run([manager, *command], cwd=folder, check=True, capture_output=True)
    for _ in range(5):  # the port may be taken by somebody else meanwhile
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with (folder / "pywb.log").open("wb") as log:
            process = subprocess.Popen([server, "-b", "127.0.0.1", "-p", str(port)], cwd=folder, stdout=log, stderr=log)
            try:
                if answers(f"http://127.0.0.1:{port}/portal/cdx?url=x.example", process):
                    yield f"http://127.0.0.1:{port}/portal"
                    return
            finally:
                process.kill()
                process.wait()
    pytest.fail("pywb did not begin to answer")


def answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    """Wait until pywb answers; False where it came to its end instead."""
    for _ in range(600):
        try:
            urlopen(address, timeout=10).close()
        except URLError:
            if process.poll() is not None:
                return False
            time.sleep(0.1)
        else:
            return True
    return False


def test_pywb_gives_what_it_was_given(pywb: str, tmp_path: Path) -> None:
    captures = keep_in_pywb()[:-2]
    done = backfill(tmp_path / "archive.db", pywb)
    assert (done.stopped, done.refused, done.left) == (None, [], 0)
    assert (done.imported.captures, done.plan.requests) == (len(captures), count_distinct(captures))
    assert done.plan.skipped == {"error of the server": 1, "no page": 1}
    check_like(tmp_path / "archive.db", import_at_once(tmp_path / "at_once.db", captures))
    kept = {(one.url, one.fetched_at): one.body for one in load_all(tmp_path / "archive.db")}
    assert kept == {(one.url, one.fetched_at): one.body for one in captures}
    [moved] = [one for one in load_all(tmp_path / "archive.db") if one.url.endswith("/old")]
    assert (moved.status, moved.headers) == (301, (("location", f"{BASE}/tin-khoi"),))


def test_pywb_is_asked_for_everything_once_by_processes_that_are_killed(pywb: str, crawling: Crawling) -> None:
    captures = keep_in_pywb()[:-2]
    import_at_once(crawling.path, captures[:1]).close()
    front = WebArchive((), trouble=lambda _, path: forward(pywb, path))
    with serve_archive(front) as base:
        last = call_and_kill(crawling.path, "dukdhcd", f"{base}/portal", front)
        done = crawling.archiver("backfill", "dukdhcd", "--from", f"{base}/portal", "--pause", "0.1")
    assert done.status == 0, done.err
    check_asked_once(front.asked, last, count_distinct(captures[1:]))
    check_like(crawling.path, import_at_once(crawling.folder / "at_once.db", captures))


def forward(pywb: str, path: str) -> Reply:
    """Ask pywb, so that what it is asked for is noted."""
    connection = HTTPConnection(urlsplit(pywb).netloc, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    headers = tuple((name, value) for name, value in answer.getheaders() if name.lower() != "transfer-encoding")
    body = answer.read()
    connection.close()
    return Reply(answer.status, body, headers)


def test_a_list_that_is_too_long_is_asked_for_in_parts(
    pywb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pywb has no resume keys; its lists are bounded, and their periods halved until all of it came."""
    for module in ("sources", "service"):
        monkeypatch.setattr(f"archiver.backfill.{module}.MOST_ROWS", 5)
    done = backfill(tmp_path / "archive.db", pywb)
    assert done.imported.captures == len(keep_in_pywb()) - 2
    assert done.requests - done.plan.requests > 5


def test_pywb_has_nothing_of_a_site(pywb: str, tmp_path: Path) -> None:
    site = replace(OURS, listings=("http://other.example/",))
    with backfilling(tmp_path / "archive.db", pywb, site=site) as begun:
        done = begun.run()
    assert (done.stopped, done.plan.captures, done.imported.captures) == (None, 0, 0)


def test_lines_of_pywb_are_read() -> None:
    line = '{"urlkey": "vn,a)/", "timestamp": "20120101000000", "url": "http://a.vn:80/", "digest": "sha1:AB"}\n'
    cdxj = 'vn,a)/ 20120102000000 {"url": "http://a.vn/", "mime": "text/html", "status": "200", "length": "7"}\n'
    block = read_block((line + "\n" + cdxj + '{"timestamp": "2012", "url": "http://a.vn/"}').encode(), "pywb")
    assert block.rows == (
        Listed("http://a.vn/", "20120101000000", None, "", "AB"),
        Listed("http://a.vn/", "20120102000000", 200, "text/html", "", 7),
    )
    assert block.unreadable == 1


def test_a_period_is_halved_without_a_gap() -> None:
    waiting = [Window("20120101000000", "20120101000009")]
    seconds = []
    while waiting:
        parts = halve(window := waiting.pop())
        waiting += parts
        if not parts:
            seconds.append(window)
    assert sorted(window.since for window in seconds) == [f"201201010000{number:02}" for number in range(10)]
    assert all(window.since == window.until for window in seconds)
    ends = halve(Window())
    assert (ends[0].since, ends[1].until) == ("", "")
    assert all(int(one.until) < int(other.since) for one, other in pairwise(ends))
