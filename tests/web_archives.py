"""A web archive on loopback that answers as the Wayback Machine does, and does what such services do to clients.

Its lists have resume keys and count in small steps, its pages have the headers of mementos. It notes when each request
came, and can refuse, break off, redirect and mislead, each as it is told.
"""

import base64
import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote_plus, unquote_plus, urlsplit

from archiver.backfill.cdx import read_time, write_digits
from archiver.model import Capture

FIELDS = ("timestamp", "original", "mimetype", "statuscode", "digest", "length")
_PAGE = re.compile(r"/web/(\d{14})id_/(.+)")


@dataclass(frozen=True)
class Reply:
    """What is sent: ``cut`` bytes of the body are kept back after they were promised."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    cut: int = 0


@dataclass(frozen=True)
class Asked:
    """A request: when it came, by the server's clock, and for what."""

    at: float
    path: str

    @property
    def is_list(self) -> bool:
        return "/cdx" in self.path.partition("?")[0]


Trouble = Callable[["WebArchive", str], Reply | None]


@dataclass
class WebArchive:
    """Captures, and how they are served: ``trouble`` is asked first for every request."""

    captures: Sequence[Capture]
    step: int = 7
    revisits: bool = True
    trouble: Trouble | None = None
    asked: list[Asked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, path: str) -> Reply:
        with self.lock:
            self.asked.append(Asked(time.time(), path))
        troubled = self.trouble(self, path) if self.trouble else None
        return troubled or self.serve(path)

    def serve(self, path: str) -> Reply:
        """Answer as a service without troubles would."""
        if path.startswith("/cdx/search/cdx?"):
            return self._list(parse_qs(urlsplit(path).query))
        match = _PAGE.fullmatch(path)
        return self._show(match[1], match[2]) if match else Reply(404, b"<html>not found</html>")

    def rows(self, host: str) -> list[tuple[str, ...]]:
        """List the captures of a host as the index has them: what was there before is a revisit."""
        seen: set[tuple[str, str]] = set()
        rows: list[tuple[str, ...]] = []
        for capture in sorted(self.captures, key=lambda one: (one.url, one.fetched_at)):
            if (urlsplit(capture.url).hostname or "").removeprefix("www.") != host:
                continue
            digest = digest_of(capture.body)
            kind = next((value for name, value in capture.headers if name.lower() == "content-type"), "unk")
            what = (kind.split(";")[0], str(capture.status))
            if self.revisits and (capture.url, digest) in seen and capture.status == 200:
                what = ("warc/revisit", "-")
            seen.add((capture.url, digest))
            rows.append((write_digits(capture.fetched_at), capture.url, *what, digest, str(len(capture.body) // 3)))
        return rows

    def _list(self, query: dict[str, list[str]]) -> Reply:
        since, until = query.get("from", ["0"])[0], query.get("to", ["9"])[0]
        rows = [row for row in self.rows(query["url"][0]) if since <= row[0] <= until]
        begin = int(unquote_plus(query["resumeKey"][0]).split(" ")[1]) if "resumeKey" in query else 0
        table: list[Sequence[str]] = [FIELDS, *rows[begin : begin + self.step]] if rows else []
        if begin + self.step < len(rows):
            table += [[], [quote_plus(f"example,dukdhcd)/ {begin + self.step}")]]
        return Reply(200, json.dumps(table).encode(), (("Content-Type", "application/json"),))

    def _show(self, at: str, url: str) -> Reply:
        found = [one for one in self.captures if one.url == url]
        if not found:
            return Reply(404, b"<html>not archived</html>", (("Content-Type", "text/html"),))
        moment = read_time(at) or datetime.now(UTC)
        near = min(found, key=lambda one: abs(one.fetched_at - moment))
        if write_digits(near.fetched_at) != at:
            return Reply(302, b"", (("Location", f"/web/{write_digits(near.fetched_at)}id_/{url}"),))
        return show(near)


def show(capture: Capture, **changes: str) -> Reply:
    """Show a capture as a memento; ``changes`` replace headers."""
    marked = [(f"x-archive-orig-{name.lower()}", value) for name, value in capture.headers]
    kept = [(name, value) for name, value in capture.headers if name.lower() == "content-type"]
    places = [
        (name, f"/web/{write_digits(capture.fetched_at)}id_/{value}" if "//" in value else value)
        for name, value in capture.headers
        if name.lower() == "location"
    ]
    marked = [(name, value) for name, value in marked if not name.endswith("-location")]
    headers = [("memento-datetime", format_datetime(capture.fetched_at, usegmt=True)), *kept, *places, *marked]
    headers = [(name, value) for name, value in headers if name.replace("-", "_") not in changes]
    headers += [(name.replace("_", "-"), value) for name, value in changes.items() if value]
    return Reply(capture.status, capture.body, tuple(headers))


def digest_of(body: bytes) -> str:
    """Write a digest as lists do."""
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


@contextmanager
def serve_archive(archive: WebArchive) -> Iterator[str]:
    """Serve a web archive on a free port; yields its base address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = archive.answer(self.path)
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: len(reply.body) - reply.cut])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the standard library
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
