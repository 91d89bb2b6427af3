"""Telling others: the monitoring address and the messages, over real HTTP on loopback."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from archiver.alerts.notifications import ping, read_ping_address
from archiver.archive.runs.run_log import Finding
from archiver.cli.crawling.monitoring import MOST_LINES, write_message
from archiver.crawl.running.reports import Report
from archiver.errors import UsageError
from tests.conftest import FAST, PROJECT, Crawling
from tests.portal import Portal, Response, demo_portal, serve

SECRET = "mat-khau-khong-ai-biet"


@dataclass
class Listener:
    """An HTTP server that answers everything alike and remembers what it was asked."""

    status: int = 200
    url: str = ""
    heard: list[str] = field(default_factory=list)
    accounts: list[str | None] = field(default_factory=list)
    bodies: list[dict[str, object]] = field(default_factory=list)


@contextmanager
def listen(status: int = 200, location: str = "") -> Iterator[Listener]:
    listener = Listener(status)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listener.heard.append(f"{self.command} {self.path}")
            listener.accounts.append(self.headers["Authorization"])
            length = int(self.headers["Content-Length"] or 0)
            if length:
                listener.bodies.append(json.loads(self.rfile.read(length)))
            self.send_response(listener.status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"OK")

        do_POST = do_GET  # noqa: N815 - the name in the standard library

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the standard library
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listener.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()


def _crawl(crawling: Crawling, start: str, *arguments: str, **environment: str) -> tuple[int, str]:
    more = (*FAST, "-s", "AUTOTHROTTLE_ENABLED=0", "-s", "RETRY_TIMES=0")
    done = crawling.archiver(
        "crawl", "dukdhcd", "-a", f"start={start}", *more, *arguments, **{"NO_PROXY": "127.0.0.1"} | environment
    )
    assert "Traceback" not in done.err
    return done.status, done.err


def _start(portal: Portal, base: str) -> str:
    return ",".join(f"{base}/{channel}" for channel in portal.channels)


def test_a_crawl_that_goes_well(crawling: Crawling) -> None:
    """Told at start and end, in silence; user and password go into a header and not into the address."""
    portal = demo_portal()
    with serve(portal) as base, listen() as monitor, listen() as chat:
        address = monitor.url.replace("//", f"//nguoi:{SECRET}@") + "/ping/abc?x=1"
        message = chat.url.replace("http", "json") + "/gui"
        outcome = _crawl(crawling, _start(portal, base), "--ping-url", address, "--notify", message)
    assert outcome == (0, "")
    assert monitor.heard == ["GET /ping/abc/start?x=1", "GET /ping/abc?x=1"]
    account = f"Basic {base64.b64encode(f'nguoi:{SECRET}'.encode()).decode()}"
    assert monitor.accounts == [account] * 2
    assert chat.heard == []


def test_findings_are_a_success_with_a_message(crawling: Crawling) -> None:
    portal = demo_portal()
    refused = f"/{portal.listed()[0].id}-"
    portal.outage = lambda target: Response(403, b"") if refused in target else None
    with serve(portal) as base, listen() as monitor, listen() as chat:
        message = chat.url.replace("http", "json") + "/gui"
        environment = {"ARCHIVE_PING_URL": f"{monitor.url}/abc", "ARCHIVE_NOTIFY": message}
        status, _ = _crawl(crawling, _start(portal, base), **environment)
    assert (status, monitor.heard, chat.heard) == (3, ["GET /abc/start", "GET /abc"], ["POST /gui"])
    (body,) = chat.bodies
    (finding,) = crawling.query("SELECT kind, url, detail FROM findings")
    assert (body["title"], body["message"]) == (
        "dukdhcd: problems, 1 finding",
        f"{finding['kind']}: {finding['detail']} <{finding['url']}>",
    )


def test_a_crawl_that_fails(crawling: Crawling) -> None:
    portal = demo_portal()
    portal.outage = lambda target: Response(503, b"busy") if target != "/robots.txt" else None
    with serve(portal) as base, listen() as monitor, listen() as chat:
        message = chat.url.replace("http", "json") + "/gui"
        status, _ = _crawl(
            crawling, f"{base}/{next(iter(portal.channels))}", "--ping-url", monitor.url, "--notify", message
        )
    assert (status, monitor.heard) == (1, ["GET /start", "GET /fail"])
    assert [body["title"] for body in chat.bodies] == ["dukdhcd: failed, 1 finding"]


def test_what_keeps_a_crawl_from_beginning(crawling: Crawling) -> None:
    """A wrong declaration, an unusable archive: told as a failure, in the words of the error."""
    crawling.path.write_text("no archive", encoding="utf-8")
    with listen() as monitor, listen() as chat:
        message = chat.url.replace("http", "json") + "/gui"
        arguments = ("--ping-url", monitor.url, "--notify", message)
        assert _crawl(crawling, "http://127.0.0.1:9/", *arguments)[0] == 1
        crawling.path.unlink()
        assert _crawl(crawling, "http://127.0.0.1:9/", *arguments, "-a", "max_pages=x")[0] == 2
    assert monitor.heard == ["GET /start", "GET /fail"] * 2
    assert [body["title"] for body in chat.bodies] == ["archiver crawl: failed"] * 2
    assert ["archive.db" in str(chat.bodies[0]["message"]), "max_pages='x'" in str(chat.bodies[1]["message"])] == [1, 1]


def test_a_monitoring_server_in_trouble_changes_nothing(crawling: Crawling) -> None:
    """Nobody there, and an error: one line for each call, without the address, and the crawl's own status."""
    portal = demo_portal()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with serve(portal) as base:
            address = f"http://nguoi:{SECRET}@127.0.0.1:{port}/{SECRET}"
            status, err = _crawl(crawling, _start(portal, base), "--ping-url", address)
    assert status == 0
    line = f"archiver: the monitoring server 127.0.0.1:{port} was not told ({{}}): Connection refused"
    assert err.splitlines() == [line.format("start"), line.format("success")]


def test_messages_that_nobody_takes_change_nothing(crawling: Crawling) -> None:
    portal = demo_portal()
    portal.outage = lambda target: Response(503, b"busy") if target != "/robots.txt" else None
    with serve(portal) as base, listen(500) as chat:
        message = chat.url.replace("http://", f"json://nguoi:{SECRET}@") + "/gui"
        status, err = _crawl(crawling, f"{base}/{next(iter(portal.channels))}", "--notify", message)
    assert (status, chat.heard) == (1, ["POST /gui"])
    assert "archiver: not all addresses of --notify took the message" in err.splitlines()
    assert SECRET not in err


def test_another_run_reports_for_itself(crawling: Crawling) -> None:
    """Status 75: the beginning was told; its end is that of the run under way."""
    hold = (
        "import sys; from pathlib import Path; from archiver.crawl.running.locks import SiteLocks\n"
        "with SiteLocks(Path(sys.argv[1])) as locks:\n"
        "    locks.take('dukdhcd'); print('held', flush=True); sys.stdin.read()"
    )
    portal = demo_portal()
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(crawling.path)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"ARCHIVE_DB": str(crawling.path)},
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with serve(portal) as base, listen() as monitor, listen() as chat:
            message = chat.url.replace("http", "json")
            status, _ = _crawl(crawling, _start(portal, base), "--ping-url", monitor.url, "--notify", message)
        other.communicate("")
    assert (status, monitor.heard, chat.heard) == (75, ["GET /start"], [])


def test_an_interrupted_crawl_is_told_without_a_message(crawling: Crawling) -> None:
    portal = demo_portal()
    with serve(portal) as base, listen() as monitor, listen() as chat:
        options = ("--ping-url", monitor.url, "--notify", chat.url.replace("http", "json"))
        start = ("-a", f"start={_start(portal, base)}", "-s", "DOWNLOAD_DELAY=0.5")
        command = [sys.executable, "-m", "archiver", "crawl", "dukdhcd", *start, *options]
        environment = os.environ | {"ARCHIVE_DB": str(crawling.path), "NO_PROXY": "127.0.0.1"}
        with subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL) as process:
            deadline = time.monotonic() + 60
            while len(portal.requests) < 3:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 130
    assert (monitor.heard, chat.heard) == (["GET /start", "GET /fail"], [])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--ping-url", "ftp://127.0.0.1/x"), "--ping-url"),
        (("--ping-url", "127.0.0.1/x"), "--ping-url"),
        (("--ping-url", f"http://nguoi:{SECRET}@[::1/x"), "--ping-url"),
        (("--ping-url", f"http://nguoi:{SECRET}@127.0.0.1:x/"), "--ping-url"),
        (("--notify", "json://127.0.0.1", "--notify", f"khongco://nguoi:{SECRET}@127.0.0.1"), "address 2 of 2"),
    ],
)
def test_addresses_that_cannot_be_used(crawling: Crawling, arguments: tuple[str, ...], words: str) -> None:
    """One line, status 2, nothing sent, and no word of the address."""
    portal = demo_portal()
    with serve(portal) as base:
        status, err = _crawl(crawling, _start(portal, base), *arguments)
    assert (status, err.count("\n"), words in err, SECRET in err) == (2, 1, True, False)
    assert portal.requests == []


def test_without_apprise(crawling: Crawling, tmp_path: Path) -> None:
    """One line that says what to install, before anything is sent."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text("import sys\nsys.modules['apprise'] = None\n", encoding="utf-8")
    portal = demo_portal()
    with serve(portal) as base:
        status, err = _crawl(crawling, _start(portal, base), "--notify", "json://127.0.0.1", PYTHONPATH=str(hidden))
    assert (status, portal.requests) == (2, [])
    assert err == "archiver: --notify needs apprise: pip install 'committee-news-archiver[apprise]'\n"


def test_a_server_that_does_not_answer_is_left_after_two_tries() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = read_ping_address(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        assert ping(address, "start", timeout=0.2) == "no answer in time"
        silent.settimeout(5)
        for _ in range(2):
            silent.accept()[0].close()
        silent.settimeout(0.1)
        with pytest.raises(TimeoutError):
            silent.accept()


def test_a_server_that_answers_nonsense() -> None:
    with socket.create_server(("127.0.0.1", 0)) as strange:

        def answer() -> None:
            for _ in range(2):
                connection, _ = strange.accept()
                connection.recv(4096)
                connection.sendall(b"\x00\xff nonsense\r\n\r\n")
                connection.close()

        thread = Thread(target=answer)
        thread.start()
        address = read_ping_address(f"http://127.0.0.1:{strange.getsockname()[1]}/{SECRET}")
        assert ping(address, "fail") == "BadStatusLine"
        thread.join()


def test_redirects_are_not_followed() -> None:
    with listen() as elsewhere, listen(302, location=elsewhere.url) as monitor:
        assert ping(read_ping_address(monitor.url), "start") == "status 302"
    assert (elsewhere.heard, monitor.heard) == ([], ["GET /start"] * 2)


def test_addresses_of_signals() -> None:
    address = read_ping_address(f"https://nguoi:{SECRET}@theo-doi.example:8443/a/b/?c=d#e")
    urls = [address.url_for(word) for word in ("start", "success", "fail")]  # type: ignore[arg-type]
    base = "https://theo-doi.example:8443/a/b/"
    assert urls == [f"{base}start?c=d", f"{base}?c=d", f"{base}fail?c=d"]
    assert SECRET not in repr(address)
    for wrong in ("", "https://", "file:///etc/hostname", "https://x y/", "https://x/\x1b[31m", "https://x/đ"):
        with pytest.raises(UsageError):
            read_ping_address(wrong)


def test_a_message_has_at_most_20_lines_and_nothing_that_must_not_be_shown() -> None:
    findings = [
        Finding("http_403", f"https://nguoi:{SECRET}@dukdhcd.example/{n}", "từ chối\x1b[31m") for n in range(30)
    ]
    title, body = write_message(Report("dukdhcd", "problems", {}, findings))
    lines = body.splitlines()
    assert (title, len(lines)) == ("dukdhcd: problems, 30 findings", MOST_LINES)
    assert lines[0] == "http_403: từ chối\\x1b[31m <https://***@dukdhcd.example/0>"
    assert lines[-1] == "and 11 more: archiver check --site dukdhcd"
    assert write_message(Report("dukdhcd", None, {}, (), "the disk is full")) == (
        "dukdhcd: failed, 0 findings",
        "the disk is full",
    )
