"""The long portal behind a server that costs next to nothing: every page is rendered before the first is asked for.

A process of its own (``python -m tests.benchmarks.portal_server PAGES``), HTTP/1.1 on 127.0.0.1 with connections kept
alive. It prints its address when it is ready. The menu that all pages share is kept once, so 2,000 pages take 100 MB.
``/-/journal`` tells what was asked for since the last time somebody asked that.
"""

import asyncio
import gc
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from time import perf_counter
from typing import Protocol

from tests.benchmarks.long_portal import make_long_portal, write_filling
from tests.benchmarks.menus import NAVIGATION
from tests.portal import Portal, Response, article_path

JOURNAL = "/-/journal"
_SESSION = re.compile(r";jsessionid=[^/?#]*")
_NEXT_PAGES = re.compile(r'href="(/[^"]*_cur=\d+)"')
_BUFFER = 1 << 20

Parts = tuple[bytes, ...]


@dataclass
class Journal:
    """What was asked for: how often each article, anything else, and when the first and the last article."""

    articles: Counter[str] = field(default_factory=Counter)
    others: int = 0
    first: float = 0.0
    last: float = 0.0

    def note(self, path: str) -> None:
        """Note a request."""
        if "/-/view_content/" not in path:
            self.others += 1
            return
        self.last = perf_counter()
        self.first = self.first or self.last
        self.articles[path] += 1

    def tell(self) -> bytes:
        """Write it as JSON; seconds are those between the first request for an article and the last."""
        told = {"articles": self.articles, "others": self.others, "seconds": self.last - self.first}
        return json.dumps(told).encode()


class Shelf:
    """All answers of a portal, ready to be sent."""

    def __init__(self, portal: Portal) -> None:
        self.journal = Journal()
        self._portal = portal
        self._menu = write_filling(portal)
        self._answers: dict[str, Parts] = {}
        self._lay_out()

    def find(self, target: str) -> Parts:
        """Return what is answered, in pieces to be sent one after the other."""
        if target == JOURNAL:
            told, self.journal = self.journal.tell(), Journal()
            return _write_head(200, len(told)), told
        path = _SESSION.sub("", target) if ";" in target else target
        self.journal.note(path)
        return self._answers.get(path) or self._prepare(path)

    def _lay_out(self) -> None:
        for article in self._portal.listed():
            self._keep(article_path(article))
        for channel in self._portal.channels:
            first = self._keep(f"/{channel}")
            pages = {unescape(link) for link in _NEXT_PAGES.findall(first)}
            for path in pages:
                self._keep(path)
        self._portal.clear_log()
        gc.freeze()

    def _keep(self, path: str) -> str:
        self._answers[path] = self._prepare(path)
        return b"".join(self._answers[path]).decode()

    def _prepare(self, path: str) -> Parts:
        """Render a page; no two have the same tokens, as on a real portal."""
        answer: Response = self._portal.answer(path)
        if answer.status != 200:
            return _write_head(answer.status, len(answer.body)) + answer.body, b""
        before, found, after = answer.body.partition(NAVIGATION)
        size = len(answer.body) + len(self._menu)
        return (_write_head(200, size) + before + found, self._menu, after) if found else (_write_head(200, 0),)


class Answers(Protocol):
    """What a connection answers with."""

    def find(self, target: str) -> Parts:
        """Return what is answered, in pieces to be sent one after the other."""


class Connection(asyncio.Protocol):
    """One connection, kept until the other side closes it."""

    def __init__(self, shelf: Answers) -> None:
        self._shelf = shelf
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let a whole page be handed over at once."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(_BUFFER)

    def data_received(self, data: bytes) -> None:
        """Answer all requests that are complete."""
        *requests, self._received = (self._received + data).split(b"\r\n\r\n")
        for request in requests:
            method, target, _ = request.split(b" ", 2)
            parts = self._shelf.find(target.decode("latin-1"))
            self._transport.writelines(
                parts if method == b"GET" else [parts[0].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"]
            )
            if b"\r\nconnection: close" in request.lower():
                self._transport.close()


def _write_head(status: int, size: int) -> bytes:
    reason = {200: "OK", 404: "Not Found"}[status]
    return (
        f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/html;charset=UTF-8\r\nContent-Length: {size}\r\n"
        "Cache-Control: private, no-cache\r\n\r\n"
    ).encode()


async def _serve(count: int) -> None:
    shelf = Shelf(make_long_portal(count))
    server = await asyncio.get_running_loop().create_server(lambda: Connection(shelf), "127.0.0.1", 0, backlog=128)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
